"""A passage of the coach's taken into the page: one revision, one run, known again when it returns."""

import uuid

import pytest

from stories import services
from stories.models import Chapter, Insertion, Revision
from stories.provenance import COACH, COACH_EDITED, HUMAN
from stories.services import StaleRevision
from tests.factories import create_chapter, create_user

pytestmark = pytest.mark.django_db

PASSAGE = (
    "The keeper counted the ships twice and wrote down one fewer. Nobody on the quay asked him why he had done it."
)
REPLY = uuid.UUID("0d3e7a0c-58a4-4d4b-a1d9-c1a6ef0cb6a1")


def insert(chapter, *, position=0, version=None, text=PASSAGE, replacing=0):
    return services.insert_passage(
        chapter=chapter,
        author=chapter.story.owner,
        version=chapter.version if version is None else version,
        position=position,
        text=text,
        reply_id=REPLY,
        replacing=replacing,
    )


def save(chapter, content):
    stored = Chapter.objects.select_related("story").get(pk=chapter.pk)
    return services.revise_chapter(chapter=stored, author=stored.story.owner, version=stored.version, content=content)


def test_a_passage_is_one_revision_and_one_run():
    chapter = create_chapter(content="Before. After.")
    inserted = insert(chapter, position=8)
    inserted.refresh_from_db()
    assert inserted.content == f"Before. {PASSAGE}After."
    assert inserted.provenance == [[8, HUMAN], [len(PASSAGE), COACH, str(REPLY)], [6, HUMAN]]
    assert (inserted.coach_characters, inserted.character_count) == (len(PASSAGE), len(PASSAGE) + 14)
    revision = inserted.revisions.get(version=inserted.version)
    assert (revision.kind, revision.reply_id, revision.runs) == (Revision.Kind.COACH, REPLY, inserted.provenance)
    assert inserted.revisions.filter(content="Before. After.").exists()


def test_a_passage_replaces_what_was_chosen():
    chapter = create_chapter(content="Before. Weak words. After.")
    assert insert(chapter, position=8, replacing=11).content == f"Before. {PASSAGE} After."


@pytest.mark.parametrize(("position", "replacing"), [(-3, 0), (10_000, 5), (3, 10_000), (0, -2)])
def test_places_beyond_the_text_are_its_ends(position, replacing):
    chapter = create_chapter(content="Before.")
    inserted = insert(chapter, position=position, replacing=replacing)
    assert sum(run[0] for run in inserted.runs) == len(inserted.content)
    assert PASSAGE in inserted.content


def test_a_page_that_was_changed_meanwhile_is_left_alone():
    chapter = create_chapter(content="Before.")
    save(chapter, "Changed.")
    with pytest.raises(StaleRevision):
        insert(chapter, version=1)
    stored = Chapter.objects.get(pk=chapter.pk)
    with pytest.raises(StaleRevision):
        insert(stored, version=stored.version - 1)
    stored.refresh_from_db()
    assert stored.content == "Changed."
    assert not Insertion.objects.exists()


def test_what_is_typed_into_a_passage_makes_its_sentence_an_edited_one():
    chapter = insert(create_chapter(content=""))
    edited = save(chapter, PASSAGE.replace("counted the ships", "counted all the ships"))
    assert edited.runs[0] == [19, COACH_EDITED, str(REPLY)]
    assert edited.runs[1] == [4, HUMAN]
    assert edited.coach_characters > 40


def test_an_undone_passage_that_is_redone_is_the_coachs_again():
    chapter = insert(create_chapter(content="Before.\n"), position=8)
    text = chapter.content
    assert save(chapter, "Before.\n").coach_characters == 0
    assert save(chapter, text).coach_characters == len(PASSAGE)


def test_a_passage_cut_here_and_pasted_into_another_chapter_is_the_coachs():
    chapter = insert(create_chapter(content=""))
    other = create_chapter(story=chapter.story, content="Elsewhere.")
    assert save(other, f"Elsewhere.\n\n{PASSAGE}").coach_characters == len(PASSAGE)
    stranger = create_chapter(content="")
    assert save(stranger, PASSAGE).coach_characters == 0


def test_a_restore_brings_back_the_record_too():
    chapter = insert(create_chapter(content="Before."))
    revision = chapter.revisions.get(version=chapter.version)
    save(chapter, "All mine.")
    restored = services.restore_revision(
        revision=Revision.objects.select_related("chapter").get(pk=revision.pk), author=create_user()
    )
    assert restored.runs == revision.runs


def test_a_late_text_is_set_aside_with_its_record():
    chapter = insert(create_chapter(content="Before."))
    late = Chapter.objects.select_related("story").get(pk=chapter.pk)
    services.revise_chapter(
        chapter=chapter, author=chapter.story.owner, version=chapter.version, content=chapter.content + " First."
    )
    with pytest.raises(StaleRevision) as conflict:
        services.revise_chapter(
            chapter=late, author=chapter.story.owner, version=late.version, content=late.content + " Second."
        )
    kept = conflict.value.kept
    assert kept is not None
    assert kept.base_version == late.version
    assert any(run[1] == COACH for run in kept.runs)
    assert sum(run[0] for run in kept.runs) == len(kept.text)
