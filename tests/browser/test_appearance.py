"""The page's own small scripts, in a real browser: theme, menus, dialogs, messages; and the same without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.walk import log_in
from tests.factories import create_user
from tests.servers import ServerProcess, ServerThread

pytestmark = pytest.mark.browser

PUBLIC_PAGES = ["/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/legal/privacy/"]


def theme(page: Page) -> str:
    return str(page.evaluate("document.documentElement.dataset.theme"))


def test_a_visitor_keeps_the_theme_over_a_reload(page: Page) -> None:
    page.goto("/")
    page.click("summary.menu__button")
    page.click("[data-theme-choice=dark]")
    assert theme(page) == "dark"

    page.reload()

    assert theme(page) == "dark"


def test_the_theme_of_a_person_is_kept_by_the_account(page: Page, browser: Browser, live_asgi: ServerThread) -> None:
    user = create_user()
    log_in(page, user.email)
    page.click("summary.menu__button")
    with page.expect_response("**/settings/preferences/"):
        page.click("[data-theme-choice=dark]")

    with browser.new_context(base_url=live_asgi.url) as elsewhere:
        other_page = elsewhere.new_page()
        log_in(other_page, user.email)
        assert theme(other_page) == "dark"


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page: Page) -> None:
    page.goto("/")
    page.click("summary.menu__button")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.locator("details.menu")).not_to_have_attribute("open", "")
    expect(page.locator("summary.menu__button")).to_be_focused()


def test_a_dialog_opens_over_the_page_and_closes(
    browser: Browser, server_process: Callable[..., ServerProcess]
) -> None:
    # The style page exists while DEBUG is on, as it is in a process of its own.
    with browser.new_context(base_url=server_process().url) as context:
        page = context.new_page()
        page.goto("/styleguide/")
        page.click("[data-dialog-open=specimen-dialog]")
        expect(page.locator("#specimen-dialog")).to_be_visible()

        page.click("#specimen-dialog [data-dialog-close] >> nth=0")

        expect(page.locator("#specimen-dialog")).to_be_hidden()


def test_a_message_of_the_server_is_a_toast_that_can_be_sent_away(page: Page) -> None:
    log_in(page, create_user().email)
    page.click("summary.menu__button")
    page.get_by_role("button", name="Log out").click()
    toast = page.get_by_role("status").filter(has_text="You are logged out.")
    expect(toast).to_be_visible()

    toast.get_by_role("button", name="Close").click()

    expect(page.locator(".toasts .toast")).to_have_count(0)


def test_a_message_of_a_script_shows_as_text(page: Page) -> None:
    page.goto("/")
    page.evaluate("htmx.trigger(document.body, 'toast', {message: '<b>Saved</b>', level: 'success'})")

    expect(page.locator(".toasts .toast--success")).to_contain_text("<b>Saved</b>")


def test_without_scripts_theme_language_and_messages_work(browser: Browser, live_asgi: ServerThread) -> None:
    user = create_user()
    with browser.new_context(base_url=live_asgi.url, java_script_enabled=False, locale="en-GB") as context:
        page = context.new_page()
        log_in(page, user.email)
        page.click("summary.menu__button")
        page.click("button[name=theme][value=dark]")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")

        page.click(".site-footer button[value=fr]")
        expect(page.locator("html")).to_have_attribute("lang", "fr")

        page.goto("/accounts/logout/")
        page.click("main button[type=submit]")
        expect(page.locator(".toast")).to_be_visible()


def look_for_faults(browser: Browser, home: str, paths: list[str], *, scheme: str) -> None:
    for width in (390, 1280):
        with browser.new_context(
            base_url=home,
            color_scheme=scheme,  # type: ignore[arg-type]  # A Literal that parametrize cannot promise.
            reduced_motion="reduce",
            viewport={"width": width, "height": 844},
        ) as context:
            page = context.new_page()
            for path in paths:
                response = page.goto(path)
                assert response is not None
                assert response.ok, path
                assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, live_asgi: ServerThread, scheme: str) -> None:
    look_for_faults(browser, live_asgi.url, PUBLIC_PAGES, scheme=scheme)


def test_axe_finds_nothing_on_the_style_page(browser: Browser, server_process: Callable[..., ServerProcess]) -> None:
    home = server_process().url
    for scheme in ("light", "dark"):
        look_for_faults(browser, home, ["/styleguide/"], scheme=scheme)
