"""What the offline coach says: honest, in the writer's language, and safe to show whatever the page holds."""

import re
import string
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from coaching.offline import answer
from coaching.offline.answer import quoted, shortened
from coaching.offline.danger import is_heard
from coaching.offline.phrases import Phrases, phrases
from coaching.tests.offline_pages import ENGLISH, FRENCH, JOURNAL, anything


def say(text: str = ENGLISH, question: str = "", **overrides: str) -> str:
    given_ = {"mode": "narrative", "language": "en"} | overrides
    return answer(chapter_text=text, question=question, **given_)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


# --- What it says -------------------------------------------------------------------------------------------------

CASES = [
    (text, question, mode, language, pov)
    for text in (FRENCH, ENGLISH, JOURNAL, "", "Un mot", "Wort für Wort und nicht mehr. " * 30)
    for question in ("", "Et mes dialogues ?", "What comes next?", "Du style")
    for mode in ("narrative", "therapeutic", "coauthor", "structural")
    for language, pov in (("en", "third"), ("fr", None))
]


@pytest.mark.parametrize(("text", "question", "mode", "language", "pov"), CASES)
def test_every_answer_is_honest_whole_and_in_the_writers_language(text, question, mode, language, pov):
    said = answer(chapter_text=text, question=question, mode=mode, language=language, pov=pov)

    assert {"en": "No model has read these pages", "fr": "Aucun modèle n’a lu ces pages"}[language] in said
    assert not re.search(r"\{\w*\}", said), "a fact was not filled in"
    assert not re.search(r"None(?! of this)", said)
    assert said == answer(chapter_text=text, question=question, mode=mode, language=language, pov=pov)
    assert "?" in said


def test_what_the_writer_asks_about_comes_first():
    for question, title in [
        ("Is the dialogue natural?", "Dialogue"),
        ("Et le rythme ?", "Sentences that begin alike"),
        ("Too many adverbs?", "Adverbs"),
        ("Do I repeat myself, the same words?", "A word that comes back"),
        ("Is the passive voice a problem?", "Who does it?"),
        ("Does my opening work?", "Where you begin"),
        ("Is the ending too abrupt?", "Where you stop"),
        ("What do you make of the structure?", "The shape"),
    ]:
        assert re.findall(r"\*\*(.+?)\*\* ·", say(question=question))[0] == title, question


def test_a_question_it_cannot_answer_is_owned_up_to():
    assert "I am not one" in say(question="Is my villain frightening?")
    assert "I am not one" not in say(question="")
    assert "je n’en suis pas un" in say(FRENCH, "Mon méchant fait-il peur ?", language="fr")


def test_the_coauthor_does_not_pretend_to_write():
    said = say(question="Write on, please", mode="coauthor")

    assert "I cannot write a continuation" in said
    assert "> I remember how the lamp shook." in said
    assert "Three doors" in said


def test_the_structure_coach_lists_the_scenes():
    said = plain(say(FRENCH, mode="structural", language="fr"))

    assert "Je vois 2 scènes" in said
    assert "1. environ 120 mots, à partir de « La cuisine n’avait pas changé. »" in said
    assert said.index("1. environ") < said.index("2. environ") < said.index("?")


def test_many_scenes_are_not_all_listed():
    said = say("\n\n***\n\n".join(f"Scene {n} begins with these five words." for n in range(30)), mode="structural")

    assert "8. about" in said
    assert "9. about" not in said
    assert "and 22 more" in said


@pytest.mark.parametrize(("mode", "story_mode"), [("therapeutic", "fiction"), ("narrative", "journal")])
@pytest.mark.parametrize("question", ["Est-ce bien écrit ?", "Trop d’adverbes ?", "Le rythme va-t-il ?", ""])
def test_beside_a_journal_nothing_is_said_of_style(mode, story_mode, question):
    said = say(JOURNAL, question, mode=mode, story_mode=story_mode, language="fr")

    assert "adverbe" not in said
    assert "répét" not in said
    assert "passif" not in said
    assert "Rien n’y est à corriger" in said
    assert "> Puis la pluie est venue et je suis restée quand même." in said
    assert "« maman »" in plain(said)
    assert ("je ne pèse pas les phrases" in said) is bool(question)
    assert "3114" in said


def test_an_empty_page_is_met_according_to_the_mode():
    said = {mode: say("", mode=mode) for mode in ("narrative", "therapeutic", "coauthor", "structural")}

    assert len(set(said.values())) == 4
    assert all("?" in each for each in said.values())
    assert "988" in said["therapeutic"]


# --- Danger -------------------------------------------------------------------------------------------------------

HEARD = [
    "J’ai envie de mourir.",
    "je veux juste mourir",
    "Je vais me tuer",
    "Je pense à en finir avec la vie",
    "Je n’ai plus envie de vivre",
    "mon mari me frappe",
    "I want to die",
    "sometimes I cut myself",
    "everyone would be better off without me",
    "I don’t want to live",
    "He hits me when he drinks",
]
NOT_HEARD = [
    "Le roi veut mourir en mer.",
    "Mon personnage meurt à la fin, est-ce trop ?",
    "Il faut tuer le dragon.",
    "My villain dies in chapter two. Too soon?",
    "I cut the chapter myself.",
    "How do I end the scene?",
    "",
]


@pytest.mark.parametrize("question", HEARD)
@pytest.mark.parametrize("mode", ["narrative", "therapeutic", "coauthor", "structural"])
def test_a_writer_who_may_be_in_danger_is_answered_before_any_craft(question, mode):
    for language in ("fr", "en"):
        said = say(FRENCH, question, mode=mode, language=language)
        assert "**3114**" in said
        assert "**112**" in said
        assert "**988**" in said
        assert "adverb" not in said
        assert "> " not in said


@pytest.mark.parametrize("question", NOT_HEARD)
def test_a_story_about_dark_things_is_a_story(question):
    assert not is_heard(question, of_a_true_life=False)
    assert "3114" not in say(question=question)


def test_words_in_a_journal_are_heard_and_the_page_is_still_received():
    said = say(JOURNAL + " Ce soir j’ai envie de mourir.", "Bonsoir", mode="therapeutic", language="fr")

    assert said.startswith("Avant toute question d’écriture")
    assert said.count("3114") == 1
    assert "Rien n’y est à corriger" in said
    assert "> " not in said, "no exercise, no quotation"


def test_a_characters_despair_is_the_characters():
    assert "3114" not in say(FRENCH + "\n« Je veux mourir », dit Anne.", "Est-ce crédible ?", language="fr")


def test_the_subject_alone_is_heard_only_beside_a_true_life():
    assert is_heard("le suicide de mon frère", of_a_true_life=True)
    assert not is_heard("le suicide du colonel", of_a_true_life=False)


# --- Phrases ------------------------------------------------------------------------------------------------------


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_can_say_the_same_things():
    english, french = phrases("en"), phrases("fr")

    assert set(english.remarks) == set(french.remarks)
    assert set(english.empty) == set(french.empty) == {"narrative", "therapeutic", "coauthor", "structural"}
    for key, remark in english.remarks.items():
        assert facts_of(remark.seen) == facts_of(french.remarks[key].seen), key
    for each in fields(Phrases):
        one, other = getattr(english, each.name), getattr(french, each.name)
        if isinstance(one, str) and each.name != "language":
            assert facts_of(one) == facts_of(other), each.name
            assert one != other, each.name
        if isinstance(one, tuple):
            assert one, each.name
            assert other, each.name


def test_french_is_typeset_and_english_is_left_alone():
    said = say(FRENCH, "Et la suite ?", language="fr")
    own = "\n".join(line for line in said.splitlines() if not line.startswith(">"))

    assert not re.search(r" [;!?%»:]|« ", own)
    assert "\u202f" in own
    assert "\u202f" not in say(ENGLISH, language="en")


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("en", 12_340, "12,340"),
        ("fr", 12_340, "12\u202f340"),
        ("en", 2.51, "2.5"),
        ("fr", 2.51, "2,5"),
        ("fr", 3.0, "3"),
    ],
)
def test_figures_are_written_as_the_language_writes_them(language, value, shown):
    assert phrases(language).number(value) == shown


# --- Whatever a page may hold -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "![pixel](https://spy.example/a.png)",
        "[Click](javascript:alert(1))",
        "<script>alert(1)</script>",
        "<https://spy.example>",
        "`code` and **bold** and ~~gone~~",
        "# not a heading",
        "1. not a list",
        "- not a list",
        "&lt;b&gt; &amp;",
        "a | b | c",
    ],
)
def test_a_quoted_line_keeps_its_words_and_loses_its_marks(line):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"> {quoted(line)}")
    inline = [token for token in tokens if token.type == "inline"]

    assert [token.type for token in tokens] == [
        "blockquote_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
        "blockquote_close",
    ]
    assert {child.type for child in inline[0].children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in inline[0].children or []) == line.replace("**", "")


def test_a_quotation_is_shortened_at_a_word():
    text = "un mot puis un autre, " * 40

    assert len(shortened(text, 200)) <= 201
    assert shortened(text, 200).endswith("…")
    assert shortened(text, 200)[:-1] in text
    assert shortened("x" * 500, 200) == "x" * 200 + "…"


def test_what_cannot_be_seen_is_not_quoted():
    assert shortened("pay\u202eload\u0000 \u200bhere", 200) == "payload here"


@settings(max_examples=150, deadline=None)
@given(
    text=anything,
    question=anything,
    mode=st.sampled_from(["narrative", "therapeutic", "coauthor", "structural"]),
    language=st.sampled_from(["en", "fr", "de", ""]),
    pov=st.sampled_from([None, "", "first", "second", "third", "omniscient"]),
)
def test_any_page_and_any_question_get_an_answer_that_is_safe_to_show(text, question, mode, language, pov):
    said = answer(chapter_text=text, question=question, mode=mode, language=language, pov=pov)
    tokens = MarkdownIt("commonmark").parse(said)
    kinds = {token.type for token in tokens} | {c.type for token in tokens for c in token.children or []}

    assert not kinds & {"link_open", "image", "html_block", "html_inline", "code_inline", "fence", "code_block"}
    assert "heading_open" not in kinds
    assert len(said) < 6_000


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "." * 1_000_000,
        "*" * 1_000_000,
        "_a" * 500_000,
        "« " * 500_000,
        '"' * 1_000_000,
        "\n" * 1_000_000,
        "😀" * 250_000,
        "mot " * 250_000,
    ],
    ids=lambda text: repr(text[:3]),
)
def test_a_megabyte_of_anything_is_answered(text):
    """Were one step quadratic, this would not come back within the hour."""
    for mode in ("narrative", "therapeutic"):
        assert say(text, mode=mode)
