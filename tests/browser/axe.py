"""What axe finds on a page: one way to ask, and one set of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

from tests.browser.walk import settle

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # What passed is not asked for: carrying it here takes longer than finding out.
    "resultTypes": ["violations"],
}


def assert_accessible(page: Page, *, at_rest: bool = True, is_ours: bool = True) -> None:
    """Fail for each of axe's findings, with its place, and for a page that scrolls sideways.

    A page is looked at once it is at rest: without its styles a target is too small and a text too pale. `at_rest` is
    False for what must be sound while it moves, `is_ours` for a page whose width a library decides.
    """
    if at_rest:
        settle(page)
        page.evaluate("document.fonts.ready.then(() => null)")
    found = Axe().run(page, options=RULES).response["violations"]
    faults = [(violation["id"], [node["target"] for node in violation["nodes"]]) for violation in found]
    assert faults == [], f"{page.url}: {faults}"
    if is_ours:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"
