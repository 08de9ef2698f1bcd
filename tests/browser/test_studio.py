"""The studio around the page, in a real browser: chapters by mouse, finger and keyboard, panes, focus, preview."""

import pytest
from playwright.sync_api import Page, expect

from stories.models import Chapter, Story
from stories.services import create_chapter
from tests.factories import PASSWORD, create_story
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
    page.goto(story.chapters.get(title=title).get_absolute_url())
    if "/accounts/login/" in page.url:
        page.fill("input[name=login]", story.owner.email)
        page.fill("input[name=password]", PASSWORD)
        with page.expect_navigation():
            page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")
    return page


@pytest.fixture
def studio(page: Page, story: Story) -> Page:
    return open_studio(page, story)


def order(story: Story) -> list[str]:
    chapters = Chapter.objects.present().filter(story=story).order_by("position")
    return list(chapters.values_list("title", flat=True))


def listed(page: Page) -> list[str]:
    return page.locator(".chapter-list__title").all_inner_texts()


def row(page: Page, title: str):
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
