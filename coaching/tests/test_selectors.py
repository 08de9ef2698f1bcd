"""What the coach is given to read."""

import json

import pytest

from coaching import selectors
from coaching.tests.conftest import create_session, create_writer
from tests.factories import create_chapter, create_story

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
