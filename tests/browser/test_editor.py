"""Writing in a real browser: nothing typed is lost, whatever happens to tab, network, login or the other window."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, Route, expect

from stories.models import Chapter, Revision
from tests.browser.desk import START, log_in_there, open_chapter, state, stored, text_on_screen, type_at_end
from tests.browser.walk import pass_time
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.browser

# --- Saving ---


def test_what_is_typed_is_saved_by_itself(editor: Page, chapter: Chapter) -> None:
    type_at_end(editor, " He counted them.")
    state(editor, "unsaved")
    state(editor, "saved")

    assert stored(chapter).content == f"{START} He counted them."
    expect(editor.locator(".editor__words")).to_have_text("8 words")
    expect(editor.locator(".chapter-list__link[aria-current] .chapter-list__words")).to_have_text("8 words")
    expect(editor.locator(".editor__save-state")).to_have_text(re.compile(r"Saved at \d{1,2}:\d\d"))


def test_someone_who_never_pauses_is_saved_all_the_same(timed: Page, chapter: Chapter) -> None:
    timed.focus(".editor__text")
    timed.keyboard.press("Control+End")
    with timed.expect_response(lambda answer: answer.request.method == "POST" and "/chapters/" in answer.url):
        for _number in range(28):
            timed.keyboard.type("a")
            pass_time(timed, 0.25)
        timed.keyboard.type("b")

    assert stored(chapter).version > 1


def test_one_save_is_under_way_at_a_time_and_the_last_words_win(timed: Page, chapter: Chapter) -> None:
    saves: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST":
            saves.append(route)
        else:
            route.continue_()

    def wait_for_save(number: int) -> None:
        for _attempt in range(100):
            if len(saves) == number:
                return
            timed.wait_for_timeout(50)
        raise AssertionError(f"{len(saves)} saves, not {number}")

    timed.route("**/chapters/**", hold)
    for words in (" one", " two", " three", " four"):
        type_at_end(timed, words)
        # Longer than any save is put off.
        pass_time(timed, 6)
        wait_for_save(1)
    timed.wait_for_timeout(300)
    assert len(saves) == 1

    saves[0].continue_()
    state(timed, "unsaved")
    pass_time(timed, 2)
    wait_for_save(2)
    saves[1].continue_()
    state(timed, "saved")
    pass_time(timed, 6)
    timed.wait_for_timeout(300)
    timed.unroute_all(behavior="wait")

    assert len(saves) == 2
    assert stored(chapter).content == f"{START} one two three four"
    assert not Revision.objects.filter(kind=Revision.Kind.CONFLICT).exists()


def test_ctrl_s_saves_at_once(editor: Page, chapter: Chapter) -> None:
    type_at_end(editor, " Now.")
    with editor.expect_response(lambda answer: answer.request.method == "POST"):
        editor.keyboard.press("Control+s")
    state(editor, "saved")

    assert stored(chapter).content.endswith("Now.")


def test_the_title_is_saved_and_shown_in_the_list(editor: Page, chapter: Chapter) -> None:
    editor.fill(".editor__title", "Dawn")
    state(editor, "saved")

    assert stored(chapter).title == "Dawn"
    expect(editor.locator(".chapter-list__link[aria-current] .chapter-list__title")).to_have_text("Dawn")


def test_marks_are_set_and_the_browser_s_own_undo_takes_them_back(editor: Page) -> None:
    editor.focus(".editor__text")
    editor.evaluate("document.querySelector('.editor__text').setSelectionRange(4, 10)")
    editor.click("[data-mark='**']")
    assert text_on_screen(editor) == "The **keeper** climbed the stairs."

    editor.keyboard.press("Control+z")

    assert text_on_screen(editor) == START


# --- Leaving and coming back ---


def test_a_tab_closed_right_after_typing_loses_nothing(
    editor: Page, browser_context: BrowserContext, chapter: Chapter
) -> None:
    type_at_end(editor, " Last words.")
    editor.close()

    again = open_chapter(browser_context.new_page(), chapter)
    state(again, "saved")

    assert text_on_screen(again) == f"{START} Last words."
    assert stored(chapter).content == f"{START} Last words."


def test_a_tab_that_dies_offline_gives_its_text_back(
    editor: Page, browser_context: BrowserContext, chapter: Chapter
) -> None:
    browser_context.route("**/chapters/**", lambda route: route.abort())
    type_at_end(editor, " Written without a network.")
    state(editor, "offline")
    expect(editor.locator("#editor-announcement")).to_have_text("Offline: kept on this device")
    # What the page sends while it closes may slip past the interception; either way nothing may be missing after.
    editor.close()

    browser_context.unroute("**/chapters/**")
    again = open_chapter(browser_context.new_page(), chapter)
    state(again, "saved")

    assert stored(chapter).content == f"{START} Written without a network."


def test_the_network_comes_back_and_so_does_the_save(
    editor: Page, browser_context: BrowserContext, chapter: Chapter
) -> None:
    browser_context.set_offline(True)
    type_at_end(editor, " Offline for a while.")
    state(editor, "offline")
    browser_context.set_offline(False)
    state(editor, "saved")

    assert stored(chapter).content == f"{START} Offline for a while."


def test_an_answer_that_never_came_is_no_conflict_with_oneself(editor: Page, chapter: Chapter) -> None:
    def swallow_answer(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    editor.route("**/chapters/**", swallow_answer)
    type_at_end(editor, " Arrived,")
    state(editor, "offline")
    assert stored(chapter).content.endswith("Arrived,")
    editor.unroute("**/chapters/**")
    type_at_end(editor, " and went on.")
    state(editor, "saved")

    assert stored(chapter).content == f"{START} Arrived, and went on."
    expect(editor.locator("#conflict")).to_have_count(0)


def test_two_windows_of_one_browser_keep_their_copies_apart(
    editor: Page, browser_context: BrowserContext, chapter: Chapter
) -> None:
    editor.route("**/chapters/**", lambda route: route.abort())
    type_at_end(editor, " From the first.")
    state(editor, "offline")

    other = open_chapter(browser_context.new_page(), chapter)

    # The first window lives: its text is its own to save.
    assert text_on_screen(other) == START


@pytest.mark.parametrize("fault", ["error", "empty", "garbage"])
def test_a_server_that_answers_nonsense_loses_nothing(timed: Page, chapter: Chapter, fault: str) -> None:
    answers: dict[str, dict[str, Any]] = {
        "error": {"status": 500, "body": "<h1>Sorry</h1>"},
        "empty": {"status": 200, "body": ""},
        "garbage": {"status": 200, "body": "<html><body><p>Welcome to the hotel's network</p></body></html>"},
    }
    timed.route(
        "**/chapters/**",
        lambda route: route.fulfill(**answers[fault]) if route.request.method == "POST" else route.continue_(),
    )
    type_at_end(timed, " Through it all.")
    state(timed, "error")
    timed.unroute("**/chapters/**")
    pass_time(timed, 6)
    state(timed, "saved")

    assert stored(chapter).content == f"{START} Through it all."


def test_half_a_page_does_not_overwrite_a_whole_one(page: Page, chapter: Chapter) -> None:
    open_chapter(page, chapter)

    def cut(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("climbed the stairs.", ""))

    page.route("**/chapters/**", cut)
    page.reload()
    state(page, "error")

    expect(page.locator(".editor__text")).not_to_be_editable()
    assert stored(chapter).content == START


def test_an_expired_login_is_answered_on_the_page(editor: Page, chapter: Chapter) -> None:
    Session.objects.all().delete()
    type_at_end(editor, " Typed while logged out.")
    dialog = editor.get_by_role("dialog", name="Please log in again")
    expect(dialog).to_be_visible()
    assert text_on_screen(editor).endswith("Typed while logged out.")

    dialog.locator("[name=login]").fill(chapter.story.owner.email)
    dialog.locator("[name=password]").fill("not the password")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_text("not correct")).to_be_visible()
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    state(editor, "saved")

    expect(dialog).not_to_be_attached()
    assert stored(chapter).content == f"{START} Typed while logged out."


def test_a_fragment_that_meets_an_expired_login_leaves_the_page_where_it_is(editor: Page, chapter: Chapter) -> None:
    text = editor.locator(".editor__text")
    text.evaluate("field => { field.value += ' Not yet sent.'; }")
    Session.objects.all().delete()
    address = editor.url
    editor.evaluate("htmx.trigger(document.body, 'wallet-changed')")
    dialog = editor.get_by_role("dialog", name="Please log in again")
    expect(dialog).to_be_visible()
    assert editor.url == address
    assert text_on_screen(editor).endswith("Not yet sent.")

    dialog.locator("[name=login]").fill(chapter.story.owner.email)
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).not_to_be_attached()


def test_a_login_in_another_tab_is_noticed(editor: Page, browser_context: BrowserContext, chapter: Chapter) -> None:
    Session.objects.all().delete()
    type_at_end(editor, " Typed while logged out.")
    with browser_context.expect_page() as opened:
        editor.get_by_role("link", name="Log in in a new tab").click()
    log_in_there(opened.value, chapter)
    opened.value.close()
    state(editor, "saved")

    assert stored(chapter).content == f"{START} Typed while logged out."


def test_somebody_else_who_logs_in_there_gets_nothing_of_it(editor: Page, chapter: Chapter) -> None:
    stranger = create_user()
    Session.objects.all().delete()
    type_at_end(editor, " Mine alone.")
    dialog = editor.get_by_role("dialog", name="Please log in again")
    dialog.locator("[name=login]").fill(stranger.email)
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.get_by_role("button", name="Log in").click()

    expect(editor.locator(".editor__save-state")).to_contain_text("another account is logged in")
    assert stored(chapter).content == START
    assert text_on_screen(editor).endswith("Mine alone.")


def test_a_text_that_is_too_long_stays_on_the_page(editor: Page, chapter: Chapter) -> None:
    editor.evaluate(
        """() => { const text = document.querySelector('.editor__text');
        text.value = 'x'.repeat(2_000_000); text.dispatchEvent(new Event('input', {bubbles: true})); }"""
    )
    state(editor, "error")

    expect(editor.locator(".editor__save-state")).to_contain_text("too long")
    assert len(text_on_screen(editor)) == 2_000_000
    assert stored(chapter).content == START
