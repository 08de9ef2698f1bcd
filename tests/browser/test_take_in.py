"""The coach's words into the page: where the cursor stands, undone by one key, known again when they return."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from coaching.models import Message, Reply, Session
from stories.models import Chapter
from stories.provenance import COACH, HUMAN
from stories.services import create_chapter
from tests.browser.desk import open_chapter, state, type_at_end
from tests.factories import create_story
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

PASSAGE = (
    "The keeper counted the ships twice and wrote down one fewer. Nobody on the quay asked him why he had done it."
)


@pytest.fixture
def chapter(live_asgi: ServerThread) -> Chapter:
    story = create_story()
    chapter = create_chapter(story=story, author=story.owner, title="Night", content="Before. After.")
    session = Session.objects.create(user=story.owner, story=story, chapter=chapter, mode="narrative")
    message = Message.objects.create(session=session, content="Go on?")
    Session.objects.filter(pk=session.pk).update(head=message)
    Reply.objects.create(
        session=session,
        message=message,
        state="done",
        model="test/prose",
        content=PASSAGE,
        content_html=f"<p>{PASSAGE}</p>",
        request_key=uuid.uuid4().hex,
        cost_micros=0,
        ended_at=timezone.now(),
    )
    return chapter


def runs(chapter: Chapter) -> list[list[object]]:
    return [run[:2] for run in Chapter.objects.get(pk=chapter.pk).runs]


def test_a_reply_goes_to_the_cursor_and_back_and_is_known_again(page: Page, chapter: Chapter) -> None:
    open_chapter(page, chapter)
    type_at_end(page, " Typed last.")
    page.evaluate("document.querySelector('.editor__text').setSelectionRange(8, 8)")
    page.get_by_role("button", name="Put into the page").click()

    whole = f"Before. {PASSAGE}After. Typed last."
    expect(page.locator(".editor__text")).to_have_value(whole)
    state(page, "saved")
    assert Chapter.objects.get(pk=chapter.pk).content == whole
    assert runs(chapter) == [[8, HUMAN], [len(PASSAGE), COACH], [18, HUMAN]]

    page.focus(".editor__text")
    page.keyboard.press("Control+z")
    expect(page.locator(".editor__text")).to_have_value("Before. After. Typed last.")
    state(page, "unsaved")
    state(page, "saved")
    assert runs(chapter) == [[26, HUMAN]]

    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".editor__text")).to_have_value(whole)
    state(page, "unsaved")
    state(page, "saved")
    assert runs(chapter) == [[8, HUMAN], [len(PASSAGE), COACH], [18, HUMAN]]
