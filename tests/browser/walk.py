"""What a person does in the browser, step by step, for the tests and for the screenshots."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from accounts.models import User

PASSWORD = "a-long-enough-password"
PROSE = (
    "The lamp faltered before the storm. She put down her cup and counted the stairs, as her father had taught her."
    "\n\n“Nobody will come tonight,” he said from the landing. “Nobody ever does.”"
)


def enter(page: Page, person: User) -> None:
    """Bring a session along, for tests whose point is not the login."""
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "domain": "127.0.0.1", "path": "/"}])


def log_in(page: Page, email: str) -> None:
    """Come in by the login page."""
    page.goto("/accounts/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/")


def settle(page: Page) -> None:
    """Wait until the page has come, its scripts have run, and the fragments they asked for are in their places.

    Not Playwright's "networkidle", which is half a second of silence at the least.
    """
    page.wait_for_load_state("load")
    # A fragment that has come may ask for one of its own: so the page must stay at rest for a moment.
    for _look in range(4):
        expect(page.locator(".htmx-request")).to_have_count(0)
        page.wait_for_timeout(50)


def pass_time(page: Page, seconds: float) -> None:
    """Put the page's own clock forward; what falls due happens. `page.clock.install()` came before the page."""
    page.clock.run_for(round(seconds * 1000))


def sign_up(page: Page, *, name: str = "Anna") -> str:
    """Open an account, and return its address."""
    email = f"writer-{time.monotonic_ns()}@example.org"
    page.goto("/accounts/signup/")
    page.locator("[name=display_name]").fill(name)
    page.locator("[name=email]").fill(email)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url("**/")
    return email


def begin_story(page: Page, *, title: str = "The Lighthouse", language: str = "en", mode: str = "fiction") -> None:
    """Begin a story and land on its first page."""
    page.goto("/studio/new/")
    page.locator(f"[name=mode][value={mode}]").check()
    page.get_by_role("button", name="Continue").or_(page.get_by_role("button", name="Continuer")).click()
    page.wait_for_url("**step=brief")
    page.get_by_role("button", name="Continue").or_(page.get_by_role("button", name="Continuer")).click()
    page.wait_for_url("**step=opening")
    page.locator("[name=title]").fill(title)
    page.locator("#id_language").select_option(language)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/chapters/**")


def write(page: Page, text: str = PROSE, *, title: str = "The storm") -> None:
    """Type a title and a text, and wait until they are saved."""
    page.locator("#chapter-title").fill(title)
    page.locator("#chapter-text").fill(text)
    page.locator("#editor-status[data-version='2'], #editor-status[data-version='3']").wait_for()
    page.locator(".editor__save-state[data-state=saved]").wait_for()


def ask(page: Page, question: str = "What is missing from this scene?") -> None:
    """Ask the coach beside the page."""
    page.locator("#chat-composer textarea").fill(question)
    page.locator("#chat-composer .button--primary").click()
    page.locator(".message--coach").last.wait_for()
