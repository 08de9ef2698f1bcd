"""A chapter in its studio, as most tests of writing begin. A module may have a `chapter` of its own."""

import pytest
from playwright.sync_api import Page

from stories.models import Chapter
from stories.services import create_chapter
from tests.browser.desk import START, open_chapter
from tests.factories import create_story
from tests.servers import ServerThread


@pytest.fixture
def chapter(live_asgi: ServerThread) -> Chapter:
    story = create_story()
    return create_chapter(story=story, author=story.owner, title="Night", content=START)


@pytest.fixture
def editor(page: Page, chapter: Chapter) -> Page:
    return open_chapter(page, chapter)


@pytest.fixture
def timed(page: Page, chapter: Chapter) -> Page:
    """The same, with a clock that can be put forward: see `pass_time`."""
    page.clock.install()
    return open_chapter(page, chapter)
