"""What stands out in a text: in place, in both languages, and no more than an editor would mark."""

import pytest
from django.test import Client
from django.urls import reverse

from coaching.offline import answer
from coaching.offline.digest import digest
from coaching.offline.findings import find
from coaching.tests.conftest import create_writer
from stories.models import Story
from tests.factories import create_chapter, create_story

ENGLISH = """The lamp went out. “Nobody came,” she said softly.

She could see the harbour from there. It was a dark and stormy night. The door was opened by a stranger.

“No!” exclaimed Anna. He walked slowly to the quay, and the quay was empty, and past the quay the water moved."""
FRENCH = """La lampe s’éteignit. — Personne ne viendra, dit-il.

— Personne, dit-elle doucement.

Elle vit la rade. Son cœur battait la chamade. La porte fut ouverte par un inconnu. « Non ! » s’exclama-t-elle.
Il marchait lentement vers le quai, le quai était vide, et derrière le quai la mer montait."""


def quotes(text: str, language: str, kind: str) -> list[str]:
    return [finding.quote for finding in find(text, language=language).findings if finding.kind == kind]


@pytest.mark.parametrize(
    ("kind", "english", "french"),
    [
        ("cliche", "It was a dark and stormy night", "Son cœur battait la chamade"),
        ("filter", "She could see", "Elle vit"),
        ("passive.agent", "was opened", "fut ouverte"),
        ("tag", "exclaimed", "exclama"),
        ("tag.adverb", "said softly", "dit-elle doucement"),
    ],
)
def test_each_kind_in_each_language(kind: str, english: str, french: str):
    assert english in quotes(ENGLISH, "en", kind)
    assert french in quotes(FRENCH, "fr", kind)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("She gave him the family silver. The only reply was early rain. They were friendly people, and lonely.", "en"),
        (
            "Le bâtiment, un appartement, un moment. Le gouvernement ment. Il est venu, elle est partie, ils sont nés.",
            "fr",
        ),
        ("He was tired. She was gone. They were late, and the shop was closed. Anna, Anna said, and Anna slept.", "en"),
        ("“I saw him,” said Anna. “I felt ill.”", "en"),
        ("« Je vis un homme », dit Anna.", "fr"),
        ("`she could see` and ```\nIt was a dark and stormy night\n```", "en"),
    ],
)
def test_what_no_editor_would_mark(text: str, language: str):
    found = find(text, language=language).findings
    assert [(finding.kind, finding.quote) for finding in found] == []


def test_echoes_but_not_names_and_not_small_words():
    text = "The harbour slept. Beyond the harbour a boat, and in the harbour a light. Anna saw Anna, and Anna saw Anna."
    (echo,) = [one for one in find(text, language="en").findings if one.kind == "echo"]
    assert (echo.quote, echo.facts["count"]) == ("harbour", 3)


def test_long_sentences_and_ease_of_reading():
    long = "She went on " + "and on " * 30 + "until it was night. "
    found = find(long + "It rained. " * 30, language="en")
    assert next(one for one in found.findings if one.kind == "rhythm.long").quote.startswith("She went on")
    easy, hard = find("The cat sat on the mat. " * 40, language="en"), find(long * 5, language="en")
    assert easy.figures.ease is not None
    assert hard.figures.ease is not None
    assert easy.figures.ease > hard.figures.ease
    assert find("Short.", language="en").figures.ease is None


@pytest.mark.parametrize(
    "text", ["", " ", "\x00", "“" * 5_000, "a" * 100_000, "— " * 20_000, "« " * 20_000, "né " * 30_000]
)
def test_nothing_breaks_it(text: str):
    find(text, language="fr")
    digest(text, "fr")


def test_the_model_is_told_the_figures():
    told = digest(ENGLISH * 3, "en")
    assert "words" in told
    assert "% of the words are speech" in told
    assert "- Worn phrases: “It was a dark and stormy night”" in told
    assert "- Des tournures usées\u00a0: «\u202fSon cœur battait la chamade\u202f»" in digest(FRENCH * 3, "fr")
    assert digest("Short.", "en") == ""


def test_the_offline_coach_shows_one_thing_it_heard():
    told = answer(chapter_text=ENGLISH, question="", mode="narrative", language="en")
    assert "**Worn phrases** · “It was a dark and stormy night” has been said very often." in told
    told = answer(chapter_text=FRENCH, question="", mode="narrative", language="fr")
    assert "**Des tournures usées** · «\u202fSon cœur battait la chamade\u202f» a déjà beaucoup servi." in told
    assert "Worn phrases" not in answer(chapter_text=ENGLISH, question="", mode="therapeutic", language="en")


@pytest.mark.django_db
def test_over_the_page(client: Client):
    story = create_story(owner=create_writer())
    chapter = create_chapter(story=story, title="One", content=ENGLISH)
    url = reverse("coaching:craft-detail", args=[story.pk, chapter.pk])
    client.force_login(story.owner)
    page = client.get(url).text
    assert "It was a dark and stormy night</mark>" in page
    start = ENGLISH.index("It was a dark")
    assert f"?at={start}-{start + 30}" in page
    assert "<rect" in page
    panel = reverse("coaching:panel", args=[story.pk])
    assert url in client.get(panel, {"chapter": str(chapter.pk)}).text
    assert url not in client.get(panel, {"chapter": str(chapter.pk), "mode": "therapeutic"}).text
    empty = create_chapter(story=story, content="")
    assert "no text in this chapter yet" in client.get(reverse("coaching:craft-detail", args=[story.pk, empty.pk])).text
    client.force_login(create_writer())
    assert client.get(url).status_code == 404
    journal = create_chapter(story=create_story(owner=create_writer(), mode=Story.Mode.JOURNAL), content=ENGLISH)
    client.force_login(journal.story.owner)
    page = client.get(reverse("coaching:craft-detail", args=[journal.story_id, journal.pk])).text
    assert "I do not weigh sentences" in page
    assert "?at=" not in page
