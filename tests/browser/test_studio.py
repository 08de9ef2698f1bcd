"""The studio around the page, in a real browser: chapters by mouse, finger and keyboard, panes, focus, preview."""

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from stories.models import Chapter, Story
from stories.services import create_chapter
from tests.browser.axe import assert_accessible
from tests.browser.walk import enter, settle
from tests.factories import create_story
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

TEXT = "The keeper climbed the stairs.\n\n" * 40


@pytest.fixture
def story(live_asgi: ServerThread) -> Story:
    story = create_story()
    for title in ("Anna", "Boats", "Cliffs", "Dawn"):
        create_chapter(story=story, author=story.owner, title=title, content=TEXT)
    return story


def open_studio(page: Page, story: Story, title: str = "Anna") -> Page:
    enter(page, story.owner)
    page.goto(story.chapters.get(title=title).get_absolute_url())
    settle(page)
    return page


@pytest.fixture
def studio(page: Page, story: Story) -> Page:
    return open_studio(page, story)


def order(story: Story) -> list[str]:
    chapters = Chapter.objects.present().filter(story=story).order_by("position")
    return list(chapters.values_list("title", flat=True))


def listed(page: Page) -> list[str]:
    return page.locator(".chapter-list__title").all_inner_texts()


def row(page: Page, title: str) -> Locator:
    return page.locator(".chapter-list__item").filter(has_text=title)


# --- Chapters ----------------------------------------------------------------------------------------------------


def test_a_chapter_is_dragged_to_its_place(studio: Page, story: Story) -> None:
    row(studio, "Dawn").hover()
    grip = row(studio, "Dawn").locator(".chapter-list__grip").bounding_box()
    target = row(studio, "Boats").bounding_box()
    assert grip
    assert target
    studio.mouse.move(grip["x"] + 8, grip["y"] + 20)
    studio.mouse.down()
    studio.mouse.move(target["x"] + 40, target["y"] + 4, steps=8)
    studio.wait_for_timeout(80)
    with studio.expect_response("**/chapters/order/"):
        studio.mouse.up()

    assert order(story) == ["Anna", "Dawn", "Boats", "Cliffs"]
    expect(row(studio, "Dawn").locator(".chapter-list__number")).to_have_text("2")
    expect(row(studio, "Anna").locator("a")).to_have_attribute("aria-current", "page")


def test_a_drag_is_taken_back_by_escape(studio: Page, story: Story) -> None:
    row(studio, "Dawn").hover()
    grip = row(studio, "Dawn").locator(".chapter-list__grip").bounding_box()
    assert grip
    studio.mouse.move(grip["x"] + 8, grip["y"] + 20)
    studio.mouse.down()
    studio.mouse.move(grip["x"] + 40, grip["y"] - 100, steps=5)
    studio.keyboard.press("Escape")
    studio.mouse.up()
    studio.wait_for_timeout(700)

    assert listed(studio) == order(story) == ["Anna", "Boats", "Cliffs", "Dawn"]


def test_chapters_are_moved_by_keyboard_and_it_is_said(studio: Page, story: Story) -> None:
    row(studio, "Cliffs").locator("a").focus()
    with studio.expect_response("**/chapters/order/"):
        studio.keyboard.press("Alt+ArrowUp")
        studio.keyboard.press("Alt+ArrowUp")
        expect(studio.locator("#chapter-announcement")).to_have_text("“Cliffs” is now chapter 1 of 4.")
        studio.keyboard.press("Alt+ArrowUp")

    assert order(story) == ["Cliffs", "Anna", "Boats", "Dawn"]
    expect(row(studio, "Cliffs").locator(".chapter-list__number")).to_have_text("1")
    expect(row(studio, "Cliffs").locator("a")).to_be_focused()


def test_an_order_that_came_too_late_changes_nothing_and_shows_what_there_is(studio: Page, story: Story) -> None:
    create_chapter(story=story, author=story.owner, title="Elsewhere")
    row(studio, "Boats").locator("a").focus()
    studio.keyboard.press("Alt+ArrowUp")

    expect(studio.locator(".toast--error")).to_contain_text("Nothing was moved")
    expect(row(studio, "Elsewhere")).to_be_visible()
    assert listed(studio) == order(story) == ["Anna", "Boats", "Cliffs", "Dawn", "Elsewhere"]


def test_an_order_that_is_not_heard_is_put_back(studio: Page, story: Story) -> None:
    studio.route("**/chapters/order/", lambda route: route.abort())
    row(studio, "Boats").locator("a").focus()
    studio.keyboard.press("Alt+ArrowUp")

    expect(studio.locator(".toast--error")).to_be_visible()
    assert listed(studio) == order(story) == ["Anna", "Boats", "Cliffs", "Dawn"]


def test_a_chapter_is_named_marked_and_binned_by_keyboard_and_comes_back(studio: Page, story: Story) -> None:
    row(studio, "Boats").locator("a").focus()
    studio.keyboard.press("F2")
    studio.keyboard.type("Ships")
    with studio.expect_response("**/rename/"):
        studio.keyboard.press("Enter")
    expect(row(studio, "Ships").locator("a")).to_be_focused()

    studio.keyboard.press("Tab")
    studio.keyboard.press("Enter")
    with studio.expect_response("**/status/"):
        studio.get_by_role("button", name="Finished").press("Enter")
    expect(row(studio, "Ships").locator(".chapter-list__status")).to_have_text("Finished")

    row(studio, "Ships").locator(".chapter-list__more").press("Enter")
    with studio.expect_response("**/delete/"):
        studio.get_by_role("button", name="Put in the bin").first.press("Enter")
    expect(row(studio, "Ships")).to_have_count(0)
    assert order(story) == ["Anna", "Cliffs", "Dawn"]

    studio.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row(studio, "Ships")).to_be_visible()
    assert order(story) == ["Anna", "Ships", "Cliffs", "Dawn"]


# --- What is seen ------------------------------------------------------------------------------------------------


def test_panes_fold_and_are_remembered_and_the_page_can_stand_alone(studio: Page) -> None:
    studio.get_by_role("button", name="List of chapters").click()
    expect(studio.locator("#chapters")).to_be_hidden()
    studio.keyboard.press("Alt+Shift+R")
    expect(studio.locator("#coach")).to_be_hidden()
    studio.reload()
    expect(studio.locator("#chapters, #coach").first).to_be_hidden()
    expect(studio.get_by_role("button", name="List of chapters")).to_have_attribute("aria-expanded", "false")
    studio.keyboard.press("Alt+Shift+Digit1")
    expect(studio.locator(".chapter-list__link[aria-current]")).to_be_focused()

    studio.keyboard.press("Alt+Shift+F")
    expect(studio.locator("#chapters")).to_be_hidden()
    expect(studio.locator(".site-header")).to_be_hidden()
    expect(studio.locator("#chapter-text")).to_be_focused()
    studio.keyboard.press("Escape")
    expect(studio.locator("#chapters")).to_be_visible()
    expect(studio.locator(".site-header")).to_be_visible()


def test_the_line_stays_in_the_middle_and_the_session_is_counted(studio: Page) -> None:
    studio.keyboard.press("Alt+Shift+T")
    studio.locator(".studio-strip summary").click()
    studio.fill("#studio-goal", "12")
    studio.keyboard.press("Escape")
    studio.focus("#chapter-text")
    studio.keyboard.press("Control+End")
    studio.keyboard.type("Five more words are here.")
    expect(studio.locator("#editor-goal-line")).to_have_text("5 of 12 words this session")
    expect(studio.locator("#reading-time")).to_have_text("1 min to read")

    # The ruler holds the text; its last line is where the writer is.
    line = studio.evaluate(
        """() => {
        const place = document.createRange();
        const words = document.querySelector(".editor__mirror--ruler").firstChild;
        place.setStart(words, words.length - 2);
        place.setEnd(words, words.length - 1);
        const { top, height } = place.getBoundingClientRect();
        return (top + height / 2) / innerHeight; }"""
    )
    assert 0.4 < line < 0.5

    # Another chapter of the same sitting.
    studio.locator(".editor__save-state[data-state=saved]").wait_for()
    row(studio, "Boats").locator("a").click()
    settle(studio)
    expect(studio.locator("#editor-goal-line")).to_have_text("5 of 12 words this session")


def test_who_wrote_what_is_drawn_behind_the_words_and_moves_with_them(page: Page, story: Story) -> None:
    words = "👩‍👩‍👧 Nobody came. The lamp went out, and the sea was heard."
    start = words.index("The lamp")
    runs = [[start, "human"], [18, "coach"], [len(words) - start - 18, "coach-edited"]]
    Chapter.objects.filter(title="Anna").update(content=words, provenance=runs)
    studio = open_studio(page, story)
    studio.keyboard.press("Alt+Shift+O")

    expect(studio.locator(".tint--coach").last).to_have_text("The lamp went out,")
    expect(studio.locator("#tint-legend [data-share=coach]")).to_have_text(f"{round(1800 / len(words))}%")
    studio.focus("#chapter-text")
    studio.keyboard.press("Control+Home")
    studio.keyboard.type("Well. ")
    expect(studio.locator(".editor__mirror .tint--coach")).to_have_text("The lamp went out,")
    studio.locator(".editor__save-state[data-state=saved]").wait_for()
    expect(studio.locator(".editor__mirror .tint--coach")).to_have_text("The lamp went out,")

    mirror = studio.locator(".editor__mirror").bounding_box()
    assert mirror == studio.locator("#chapter-text").bounding_box()
    studio.keyboard.press("Alt+Shift+O")
    expect(studio.locator(".editor__mirror")).to_have_count(0)


def test_the_preview_shows_what_is_not_saved_yet_and_a_phone_has_it_all(story: Story, page: Page) -> None:
    studio = open_studio(page, story)
    studio.emulate_media(reduced_motion="reduce")
    studio.fill("#chapter-text", "He *never* came.")
    studio.keyboard.press("Alt+Shift+P")
    expect(studio.locator("#preview em")).to_have_text("never")
    assert_accessible(studio)
    studio.keyboard.press("Escape")
    studio.locator("#chapter-text").blur()
    studio.keyboard.press("?")
    expect(studio.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert_accessible(studio)
    studio.keyboard.press("Escape")

    studio.set_viewport_size({"width": 390, "height": 844})
    for part in ("Chapters", "Coach", "Page"):
        studio.locator(".studio__bar").get_by_text(part).click()
        assert_accessible(studio)


def test_the_chapters_are_kept_in_order_without_scripts(
    browser: Browser, live_asgi: ServerThread, story: Story
) -> None:
    with browser.new_context(base_url=live_asgi.url, java_script_enabled=False, locale="en-GB") as context:
        page = open_studio(context.new_page(), story)
        page.get_by_role("link", name="Order and bin").click()
        page.get_by_role("button", name="Move “Dawn” up").click()
        page.locator("summary", has_text="Change “Boats”").click()
        page.locator("details[open] [name=title]").fill("Ships")
        page.locator("details[open]").get_by_role("button", name="Save").click()
        page.locator("summary", has_text="Change “Anna”").click()
        page.locator("details[open]").get_by_role("button", name="Put in the bin").click()
        assert order(story) == ["Ships", "Dawn", "Cliffs"]
        page.get_by_role("button", name="Undo").click()
        assert order(story) == ["Anna", "Ships", "Dawn", "Cliffs"]
