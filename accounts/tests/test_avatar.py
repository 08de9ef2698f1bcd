"""A picture of oneself: made anew when it comes, seen by those who may see the profile, gone when it is replaced."""

import io
import re

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.models import User
from tests.factories import create_user

pytestmark = pytest.mark.django_db

UPDATE = "/settings/avatar/"


def picture(colour: str = "red", *, size: int = 700) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(written, "PNG")
    return SimpleUploadedFile("me.png", written.getvalue(), "image/png")


@pytest.fixture
def person(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


def address(person: User) -> str:
    return reverse("person-avatar", args=[person.pk])


def stored_name(person: User) -> str:
    person.refresh_from_db()
    return str(person.avatar.name)


def test_a_picture_is_made_anew_and_shown(client: Client, person: User):
    assert client.post(UPDATE, {"picture": picture()}).status_code == 302

    answer = client.get(address(person))
    shown = Image.open(io.BytesIO(answer.content))
    assert (shown.format, shown.size) == ("JPEG", (512, 512))
    assert answer["Cache-Control"].startswith("private")
    assert re.fullmatch(r"avatars/[0-9a-f]{32}\.jpg", stored_name(person))
    assert person.avatar_url in client.get("/settings/").text
    told = client.get("/api/v1/profiles/me").json()["data"]["avatar_url"]
    assert told == f"http://testserver{person.avatar_url}"


def test_what_is_no_picture_is_refused_with_words(client: Client, person: User):
    sent = SimpleUploadedFile("me.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")

    answer = client.post(UPDATE, {"picture": sent})

    assert answer.status_code == 422
    assert "not a picture" in answer.text
    person.refresh_from_db()
    assert not person.avatar


def test_the_old_file_goes_with_the_new_one(client: Client, person: User, django_capture_on_commit_callbacks):
    client.post(UPDATE, {"picture": picture("red")})
    first = stored_name(person)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(UPDATE, {"picture": picture("blue")})
    second = stored_name(person)
    assert not default_storage.exists(first)
    assert default_storage.exists(second)

    with django_capture_on_commit_callbacks(execute=True):
        client.post("/settings/avatar/remove/")
    person.refresh_from_db()
    assert not person.avatar
    assert not default_storage.exists(second)
    assert client.get(address(person)).status_code == 404


@pytest.mark.parametrize(("is_public", "status"), [(True, 200), (False, 404)])
def test_others_see_it_when_the_profile_is_public(client: Client, person: User, is_public: bool, status: int):
    client.post(UPDATE, {"picture": picture()})
    User.objects.filter(pk=person.pk).update(is_public=is_public)

    visitor = Client()
    for _viewer in ("anonymous", "a stranger"):
        assert visitor.get(address(person)).status_code == status
        visitor.force_login(create_user())


def test_anonymous_changes_nothing(client: Client):
    assert client.post(UPDATE, {"picture": picture()})["Location"].startswith("/accounts/login/")
    assert client.post("/settings/avatar/remove/")["Location"].startswith("/accounts/login/")
