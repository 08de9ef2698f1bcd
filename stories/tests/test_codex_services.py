"""The codex: what may be kept in it, what holds when, and how often a chapter names what."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from stories import services
from stories.models import BIN_TIME, Chapter, ChapterMentions, CodexEntry, CodexFact, Story
from stories.selectors.codex import codex_at, facts_at, namesakes, passages_of, relations_of
from stories.services import CodexFull, InvalidCodexEntry
from tests.factories import create_chapter, create_codex_entry, create_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return create_story()


def mentions(story: Story) -> dict[int, dict[str, int]]:
    """Names and their counts by the chapter's place."""
    entries = list(story.codex_entries.present())
    chapters = list(story.chapters.filter(deleted_at=None).without_text())
    counts = services.count_mentions(story=story, entries=entries, chapters=chapters)
    names = {entry.pk: entry.name for entry in entries}
    return {
        chapter.position: {names[pk]: count for pk, count in counts.by_chapter[chapter.pk].items()}
        for chapter in chapters
        if chapter.pk in counts.by_chapter
    }


# --- Entries ---


def test_an_entry_is_kept_on_one_line_without_doubles(story):
    entry = services.create_codex_entry(
        story=story,
        name="  Anna \n Karenine ",
        aliases=["Anna", " Anna", "", "Anna Karenine", "Nan\x00a"],
        kind="character",
    )

    entry.refresh_from_db()
    assert (entry.name, entry.aliases) == ("Anna Karenine", ["Anna", "Nana"])
    assert entry.inclusion == "named"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"name": " \n "}, "name"),
        ({"name": "n" * 121}, "name"),
        ({"name": "Anna", "aliases": ["a" * 121]}, "aliases"),
        ({"name": "Anna", "aliases": [str(n) for n in range(51)]}, "aliases"),
        ({"name": "Anna", "description": "d" * 10_001}, "description"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(story, words, field):
    with pytest.raises(InvalidCodexEntry) as refusal:
        services.create_codex_entry(story=story, **words)

    assert refusal.value.details["field"] == field
    assert not CodexEntry.objects.exists()


def test_only_what_is_given_changes():
    entry = create_codex_entry(name="Anna", aliases=["Nan"], description="Tall.")

    services.revise_codex_entry(entry=entry, description="Short.")

    entry.refresh_from_db()
    assert (entry.name, entry.aliases, entry.description) == ("Anna", ["Nan"], "Short.")


def test_a_codex_has_its_limit(story):
    CodexEntry.objects.bulk_create([CodexEntry(story=story, name=f"Name {n}") for n in range(services.MAX_ENTRIES)])

    with pytest.raises(CodexFull):
        services.create_codex_entry(story=story, name="One more")

    gone = story.codex_entries.first()
    services.delete_codex_entry(entry=gone)
    services.create_codex_entry(story=story, name="One more")
    with pytest.raises(CodexFull):
        services.restore_codex_entry(entry=gone)


def test_a_deleted_entry_comes_back_with_all_that_was_said_of_it():
    entry = create_codex_entry(name="Anna")
    services.add_codex_fact(entry=entry, text="She limps.")

    services.delete_codex_entry(entry=entry)
    services.delete_codex_entry(entry=entry)
    assert not CodexEntry.objects.present().exists()
    assert not CodexEntry.objects.editable_by(entry.story.owner).exists()

    services.restore_codex_entry(entry=entry)
    services.restore_codex_entry(entry=entry)
    assert CodexEntry.objects.present().get().facts.get().text == "She limps."


def test_after_thirty_days_it_is_too_late():
    entry = create_codex_entry(deleted_at=timezone.now() - BIN_TIME)

    assert services.restore_codex_entry(entry=entry).deleted_at is not None
    assert not CodexEntry.objects.in_bin_of(entry.story.owner).exists()


# --- Facts ---


def test_a_fact_holds_from_one_chapter_to_another_both_included(story):
    chapters = [create_chapter(story=story) for _ in range(5)]
    entry = create_codex_entry(story=story)
    for text, start, end in (("always", None, None), ("from 2", 1, None), ("to 3", None, 2), ("in 3", 2, 2)):
        services.add_codex_fact(
            entry=entry,
            text=text,
            holds_from=chapters[start] if start is not None else None,
            holds_until=chapters[end] if end is not None else None,
        )

    held = [[fact.text for fact in facts_at(entry.facts.all(), chapter)] for chapter in chapters]

    assert held == [
        ["always", "to 3"],
        ["always", "from 2", "to 3"],
        ["always", "from 2", "to 3", "in 3"],
        ["always", "from 2"],
        ["always", "from 2"],
    ]


def test_a_fact_moves_with_its_chapter(story):
    first, second = create_chapter(story=story), create_chapter(story=story)
    fact = services.add_codex_fact(entry=create_codex_entry(story=story), text="She knows.", holds_from=second)

    services.move_chapter(chapter=second, by=-1)

    first.refresh_from_db()
    assert facts_at(CodexFact.objects.filter(pk=fact.pk), first) == [fact]


def test_facts_that_cannot_be_are_refused(story):
    first, second = create_chapter(story=story), create_chapter(story=story)
    entry = create_codex_entry(story=story)

    refused: dict[str, dict[str, Any]] = {
        "text": {"text": " \n"},
        "holds_from": {"text": "x", "holds_from": create_chapter()},
        "holds_until": {"text": "x", "holds_from": second, "holds_until": first},
    }
    for field, words in refused.items():
        with pytest.raises(InvalidCodexEntry) as refusal:
            services.add_codex_fact(entry=entry, **words)
        assert refusal.value.details["field"] == field
    with pytest.raises(InvalidCodexEntry):
        services.add_codex_fact(entry=entry, text="x" * 1_001)
    assert not entry.facts.exists()


def test_facts_have_their_limit():
    entry = create_codex_entry()
    CodexFact.objects.bulk_create([CodexFact(entry=entry, text=str(n)) for n in range(services.MAX_FACTS)])

    with pytest.raises(CodexFull):
        services.add_codex_fact(entry=entry, text="One more")


# --- Relations ---


def test_a_relation_is_seen_from_both_sides(story):
    anna, claire = create_codex_entry(story=story, name="Anna"), create_codex_entry(story=story, name="Claire")

    services.relate_codex_entries(entry=anna, other=claire, label=" sister  of ")
    services.relate_codex_entries(entry=anna, other=claire, label="sister of")

    ((from_anna,), (from_claire,)) = relations_of(anna), relations_of(claire)
    assert (from_anna.label, from_anna.other, from_anna.is_from) == ("sister of", claire, True)
    assert (from_claire.label, from_claire.other, from_claire.is_from) == ("sister of", anna, False)
    services.delete_codex_entry(entry=claire)
    assert relations_of(anna) == []


def test_relations_that_cannot_be_are_refused(story):
    anna, other = create_codex_entry(story=story), create_codex_entry(story=story)

    refused: dict[str, dict[str, Any]] = {
        "label": {"entry": anna, "other": other, "label": " "},
        "other": {"entry": anna, "other": anna, "label": "knows"},
    }
    for field, words in refused.items():
        with pytest.raises(InvalidCodexEntry) as refusal:
            services.relate_codex_entries(**words)
        assert refusal.value.details["field"] == field
    with pytest.raises(InvalidCodexEntry):
        services.relate_codex_entries(entry=anna, other=create_codex_entry(), label="knows")


def test_names_that_are_shared_are_told(story):
    anna = create_codex_entry(story=story, name="Anna")
    other = create_codex_entry(story=story, name="Karenine", aliases=["anná"])
    create_codex_entry(story=story, name="Claire")

    assert namesakes(list(story.codex_entries.all())) == {anna.pk: [other], other.pk: [anna]}


# --- Mentions ---


def test_mentions_are_counted_by_chapter_and_kept(story):
    create_codex_entry(story=story, name="Anna")
    create_chapter(story=story, content="Anna, and Anna’s hat.")
    create_chapter(story=story, content="Nobody.")

    assert mentions(story) == {1: {"Anna": 2}, 2: {}}
    with CaptureQueriesContext(connection) as queries:
        assert mentions(story) == {1: {"Anna": 2}, 2: {}}
    assert not any("INSERT" in query["sql"] or '"content"' in query["sql"] for query in queries)


def test_another_text_or_another_name_is_counted_again(story):
    entry = create_codex_entry(story=story, name="Anna")
    chapter = create_chapter(story=story, content="Anna and Claire")
    mentions(story)

    services.revise_chapter(chapter=chapter, author=story.owner, version=1, content="Anna, Anna")
    assert mentions(story) == {1: {"Anna": 2}}
    services.revise_codex_entry(entry=entry, name="Claire")
    assert mentions(story) == {1: {}}
    services.revise_codex_entry(entry=entry, aliases=["Anna"])
    assert mentions(story) == {1: {"Claire": 2}}
    services.delete_codex_entry(entry=entry)
    assert mentions(story) == {1: {}}


def test_the_number_of_queries_does_not_grow_with_the_chapters(story):
    create_codex_entry(story=story, name="Anna")
    for _ in range(30):
        create_chapter(story=story, content="Anna")
    entries, chapters = list(story.codex_entries.all()), list(story.chapters.without_text())

    with CaptureQueriesContext(connection) as queries:
        services.count_mentions(story=story, entries=entries, chapters=chapters)

    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 3


def test_a_very_long_story_is_counted_in_several_goes(story):
    create_codex_entry(story=story, name="Anna")
    for _ in range(3):
        create_chapter(story=story, content="Anna", character_count=900_000)
    entries, chapters = list(story.codex_entries.all()), list(story.chapters.without_text())
    waiting = []
    for _ in range(4):
        counts = services.count_mentions(story=story, entries=entries, chapters=chapters)
        waiting.append(len(counts.waiting))

    assert waiting == [2, 1, 0, 0]
    assert ChapterMentions.objects.count() == 3


def test_passages_are_found_where_they_stand(story):
    anna = create_codex_entry(story=story, name="Anna")
    create_codex_entry(story=story, name="Anna Karenine")
    text = "👩‍👩‍👧 " + "x " * 50 + "Anna\n\ncame. Anna Karenine went. " + "y " * 50
    chapter = create_chapter(story=story, content=text)

    (passage,) = passages_of(anna, chapter=chapter, entries=list(story.codex_entries.all()))

    assert text.encode("utf-16-le")[2 * passage.at :].decode("utf-16-le").startswith("Anna")
    assert passage.words == "Anna"
    assert passage.before.startswith("…x x")
    assert passage.after.startswith(" came. Anna Karenine went.")
    assert passage.after.endswith("y…")


def test_the_codex_at_a_chapter_in_three_queries(story):
    first, second = (create_chapter(story=story, content=text) for text in ("Anna.", "Claire, Claire"))
    for name in ("Anna", "Claire"):
        entry = create_codex_entry(story=story, name=name)
        services.add_codex_fact(entry=entry, text="Later", holds_from=second)
        services.add_codex_fact(entry=entry, text="Always")
    services.relate_codex_entries(entry=entry, other=story.codex_entries.get(name="Anna"), label="knows")
    chapter = Chapter.objects.select_related("story").get(pk=first.pk)

    with CaptureQueriesContext(connection) as queries:
        at_first = {
            at.entry.name: (
                [fact.text for fact in at.facts],
                at.facts_elsewhere,
                len(at.relations),
                at.mentions,
                at.asked,
            )
            for at in codex_at(story=chapter.story, chapter=chapter, words="And Claire?")
        }

    assert at_first == {"Anna": (["Always"], 1, 1, 1, 0), "Claire": (["Always"], 1, 1, 0, 1)}
    assert len(queries) == 3
