"""What the coach is given to read."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from coaching import selectors
from coaching.models import Reply, Session
from coaching.services import post_message
from coaching.tests.conftest import create_session, create_writer
from stories.models import CodexRelation
from stories.services import add_codex_fact, delete_codex_entry
from tests.factories import create_chapter, create_codex_entry, create_story

pytestmark = pytest.mark.django_db

RUSHED = (
    "Slowly, sadly, quietly, badly, I went to see her. I had promised. I had promised my sister, who promised me. " * 3
)


def test_the_offline_coach_weighs_the_style_of_a_story_and_never_of_a_journal():
    said = {}
    for mode in ("fiction", "journal"):
        writer = create_writer()
        story = create_story(owner=writer, mode=mode)
        session = create_session(user=writer, story=story, chapter=create_chapter(story=story, content=RUSHED))
        said[mode] = selectors.offline_answer(session=session, content="Too many adverbs?")

    assert "**Adverbs**" in said["fiction"]
    assert "Adverbs" not in said["journal"]
    assert "Nothing in them needs correcting" in said["journal"]


def test_the_account_is_not_named_and_later_chapters_are_not_read():
    writer = create_writer()
    writer.display_name = "Marie Dubois"
    writer.save()
    story = create_story(owner=writer, title="By Marie Dubois")
    chapter = create_chapter(story=story, content=f"Write to {writer.email}, says Marie.")
    create_chapter(story=story, content="The secret of the last page.")
    session = create_session(user=writer, story=story, chapter=chapter)

    context = selectors.context_for(session=session, content="I am Marie Dubois")
    sent = json.dumps(context.messages)

    assert "Dubois" not in sent
    assert writer.email not in sent
    assert "says Marie." in sent
    assert "last page" not in sent
    assert [item["label"] for item in context.receipt_json() if item["part"] == "later"] == ["2"]


# --- The codex ---


@pytest.fixture
def session() -> Session:
    writer = create_writer()
    story = create_story(owner=writer)
    chapters = [
        create_chapter(story=story, content=text) for text in ("It rained.", "Anna came, Anna went.", "The end.")
    ]
    return create_session(user=writer, story=story, chapter=chapters[1])


def sent(session: Session, content: str = "What now?") -> str:
    return json.dumps(selectors.context_for(session=session, content=content).messages)


def receipt(session: Session, part: str, content: str = "What now?") -> list[tuple[str, bool, str]]:
    items = selectors.context_for(session=session, content=content).receipt
    return [(item.label, item.included, item.reason) for item in items if item.part == part]


def test_an_entry_is_told_always_when_named_or_never(session):
    for name, inclusion in (("Anna", "named"), ("Bell", "never"), ("Claire", "named"), ("Dora", "always")):
        create_codex_entry(story=session.story, name=name, inclusion=inclusion, description=f"Secret of {name}.")

    told = [label for label, included, _reason in receipt(session, "codex") if included]
    assert told == ["Dora", "Anna"]
    assert "Secret of Claire" not in sent(session)
    assert receipt(session, "codex-others") == [("2", False, "not-named")]

    asked = "Why is Claire afraid of the Bell?"
    assert receipt(session, "codex", asked) == [
        ("Claire", True, "whole"),
        ("Dora", True, "whole"),
        ("Anna", True, "whole"),
        ("Bell", False, "kept-back"),
    ]
    assert "Secret of Bell" not in sent(session, asked)


def test_whom_the_conversation_has_just_named_is_still_told(session):
    create_codex_entry(story=session.story, name="Claire", description="Afraid of the sea.")
    reply = post_message(session=session, content="Who is Claire?", request_key="one")
    Reply.objects.filter(pk=reply.pk).update(
        state=Reply.State.DONE, content="Nobody knows.", ended_at=timezone.now(), cost_micros=0
    )

    assert "Afraid of the sea." in sent(session, "And why?")


def test_facts_of_later_chapters_are_never_told(session):
    first, second, third = session.story.chapters.order_by("position")
    anna = create_codex_entry(story=session.story, name="Anna")
    for text, start, end in (
        ("Always so.", None, None),
        ("Over by now.", None, first),
        ("True from here.", second, None),
        ("The murderer.", third, None),
    ):
        add_codex_fact(entry=anna, text=text, holds_from=start, holds_until=end)

    told = sent(session)
    assert "Always so." in told
    assert "True from here." in told
    assert "Over by now." not in told
    assert "murderer" not in told
    assert receipt(session, "codex-facts") == [("2", False, "other-chapters")]

    session.chapter = None
    told = sent(session, "Who is Anna?")
    assert "Always so." in told
    assert "True from here." not in told
    assert "murderer" not in told


def test_a_relation_tells_nothing_of_whom_the_writer_keeps_back(session):
    anna = create_codex_entry(story=session.story, name="Anna")
    for name, inclusion in (("Claire", "named"), ("Bell", "never")):
        other = create_codex_entry(story=session.story, name=name, inclusion=inclusion)
        CodexRelation.objects.create(entry=other, other=anna, label=f"{inclusion} knows")

    told = sent(session)
    assert "Claire: named knows Anna" in told
    assert "Bell" not in told


def test_a_deleted_entry_is_not_told(session):
    anna = create_codex_entry(story=session.story, name="Anna", description="The keeper.")
    delete_codex_entry(entry=anna)

    assert "The keeper." not in sent(session)
    assert receipt(session, "codex") == []


def test_the_codex_costs_three_queries_however_long_it_is(session):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            selectors.context_for(session=session, content="Anna?")
        return len(queries)

    without = count()
    for _ in range(20):
        entry = create_codex_entry(story=session.story, name="Anna")
        add_codex_fact(entry=entry, text="She limps.", holds_from=session.chapter)

    assert count() == without + 2
