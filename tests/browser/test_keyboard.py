"""The whole of writing by keyboard, the names a screen reader hears, and a minute without a network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from stories.models import Chapter, Revision, Story
from stories.services import create_chapter
from tests.browser.desk import open_chapter, state
from tests.browser.walk import PASSWORD, pass_time, settle
from tests.factories import create_story, create_user
from tests.servers import ServerThread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_STOPS = 60
FOCUSED = """(wanted) => {
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const ring = style.outlineStyle !== "none" || style.boxShadow !== "none" || at.matches("textarea, input");
    return { isShown: ring && box.width > 0 && box.height > 0, isThere: at.matches(wanted) };
}"""


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Reach something by the tab key alone; every stop on the way can be seen."""
    for _stop in range(MOST_STOPS):
        stop = page.evaluate(FOCUSED, selector)
        if stop is not None:
            assert stop["isShown"], page.evaluate("document.activeElement.outerHTML")
            if stop["isThere"]:
                return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"the tab key does not lead to {selector}")


def test_from_the_first_page_to_the_last_without_a_mouse(page: Page, live_asgi: ServerThread) -> None:
    person = create_user()
    page.goto("/studio/new/")
    tab_to(page, "[name=login]")
    page.keyboard.type(person.email)
    tab_to(page, "[name=password]")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    settle(page)

    tab_to(page, "[name=mode]")
    page.keyboard.press("Space")
    for step in ("brief", "opening"):
        tab_to(page, "main form button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**step={step}")
        settle(page)
    tab_to(page, "[name=title]")
    page.keyboard.type("By hand")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chapters/**")
    settle(page)

    tab_to(page, "#chapter-title")
    page.keyboard.type("One")
    tab_to(page, "#chapter-text")
    page.keyboard.type("The lamp was ")
    page.keyboard.press("Control+i")
    page.keyboard.type("old")
    page.keyboard.press("ArrowRight")
    page.keyboard.type(".")
    state(page, "saved")
    assert "*old*" in page.input_value("#chapter-text")

    page.keyboard.press("Control+f")
    page.keyboard.type("lamp")
    expect(page.locator("[data-count]")).to_have_text("1 of 1")
    page.keyboard.press("Escape")
    expect(page.locator("#chapter-text")).to_be_focused()

    # The page as it will be read, and back to where one was.
    page.keyboard.press("Alt+Shift+P")
    expect(page.locator("#preview em")).to_have_text("old")
    page.keyboard.press("Escape")
    expect(page.locator("#preview")).to_be_hidden()
    expect(page.locator("#chapter-text")).to_be_focused()

    # A second chapter, and its place among them.
    tab_to(page, "button[form=chapter-create]", back=True)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.chapter-list__link').length === 2")
    settle(page)
    story = Story.objects.get()
    assert story.chapters.count() == 2

    first, second = Chapter.objects.filter(story=story).order_by("position")
    tab_to(page, f".chapter-list__link[href='{second.get_absolute_url()}']")
    with page.expect_response("**/chapters/order/"):
        page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#chapter-announcement")).to_have_text(re.compile("is now chapter 1 of 2"))
    expect(page.locator(".chapter-list__link").first).to_have_attribute("href", second.get_absolute_url())
    expect(page.locator(".chapter-list__link").first).to_be_focused()
    assert [row.pk for row in story.chapters.order_by("position")] == [second.pk, first.pk]
    tab_to(page, f".chapter-list__link[href='{first.get_absolute_url()}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{first.get_absolute_url()}")
    settle(page)
    tab_to(page, ".editor__more summary")
    page.keyboard.press("Enter")
    tab_to(page, f".menu__item[href='{first.get_absolute_url()}revisions/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/revisions/")
    tab_to(page, "main a[href*='/revisions/']")
    page.keyboard.press("Enter")
    settle(page)
    assert Revision.objects.filter(chapter=first).exists()
    expect(page.locator("h1")).to_be_visible()

    tab_to(page, ".site-header__end details > summary")
    page.keyboard.press("Enter")
    tab_to(page, "form[action='/accounts/logout/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/")
    expect(page.locator(".site-header a[href^='/accounts/login/']")).to_be_visible()


ROLES = {
    *("button", "link", "textbox", "checkbox", "radio", "combobox", "searchbox", "tab", "menuitem", "slider"),
    *("dialog", "spinbutton", "switch", "listbox"),
}


def names(page: Page) -> list[tuple[str, str]]:
    """Role and name of every node of the accessibility tree, in the order in which a screen reader goes through it."""
    session = page.context.new_cdp_session(page)
    tree = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in tree}
    waiting, found = [tree[0]], []
    while waiting:
        node = waiting.pop()
        waiting += [by_id[child] for child in reversed(node.get("childIds", [])) if child in by_id]
        if not node.get("ignored") and "role" in node:
            found.append((str(node["role"]["value"]), str(node.get("name", {}).get("value", "")).strip()))
    return found


def test_the_studio_as_it_is_heard(page: Page, live_asgi: ServerThread) -> None:
    """Its parts, and what is in them, by role and name, in the order in which they are read out."""
    story = create_story(title="The Lighthouse")
    chapter = create_chapter(story=story, author=story.owner, title="Night", content="The lamp went out.")
    create_chapter(story=story, author=story.owner, title="Day", content="Light.")
    open_chapter(page, chapter)
    state(page, "saved")

    heard = names(page)
    parts = [
        ("banner", ""),
        ("navigation", "Main"),
        ("main", ""),
        ("heading", "The Lighthouse · Night"),
        ("navigation", "Chapters"),
        ("link", "1 Night 4 words"),
        ("button", "Move or change this chapter: Night"),
        ("link", "2 Day 1 word"),
        ("button", "Move or change this chapter: Day"),
        ("button", "New chapter"),
        ("region", "Page"),
        ("toolbar", "Text marks"),
        *(("button", name) for name in ("Strong", "Emphasis", "Heading", "Quotation", "Scene break")),
        ("textbox", "Title"),
        ("textbox", "Text"),
        ("StaticText", "Saved at"),
        ("StaticText", "1 min to read"),
        ("DisclosureTriangle", "This chapter"),
        ("complementary", "Beside the page"),
        ("tablist", "Beside the page"),
        *(("tab", name) for name in ("Coach", "Proposals", "Codex", "Notes")),
        ("tabpanel", "Coach"),
    ]
    assert [node for node in heard if node in parts] == parts

    # What becomes of a save is read where it stands, and told when it matters.
    page.route("**/chapters/**", lambda route: route.abort())
    page.focus(".editor__text")
    page.keyboard.type("Fog. ")
    state(page, "offline")
    announced = page.locator("#editor-announcement[role=status]")
    expect(announced).to_have_text("Offline: kept on this device")


def test_everything_that_can_be_used_has_a_name(page: Page, live_asgi: ServerThread) -> None:
    story = create_story()
    chapter = create_chapter(
        story=story, author=story.owner, title="Night", content="The lamp went out.\n\nNobody came."
    )
    open_chapter(page, chapter)
    studio = f"/studio/{story.pk}/"
    paths = [
        f"{chapter.get_absolute_url()}revisions/",
        f"{chapter.get_absolute_url()}split/",
        f"{chapter.get_absolute_url()}notes/",
        studio,
        f"{studio}codex/",
        f"{studio}codex/new/",
        f"{studio}find/",
        f"{studio}export/",
        "/studio/new/",
        f"/coach/stories/{story.pk}/",
        f"/coach/stories/{story.pk}/proposals/?chapter={chapter.pk}",
        f"/coach/stories/{story.pk}/memory/",
        f"/coach/stories/{story.pk}/continuity/",
        "/billing/",
        "/settings/",
    ]
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        expect(page.locator(".htmx-request")).to_have_count(0)
        found = names(page)
        assert [node for node in found if node[0] in ROLES and not node[1]] == [], path
        assert any(role == "main" for role, _name in found), path
        assert any(role == "heading" and name for role, name in found), path
        assert any(role in {"RootWebArea", "WebArea"} and name for role, name in found), path


def test_a_minute_without_a_network_on_a_slow_phone_loses_nothing(page: Page, live_asgi: ServerThread) -> None:
    story = create_story()
    chapter = create_chapter(story=story, author=story.owner, title="Night", content="It began.")
    page.set_viewport_size({"width": 390, "height": 844})
    page.clock.install()
    open_chapter(page, chapter)
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.focus(".editor__text")
    page.keyboard.press("Control+End")
    page.keyboard.type(" On the train.")
    state(page, "saved")

    session.send("Network.emulateNetworkConditions", {**slow, "offline": True})
    words = "On the train."
    for minute in range(12):
        page.keyboard.type(f" Tunnel {minute}.")
        words += f" Tunnel {minute}."
        pass_time(page, 5)
        # Real time too, in which an attempt fails and the next is put off.
        page.wait_for_timeout(100)
    state(page, "offline")
    assert Chapter.objects.get(pk=chapter.pk).content == "It began. On the train."

    session.send("Network.emulateNetworkConditions", slow)
    state(page, "saved")
    assert Chapter.objects.get(pk=chapter.pk).content == f"It began. {words}"
    # One sitting is one revision beside the one it began with.
    assert Revision.objects.filter(chapter=chapter).count() <= 2
