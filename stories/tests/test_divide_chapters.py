"""A chapter in two, two in one: every word, every note, every mark of who wrote it stays."""

import uuid

import pytest

from stories import services
from stories.models import Chapter, Note, Photograph, Revision
from stories.provenance import COACH, HUMAN
from stories.services import NothingToDivide, StaleRevision
from tests.factories import create_chapter, create_story

pytestmark = pytest.mark.django_db

REPLY = uuid.UUID("0d3e7a0c-58a4-4d4b-a1d9-c1a6ef0cb6a1")


def titles(story):
    return list(story.chapters.filter(deleted_at=None).order_by("position").values_list("position", "title"))


def test_a_split_keeps_every_word_and_its_record():
    chapter = create_chapter(content="One two.\n\nThree four.", title="First")
    create_chapter(story=chapter.story, title="Last", content="End.")
    chapter = services.insert_passage(
        chapter=chapter, author=chapter.story.owner, version=1, position=10, text="COACH ", reply_id=REPLY
    )
    note = Note.objects.create(chapter=chapter, body="check", position=12, quote="OACH")
    new = services.split_chapter(
        chapter=chapter, author=chapter.story.owner, version=chapter.version, position=10, title="Second"
    )
    chapter.refresh_from_db()
    note.refresh_from_db()
    assert (chapter.content, new.content) == ("One two.", "COACH Three four.")
    assert chapter.runs == [[8, HUMAN]]
    assert new.runs == [[6, COACH, str(REPLY)], [11, HUMAN]]
    assert titles(chapter.story) == [(1, "First"), (2, "Second"), (3, "Last")]
    assert (note.chapter_id, note.position) == (new.pk, 2)
    assert chapter.revisions.filter(content="One two.\n\nCOACH Three four.").exists()
    story = chapter.story
    story.refresh_from_db()
    assert (story.chapter_count, story.word_count) == (3, 6)


@pytest.mark.parametrize("position", [0, -1, 3, 4, 5, 1000])
def test_there_must_be_words_on_both_sides(position):
    chapter = create_chapter(content="One.\n")
    with pytest.raises(NothingToDivide):
        services.split_chapter(
            chapter=chapter, author=chapter.story.owner, version=1, position=position if position != 3 else 5
        )
    assert Chapter.objects.count() == 1


def test_a_merge_takes_up_the_next_chapter_and_bins_it_whole():
    chapter = create_chapter(content="One.", title="First")
    second = create_chapter(story=chapter.story, content="Two.", title="Second")
    create_chapter(story=chapter.story, content="Three.", title="Third")
    note = Note.objects.create(chapter=second, body="check", position=1)
    Photograph.objects.create(chapter=chapter, position=1)
    photograph = Photograph.objects.create(chapter=second, position=1)
    merged = services.merge_chapters(chapter=chapter, author=chapter.story.owner, version=1).chapter
    merged.refresh_from_db()
    note.refresh_from_db()
    photograph.refresh_from_db()
    second.refresh_from_db()
    assert merged.content == "One.\n\nTwo."
    assert (second.content, second.deleted_at is None) == ("Two.", False)
    assert (note.chapter_id, note.position) == (chapter.pk, 7)
    assert (photograph.chapter_id, photograph.position) == (chapter.pk, 2)
    assert titles(chapter.story) == [(1, "First"), (2, "Third")]
    assert merged.revisions.filter(kind=Revision.Kind.SPLIT, version=2).exists()
    story = chapter.story
    story.refresh_from_db()
    assert (story.chapter_count, story.word_count) == (2, 3)


def test_the_last_chapter_has_nothing_to_take_up():
    chapter = create_chapter(content="One.")
    with pytest.raises(NothingToDivide):
        services.merge_chapters(chapter=chapter, author=chapter.story.owner, version=1)


def test_a_chapter_changed_meanwhile_is_neither_split_nor_merged():
    story = create_story()
    chapter = create_chapter(story=story, content="One.\n\nTwo.")
    create_chapter(story=story, content="Three.")
    stale = Chapter.objects.select_related("story").get(pk=chapter.pk)
    services.revise_chapter(chapter=chapter, author=story.owner, version=1, content="One.\n\nTwo, changed.")
    with pytest.raises(StaleRevision):
        services.split_chapter(chapter=stale, author=story.owner, version=1, position=5)
    with pytest.raises(StaleRevision):
        services.merge_chapters(chapter=stale, author=story.owner, version=1)
    assert Chapter.objects.filter(deleted_at=None).count() == 2
    assert Chapter.objects.get(pk=chapter.pk).content == "One.\n\nTwo, changed."
