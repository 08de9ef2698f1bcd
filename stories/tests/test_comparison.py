"""Two texts compared and brought together: no word of either is lost."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories.comparison import ADDED, REMOVED, SAME, compare, merge

BASE = "The keeper climbed the stairs. He counted the ships twice. Then he wrote down one fewer, and slept."


def test_a_changed_word_is_shown_whole():
    assert compare("He counted the ships twice.", "He counted the sheep twice.") == [
        (SAME, "He counted the "),
        (REMOVED, "ships"),
        (ADDED, "sheep"),
        (SAME, " twice."),
    ]


def test_a_word_that_grew_is_shown_whole():
    assert compare("the ship sank", "the ships sank") == [
        (SAME, "the "),
        (REMOVED, "ship"),
        (ADDED, "ships"),
        (SAME, " sank"),
    ]


def test_equal_texts_are_one_piece_and_empty_ones_none():
    assert compare("as it was", "as it was") == [(SAME, "as it was")]
    assert compare("", "") == []
    assert compare("", "new") == [(ADDED, "new")]
    assert compare("old", "") == [(REMOVED, "old")]


def test_changes_that_do_not_touch_come_together():
    mine = BASE.replace("stairs", "hundred stairs")
    theirs = BASE.replace("and slept", "and did not sleep")
    assert merge(BASE, mine, theirs) == BASE.replace("stairs", "hundred stairs").replace(
        "and slept", "and did not sleep"
    )


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (BASE.replace("twice", "three times"), BASE.replace("twice", "once")),
        (BASE + " The end.", BASE + " Fin."),
        (BASE.replace(" twice", ""), BASE.replace("twice", "once")),
        ("", BASE + " And on."),
        (BASE.replace("ships", "shops"), BASE.replace("ships", "sheep")),
    ],
)
def test_changes_that_touch_do_not(mine, theirs):
    assert merge(BASE, mine, theirs) is None


def test_the_same_change_on_both_sides_is_made_once():
    both = BASE.replace("twice", "three times")
    assert merge(BASE, both, both) == both
    assert merge(BASE, both + " Mine.", both) == both + " Mine."


def test_one_side_alone_is_that_side():
    assert merge(BASE, BASE, "All new.") == "All new."
    assert merge(BASE, "All new.", BASE) == "All new."


TEXTS = st.lists(st.sampled_from(["the ", "keeper ", "ships. ", "\n\n", "no", "é", " ", ""]), max_size=25).map("".join)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_their_comparison(old, new):
    pieces = compare(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.kind != REMOVED) == new


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(0, 10**6), min_size=4, max_size=30, unique=True),
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(["cut", "add", "change"]), st.booleans()), max_size=8),
)
def test_a_merge_holds_what_either_side_wrote_and_leaves_out_what_either_cut(numbers, edits):
    """Paragraphs that are all different, edited by one side or the other: with one between them they never touch."""
    base = [f"Paragraph {number} stands here." for number in numbers]
    sides = [list(base), list(base)]
    owed: dict[int, tuple[bool, str]] = {}
    for place, kind, is_mine in edits:
        at = place % len(base)
        if any(abs(at - other) < 2 for other in owed):
            continue
        written = "" if kind == "cut" else f"{base[at]} Added {place}." if kind == "add" else f"Otherwise {place}."
        sides[0 if is_mine else 1][at] = written
        owed[at] = (is_mine, written)
    mine, theirs = ("\n".join(side) for side in sides)
    merged = merge("\n".join(base), mine, theirs)
    assert merged is not None
    lines = merged.split("\n")
    assert lines == [owed[at][1] if at in owed else base[at] for at in range(len(base))]
    # It is the same from the other side.
    assert merge("\n".join(base), theirs, mine) == merged
