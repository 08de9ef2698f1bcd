"""A picture that is also a script, at every door through which pictures come: what is kept is a picture and no more."""

import base64
import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile
from django.test import Client
from django.urls import reverse
from PIL import Image, PngImagePlugin

from accounts.models import User
from stories.models import CodexEntry, Photograph
from tests.factories import create_chapter, create_codex_entry, create_story

pytestmark = pytest.mark.django_db
SCRIPT = b"<script>alert(1)</script><?php system('id') ?>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"


def drawn(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(file, kind, **options)
    return file.getvalue()


def with_words_inside() -> bytes:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SCRIPT.decode())
    words.add_itxt("XML:com.adobe.xmp", SVG.decode())
    return drawn("PNG", pnginfo=words)


READ = {
    "jpeg with a comment": drawn("JPEG", comment=SCRIPT),
    "jpeg with exif": drawn("JPEG", exif=b"Exif\x00\x00" + Image.Exif().tobytes()[6:] + SCRIPT),
    "png with words": with_words_inside(),
    "png and a page": drawn("PNG") + b"<html>" + SCRIPT,
    "gif and an archive": drawn("GIF") + b"PK\x03\x04" + SCRIPT,
    "gif that is a script": drawn("GIF", comment=b"*/=1;" + SCRIPT),
}
REFUSED = {
    "svg": SVG,
    "svg after a mark": b"\xef\xbb\xbf<?xml version='1.0'?>" + SVG,
    "page": b"<!DOCTYPE html>" + SCRIPT,
    "page with a picture's beginning": b"GIF89a/*" + SCRIPT + b"*/",
    "script": b"\xff\xd8\xff\xe0" + SCRIPT,
}


def as_photograph(client: Client, user: User, content: bytes) -> FieldFile | None:
    chapter = create_chapter(story=create_story(owner=user))
    file = SimpleUploadedFile("a.jpg", content, content_type="image/jpeg")
    client.post(reverse("stories:photograph-list", args=[chapter.story_id, chapter.pk]), {"image": file})
    photograph = Photograph.objects.first()
    return photograph.image if photograph is not None else None


def as_codex_picture(client: Client, user: User, content: bytes) -> FieldFile | None:
    entry = create_codex_entry(story=create_story(owner=user), name="Anna")
    file = SimpleUploadedFile("a.png", content, content_type="image/png")
    address = reverse("stories:codex-entry-edit", args=[entry.story_id, entry.pk])
    client.post(address, {"name": "Anna", "kind": "character", "inclusion": "named", "picture": file})
    return CodexEntry.objects.get().picture or None


def as_avatar(client: Client, user: User, content: bytes) -> FieldFile | None:
    file = SimpleUploadedFile("a.gif", content, content_type="image/gif")
    client.post(reverse("accounts:avatar-update"), {"picture": file, "avatar": file})
    user.refresh_from_db()
    return user.avatar or None


def as_cover(client: Client, user: User, content: bytes) -> FieldFile | None:
    story = create_story(owner=user)
    said = {"visibility": "private", "language": "en", "comment_policy": "open", "disclosure": "figures"}
    file = SimpleUploadedFile("a.webp", content, content_type="image/webp")
    client.post(reverse("stories:story-publishing", args=[story.pk]), {**said, "cover": file})
    story.refresh_from_db()
    return story.cover or None


def as_cover_by_a_program(client: Client, user: User, content: bytes) -> FieldFile | None:
    story = create_story(owner=user)
    file = SimpleUploadedFile("a.png", content, content_type="image/png")
    client.post(f"/api/v1/stories/{story.pk}/cover", {"image": file})
    story.refresh_from_db()
    return story.cover or None


DOORS = [as_photograph, as_codex_picture, as_avatar, as_cover, as_cover_by_a_program]


@pytest.mark.parametrize("send", DOORS)
def test_only_the_picture_is_kept(client: Client, send: Callable[[Client, User, bytes], FieldFile | None]):
    for name, content in READ.items():
        Photograph.objects.all().delete()
        CodexEntry.objects.all().delete()
        user = create_story().owner
        client.force_login(user)
        kept = send(client, user, content)
        assert kept is not None, name
        with kept.open() as file:
            stored = file.read()
        assert not any(word in stored for word in (b"script", b"alert", b"svg", b"php", b"PK\x03\x04")), name
        assert Image.open(io.BytesIO(stored)).size == (20, 20)


@pytest.mark.parametrize("send", DOORS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_picture_is_not_kept(
    client: Client, send: Callable[[Client, User, bytes], FieldFile | None], name: str
):
    user = create_story().owner
    client.force_login(user)
    assert send(client, user, REFUSED[name]) is None


def test_the_smallest_picture_comes_in(client: Client):
    """So that the refusals above are refusals of what they are."""
    user = create_story().owner
    client.force_login(user)
    pixel = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
    assert all(send(client, user, pixel) for send in DOORS)
