"""The main job, in a real browser against the real server: from signing up to the first paid reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from coaching.models import Reply
from coaching.tests.conftest import coach_server, model_server
from stories.models import Chapter, Revision
from tests.browser.axe import assert_accessible
from tests.browser.walk import ask, begin_story, sign_up, write
from tests.model_server import ModelServer
from tests.servers import ServerThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["coach_server", "model_server"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture
def visit(browser: Browser, coach_server: ServerThread) -> Iterator[Any]:
    """Open a window of a fresh visitor: `visit(locale="fr-FR", …)`."""
    contexts = []

    def open_window(**options: Any) -> Page:
        fields = {"base_url": coach_server.url, "locale": "en-GB", "viewport": DESKTOP, **options}
        context = browser.new_context(**fields)
        context.set_default_timeout(30_000)
        contexts.append(context)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def last_reply(page: Page) -> Any:
    return page.locator(".message--coach").last


def test_from_signing_up_to_the_first_paid_reply(visit: Any, model_server: ModelServer):
    errors: list[str] = []
    page = visit()
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_up(page)
    begin_story(page)
    write(page)
    assert "energy" in page.locator("#chat-price").inner_text()
    ask(page)
    last_reply(page).locator(".message__cost").wait_for()

    reply = Reply.objects.get()
    assert reply.state == Reply.State.DONE
    assert "storm" in model_server.chats[0].body.decode()
    shown = last_reply(page).locator(".message__body").inner_text()
    assert re.sub(r"\W+", " ", shown).strip() == re.sub(r"\W+", " ", reply.content).strip()
    page.goto("/billing/")
    assert "An answer of the coach" in page.locator(".ledger").inner_text()
    assert errors == []


def test_a_reload_in_mid_reply_goes_on_where_it_was(visit: Any, model_server: ModelServer):
    model_server.script("prose-en-60x40")
    page = visit()
    sign_up(page)
    begin_story(page)
    write(page)
    ask(page)
    page.locator(".message__stream", has_text="lamp").wait_for()

    page.reload()

    last_reply(page).locator(".message__cost").wait_for()
    assert len(model_server.chats) == 1
    shown = last_reply(page).locator(".message__body").inner_text()
    assert re.sub(r"\W+", " ", shown).strip() == re.sub(r"\W+", " ", Reply.objects.get().content).strip()


def test_stop_keeps_what_came(visit: Any, model_server: ModelServer):
    model_server.script("prose-en-400x40")
    page = visit()
    sign_up(page)
    begin_story(page)
    write(page)
    ask(page)
    page.locator(".message__stream", has_text="lamp").wait_for()
    last_reply(page).get_by_role("button", name="Stop").click()

    last_reply(page).get_by_text("Stopped").wait_for()
    assert "lamp" in last_reply(page).locator(".message__body").inner_text()
    assert Reply.objects.get().state == Reply.State.STOPPED


def test_two_windows_of_one_story_lose_nothing(visit: Any, model_server: ModelServer):
    first = visit()
    sign_up(first)
    begin_story(first)
    second = first.context.new_page()
    second.goto(first.url)
    write(first, "Written in the first window.")
    second.locator("#chapter-text").fill("Written in the second.")
    second.locator("#conflict").wait_for()

    assert "Written in the first window." in second.locator("#conflict").inner_text()
    assert second.locator("#chapter-text").input_value() == "Written in the second."
    assert_accessible(second)
    second.get_by_role("button", name="Go on with mine").click()
    second.locator(".editor__save-state[data-state=saved]").wait_for()
    assert Chapter.objects.get().content == "Written in the second."
    assert Revision.objects.filter(content="Written in the first window.").exists()


def test_what_could_not_be_sent_comes_back_after_a_reload(visit: Any, model_server: ModelServer):
    page = visit()
    sign_up(page)
    begin_story(page)
    page.context.set_offline(True)
    page.locator("#chapter-text").fill("Written without a network.")
    page.locator(".editor__save-state[data-state=offline]").wait_for()
    page.context.set_offline(False)
    url = page.url
    page.route("**/chapters/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.goto("about:blank")
    page.unroute("**/chapters/**")
    page.goto(url)

    page.locator(".editor__save-state[data-state=saved]").wait_for()
    page.locator("#editor-status[data-version='2']").wait_for()
    assert page.locator("#chapter-text").input_value() == "Written without a network."
    assert Chapter.objects.get().content == "Written without a network."


def test_without_scripts_everything_works(visit: Any, model_server: ModelServer):
    page = visit(java_script_enabled=False)
    sign_up(page)
    begin_story(page)
    page.locator("#chapter-title").fill("The storm")
    page.locator("#chapter-text").fill("The lamp faltered.")
    page.get_by_role("button", name="Save").click()
    assert page.locator("#chapter-text").input_value() == "The lamp faltered."
    page.get_by_role("link", name="Ask the coach").click()
    page.locator("#chat-composer textarea").fill("Well?")
    page.get_by_role("button", name="Ask").click()

    # The page reloads by itself while the reply is being written.
    last_reply(page).locator(".message__cost").wait_for()
    assert Reply.objects.get().state == Reply.State.DONE


def test_on_a_phone_in_french(visit: Any, model_server: ModelServer):
    page = visit(viewport=PHONE, locale="fr-FR", has_touch=True, is_mobile=True)
    sign_up(page)
    begin_story(page, title="Le Phare", language="fr")
    write(page, "La lampe vacillait avant l’orage.", title="L’orage")
    page.locator(".studio__bar").get_by_text("Coach").click()
    ask(page, "Que manque-t-il ?")
    last_reply(page).locator(".message__cost").wait_for()

    assert page.locator("html").get_attribute("lang") == "fr"
    assert "€" in last_reply(page).locator(".message__cost").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(page)


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
def test_what_comes_with_a_first_reply_is_accessible(
    visit: Any, model_server: ModelServer, viewport: dict[str, int], scheme: str
):
    page = visit(viewport=viewport, color_scheme=scheme)
    sign_up(page)
    begin_story(page)
    studio = page.url
    write(page)
    if viewport is PHONE:
        page.locator(".studio__bar").get_by_text("Coach").click()
    ask(page)
    last_reply(page).locator(".message__cost").wait_for()
    # The studio's other pages are looked at in test_editor.py, the settings in test_settings.py.
    for path in (studio, "/", "/billing/", "/api/v1/docs"):
        page.goto(path)
        assert_accessible(page, is_ours=not path.startswith("/api/"))
