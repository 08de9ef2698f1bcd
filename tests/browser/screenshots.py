"""Photographs of every page for docs/screenshots/, from a real server with a loopback model: `make screenshots`.

Phone and desktop, light and dark; the studio in French as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from tests.browser.walk import ask, begin_story, sign_up, write
from tests.chromium import launch
from tests.model_server import ModelServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "screenshots"
PORT = 8794
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
PUBLIC = {"landing": "/", "signup": "/accounts/signup/", "login": "/accounts/login/", "not-found": "/nowhere/"}
PRIVATE = {
    "desk": "/",
    "shelf": "/studio/",
    "new-story": "/studio/new/",
    "ledger": "/billing/",
    "settings": "/settings/",
    "models": "/coach/models/",
    "processors": "/coach/processors/",
}
FRENCH = (
    "La lampe vacillait déjà quand le vent tourna. Elle posa sa tasse et compta les marches, comme son père "
    "le lui avait appris.\n\n«\u202fPersonne ne viendra ce soir\u202f», dit-il depuis le palier."
)


@contextmanager
def server(model_url: str) -> Iterator[str]:
    """The product on a fresh database in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        env = {
            **os.environ,
            "DEBUG": "1",
            "DATABASE_URL": f"sqlite:///{folder}/shots.sqlite3",
            "OPENROUTER_BASE_URL": model_url,
            "OPENROUTER_API_KEY": "sk-or-screenshots",
            "OPENROUTER_MODEL": "test/prose",
            "LOG_LEVEL": "ERROR",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
        # The stories of the demo's library, and an operator.
        seed = [sys.executable, "manage.py", "seed_demo"]
        subprocess.run(seed, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([*seed[:-1], "seed_answers"], cwd=ROOT, env=env, check=True)
        command = [sys.executable, "-m", "uvicorn", "costory.asgi:application", "--port", str(PORT)]
        process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env=env)
        try:
            await_answer(f"http://127.0.0.1:{PORT}/readyz")
            # The catalogue of models is fetched right after the start.
            time.sleep(1)
            yield f"http://127.0.0.1:{PORT}"
        finally:
            process.terminate()
            process.wait(30)


def await_answer(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def shoot(page: Page, name: str, size: str, scheme: str, *, is_whole: bool = True) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}-{size}-{scheme}.png", full_page=is_whole, animations="disabled")


def studio(page: Page, name: str, size: str, scheme: str, *, question: str) -> None:
    """The page, a reply on its way, and the reply with its cost."""
    shoot(page, name, size, scheme, is_whole=False)
    if size == "phone":
        page.locator(".studio__bar a[href$='#coach']").click()
    ask(page, question)
    page.locator(".message__stream").wait_for()
    page.wait_for_timeout(1500)
    page.screenshot(path=FOLDER / f"{name}-streaming-{size}-{scheme}.png")
    page.locator(".message--coach").last.locator(".message__cost").wait_for()
    shoot(page, f"{name}-coach" if size == "phone" else name, size, scheme, is_whole=False)


def views(page: Page, size: str, scheme: str) -> None:
    """What can be seen of the studio besides: its chapters, the page alone, the preview."""
    if size == "phone":
        page.locator(".studio__bar a[href$='#chapters']").click()
        shoot(page, "studio-chapters", size, scheme, is_whole=False)
        page.locator(".studio__bar a[href$='#page']").click()
    else:
        page.locator(".chapter-list__more").first.click()
        shoot(page, "studio-chapters", size, scheme, is_whole=False)
        page.keyboard.press("Escape")
    page.keyboard.press("Alt+Shift+F")
    page.wait_for_timeout(400)
    shoot(page, "studio-alone", size, scheme, is_whole=False)
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+Shift+P")
    page.locator("#preview .prose").wait_for()
    shoot(page, "studio-preview", size, scheme, is_whole=False)
    page.keyboard.press("Escape")


def walk(browser: Browser, url: str, size: str, scheme: str) -> None:
    context = browser.new_context(base_url=url, viewport=SIZES[size], color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]  # Sizes and schemes are those Playwright knows.
    context.set_default_timeout(20_000)
    page = context.new_page()
    for name, path in PUBLIC.items():
        page.goto(path)
        shoot(page, name, size, scheme)
    sign_up(page)
    page.goto("/")
    shoot(page, "first-desk", size, scheme)
    begin_story(page)
    chapter = page.url
    write(page)
    studio(page, "studio", size, scheme, question="What is missing from this scene?")
    views(page, size, scheme)
    page.goto(chapter.partition("chapters/")[0])
    shoot(page, "story", size, scheme)
    for name in ("export", "disclosure"):
        page.goto(f"{chapter.partition('chapters/')[0]}{name}/")
        shoot(page, name, size, scheme)
    beside(page, chapter, size, scheme)
    coach(page, chapter, size, scheme)
    conflict(page, chapter, size, scheme)
    modes(page, size, scheme)
    for name, path in PRIVATE.items():
        page.goto(path)
        shoot(page, name, size, scheme)
    page.goto("/settings/")
    page.locator("button[name=language][value=fr]").click()
    begin_story(page, title="Le Phare", language="fr")
    write(page, FRENCH, title="L’orage")
    studio(page, "studio-fr", size, scheme, question="Que manque-t-il à cette scène\u202f?")
    page.goto("/billing/")
    shoot(page, "ledger-fr", size, scheme)
    context.close()


def beside(page: Page, chapter: str, size: str, scheme: str) -> None:
    """What a story has besides its text: codex, outline, versions, what is found in it."""
    story = chapter.partition("chapters/")[0]
    page.goto(f"{story}codex/new/")
    page.locator("[name=name]").fill("Anna")
    page.locator("[name=description]").fill("The keeper’s daughter. Counts everything, stairs above all.")
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{story}codex/")
    shoot(page, "codex", size, scheme)
    page.goto(f"{story}outline/")
    for title in ("The lamp falters", "Nobody comes"):
        page.locator("#new-beat-1").fill(title)
        page.locator("#act-1 .outline__new button").click()
    shoot(page, "outline", size, scheme)
    page.goto(f"{chapter}revisions/")
    page.locator("[name=name]").fill("First draft")
    page.locator("main form button[type=submit]").first.click()
    shoot(page, "timeline", size, scheme)
    page.locator(".revision-list__link").first.click()
    shoot(page, "version", size, scheme)
    page.goto(f"{story}find/?needle=lamp&replacement=lantern")
    shoot(page, "find", size, scheme)
    page.goto("/studio/import/")
    page.locator("[name=text]").fill("# The storm\n\nThe lamp faltered.\n\n# The morning\n\nNobody had come.")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/import/*-*/**")
    shoot(page, "import", size, scheme)


def coach(page: Page, chapter: str, size: str, scheme: str) -> None:
    """What the coach does besides talking: proposals, what it finds and remembers, what left the house."""
    story, _slash, tail = chapter.partition("/studio/")[2].partition("/")
    place = f"?chapter={tail.partition('/')[2].strip('/')}"
    page.goto(f"/coach/stories/{story}/proposals/{place}")
    page.locator("#desk-form [value=continuation]").check(force=True)
    page.locator("#desk-form .button--primary").click()
    page.locator(".proposal__actions").first.wait_for()
    shoot(page, "proposals", size, scheme)
    page.goto(f"/coach/stories/{story}/continuity/")
    page.get_by_role("button", name="Check by rule").click()
    shoot(page, "continuity", size, scheme)
    for name in ("memory", "structure", "dispatches", "sessions"):
        page.goto(f"/coach/stories/{story}/{name}/")
        shoot(page, f"coach-{name}", size, scheme)
    page.goto(f"/coach/stories/{story}/{tail.strip('/')}/craft/")
    shoot(page, "craft", size, scheme)
    page.goto(chapter)


def modes(page: Page, size: str, scheme: str) -> None:
    """The kinds of stories that are more than chapters: a journal, an interview, a scene."""
    begin_story(page, title="This year", mode="journal")
    write(page, "Rain, and a letter from my sister.", title="Rain")
    shoot(page, "journal-page", size, scheme, is_whole=False)
    page.goto(f"{page.url.partition('chapters/')[0]}journal/")
    shoot(page, "journal", size, scheme)
    begin_story(page, title="What Grandmother told me", mode="legacy")
    page.goto(f"{page.url.partition('chapters/')[0]}interview/")
    shoot(page, "interview", size, scheme)
    page.locator(".interview__question button").first.click()
    page.wait_for_url("**/chapters/**")
    shoot(page, "interview-page", size, scheme, is_whole=False)
    begin_story(page, title="The last ferry", mode="roleplay")
    page.locator("#scene-setting").fill("A night ferry in fog. Two passengers, one secret.")
    page.locator(".scene__edit button[type=submit]").click()
    page.locator("#turn-name").fill("Ines")
    page.locator("#turn-words").fill("You are in my seat.")
    page.locator("#turn button[type=submit]").first.click()
    page.locator(".editor__save-state[data-state=saved]").wait_for()
    shoot(page, "scene", size, scheme, is_whole=False)


def conflict(page: Page, chapter: str, size: str, scheme: str) -> None:
    """Two windows, and the one that came too late."""
    page.goto(chapter)
    other = page.context.new_page()
    other.goto(chapter)
    other.locator("#chapter-text").fill("The lamp did not falter. It went out.")
    other.locator("#editor-status[data-version='4'], #editor-status[data-version='3']").wait_for()
    other.close()
    page.locator("#chapter-text").fill("The lamp faltered before the storm, and she laughed.")
    page.locator("#conflict").wait_for()
    shoot(page, "conflict", size, scheme)


def readers(browser: Browser, url: str, size: str, scheme: str) -> None:
    """What a stranger sees of the library, from the shelves to a page, and a writer of showing a story."""
    context = browser.new_context(base_url=url, viewport=SIZES[size], color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]  # As above.
    page = context.new_page()
    page.goto("/library/")
    shoot(page, "library", size, scheme)
    page.goto("/library/?q=vent")
    shoot(page, "library-search", size, scheme)
    page.goto("/library/?language=fr")
    page.locator(".library-card__title a").first.click()
    shoot(page, "title-page", size, scheme)
    page.locator(".title-page__do a").first.click()
    shoot(page, "reading", size, scheme, is_whole=False)
    page.locator(".reader__tools summary").last.click()
    page.get_by_text("Sepia").click()
    shoot(page, "reading-setup", size, scheme, is_whole=False)
    page.goto("/library/")
    page.locator(".library-card__author a").first.click()
    shoot(page, "author", size, scheme)
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("demo@costory.example")
    page.locator("[name=password]").fill("demo-costory")
    page.locator("main form button").last.click()
    page.wait_for_url("**/")
    for name, address in (("lists", "/lists/"), ("history", "/history/"), ("news", "/notifications/")):
        page.goto(address)
        shoot(page, name, size, scheme)
    page.goto("/studio/")
    page.get_by_role("link", name="The Tide Clerk").click()
    page.get_by_role("link", name="Publishing").click()
    shoot(page, "publishing", size, scheme)
    context.close()


def moderation(browser: Browser, url: str, size: str, scheme: str) -> None:
    """A passage of the library's first story is reported, and stands in the queue and on the screen that decides."""
    context = browser.new_context(base_url=url, viewport=SIZES[size], color_scheme=scheme, locale="en-GB")  # type: ignore[arg-type]  # As above.
    page = context.new_page()
    page.goto("/library/?language=en")
    page.locator("main article a, main .library-list a").first.click()
    page.locator(".title-page__do a").first.click()
    passage = page.locator(".prose--book p").nth(1).inner_text()[:120]
    page.get_by_role("link", name="Report this chapter").click()
    page.locator("[name=reason][value=copyright]").check()
    page.locator("[name=quote]").fill(passage)
    page.locator("[name=explanation]").fill("This passage is from a book I published in 2019.")
    page.locator("[name=name]").fill("Yann")
    page.locator("[name=email]").fill(f"yann-{size}-{scheme}@example.org")
    page.locator("[name=is_in_good_faith]").check()
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "report", size, scheme)
    page.locator("main form button").last.click()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill("admin@costory.example")
    page.locator("[name=password]").fill("admin-costory")
    page.locator("main form button").last.click()
    page.wait_for_url("**/")
    page.goto("/admin/social/case/")
    shoot(page, "moderation-queue", size, scheme)
    page.locator(".field-subject a").first.click()
    page.locator("mark").wait_for()
    page.locator("summary", has_text="Correct the rating").click()
    shoot(page, "moderation-screen", size, scheme)
    context.close()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ModelServer() as model, server(model.url) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        for size in SIZES:
            for scheme in ("light", "dark"):
                walk(browser, url, size, scheme)
                readers(browser, url, size, scheme)
                moderation(browser, url, size, scheme)
        browser.close()


if __name__ == "__main__":
    main()
