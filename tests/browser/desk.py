"""A chapter on its writer's desk, for the tests that write in it."""

from playwright.sync_api import Page, expect

from stories.models import Chapter
from tests.browser.walk import enter, settle
from tests.factories import PASSWORD

START = "The keeper climbed the stairs."


def log_in_there(page: Page, chapter: Chapter) -> None:
    """Answer the login that stands on the page, as the chapter's writer."""
    page.fill("input[name=login]", chapter.story.owner.email)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.click("main button[type=submit]")


def open_chapter(page: Page, chapter: Chapter) -> Page:
    """The chapter in its studio, as its writer."""
    if not page.context.cookies():
        enter(page, chapter.story.owner)
    page.goto(chapter.get_absolute_url())
    # The module has looked for a copy and listens.
    expect(page.locator("html.js")).to_be_attached()
    page.wait_for_function("document.querySelector('.editor__words').textContent.length > 0")
    settle(page)
    return page


def type_at_end(page: Page, words: str) -> None:
    page.focus(".editor__text")
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def state(page: Page, name: str) -> None:
    expect(page.locator(".editor__save-state")).to_have_attribute("data-state", name)


def stored(chapter: Chapter) -> Chapter:
    return Chapter.objects.get(pk=chapter.pk)


def text_on_screen(page: Page) -> str:
    return str(page.input_value(".editor__text"))
