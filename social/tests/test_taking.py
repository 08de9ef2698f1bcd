"""What readers take along: files, where the author lets them, and the picture of a story."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from social.tests.test_feeds import publish
from social.views.taking import DOWNLOADS_A_MINUTE
from stories.models import Chapter, Story
from stories.services import create_chapter, set_cover, set_visibility
from tests.epubcheck import complaints
from tests.factories import create_user

# What a page or a file says of a row is the same on either database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> None:
    cache.clear()


def words_in(response: Any) -> str:
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xhtml"))


@pytest.mark.java
def test_a_reader_s_book_holds_what_is_released_and_is_sound(client: Client, tmp_path: Path) -> None:
    story = publish("Night", "Dawn", may_download=True)
    create_chapter(story=story, author=story.owner, title="Unreleased", content="A secret of the desk.")
    late = create_chapter(story=story, author=story.owner, title="Planned", content="A secret of tomorrow.")
    Chapter.objects.filter(pk=late.pk).update(released_at=timezone.now() + timedelta(days=1))

    response = client.get(f"/stories/{story.pk}/download.epub")

    assert response["Content-Type"] == "application/epub+zip"
    assert response["Content-Disposition"].startswith('attachment; filename="The Lighthouse.epub"')
    book = tmp_path / "book.epub"
    book.write_bytes(response.getvalue())
    assert complaints(book) == []
    with zipfile.ZipFile(book) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Dawn" in whole
    for secret in (b"secret", b"Unreleased", b"Planned"):
        assert secret not in whole


def test_who_may_take_what(client: Client) -> None:
    story = publish("Night", may_download=False)
    create_chapter(story=story, author=story.owner, title="Unreleased", content="A secret.")
    here = f"/stories/{story.pk}/download"
    assert client.get(f"{here}.epub").status_code == 404
    client.force_login(create_user())
    assert client.get(f"{here}.epub").status_code == 404
    client.force_login(story.owner)
    assert "secret" not in words_in(client.get(f"{here}.epub"))

    story = set_visibility(story=story, visibility="link")
    there = f"/s/{story.share_token}/download"
    client.logout()
    assert client.get(f"{there}.epub").status_code == 404
    Story.objects.filter(pk=story.pk).update(may_download=True)
    shared = client.get(f"{there}.epub")
    assert "secret" not in words_in(shared)
    assert "noindex" in shared["X-Robots-Tag"]
    assert (shared["Referrer-Policy"], shared["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert client.get(f"{there}.pdf").getvalue().startswith(b"%PDF")
    for unknown in (f"{there}.docx", f"{there}.markdown", f"{here}.epub", "/s/other/download.epub"):
        assert client.get(unknown).status_code == 404

    story = set_visibility(story=story, visibility="private")
    assert client.get(f"{there}.epub").status_code == 404
    client.force_login(story.owner)
    assert client.get(f"{there}.epub").status_code == 404
    assert "secret" in words_in(client.get(f"{here}.epub"))


def test_the_title_page_offers_what_may_be_taken(client: Client) -> None:
    story = publish("Night", may_download=False)
    here = f"/stories/{story.pk}/"
    assert b"download.epub" not in client.get(here).content
    Story.objects.filter(pk=story.pk).update(may_download=True)
    assert f'href="{here}download.pdf"' in client.get(here).content.decode()
    story = set_visibility(story=story, visibility="link")
    there = f"/s/{story.share_token}/"
    assert f'href="{there}download.epub"' in client.get(there).content.decode()


def test_for_grown_up_readers_a_file_is_asked_for_like_a_page(client: Client) -> None:
    story = publish("Fire", rating="explicit", may_download=True)
    address = f"/stories/{story.pk}/download.epub"
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/stories/{story.pk}/")
    client.post("/read/grown-up/", {"next": "/"})
    assert words_in(client.get(address))


def test_one_address_takes_so_many_files_in_a_minute(client: Client) -> None:
    story = publish("Night", may_download=True)
    address = f"/stories/{story.pk}/download.epub"
    for _ in range(DOWNLOADS_A_MINUTE):
        assert words_in(client.get(address, REMOTE_ADDR="192.0.2.7"))
    refused = client.get(address, REMOTE_ADDR="192.0.2.7")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert words_in(client.get(address, REMOTE_ADDR="192.0.2.8"))


def test_a_published_story_has_a_picture_and_takes_it_along(client: Client) -> None:
    story = publish("Night")
    address = f"/stories/{story.pk}/card.png"
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert len(queries) == 1
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert answer["Cache-Control"] == "no-cache"
    assert client.get(address).content == answer.content
    etag = {"If-None-Match": answer["ETag"]}
    assert client.get(address, headers=etag).status_code == 304

    Story.objects.filter(pk=story.pk).update(title="Another name", updated_at=timezone.now())
    assert client.get(address, headers=etag).content != answer.content
    for visibility in ("link", "private"):
        set_visibility(story=story, visibility=visibility)
        assert client.get(address, headers=etag).status_code == 404
    client.force_login(story.owner)
    assert client.get(address).status_code == 404


def test_a_drawn_cover_is_there_for_e_readers_too(client: Client) -> None:
    story = publish("Night")
    answer = client.get(f"/stories/{story.pk}/cover.png")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("PNG", (600, 900))
    set_visibility(story=story, visibility="link")
    assert client.get(f"/stories/{story.pk}/cover.png", headers={"If-None-Match": answer["ETag"]}).status_code == 404


@pytest.mark.parametrize(("rating", "status"), [("teen", 200), ("mature", 404)])
def test_a_cover_is_in_the_picture_of_what_is_for_everyone(client: Client, rating: str, status: int) -> None:
    story = publish("Night", rating=rating)
    kept = io.BytesIO()
    Image.new("RGB", (400, 600), "#c02020").save(kept, "JPEG")
    set_cover(story=story, cover=ContentFile(kept.getvalue(), name="cover.jpg"))

    page = client.get(f"/stories/{story.pk}/").content.decode()
    kind = "jpg" if status == 200 else "png"
    assert f"http://testserver/stories/{story.pk}/card.{kind}?v=" in page
    answer = client.get(f"/stories/{story.pk}/card.jpg")
    assert answer.status_code == status
    if status == 200:
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", (1200, 630))
