"""A journal, an interview and photographs in a real browser: a phone in the dark, and today by the writer's clock."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from stories import prompts, services
from stories.models import Chapter
from tests.browser.axe import assert_accessible
from tests.browser.walk import log_in
from tests.factories import create_chapter, create_story, create_user
from tests.servers import ServerThread

pytestmark = pytest.mark.browser


def pages() -> tuple[str, dict[str, str]]:
    """A writer with a journal and an interview, and where they stand."""
    writer = create_user()
    journal = create_story(owner=writer, mode="journal", title="Small hours")
    today = timezone.localdate()
    for back in (1, 2, 4, 366):
        services.open_day(story=journal, author=writer, day=today - timedelta(days=back))
    Chapter.objects.filter(story=journal).update(word_count=1234)
    entry = create_chapter(story=journal, entry_date=today, prompt=prompts.journal_prompts("en")[3], content="Rain.")
    life = create_story(owner=writer, mode="legacy", title="What Grandmother told me")
    asked = prompts.life_chapters("en")[0].questions
    answer = create_chapter(story=life, prompt=asked[0], content="In a kitchen, in a storm.")
    file = io.BytesIO()
    Image.new("RGB", (1200, 800), "#6b705c").save(file, "JPEG")
    services.add_photograph(
        chapter=answer,
        image=ContentFile(file.getvalue(), name="k.jpg"),
        caption="The kitchen, 1951",
        description="Oven",
    )
    return writer.email, {
        "journal": f"/studio/{journal.pk}/journal/",
        "entry": entry.get_absolute_url(),
        "interview": f"/studio/{life.pk}/interview/",
        "answer": answer.get_absolute_url(),
        "photographs": f"{answer.get_absolute_url()}photographs/",
        "reading": f"/stories/{life.pk}/chapters/1/",
    }


def test_on_a_phone_in_the_dark_axe_finds_nothing(page: Page) -> None:
    email, addresses = pages()
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    log_in(page, email)
    for address in addresses.values():
        page.goto(address)
        assert_accessible(page)


def test_today_is_the_writers_own(live_asgi: ServerThread, browser: Browser) -> None:
    writer = create_user()
    journal = create_story(owner=writer, mode="journal")
    with browser.new_context(base_url=live_asgi.url, timezone_id="Pacific/Kiritimati") as context:
        page = context.new_page()
        log_in(page, writer.email)
        # The first page of all: the server does not know yet where its writer is.
        context.clear_cookies(name="costory-zone")
        page.goto(f"/studio/{journal.pk}/journal/")
        there = page.evaluate("new Intl.DateTimeFormat('en-CA').format(new Date())")
        expect(page.locator(f".today[data-day='{there}']")).to_be_visible()
        expect(page.locator(".calendar__day--today")).to_have_text(str(int(there[-2:])))
        page.get_by_role("button", name="Write freely").click()
        expect(page.locator("#chapter-text")).to_be_visible()
    assert str(Chapter.objects.get(story=journal).entry_date) == there
