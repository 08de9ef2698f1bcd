"""A reader on a phone marks a passage, says something of it, is answered, and loves the story; axe looks on."""

import pytest
from playwright.sync_api import Page, expect

from social.models import Comment, Follow, Like
from social.services import add_comment
from stories.services import create_chapter, set_visibility
from tests.browser.axe import assert_accessible
from tests.browser.walk import log_in, settle
from tests.factories import create_story, create_user

pytestmark = pytest.mark.browser


def test_a_passage_is_quoted_answered_and_loved(page: Page) -> None:
    owner, reader = create_user(display_name="Ada", is_public=True, handle="ada"), create_user(display_name="Bea")
    story = create_story(owner=owner, title="The Lighthouse")
    create_chapter(story=story, author=owner, title="Night", content="It was *never* dark.\n\nThe keeper slept.")
    set_visibility(story=story, visibility="public")
    story.refresh_from_db()
    add_comment(author=owner, story=story, chapter=story.chapters.get(), content="Say what you think.")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    log_in(page, reader.email)
    page.goto(f"/stories/{story.pk}/chapters/1/")
    settle(page)
    page.locator(".prose--book p").first.select_text()
    # Coming near asks for the comments, which take the place of what is being scrolled to.
    page.evaluate("document.getElementById('comments').scrollIntoView()")
    expect(page.get_by_text("Say what you think.")).to_be_visible()

    page.get_by_text("About a passage").click()
    expect(page.locator("[data-quote]")).to_have_value("It was never dark.")
    page.get_by_label("Say something").fill("I like this.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".comment__quote")).to_have_text("It was never dark.")

    thread = page.locator(".thread", has_text="Say what you think.")
    thread.get_by_text("Answer Ada").click()
    # What is refused is said beside what was written.
    thread.locator("textarea[name=content]").evaluate("area => area.removeAttribute('required')")
    thread.locator("textarea[name=content]").fill("   ")
    thread.get_by_role("button", name="Answer").click()
    expect(thread.get_by_role("alert")).to_have_text("There is nothing in it yet.")
    thread.locator("textarea[name=content]").fill("That it is bright.")
    thread.get_by_role("button", name="Answer").click()
    expect(thread.locator(".comment--depth-2")).to_contain_text("That it is bright.")

    page.locator("#like-button").click()
    expect(page.locator("#like-button")).to_have_attribute("aria-pressed", "true")
    page.locator("#follow-button").click()
    expect(page.locator("#follow-button")).to_have_attribute("aria-pressed", "true")
    assert (Comment.objects.count(), Like.objects.count(), Follow.objects.count()) == (3, 1, 1)
    for path in ("", "/@ada/", f"/stories/{story.pk}/comments/", "/settings/people/", "/studio/comments/"):
        if path:
            page.goto(path)
        assert_accessible(page)
