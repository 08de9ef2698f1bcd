"""Finding on the page: by keyboard, with each hit in view, and replacing that can be undone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from stories.services import create_chapter
from tests.browser.desk import open_chapter, state
from tests.factories import create_story
from tests.servers import ServerThread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "The lamp went out. A Lamp is a lamp, lamplight is not.\n\n" + "Nobody came.\n\n" * 60 + "The last lamp."


@pytest.fixture
def editor(page: Page, live_asgi: ServerThread) -> Page:
    story = create_story()
    return open_chapter(page, create_chapter(story=story, author=story.owner, title="Night", content=TEXT))


def begin(page: Page) -> None:
    page.focus(".editor__text")
    page.evaluate("document.querySelector('.editor__text').setSelectionRange(0, 0)")
    page.keyboard.press("Control+f")
    expect(page.locator("#find-words")).to_be_focused()


def count(page: Page, said: str) -> None:
    expect(page.locator("[data-count]")).to_have_text(said)


WHERE = """() => {
    const text = document.querySelector(".editor__text");
    let scrolled = 0;
    for (let box = text; box; box = box.parentElement) scrolled += box.scrollTop;
    return [text.selectionStart, text.value.slice(text.selectionStart, text.selectionEnd), scrolled];
}"""


def test_found_by_keyboard_and_brought_into_view(editor: Page) -> None:
    begin(editor)
    where = editor.evaluate(WHERE)
    editor.keyboard.type("lamp")
    count(editor, "1 of 5")
    editor.keyboard.press("Shift+Enter")
    count(editor, "5 of 5")
    expect(editor.locator(".find-hit--current")).to_be_in_viewport()
    editor.keyboard.press("Enter")
    count(editor, "1 of 5")
    editor.check("[name=whole]")
    count(editor, "1 of 4")
    editor.check("[name=cased]")
    count(editor, "1 of 3")
    editor.fill("#find-words", "lamp (")
    count(editor, "Not found")
    editor.fill("#find-words", "nobody came")
    count(editor, "Not found")
    editor.uncheck("[name=cased]")
    count(editor, "1 of 60")
    editor.focus("#find-words")
    editor.keyboard.press("Escape")
    expect(editor.locator("#find-bar")).to_be_hidden()
    expect(editor.locator(".editor__text")).to_be_focused()
    expect(editor.locator(".find-hit")).to_have_count(0)
    assert editor.evaluate(WHERE) == where
    # The last search goes on without the bar, and ends at the place it found.
    editor.keyboard.press("Shift+F3")
    count(editor, "60 of 60")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#find-bar")).to_be_hidden()
    assert editor.evaluate(WHERE)[:2] == [TEXT.rindex("Nobody came"), "Nobody came"]


def test_replaced_one_by_one_and_all_at_once_with_one_undo(editor: Page) -> None:
    begin(editor)
    editor.keyboard.type("lamp")
    editor.fill("#find-other", "light")
    editor.click("[data-find=replace]")
    count(editor, "1 of 4")
    assert editor.input_value(".editor__text").startswith("The light went out. A Lamp")
    editor.click("[data-find=all]")
    count(editor, "Not found")
    assert "amp" not in editor.input_value(".editor__text")
    editor.focus(".editor__text")
    editor.keyboard.press("Control+z")
    assert editor.input_value(".editor__text").count("amp") == 4
    state(editor, "saved")


def test_both_apostrophes_are_one_and_accents_where_one_says_so(editor: Page) -> None:
    editor.fill(".editor__text", "L’ombre et l'ombre. Élève, eleve : l'été.")
    begin(editor)
    editor.keyboard.type("l'ombre")
    count(editor, "1 of 2")
    editor.fill("#find-words", "l’ombre")
    count(editor, "1 of 2")
    editor.fill("#find-words", "   ")
    count(editor, "Not found")
    editor.fill("#find-words", "elève")
    count(editor, "Not found")
    editor.check("[name=plain]")
    count(editor, "1 of 2")
    editor.fill("#find-words", "ete")
    count(editor, "1 of 1")
    expect(editor.locator(".find-hit--current")).to_have_text("été")


def test_opened_at_a_place(page: Page, live_asgi: ServerThread) -> None:
    story = create_story()
    words = "Ô 🐙 " + TEXT
    chapter = create_chapter(story=story, author=story.owner, title="Night", content=words)
    open_chapter(page, chapter)
    start = words.rindex("The last lamp.")
    page.goto(f"{chapter.get_absolute_url()}?at={start}-{start + 14}")
    expect(page.locator(".find-hit--current")).to_have_text("The last lamp.")
    expect(page.locator(".find-hit--current")).to_be_in_viewport()
    chosen = page.evaluate(
        """() => {
            const text = document.querySelector('.editor__text');
            return text.value.slice(text.selectionStart, text.selectionEnd);
        }"""
    )
    assert chosen == "The last lamp."
