"""The first promise: not a word is lost."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event
from stories.models import Chapter, Revision, Story
from stories.selectors.desk import COMPARED, WRITTEN, WRITTEN_OF, chapter_to_save, chapter_to_write
from stories.selectors.html import html_of
from stories.services import (
    ContentTooLong,
    InvalidTitle,
    StaleRevision,
    create_chapter,
    delete_chapter,
    release_chapter,
    restore_revision,
    revise_chapter,
    set_visibility,
    withhold_chapter,
)
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db

Kind = Revision.Kind


def write(content: str = "", **overrides) -> Chapter:
    story = overrides.pop("story", None) or create_story()
    return create_chapter(story=story, author=story.owner, content=content, **overrides)


def save(chapter: Chapter, content: str, *, version: int | None = None, author=None, **rest) -> Chapter:
    """As a request does: the chapter is read, then revised."""
    read = Chapter.objects.select_related("story").get(pk=chapter.pk)
    return revise_chapter(
        chapter=read,
        author=author or read.story.owner,
        version=read.version if version is None else version,
        content=content,
        **rest,
    )


def let_time_pass(chapter: Chapter) -> None:
    chapter.revisions.update(created_at=F("created_at") - timedelta(minutes=4))


def kept(chapter: Chapter) -> list[tuple[int, str, str]]:
    return [(row.version, row.kind, row.text) for row in revisions(chapter)]


def revisions(chapter: Chapter) -> list[Revision]:
    return list(chapter.revisions.order_by("version", "created_at").select_related("chapter"))


# --- A save ------------------------------------------------------------------------------------------------------


def test_a_save_stores_text_html_words_and_the_next_version():
    chapter = write()

    save(chapter, "The *keeper* climbed.\n\nHe counted.", title="Night")

    chapter.refresh_from_db()
    assert chapter.title == "Night"
    assert chapter.content == "The *keeper* climbed.\n\nHe counted."
    assert chapter.content_html == "<p>The <em>keeper</em> climbed.</p>\n<p>He counted.</p>\n"
    assert (chapter.word_count, chapter.version) == (5, 2)


def test_html_is_stored_where_readers_see_it_and_is_never_old():
    story = create_story(visibility="private")
    draft = write("one", story=story)
    save(draft, "one *two*")
    save(draft, "one *two* three")

    draft.refresh_from_db()
    expected = "<p>one <em>two</em> three</p>\n"
    # Only PostgreSQL has the statement that leaves it out.
    assert draft.content_html == ("" if connection.vendor == "postgresql" else expected)
    assert html_of([draft.pk]) == {draft.pk: expected}

    release_chapter(chapter=draft)
    draft.refresh_from_db()
    assert draft.content_html == expected
    save(draft, "one *two* three four")
    draft.refresh_from_db()
    assert draft.content_html == "<p>one <em>two</em> three four</p>\n"

    # The chapter is released between the reading and the writing of a save.
    withhold_chapter(chapter=draft)
    save(draft, "five")
    read = chapter_to_save(story.owner, draft.pk)
    assert read is not None
    set_visibility(story=story, visibility="public", rating="everyone")
    draft.refresh_from_db()
    assert draft.content_html == "<p>five</p>\n"
    revise_chapter(chapter=read, author=story.owner, version=read.version, content="five six")
    draft.refresh_from_db()
    assert draft.content_html == "<p>five six</p>\n"


def test_what_the_desk_reads_is_what_is_stored_and_its_writer_s_alone():
    chapter = write("one", title="Night")
    stored = Chapter.objects.select_related("story").get(pk=chapter.pk)
    owner = stored.story.owner

    compared, written = chapter_to_save(owner, chapter.pk), chapter_to_write(owner, chapter.pk)
    assert written is not None
    for read, expected, names in (
        (compared, stored, COMPARED),
        (written, stored, WRITTEN),
        (written.story, stored.story, WRITTEN_OF),
    ):
        assert [getattr(read, name) for name in names] == [getattr(expected, name) for name in names]
    for ask in (chapter_to_save, chapter_to_write):
        assert ask(create_user(), chapter.pk) is None
        assert ask(owner, uuid4()) is None
    delete_chapter(chapter=chapter)
    assert chapter_to_save(owner, chapter.pk) is chapter_to_write(owner, chapter.pk) is None


def test_the_story_s_words_follow_each_save():
    story = create_story()
    first, second = write("one two three", story=story), write("four", story=story)

    save(first, "one")
    save(second, "four five six")

    story.refresh_from_db()
    assert (story.word_count, story.chapter_count) == (4, 2)
    assert story.updated_at >= second.updated_at


def test_saving_what_is_stored_already_changes_nothing():
    chapter = write("as it was")

    with CaptureQueriesContext(connection) as queries:
        saved = revise_chapter(chapter=chapter, author=chapter.story.owner, version=1, content="as it was")

    assert saved.version == 1
    assert len(queries) == 0


def test_what_is_not_given_stays():
    chapter = write("text", title="Title")

    revise_chapter(chapter=chapter, author=chapter.story.owner, version=1, title="Other")
    chapter.refresh_from_db()
    assert (chapter.title, chapter.content, chapter.version) == ("Other", "text", 2)

    revise_chapter(chapter=chapter, author=chapter.story.owner, version=2, content="more text")
    chapter.refresh_from_db()
    assert (chapter.title, chapter.content, chapter.version) == ("Other", "more text", 3)


def test_a_save_asks_the_database_little():
    chapter = write("text " * 100)
    save(chapter, "text " * 101)
    chapter = Chapter.objects.select_related("story__owner").get(pk=chapter.pk)
    author = chapter.story.owner

    with CaptureQueriesContext(connection) as queries:
        revise_chapter(chapter=chapter, author=author, version=2, content="text " * 102)

    statements = [query["sql"] for query in queries if "SAVEPOINT" not in (query["sql"] or "prepared")]
    assert len(statements) == (1 if connection.vendor == "postgresql" else 4), statements
    chapter.refresh_from_db()
    assert (chapter.version, chapter.word_count, chapter.character_count) == (3, 102, 510)
    assert Story.objects.get(pk=chapter.story_id).word_count == 102
    assert kept(chapter) == [(3, Kind.EDIT, "text " * 102)]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("nul\x00l", "null"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("\ud83d\ude00", "😀"),
        ("family 👨‍👩‍👧‍👦", "family 👨‍👩‍👧‍👦"),
        ("right \u202eto left\u202c", "right \u202eto left\u202c"),
        ("« l’ombre\u202f»\u00a0!", "« l’ombre\u202f»\u00a0!"),
        ("\n\n  led by blanks, followed by them \n\n", "\n\n  led by blanks, followed by them \n\n"),
    ],
)
def test_what_cannot_be_stored_is_made_fit_and_nothing_else(sent, stored):
    chapter = write("before")

    save(chapter, sent)

    chapter.refresh_from_db()
    assert chapter.content == stored
    assert kept(chapter)[-1][2] == stored


def test_a_text_of_a_million_characters_fits_and_one_more_does_not():
    chapter = write()
    longest = "é" * 1_000_000

    save(chapter, longest)
    with pytest.raises(ContentTooLong) as refused:
        save(chapter, longest + "é")

    assert refused.value.code == "payload_too_large"
    assert refused.value.details == {"characters": 1_000_001, "max_characters": 1_000_000}
    assert Chapter.objects.get(pk=chapter.pk).content == longest


def test_a_title_that_is_too_long_is_refused_and_nothing_changes():
    chapter = write("text")

    with pytest.raises(InvalidTitle):
        save(chapter, "other text", title="t" * 10_000)

    assert kept(chapter) == [(1, Kind.EDIT, "text")]


def test_a_title_is_one_line():
    assert save(write(), "text", title=" The\r\nkeeper\x00 \n").title == "The keeper"


# --- Revisions ---------------------------------------------------------------------------------------------------


def test_saves_of_one_sitting_share_a_revision():
    chapter = write()

    for text in ("The", "The keeper", "The keeper climbed"):
        save(chapter, text)

    assert kept(chapter) == [(4, Kind.EDIT, "The keeper climbed")]


def test_after_three_minutes_a_new_revision_begins():
    chapter = write("one")
    let_time_pass(chapter)

    save(chapter, "one two")

    assert kept(chapter) == [(1, Kind.EDIT, "one"), (2, Kind.EDIT, "one two")]


def test_another_writer_has_a_revision_of_their_own():
    chapter = write("one")

    save(chapter, "one two", author=create_user())

    assert kept(chapter) == [(1, Kind.EDIT, "one"), (2, Kind.EDIT, "one two")]


def test_a_text_without_a_revision_is_kept_before_it_is_replaced():
    chapter = write("older than revisions")
    chapter.revisions.all().delete()

    save(chapter, "newer than they are")

    assert kept(chapter) == [(1, Kind.EDIT, "older than revisions"), (2, Kind.EDIT, "newer than they are")]


@pytest.mark.parametrize(("left", "is_safe"), [("", True), ("x" * 19, True), ("x" * 20, False), ("y" * 99, False)])
def test_a_cut_of_more_than_four_fifths_keeps_what_was_there(left, is_safe):
    chapter = write("x" * 100)

    save(chapter, left)
    save(chapter, left + "!")

    cut = [(1, Kind.SAFEGUARD, "x" * 100)] if is_safe else []
    assert kept(chapter) == [*cut, (3, Kind.EDIT, left + "!")]


def test_an_event_is_recorded_when_a_revision_begins_not_at_each_save():
    chapter = write("one")
    for text in ("one two", "one two three"):
        save(chapter, text)
    assert not Event.objects.filter(name="chapter.revised").exists()

    let_time_pass(chapter)
    save(chapter, "one two three four")

    event = Event.objects.get(name="chapter.revised")
    assert event.payload == {"kind": "edit", "version": 4, "word_count": 4}
    assert event.subject_id == str(chapter.pk)


# --- Conflicts ---------------------------------------------------------------------------------------------------


def test_a_stale_save_overwrites_nothing_and_is_set_aside():
    chapter = write("start")
    save(chapter, "from the first window", version=1)

    with pytest.raises(StaleRevision) as conflict:
        save(chapter, "from the second window", version=1)

    chapter.refresh_from_db()
    assert (chapter.content, chapter.version) == ("from the first window", 2)
    assert conflict.value.chapter.content == "from the first window"
    assert conflict.value.kept is not None
    assert conflict.value.kept.content == "from the second window"
    assert conflict.value.details == {"content": "from the first window", "version": 2, "title": ""}
    assert (2, Kind.CONFLICT, "from the second window") in kept(chapter)


@pytest.mark.parametrize("version", [0, 3, 2**40])
def test_a_version_that_never_was_is_stale_too(version):
    chapter = write("start")

    with pytest.raises(StaleRevision):
        save(chapter, "from nowhere", version=version)

    assert Chapter.objects.get(pk=chapter.pk).content == "start"


def test_a_chapter_read_before_another_s_save_is_stale_whatever_it_says():
    chapter = write("start")
    read = Chapter.objects.get(pk=chapter.pk)
    save(chapter, "the other was quicker")

    with pytest.raises(StaleRevision):
        revise_chapter(chapter=read, author=create_user(), version=1, content="too late")

    assert Chapter.objects.get(pk=chapter.pk).content == "the other was quicker"


def test_the_same_late_text_is_set_aside_once():
    chapter = write("start")
    save(chapter, "first")

    for _attempt in range(3):
        with pytest.raises(StaleRevision):
            save(chapter, "second", version=1)

    assert chapter.revisions.filter(kind=Kind.CONFLICT).count() == 1


def test_after_a_conflict_the_text_that_stood_is_kept_even_within_one_sitting():
    chapter = write("start")
    save(chapter, "theirs")
    with pytest.raises(StaleRevision):
        save(chapter, "mine", version=1)

    save(chapter, "mine", version=2)

    assert kept(chapter) == [(2, Kind.EDIT, "theirs"), (2, Kind.CONFLICT, "mine"), (3, Kind.EDIT, "mine")]


def test_a_save_whose_answer_was_lost_can_be_sent_again():
    chapter = write("start")
    save(chapter, "sent twice", version=1)

    assert save(chapter, "sent twice", version=1).version == 2
    assert not chapter.revisions.filter(kind=Kind.CONFLICT).exists()


def test_a_chapter_in_the_bin_takes_no_text():
    chapter = write("start")
    read = Chapter.objects.get(pk=chapter.pk)
    Chapter.objects.filter(pk=chapter.pk).update(deleted_at=chapter.created_at)

    with pytest.raises(StaleRevision):
        revise_chapter(chapter=read, author=read.story.owner, version=1, content="late")

    assert chapter.revisions.filter(content="late").exists()


# --- Restoring ---------------------------------------------------------------------------------------------------


def test_a_restore_is_a_revision_and_can_be_undone():
    chapter = write("first")
    let_time_pass(chapter)
    save(chapter, "second")
    first, second = chapter.revisions.order_by("version")

    restore_revision(revision=first, author=chapter.story.owner)
    assert Chapter.objects.get(pk=chapter.pk).content == "first"
    restore_revision(revision=second, author=chapter.story.owner)

    chapter.refresh_from_db()
    assert (chapter.content, chapter.content_html, chapter.version) == ("second", "<p>second</p>\n", 4)
    assert kept(chapter) == [
        (1, Kind.EDIT, "first"),
        (2, Kind.EDIT, "second"),
        (3, Kind.RESTORE, "first"),
        (4, Kind.RESTORE, "second"),
    ]


def test_writing_on_after_a_restore_leaves_the_restored_text_be():
    chapter = write("first")
    let_time_pass(chapter)
    save(chapter, "second")

    restore_revision(revision=revisions(chapter)[0], author=chapter.story.owner)
    save(chapter, "first, and on")

    assert [text for _version, _kind, text in kept(chapter)] == ["first", "second", "first", "first, and on"]


def test_restoring_what_stands_changes_nothing():
    chapter = write("first")

    assert restore_revision(revision=chapter.revisions.get(), author=chapter.story.owner).version == 1
    assert len(kept(chapter)) == 1


# --- Whatever happens --------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from("ab \n\r\x00é«»👩‍\u202e"), max_size=12)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), TEXTS, st.integers(0, 1)),
        st.tuples(st.just("stale"), TEXTS, st.integers(0, 1)),
        st.tuples(st.just("wait")),
        st.tuples(st.just("restore"), st.integers(0, 5)),
    ),
    max_size=15,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_for_any_sequence_of_saves_nothing_is_lost(steps):
    """Every text that ended a sitting, was cut away, replaced by a restore or came too late can be reached."""
    writers = [create_user(), create_user()]
    story = create_story(owner=writers[0])
    chapter = create_chapter(story=story, author=writers[0], content="start")
    owed: set[str] = set()

    for step, *rest in steps:
        stored = Chapter.objects.get(pk=chapter.pk)
        if step == "wait":
            let_time_pass(chapter)
            owed.add(stored.content)
        elif step == "restore":
            revisions = list(chapter.revisions.order_by("pk"))
            restored = restore_revision(revision=revisions[rest[0] % len(revisions)], author=writers[0])
            if restored.version > stored.version:
                owed |= {stored.content, restored.content}
        elif step == "stale":
            text, writer = rest
            try:
                save(chapter, text, version=stored.version - 1, author=writers[writer])
            except StaleRevision as conflict:
                owed |= {stored.content, conflict.kept.content if conflict.kept else "never"}
            after = Chapter.objects.get(pk=chapter.pk)
            assert (after.content, after.version) == (stored.content, stored.version)
        else:
            text, writer = rest
            last = chapter.revisions.exclude(kind=Kind.CONFLICT).get(version=stored.version)
            saved = save(chapter, text, author=writers[writer])
            is_cut = len(saved.content) < 0.2 * len(stored.content)
            # Saving what is stored already replaces nothing.
            if saved.version > stored.version and (last.author_id != writers[writer].pk or is_cut):
                owed.add(stored.content)
        now = Chapter.objects.get(pk=chapter.pk)
        newest = chapter.revisions.exclude(kind=Kind.CONFLICT).select_related("chapter")[0]
        assert (newest.version, newest.text) == (now.version, now.content)
        reachable = {text for _version, _kind, text in kept(chapter)}
        assert owed <= reachable | {now.content}
    story.refresh_from_db()
    assert story.word_count == Chapter.objects.get(pk=chapter.pk).word_count


@pytest.mark.parametrize("kind", [Kind.EDIT, Kind.MERGE])
@pytest.mark.parametrize("is_new_sitting", [False, True])
def test_a_save_that_is_cut_off_at_any_statement_is_whole_or_none(kind, is_new_sitting):
    """The server dies before, between and after the statements of a save; what is stored is one text or the other."""
    chapter = write("The text that stands, whole.")
    save(chapter, "The text that stands, whole and saved.")
    if is_new_sitting:
        let_time_pass(chapter)
    old, new = "The text that stands, whole and saved.", "The text that comes after it."
    for cut in range(20):
        seen = 0

        def fail(execute, sql, params, many, context, cut=cut):
            nonlocal seen
            if "SAVEPOINT" not in sql:
                seen += 1
                if seen > cut:
                    raise RuntimeError("the server is gone")
            return execute(sql, params, many, context)

        stored = Chapter.objects.select_related("story__owner").get(pk=chapter.pk)
        author = stored.story.owner
        try:
            with connection.execute_wrapper(fail):
                revise_chapter(chapter=stored, author=author, version=2, content=new, kind=kind)
        except RuntimeError:
            after = Chapter.objects.get(pk=chapter.pk)
            assert (after.content, after.version) == (old, 2)
            assert kept(chapter)[-1] == (2, Kind.EDIT, old)
            assert Story.objects.get(pk=chapter.story_id).word_count == after.word_count
        else:
            break
    assert kept(chapter)[-1] == (3, kind, new)
    is_kept = is_new_sitting or kind == Kind.MERGE
    assert ((2, Kind.EDIT, old) in kept(chapter)) == is_kept


# --- At the same moment ------------------------------------------------------------------------------------------


def in_parallel(jobs):
    """Run these at the same moment, each in a thread with a connection of its own; return what they returned."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def run(index, job):
        barrier.wait()
        try:
            results[index] = job()
        except Exception as error:  # noqa: BLE001  What a job raises is a result here.
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=case) for case in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_of_two_saves_at_the_same_moment_one_stands_and_the_other_is_set_aside(round_):
    chapter = write("start")
    texts = [f"window {number} " * 50 for number in range(6)]

    results = in_parallel([lambda text=text: save(chapter, text, version=1) for text in texts])

    saved = [result for result in results if isinstance(result, Chapter)]
    assert len(saved) == 1
    assert [type(result) for result in results].count(StaleRevision) == 5
    chapter.refresh_from_db()
    assert (chapter.version, chapter.content) == (2, saved[0].content)
    assert {text for _version, _kind, text in kept(chapter)} >= set(texts)
    assert Story.objects.get(pk=chapter.story_id).word_count == chapter.word_count


@pytest.mark.django_db(transaction=True)
def test_saves_of_different_chapters_at_the_same_moment_all_count():
    story = create_story()
    chapters = [write(story=story) for _number in range(6)]

    results = in_parallel([lambda chapter=chapter: save(chapter, "three more words") for chapter in chapters])

    assert all(isinstance(result, Chapter) for result in results), results
    assert Story.objects.get(pk=story.pk).word_count == 18
