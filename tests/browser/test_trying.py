"""A stranger on a phone puts a paragraph before the coach, and takes it along through sign-up."""

import pytest
from playwright.sync_api import Page, expect

from costory.trying.views import sample
from tests.browser.axe import assert_accessible
from tests.browser.walk import PASSWORD

pytestmark = pytest.mark.browser


def test_a_stranger_tries_the_coach_and_goes_on_writing(page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    page.locator("#try textarea").fill(sample("en"))
    page.get_by_role("button", name="See what the coach notices").click()

    expect(page.get_by_role("heading", name="What the coach noticed")).to_be_focused()
    expect(page.locator("#answer mark").first).to_be_visible()
    assert_accessible(page)

    # What was changed after the answer is what is kept.
    page.locator("#try textarea").fill(sample("en") + " Nobody was.")
    page.get_by_role("button", name="Keep this text and go on writing").click()
    page.wait_for_url("**/accounts/signup/")
    page.locator("[name=email]").fill("stranger@example.org")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("main form button").last.click()

    page.wait_for_url("**/studio/**/chapters/**")
    expect(page.locator("#chapter-text")).to_have_value(sample("en") + " Nobody was.")
