"""A chapter in two windows, without scripts, and for everybody: both texts are kept, and nobody is shut out."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from stories.models import Chapter
from tests.browser.axe import assert_accessible
from tests.browser.desk import START, log_in_there, open_chapter, state, stored, text_on_screen, type_at_end
from tests.browser.walk import pass_time, settle
from tests.servers import ServerThread

pytestmark = pytest.mark.browser


@pytest.fixture
def windows(browser: Browser, live_asgi: ServerThread, timed: Page, chapter: Chapter) -> tuple[Page, Page]:
    """The same chapter in two browsers; the second one has saved, the first one has typed and come too late."""
    elsewhere = browser.new_context(base_url=live_asgi.url, locale="en-GB")
    elsewhere.set_default_timeout(30_000)
    other = open_chapter(elsewhere.new_page(), chapter)
    type_at_end(other, " Theirs.")
    state(other, "saved")
    type_at_end(timed, " Mine.")
    state(timed, "conflict")
    return timed, other


def test_two_windows_show_both_texts_and_overwrite_nothing(windows: tuple[Page, Page], chapter: Chapter) -> None:
    editor, _other = windows

    assert text_on_screen(editor) == f"{START} Mine."
    expect(editor.locator("[data-conflict-stored]")).to_have_text(f"{START} Theirs.")
    assert stored(chapter).content == f"{START} Theirs."
    pass_time(editor, 6)
    editor.wait_for_timeout(300)
    assert stored(chapter).content == f"{START} Theirs."


def test_two_windows_whose_changes_do_not_touch_are_brought_together(
    browser: Browser, live_asgi: ServerThread, editor: Page, chapter: Chapter
) -> None:
    elsewhere = browser.new_context(base_url=live_asgi.url, locale="en-GB")
    other = open_chapter(elsewhere.new_page(), chapter)
    other.focus(".editor__text")
    other.keyboard.press("Control+Home")
    other.keyboard.type("Theirs. ")
    state(other, "saved")
    type_at_end(editor, " Mine.")
    state(editor, "conflict")

    expect(editor.locator("#merge ins")).to_have_text(re.compile("Mine"))
    editor.get_by_role("button", name="Go on with both").click()
    state(editor, "saved")

    both = f"Theirs. {START} Mine."
    assert (stored(chapter).content, text_on_screen(editor)) == (both, both)
    kept = {(revision.kind, revision.text) for revision in chapter.revisions.select_related("chapter")}
    assert {("merge", both), ("conflict", f"{START} Mine.")} <= kept
    assert any(text == f"Theirs. {START}" for _kind, text in kept)
    elsewhere.close()


def test_going_on_with_mine(windows: tuple[Page, Page], chapter: Chapter) -> None:
    editor, _other = windows
    type_at_end(editor, " More of mine.")

    editor.get_by_role("button", name="Go on with mine").click()
    state(editor, "saved")

    assert stored(chapter).content == f"{START} Mine. More of mine."
    assert chapter.revisions.filter(content=f"{START} Theirs.").exists()


def test_going_on_with_theirs_keeps_mine_in_two_clicks(windows: tuple[Page, Page], chapter: Chapter) -> None:
    editor, _other = windows
    type_at_end(editor, " More of mine.")

    with editor.expect_navigation():
        editor.get_by_role("link", name="Go on with the other").click()
    expect(editor.locator(".editor__text")).to_have_value(f"{START} Theirs.")

    editor.get_by_text("This chapter").click()
    editor.get_by_role("link", name="Earlier versions").click()
    editor.get_by_role("link", name="Set aside").first.click()
    expect(editor.locator(".revision__text")).to_contain_text("Mine. More of mine.")
    assert stored(chapter).content == f"{START} Theirs."


# --- Without scripts, on a phone, for everybody ---


def test_without_scripts_one_saves_by_a_button_and_meets_a_conflict(
    browser: Browser, live_asgi: ServerThread, chapter: Chapter
) -> None:
    with browser.new_context(base_url=live_asgi.url, java_script_enabled=False, locale="en-GB") as context:
        page = context.new_page()
        page.goto(chapter.get_absolute_url())
        log_in_there(page, chapter)
        page.fill(".editor__text", "Saved by hand.\n\nTwice.")
        page.get_by_role("button", name="Save").click()
        assert stored(chapter).content == "Saved by hand.\n\nTwice."

        Chapter.objects.filter(pk=chapter.pk).update(version=9, content="From elsewhere.")
        page.fill(".editor__text", "Mine, late.")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", name="This chapter was changed elsewhere")).to_be_visible()
        expect(page.locator(".editor__text")).to_have_value("Mine, late.")
        assert stored(chapter).content == "From elsewhere."

        page.get_by_role("button", name="Go on with mine").click()
        assert stored(chapter).content == "Mine, late."


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_no_page_of_the_studio_shuts_anybody_out(page: Page, chapter: Chapter, scheme: Any, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    open_chapter(page, chapter)
    story = f"/studio/{chapter.story_id}/"
    revision = chapter.revisions.get()
    addresses = [
        "/studio/",
        "/studio/new/",
        "/studio/bin/",
        story,
        chapter.get_absolute_url(),
        f"{chapter.get_absolute_url()}revisions/",
        f"{chapter.get_absolute_url()}revisions/{revision.pk}/",
        f"/stories/{chapter.story_id}/",
        f"/stories/{chapter.story_id}/chapters/1/",
    ]
    for address in addresses:
        page.goto(address)
        assert_accessible(page)

    Chapter.objects.filter(pk=chapter.pk).update(version=7, content="From elsewhere.")
    page.goto(chapter.get_absolute_url())
    settle(page)
    page.evaluate("document.querySelector('#editor [name=version]').value = 1")
    type_at_end(page, " Late.")
    state(page, "conflict")
    assert_accessible(page)
