"""Taking the library page by page: told to wait, by address, and nobody who reads ever is."""

import uuid

import pytest
from django.core.cache import cache
from django.test import Client

from stories.services import create_chapter, set_visibility
from tests.factories import create_story

pytestmark = pytest.mark.django_db


def test_whoever_takes_everything_is_told_to_wait(client, settings):
    cache.clear()
    settings.PAGES_A_MINUTE = 10
    story = create_story()
    create_chapter(story=story, author=story.owner, content="It was dark.")
    set_visibility(story=story, visibility="public")
    read = f"/stories/{story.pk}/"
    addresses = [read, f"{read}chapters/1/", "/library/", f"/stories/{uuid.uuid4()}/", "/opds/"]
    for address in addresses * 2:
        assert client.get(address).status_code in {200, 404}
        # What a page brings along is not counted.
        assert client.get(f"{read}cover/").status_code == 200

    for address in addresses:
        refused = client.get(address)
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    # The rest of the house is open, and so it is from another address.
    assert client.get("/").status_code == 200
    assert Client(REMOTE_ADDR="192.0.2.7").get("/library/").status_code == 200
    # A cookie that anybody can send opens nothing more.
    client.cookies["sessionid"] = "made-up"
    assert client.get("/library/").status_code == 429
