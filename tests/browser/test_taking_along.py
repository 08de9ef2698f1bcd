"""A story leaves and comes back, in a real browser: files, the statement on the clipboard, the archive taken in."""

import uuid
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from stories.models import Story
from stories.services import create_chapter, insert_passage
from tests.browser.axe import assert_accessible
from tests.browser.walk import log_in
from tests.factories import create_story

pytestmark = pytest.mark.browser


def test_a_story_leaves_and_comes_back(page: Page, browser_context: BrowserContext, tmp_path: Path) -> None:
    story = create_story(title="L’été d’Éléna")
    chapter = create_chapter(story=story, author=story.owner, title="One", content="It was dark.")
    insert_passage(
        chapter=chapter, author=story.owner, version=1, position=0, text="Rain came. ", reply_id=uuid.uuid4()
    )
    browser_context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(page, story.owner.email)

    page.goto(f"/studio/{story.pk}/export/")
    assert_sound(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    assert download.value.suggested_filename == "L’été d’Éléna.epub"
    assert zipfile.is_zipfile(download.value.path())
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the archive").click()
    archive = tmp_path / "story.json"
    download.value.save_as(archive)

    page.goto(f"/studio/{story.pk}/disclosure/")
    assert_sound(page)
    page.get_by_role("button", name="Copy the French text").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Déclaration sur l’usage")

    page.goto("/studio/import/archive/")
    assert_sound(page)
    page.locator("input[type=file]").set_input_files(archive)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("L’été d’Éléna")
    assert Story.objects.filter(owner=story.owner, title=story.title).count() == 2


def assert_sound(page: Page) -> None:
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert_accessible(page)
