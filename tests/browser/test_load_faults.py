"""The studio does not come as it should: 500, nothing, or half of it. What is stored stays, byte for byte."""

from collections.abc import Callable
from itertools import cycle

import pytest
from playwright.sync_api import Page, Route, expect

from stories.models import Chapter, Revision
from stories.services import create_chapter
from tests.browser.desk import open_chapter, state, stored, type_at_end
from tests.factories import create_story
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

TEXT = (
    "\n\n  She came. 👩‍👩‍👧‍👦 \u202eשלום\u202c «\u202foui\u202f» \u2028end & <b>amp;</b>\n\n"
    + "The lamp was out. " * 40
    + "END  \n"
)
FAULTS = ["error", "empty", "before the text", "in the text", "after the text", "before the form ends"]


@pytest.fixture
def chapter(live_asgi: ServerThread) -> Chapter:
    story = create_story()
    return create_chapter(story=story, author=story.owner, title="Night", content=TEXT)


def broken(body: bytes, fault: str) -> bytes:
    """The page as far as it came."""
    begins = body.index(b'<textarea class="editor__text"')
    ends = body.index(b"</textarea>", begins)
    cuts = {
        "empty": 0,
        "before the text": begins - 20,
        # And in the middle of a letter.
        "in the text": body.index("👩".encode(), begins) + 2,
        "after the text": ends + len(b"</textarea>"),
        "before the form ends": body.index(b"</form>", ends),
    }
    return body[: cuts[fault]]


def test_a_page_that_came_in_part_overwrites_nothing(page: Page, chapter: Chapter) -> None:
    open_chapter(page, chapter)
    address = page.url
    expected = TEXT
    for fault in FAULTS:
        page.route("**/chapters/**", cut(address, fault))
        page.goto(address)
        text = page.locator(".editor__text")
        is_whole = fault in {"after the text", "before the form ends"}
        assert bool(text.count()) == (fault not in {"error", "empty", "before the text"})
        if text.count() and text.is_editable():
            # Whole enough to be written in: then what is saved is the whole text, and what was typed.
            assert is_whole
            type_at_end(page, "x")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(600)
        page.unroute("**/chapters/**")

        content = stored(chapter).content
        assert content == expected or (is_whole and content == f"{expected}x")
        expected = content
        assert not Revision.objects.filter(kind=Revision.Kind.CONFLICT).exists()

    page.goto(address)
    assert page.input_value(".editor__text").startswith(TEXT)


def cut(address: str, fault: str) -> Callable[[Route], None]:
    """What answers in the server's place."""

    def answer(route: Route) -> None:
        if route.request.method != "GET" or route.request.url != address:
            route.continue_()
        elif fault == "error":
            route.fulfill(status=500, body="<h1>Sorry</h1>")
        else:
            whole = route.fetch()
            route.fulfill(response=whole, body=broken(whole.body(), fault))

    return answer


def test_what_is_drawn_around_the_text_may_fail(page: Page, chapter: Chapter) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    bodies = cycle(["<h1>Sorry</h1>", "", '{"runs": [[3, "human"], [40, "coa'])

    def fail(route: Route) -> None:
        body = next(bodies)
        kind = "text/html" if "<" in body else "application/json"
        route.fulfill(status=500 if "<" in body else 200, body=body, content_type=kind)

    for beside in ("**/provenance/", "**/mentions/", "**/notes/", "**/codex/", "**/coach/**", "**/preview/"):
        page.route(beside, fail)
    open_chapter(page, chapter)
    page.focus(".editor__text")
    # Each asks after every save.
    page.keyboard.press("Alt+Shift+O")
    type_at_end(page, " And on.")
    state(page, "saved")
    page.get_by_role("tab", name="Codex").click()
    page.get_by_role("tab", name="Notes").click()
    type_at_end(page, " Still.")
    state(page, "saved")

    assert stored(chapter).content == f"{TEXT} And on. Still."
    expect(page.locator("#conflict")).to_have_count(0)
    assert errors == []
