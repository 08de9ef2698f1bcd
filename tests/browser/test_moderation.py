"""A stranger reports a passage, a moderator decides on one screen, and the author appeals and is heard."""

import pytest
from playwright.sync_api import Browser, Page, expect

from social import services
from social.models import Case
from stories.services import set_visibility
from tests.browser.axe import assert_accessible
from tests.browser.walk import enter
from tests.factories import create_chapter, create_story, create_user
from tests.servers import ServerThread

pytestmark = pytest.mark.browser


def test_a_report_is_decided_and_the_decision_appealed(page: Page, browser: Browser, live_asgi: ServerThread) -> None:
    author = create_user(display_name="Anna")
    story = create_story(owner=author)
    create_chapter(
        story=story, content="He lives at *12 Quay Street*, and\neverybody knows it.", content_html="<p>x</p>"
    )
    set_visibility(story=story, visibility="public")
    judges = [services.appoint_moderator(person=create_user(handle=name)) for name in ("minos", "aeacus")]

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/stories/{story.pk}/chapters/1/")
    page.get_by_role("link", name="Report this chapter").click()
    page.get_by_label("Private facts or pictures of somebody").check()
    page.get_by_label("The passage it is about").fill("12 Quay Street, and everybody knows it")
    page.get_by_label("Why may it not be here?").fill("It is my address.")
    page.get_by_label("Your name").fill("Yann")
    page.get_by_label("Your e-mail address").fill("yann@example.org")
    page.get_by_label("I believe in good faith").check()
    assert_accessible(page)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Your report has arrived")).to_be_visible()

    page.set_viewport_size({"width": 1280, "height": 900})
    enter(page, judges[0])
    page.goto("/admin/social/case/")
    assert_accessible(page)
    page.locator(".field-subject a").first.click()
    expect(page.locator("mark")).to_have_text("12 Quay Street*, and everybody knows it")
    page.locator("summary", has_text="Hide").click()
    form = page.locator("details[open] form")
    form.get_by_label("Clause").fill("Moderation rules: threats, harassment, private facts")
    form.get_by_label("Facts").fill("The first chapter names a house.")
    assert_accessible(page)
    form.get_by_role("button", name="Hide").click()
    expect(page.locator("details[open] .errorlist")).to_be_visible()
    form.get_by_label("Reasons").fill("Somebody lives there.")
    form.get_by_role("button", name="Hide").click()
    expect(page.get_by_text("Decided, and written down.")).to_be_visible()

    enter(page, author)
    page.goto(f"/studio/{story.pk}/")
    page.get_by_role("link", name="The reasons, and how to appeal").click()
    page.locator(".settings-list__name a").click()
    expect(page.get_by_text("Somebody lives there.")).to_be_visible()
    page.get_by_label("What was misjudged?").fill("I invented the street.")
    assert_accessible(page)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_text("Somebody looks at the whole matter again. You get")).to_be_visible()

    enter(page, judges[1])
    page.goto(f"/admin/social/case/{Case.objects.get().pk}/change/")
    # Hidden by now: the text is opened on record.
    page.get_by_role("button", name="Open the text, on record").click()
    expect(page.locator(".shown")).to_contain_text("12 Quay Street")
    page.get_by_label("The decision is lifted").check()
    page.get_by_label("Why", exact=True).fill("There is no such street.")
    page.get_by_role("button", name="Answer the appeal").click()
    expect(page.get_by_text("The appeal is decided.")).to_be_visible()
    page.context.clear_cookies()
    assert page.goto(f"/stories/{story.pk}/").status == 200  # type: ignore[union-attr]  # It was answered.
