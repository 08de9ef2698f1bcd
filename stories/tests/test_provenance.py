"""Whose words: the record covers the text, and never gives the coach what a person typed."""

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from stories import provenance
from stories.provenance import COACH, COACH_EDITED, HUMAN, carry, cover, cut_runs, insert_run, join_runs, shares

REPLY = "0d3e7a0c-58a4-4d4b-a1d9-c1a6ef0cb6a1"
SENTENCE = "The lighthouse keeper counted the ships twice and wrote down one fewer."


def spelled(runs):
    """The record, one letter for each character."""
    letters = {HUMAN: "h", COACH: "c", COACH_EDITED: "e"}
    return "".join(letters[run[1]] * run[0] for run in runs)


def runs_of(letters):
    sources = {"h": [HUMAN], "c": [COACH, REPLY], "e": [COACH_EDITED, REPLY]}
    return join_runs([[1, *sources[letter]] for letter in letters])


def test_a_text_without_a_record_is_a_persons():
    assert cover([], 12) == [[12, HUMAN]]
    assert cover([[3, COACH]], 12) == [[12, HUMAN]]
    assert cover([], 0) == []


def test_neighbours_of_one_source_are_one_run():
    assert join_runs([[2, HUMAN], [0, COACH, REPLY], [3, HUMAN]], [[1, COACH, REPLY]]) == [
        [5, HUMAN],
        [1, COACH, REPLY],
    ]


def test_an_inserted_passage_is_the_coachs_and_names_its_reply():
    runs = insert_run([[10, HUMAN]], position=4, length=6, reply_id=REPLY, replacing=2)
    assert runs == [[4, HUMAN], [6, COACH, REPLY], [4, HUMAN]]


def test_what_is_typed_beside_a_coachs_sentence_is_a_persons_and_leaves_it_alone():
    old = f"Mine. {SENTENCE}"
    runs = [[6, HUMAN], [len(SENTENCE), COACH, REPLY]]
    new = f"{old} And mine again"
    assert shares(carry(old, new, runs)) == (6 + len(" And mine again"), len(SENTENCE), 0)
    before = f"Mine. And mine again. {SENTENCE}"
    assert shares(carry(old, before, runs)) == (22, len(SENTENCE), 0)


def test_a_coachs_sentence_that_is_typed_into_is_edited_and_the_next_one_is_not():
    old = "One two three. Four five six."
    carried = carry(old, "One two and three. Four five six.", [[len(old), COACH, REPLY]])
    assert spelled(carried) == "eeeeeeee" + "hhhh" + "eeeeee" + "c" * 15
    assert carried[0] == [8, COACH_EDITED, REPLY]


def test_edits_at_two_places_leave_the_coachs_words_between_them():
    first, second = "A" * 30 + ".\n", SENTENCE + "\n"
    old = f"Start.\n{first}{second}End.\n"
    runs = [[7, HUMAN], [len(first + second), COACH, REPLY], [5, HUMAN]]
    carried = carry(old, f"Start here.\n{first}{second}The end.\n", runs)
    assert shares(carried).coach == len(first + second)


def test_a_word_replaced_throughout_leaves_the_coachs_other_words_the_coachs():
    old = "".join(f"It was the moon, said number {n} of them. {SENTENCE}\n" for n in range(200))
    carried = carry(old, old.replace("moon", "lamp"), [[len(old), COACH, REPLY]])
    assert shares(carried).human == 4 * 200
    assert shares(carried).coach > len(SENTENCE) * 200


def test_a_redone_insertion_is_the_coachs_again():
    with_it = f"Before.\n\n{SENTENCE} {SENTENCE}\n"
    runs = carry("Before.\n\n\n", with_it, [], lambda: [(REPLY, f"{SENTENCE} {SENTENCE}")])
    assert runs == [[9, HUMAN], [len(SENTENCE) * 2 + 1, COACH, REPLY], [1, HUMAN]]


def test_passages_are_not_asked_for_what_was_only_typed():
    def never():
        raise AssertionError("a few typed words are not looked up")

    assert carry("One.", "One. Two.", [], never) == [[9, HUMAN]]


def test_of_two_equal_characters_the_one_that_stays_is_a_persons_if_either_was():
    assert spelled(carry("aa", "a", runs_of("ch"))) == "h"
    assert spelled(carry("aa", "a", runs_of("hc"))) == "h"
    assert "c" not in spelled(carry("abab", "ababab", runs_of("cccc")))


PARAGRAPH = (
    "Nobody had told the ferryman that the island was gone. He rowed until the fog had closed behind him, "
    "and then he rowed a little more.\n\n"
)


def moved_below(paragraph, *, is_now):
    """What becomes of a coach's paragraph that stood between two of a person's, and is found below them now."""
    old = f"It was mine.\n\n{paragraph}So was this, to the end.\n\nAnd this.\n"
    runs = [[14, HUMAN], [len(paragraph), COACH, REPLY], [len(old) - 14 - len(paragraph), HUMAN]]
    new = f"It was mine.\n\nSo was this, to the end.\n\n{is_now}And this.\n"
    carried = carry(old, new, runs)
    assert sum(run[0] for run in carried) == len(new)
    return [(source, text.strip()) for source, text in said(new, carried) if source != "h" and text.strip()]


def said(text, runs):
    """The text, piece by piece, each with the letter of whose it is."""
    place = 0
    for run in runs:
        yield spelled([[1, *run[1:]]]), text[place : place + run[0]]
        place += run[0]


def test_a_paragraph_that_is_moved_is_the_coachs_where_it_comes():
    assert moved_below(PARAGRAPH, is_now=PARAGRAPH) == [("c", PARAGRAPH.strip()[:-1])]


def test_what_is_moved_and_changed_in_one_save_is_the_coachs_but_for_the_sentence_that_was_changed():
    changed = PARAGRAPH.replace("closed behind", "shut itself behind")
    first, second = PARAGRAPH[:54], PARAGRAPH[55:].strip(" \n.")
    before, after = second.split(" closed ")
    assert moved_below(PARAGRAPH, is_now=changed) == [("c", first), ("e", before), ("e", after)]


def test_half_a_sentence_that_is_moved_into_another_is_the_coachs_edited():
    half = "until the fog had closed behind him, and then he rowed a little more"
    assert moved_below(PARAGRAPH, is_now=f"I waited {half} or less.\n\n") == [("e", half)]


def test_a_few_words_in_common_are_nobodys_but_who_typed_them():
    assert moved_below(PARAGRAPH, is_now="Then he rowed a little more slowly than I had ever seen.\n\n") == []
    # Of two that are equal, one a person's, nobody can say which was moved.
    old = f"{SENTENCE}\nMine.\n{SENTENCE}\n"
    runs = [[len(SENTENCE) + 7, HUMAN], [len(SENTENCE), COACH, REPLY], [1, HUMAN]]
    assert "c" not in spelled(carry(old, f"{SENTENCE}\n{SENTENCE} Mine.\n", runs))


# A person writes in capitals and the coach in small letters, so that every character says whose it is.
MARKS = " .\n"
human_text = st.text("ABÉ" + MARKS, max_size=12)
coach_text = st.text("abé" + MARKS, min_size=1, max_size=40)
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("save"),
            st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), human_text), min_size=1, max_size=4),
        ),
        st.tuples(st.just("insert"), st.floats(0, 1), st.integers(0, 5), coach_text),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_for_any_edits_and_insertions_the_runs_cover_the_text_and_nothing_typed_is_the_coachs(script):
    text = ""
    runs: provenance.Runs = []
    for step in script:
        if step[0] == "insert":
            _, where, replacing, words = step
            position = round(where * len(text))
            replacing = min(replacing, len(text) - position)
            runs = insert_run(runs, position=position, length=len(words), reply_id=REPLY, replacing=replacing)
            text = text[:position] + words + text[position + replacing :]
        else:
            new = text
            for where, removed, typed in step[1]:
                position = round(where * len(new))
                new = new[:position] + typed + new[position + removed :]
            runs = carry(text, new, runs, partial(list, [(REPLY, text)]))
            text = new
        assert sum(run[0] for run in runs) == len(text)
        assert all(run[0] > 0 for run in runs)
        for letter, source in zip(text, spelled(runs), strict=True):
            assert not (letter in "ABÉ" and source != "h"), (text, spelled(runs))
    assert sum(shares(runs)) == len(text)


edit = st.one_of(
    st.tuples(st.just("type"), st.floats(0, 1), st.text("ab. ", min_size=1, max_size=6)),
    st.tuples(st.just("cut"), st.floats(0, 1), st.integers(1, 6)),
)


@settings(max_examples=500, deadline=None)
@given(st.text("ab. ", min_size=1, max_size=20), st.data())
def test_where_the_texts_do_not_say_what_was_typed_it_is_not_called_the_coachs(old, data):
    """One and the same few letters for both, so that most edits can be read in several ways."""
    truth = data.draw(st.text("hc", min_size=len(old), max_size=len(old)))
    kind, where, what = data.draw(edit)
    position = round(where * len(old))
    if kind == "type":
        new, after = old[:position] + what + old[position:], truth[:position] + "h" * len(what) + truth[position:]
    else:
        new, after = old[:position] + old[position + what :], truth[:position] + truth[position + what :]
    carried = spelled(carry(old, new, runs_of(truth)))
    assert len(carried) == len(new)
    for typed, called in zip(after, carried, strict=True):
        assert not (typed == "h" and called == "c")


words = st.lists(st.text("abcd", min_size=2, max_size=5), min_size=20, max_size=50, unique=True)


@settings(max_examples=120, deadline=None)
@given(words, st.data())
def test_what_is_typed_while_words_are_moved_is_not_called_the_coachs(words, data):
    """Cut and pasted, with typing inside or beside it; what stood there was a person's before and after a passage."""
    old = " ".join(words)
    places = st.integers(0, len(old))
    shares = [data.draw(places), data.draw(places)]
    truth = "".join("c" if min(shares) <= place < max(shares) else "h" for place in range(len(old)))
    first, last = sorted((data.draw(places), data.draw(places)))
    rest, rest_truth = old[:first] + old[last:], truth[:first] + truth[last:]
    to = min(data.draw(places), len(rest))
    new, after = rest[:to] + old[first:last] + rest[to:], rest_truth[:to] + truth[first:last] + rest_truth[to:]
    typed, at = data.draw(human_text), data.draw(places)
    new, after = new[:at] + typed + new[at:], after[:at] + "h" * len(typed) + after[at:]
    called = spelled(carry(old, new, runs_of(truth)))
    assert len(called) == len(new)
    for letter, was, is_called in zip(new, after, called, strict=True):
        assert letter in MARKS or not (was == "h" and is_called == "c")


@given(st.text("hce", max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_cutting_and_joining_loses_no_character(letters, one, other):
    first, second = sorted((one, other))
    runs = runs_of(letters)
    parts = [cut_runs(runs, 0, first), cut_runs(runs, first, second), cut_runs(runs, second, 30)]
    assert spelled(join_runs(*parts)) == letters
    assert provenance.join_runs(runs) == runs
