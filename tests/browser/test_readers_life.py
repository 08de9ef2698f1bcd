"""From a misspelt word to a conversation: a stranger finds, reads, signs up, goes on elsewhere and is answered."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from social.models import Comment, Reading
from stories.models import Story
from stories.services import create_chapter, create_story, set_tags, set_visibility
from tests.browser.axe import assert_accessible
from tests.browser.walk import enter, settle, sign_up
from tests.factories import create_user
from tests.servers import ServerThread

pytestmark = pytest.mark.browser

PHONE_WIDTH = 390
PARAGRAPH = "Le gardien compta les marches une fois de plus, et n’en trouva pas le même nombre que la veille. "


@pytest.fixture
def story(live_asgi: ServerThread) -> Story:
    author = create_user(display_name="Maïa Le Goff", is_public=True)
    story = create_story(
        owner=author,
        title="L’été au phare",
        mode="fiction",
        language="fr",
        rating="everyone",
        description="Un gardien, une échelle, et la mer qui n’attend personne.",
        comment_policy="moderated",
    )
    for number, title in enumerate(("L’arrivée", "La lanterne", "Le départ"), start=1):
        text = "\n\n".join(f"{number}.{line} {PARAGRAPH * 3}" for line in range(1, 16))
        create_chapter(story=story, author=author, title=title, content=text)
    set_tags(story=story, names=["Mer", "Solitude"])
    return set_visibility(story=story, visibility="public")


def test_a_stranger_becomes_a_reader(page: Page, browser: Browser, live_asgi: ServerThread, story: Story) -> None:
    # On a phone, with a word as one remembers it.
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    page.goto("/library/")
    assert_accessible(page)
    page.get_by_role("searchbox").fill("ete au phrae")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_text("Nothing was found for")).to_be_visible()
    page.get_by_role("link", name="L’été au phare").click()
    expect(page.get_by_role("heading", name="L’été au phare")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
    page.get_by_role("link", name="Begin reading").click()
    for title in ("L’arrivée", "La lanterne"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        settle(page)
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Le départ")).to_be_visible()
    assert_accessible(page)
    page.locator(".prose > :nth-child(8)").evaluate("block => block.scrollIntoView({ block: 'start' })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    # The place is on this device alone until there is an account.
    assert '"chapter":3' in page.evaluate("localStorage.getItem('reading.places')")
    assert not Reading.objects.exists()
    email = sign_up(page, name="Anna")
    settle(page)
    reader = User.objects.get(email=email)
    kept = Reading.objects.select_related("chapter").get(reader=reader)
    assert kept.chapter is not None
    assert kept.chapter.position == 3

    # At a desk, the same line.
    desk = browser.new_context(
        base_url=live_asgi.url, locale="en-GB", viewport={"width": 1280, "height": 800}
    ).new_page()
    enter(desk, reader)
    desk.goto(f"/stories/{story.pk}/")
    desk.get_by_role("link", name="Continue: Le départ").click()
    expect(desk).to_have_url(re.compile(r"/chapters/3/(#at-\d+)?$"))
    desk.get_by_role("button", name="Follow").click()
    expect(desk.get_by_role("button", name="Following")).to_be_visible()
    desk.evaluate("document.getElementById('comments').scrollIntoView()")
    desk.get_by_label("Say something").fill("J’ai compté les marches avec lui.")
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_text("Waits for the author")).to_be_visible()

    # The author lets it through and answers.
    own = browser.new_context(base_url=live_asgi.url, locale="en-GB").new_page()
    enter(own, story.owner)
    own.goto("/studio/comments/")
    assert_accessible(own)
    own.get_by_role("button", name="Let through").click()
    expect(own.get_by_text("Nothing waits for you")).to_be_visible()
    assert Comment.objects.get().state == "shown"
    own.goto(f"/stories/{story.pk}/chapters/3/")
    own.evaluate("document.getElementById('comments').scrollIntoView()")
    own.locator(".comment summary", has_text="Answer").first.click()
    own.get_by_label("Your answer to Anna").fill("Et combien en avez-vous trouvé ?")
    own.locator("form").filter(has=own.get_by_label("Your answer to Anna")).get_by_role("button", name="Answer").click()
    expect(own.locator("p", has_text="Et combien en avez-vous trouvé ?")).to_be_visible()

    # And the reader hears of it.
    desk.goto("/notifications/")
    expect(desk.get_by_text("has answered your comment")).to_be_visible()
    assert_accessible(desk)
    desk.context.close()
    own.context.close()


def test_a_page_that_is_read_by_its_link_takes_a_form_without_scripts(
    browser: Browser, live_asgi: ServerThread, story: Story
) -> None:
    token = set_visibility(story=story, visibility="link").share_token
    page = browser.new_context(base_url=live_asgi.url, locale="en-GB", java_script_enabled=False).new_page()
    page.goto(f"/s/{token}/chapters/1/")
    page.locator(".reader__tools summary").last.click()
    page.get_by_text("Sepia").click()
    page.get_by_role("button", name="Set it so").click()
    expect(page.locator(".reader--paper-sepia")).to_be_visible()
    page.context.close()


def test_the_page_is_set_by_a_finger_and_the_menu_stays(page: Page, live_asgi: ServerThread, story: Story) -> None:
    page.goto(f"/stories/{story.pk}/chapters/1/")
    settle(page)
    page.locator(".reader__tools summary").last.click()
    page.get_by_text("Sepia").click()
    expect(page.locator(".reader--paper-sepia")).to_be_visible()
    page.get_by_text("Very large").click()
    page.reload()
    expect(page.locator(".reader--paper-sepia.reader--xl")).to_be_visible()
    assert_accessible(page)
