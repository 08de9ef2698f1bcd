"""Pages full of attacks in a real browser, with the Content-Security-Policy out of the way: nothing happens."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from tests.attacks import ATTACKS, faults_in
from tests.browser.desk import log_in_there
from tests.servers import ServerThread
from tests.test_attacks import hostile_story, pages_for_readers

pytestmark = pytest.mark.browser

# Those of which a browser would do something at once come first: a title has room for a few.
LOUD = [attack for attack in ATTACKS if attack.startswith(("<img", "</t", '"', "' ", "<svg", "<b ", "<form", "<math"))]
GROUP = LOUD + [attack for attack in ATTACKS if attack not in LOUD and not attack.startswith("```")]


def test_nothing_of_it_happens_in_a_browser(browser: Browser, live_asgi: ServerThread) -> None:
    story = hostile_story(GROUP, "legacy")
    chapter = story.chapters.get(position=1)
    context = browser.new_context(base_url=live_asgi.url, locale="en-GB", bypass_csp=True)
    page = context.new_page()
    happened: list[str] = []
    home = urlsplit(live_asgi.url).netloc

    def heard(event: str) -> None:
        happened.append(f"{page.url}: {event}")

    def dismiss(dialog: Dialog) -> None:
        heard("a dialog")
        dialog.dismiss()

    def watch(request: Request) -> None:
        if urlsplit(request.url).netloc != home:
            heard(f"asked {request.url}")

    page.on("dialog", dismiss)
    page.on("pageerror", lambda error: heard(str(error)))
    page.on("request", watch)
    page.on("popup", lambda popup: heard(f"opened {popup.url}"))

    def look(address: str) -> None:
        page.goto(address)
        assert urlsplit(page.url).netloc == home
        happened.extend(f"{address}: {fault}" for fault in alive(page))

    page.goto(chapter.get_absolute_url())
    log_in_there(page, chapter)
    for name in ("story-detail", "story-outline", "codex", "interview"):
        look(reverse(f"stories:{name}", args=[story.pk]))
    for name in ("note-list", "photograph-list", "revision-list"):
        look(reverse(f"stories:{name}", args=[story.pk, chapter.pk]))
    newest = chapter.revisions.order_by("-version")[0]
    look(reverse("stories:revision-detail", args=[story.pk, chapter.pk, newest.pk]))
    look(reverse("social:story-shared", args=[story.share_token]))
    for address in [*pages_for_readers(story)[:2], "/", "/studio/", "/studio/new/?step=opening", "/settings/"]:
        look(address)

    # Typed, saved, shown in the list of chapters and beside the page, looked at as readers will.
    look(chapter.get_absolute_url())
    for attack in GROUP[:4]:
        page.fill(".editor__title", attack[:200])
        page.fill(".editor__text", f"{attack}\n\n" + page.input_value(".editor__text"))
    page.keyboard.press("Control+s")
    expect(page.locator(".editor__save-state")).to_have_attribute("data-state", "saved")
    page.get_by_role("tab", name="Codex").click()
    page.locator("#codex-mentions").wait_for()
    page.focus(".editor__text")
    page.keyboard.press("Alt+Shift+P")
    page.locator("#preview h1, #preview h2").first.wait_for()
    page.wait_for_load_state("networkidle")
    happened.extend(alive(page))
    context.close()

    assert happened == []


def alive(page: Page) -> list[str]:
    """What is alive in the page as its scripts have left it. They may set a style; a text may not."""
    return [fault for fault in faults_in(page.content()) if " style=" not in fault]
