"""Adding, ordering, binning and restoring chapters: places stay 1 to n, totals stay true."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from stories.models import Chapter, Story
from stories.services import (
    IncompleteOrder,
    create_chapter,
    delete_chapter,
    reorder_chapters,
    restore_chapter,
)
from tests.factories import create_chapter as make_chapter
from tests.factories import create_story

pytestmark = pytest.mark.django_db


def titles(story: Story) -> str:
    chapters = Chapter.objects.filter(story=story, deleted_at=None).order_by("position")
    assert [chapter.position for chapter in chapters] == list(range(1, len(chapters) + 1))
    return "".join(chapter.title for chapter in chapters)


@pytest.fixture
def story() -> Story:
    story = create_story()
    for letter in "abcd":
        create_chapter(story=story, author=story.owner, title=letter, content="two words")
    return story


def chapter(story: Story, title: str) -> Chapter:
    return story.chapters.get(title=title)


def assert_totals(story: Story) -> None:
    story.refresh_from_db()
    present = story.chapters.filter(deleted_at=None)
    assert story.chapter_count == present.count()
    assert story.word_count == (present.aggregate(words=Sum("word_count"))["words"] or 0)


def test_a_new_chapter_stands_at_the_end_with_its_first_revision(story):
    added = create_chapter(story=story, author=story.owner, title="e", content="Three *more* words")

    assert titles(story) == "abcde"
    assert added.content_html == "<p>Three <em>more</em> words</p>\n"
    revision = added.revisions.get()
    assert (revision.version, revision.content, revision.author) == (1, "Three *more* words", story.owner)
    assert_totals(story)
    assert story.word_count == 11
    assert Event.objects.about(added).get().name == "chapter.created"


def test_a_chapter_in_the_bin_leaves_no_gap(story):
    delete_chapter(chapter=chapter(story, "b"))

    assert titles(story) == "acd"
    assert_totals(story)


def test_binning_twice_counts_once(story):
    removed = chapter(story, "b")
    delete_chapter(chapter=removed)
    delete_chapter(chapter=removed)

    assert titles(story) == "acd"
    assert_totals(story)
    assert Event.objects.filter(name="chapter.deleted").count() == 1


def test_a_restored_chapter_comes_back_to_its_place(story):
    delete_chapter(chapter=chapter(story, "b"))
    restore_chapter(chapter=chapter(story, "b"))
    restore_chapter(chapter=chapter(story, "b"))

    assert titles(story) == "abcd"
    assert_totals(story)


def test_a_restored_chapter_whose_place_is_gone_comes_last(story):
    for letter in "dcb":
        delete_chapter(chapter=chapter(story, letter))

    restore_chapter(chapter=chapter(story, "d"))

    assert titles(story) == "ad"


def test_after_thirty_days_a_chapter_stays_in_the_bin(story):
    delete_chapter(chapter=chapter(story, "b"))
    story.chapters.filter(title="b").update(deleted_at=timezone.now() - timedelta(days=31))

    restore_chapter(chapter=chapter(story, "b"))

    assert titles(story) == "acd"


def test_chapters_are_put_in_order(story):
    order = [chapter(story, letter).pk for letter in "dbca"]

    reorder_chapters(story=story, chapter_ids=order)

    assert titles(story) == "dbca"


@pytest.mark.parametrize("letters", ["abc", "abcdd", "aabc", ""])
def test_an_order_that_misses_or_doubles_a_chapter_is_refused(story, letters):
    with pytest.raises(IncompleteOrder):
        reorder_chapters(story=story, chapter_ids=[chapter(story, letter).pk for letter in letters])

    assert titles(story) == "abcd"


@pytest.mark.parametrize("stranger", ["another story's", "nobody's", "one in the bin"])
def test_an_order_with_a_foreign_chapter_is_refused(story, stranger):
    order = [chapter(story, letter).pk for letter in "abc"]
    if stranger == "another story's":
        order.append(make_chapter().pk)
    elif stranger == "nobody's":
        order.append(uuid.uuid4())
    else:
        binned = chapter(story, "a")
        delete_chapter(chapter=binned)
        order = [*order, chapter(story, "d").pk]

    with pytest.raises(IncompleteOrder):
        reorder_chapters(story=story, chapter_ids=order)


def test_a_story_without_chapters_is_in_order():
    reorder_chapters(story=create_story(), chapter_ids=[])


STEPS = st.lists(st.tuples(st.sampled_from(["create", "delete", "restore", "reverse"]), st.integers(0, 9)), max_size=20)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_places_and_totals_are_true_after_any_sequence(steps):
    story = create_story()
    for step, number in steps:
        chapters = list(story.chapters.order_by("created_at"))
        if step == "create":
            create_chapter(story=story, author=story.owner, title=str(number), content="word " * number)
        elif step == "reverse":
            present = story.chapters.filter(deleted_at=None).order_by("-position")
            reorder_chapters(story=story, chapter_ids=[chapter.pk for chapter in present])
        elif chapters:
            {"delete": delete_chapter, "restore": restore_chapter}[step](chapter=chapters[number % len(chapters)])
        titles(story)
        assert_totals(story)
