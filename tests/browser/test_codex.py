"""The codex beside the page in a real browser: a name taken from the text, a passage gone to, marks that keep up."""

import pytest
from playwright.sync_api import Page, expect

from stories.models import Chapter
from stories.services import create_chapter, create_codex_entry
from tests.browser.axe import assert_accessible
from tests.browser.walk import enter
from tests.factories import create_story
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

TEXT = (
    "👩‍👩‍👧 Nobody came.\n\n"
    + "The lamp was out. " * 120
    + "\n\nThen Anna came, and Claire with her. “Anna!” she said."
)


@pytest.fixture
def chapter(live_asgi: ServerThread) -> Chapter:
    story = create_story()
    return create_chapter(story=story, author=story.owner, title="Night", content=TEXT)


@pytest.fixture
def codex(page: Page, chapter: Chapter) -> Page:
    """The chapter in its studio, the codex open beside it."""
    enter(page, chapter.story.owner)
    page.goto(chapter.get_absolute_url())
    page.get_by_role("tab", name="Codex").click()
    page.locator("#codex-mentions").wait_for()
    return page


def selection(page: Page) -> str:
    text = page.locator(".editor__text")
    return str(text.evaluate("(text) => text.value.slice(text.selectionStart, text.selectionEnd)"))


def select(page: Page, words: str) -> None:
    page.evaluate(
        """(words) => {
            const text = document.querySelector(".editor__text");
            text.setSelectionRange(text.value.indexOf(words), text.value.indexOf(words) + words.length);
        }""",
        words,
    )


def test_a_selected_name_becomes_an_entry_and_its_passages_are_gone_to(codex: Page, chapter: Chapter) -> None:
    select(codex, "Anna")
    codex.locator("#codex-new summary").click()
    expect(codex.locator("#codex-new [name=name]")).to_have_value("Anna")
    codex.get_by_role("button", name="Add to the codex").click()

    expect(codex.locator("#codex-entry-name")).to_have_text("Anna")
    expect(codex.locator("#codex-entry-name")).to_be_focused()
    expect(codex.locator("[data-codex-at]")).to_have_count(2)

    codex.get_by_role("button", name="Next").click()
    assert selection(codex) == "Anna"
    first = codex.evaluate("document.querySelector('.editor__text').selectionStart")
    # Asked from outside: what a page is told to wait for by itself is evaluated, which its policy forbids.
    for _ in range(60):
        if codex.evaluate("scrollY"):
            break
        codex.wait_for_timeout(50)
    assert codex.evaluate("scrollY") > 0
    codex.get_by_role("button", name="Next").click()
    assert codex.evaluate("document.querySelector('.editor__text').selectionStart") > first

    # Words typed before it move it; it is found all the same.
    codex.evaluate("document.querySelector('.editor__text').setSelectionRange(0, 0)")
    codex.keyboard.type("Once more. ")
    codex.locator("[data-codex-at]").first.click()
    assert selection(codex) == "Anna"
    assert codex.evaluate("document.querySelector('.editor__text').selectionStart") == first + len("Once more. ")


def test_counts_and_marks_keep_up_with_what_is_written(codex: Page, chapter: Chapter) -> None:
    for name in ("Anna", "Claire"):
        create_codex_entry(story=chapter.story, name=name)
    codex.reload()
    codex.locator("#codex-mentions").wait_for()
    anna = codex.locator("#codex-mentions li", has_text="Anna")
    expect(anna).to_contain_text("2")
    codex.check("#codex-marks")
    marks = codex.locator(".editor__mirror--names .editor__name")
    expect(marks).to_have_text(["Anna", "Claire", "Anna"])

    codex.focus(".editor__text")
    codex.keyboard.press("Control+End")
    codex.keyboard.type(" Anna went.")
    expect(anna).to_contain_text("3")
    expect(marks).to_have_text(["Anna", "Claire", "Anna", "Anna"])
    codex.uncheck("#codex-marks")
    expect(marks).to_have_count(0)

    codex.get_by_role("link", name="Claire").click()
    codex.locator("#codex-entry-name").wait_for()
    assert_accessible(codex)
