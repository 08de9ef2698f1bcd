"""Photographs: made anew when they come, seen by whoever may read the chapter, and by nobody else."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from stories import services
from stories.models import Chapter, Photograph, Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


def picture(size: tuple[int, int] = (40, 30), name: str = "old.png") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue(), content_type="image/png")


@pytest.fixture
def chapter(client: Client) -> Chapter:
    story = create_story(mode="legacy")
    client.force_login(story.owner)
    return create_chapter(story=story, content="In the kitchen.")


def url(chapter: Chapter, name: str = "photograph-list", *more: object) -> str:
    return reverse(f"stories:{name}", args=[chapter.story_id, chapter.pk, *more])


def add(client: Client, chapter: Chapter, **more: object):
    return client.post(url(chapter), {"image": picture(), "caption": "The <b>kitchen</b>", **more})


def test_added_and_shown_to_its_writer(client, chapter):
    assert add(client, chapter, description="A stove").status_code == 302
    photograph = Photograph.objects.get()
    assert (photograph.width, photograph.height, photograph.position) == (40, 30, 1)
    assert "old" not in str(photograph.image.name)
    page = client.get(url(chapter)).text
    assert "The &lt;b&gt;kitchen&lt;/b&gt;" in page
    image = client.get(url(chapter, "photograph-image", photograph.pk))
    assert image["Content-Type"].startswith("image/")
    assert image["X-Content-Type-Options"] == "nosniff"


def test_a_picture_of_41_megapixels_is_refused_though_its_file_is_small(client, chapter):
    file = io.BytesIO()
    Image.new("1", (6500, 6400)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    bomb = SimpleUploadedFile("a.png", file.getvalue(), content_type="image/png")
    response = add(client, chapter, image=bomb)
    assert response.status_code == 422
    assert "errorlist" in response.text
    assert not Photograph.objects.exists()


def test_readers_see_it_while_they_may_read(client, chapter):
    add(client, chapter, description="A stove")
    photograph = Photograph.objects.get()
    address = reverse("social:photograph-read", args=[chapter.story_id, photograph.pk])
    reader = Client()
    assert reader.get(address).status_code == 404
    services.set_visibility(story=chapter.story, visibility="public")
    page = reader.get(f"/stories/{chapter.story_id}/chapters/1/").text
    assert f'src="{address}"' in page
    assert 'alt="A stove"' in page
    assert "&lt;b&gt;kitchen" in page
    assert reader.get(address).status_code == 200
    story = services.set_visibility(story=chapter.story, visibility="link")
    assert reader.get(address).status_code == 404
    shared = reverse("social:photograph-shared", args=[story.share_token, photograph.pk])
    assert shared in reader.get(f"/s/{story.share_token}/chapters/1/").text
    assert reader.get(shared).status_code == 200
    services.delete_chapter(chapter=chapter)
    assert reader.get(shared).status_code == 404
    services.set_visibility(story=story, visibility="private")
    assert reader.get(shared).status_code == 404


def test_changed_moved_taken_away_with_its_file(client, chapter):
    for _ in range(3):
        add(client, chapter)
    first, second, third = Photograph.objects.order_by("position")
    client.post(url(chapter, "photograph-edit", second.pk), {"caption": "Other", "description": "x"})
    client.post(url(chapter, "photograph-move", third.pk), {"by": "-1"})
    client.post(url(chapter, "photograph-move", first.pk), {"by": "-1"})
    assert list(Photograph.objects.order_by("position")) == [first, third, second]
    assert client.post(url(chapter, "photograph-move", third.pk), {"by": "5"}).status_code == 400
    second.refresh_from_db()
    assert second.caption == "Other"


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.png", b"<script>alert(1)</script>", content_type="image/png"),
        SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n cut off"),
        SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"0" * 5_000_001),
        SimpleUploadedFile("a.png", b""),
    ],
    ids=["script", "svg", "truncated", "too large", "empty"],
)
def test_what_is_no_picture_is_refused(client, chapter, file):
    response = add(client, chapter, image=file)
    assert response.status_code == 422
    assert "errorlist" in response.text
    assert not Photograph.objects.exists()


def test_shown_after_the_text_in_the_preview(client, chapter):
    add(client, chapter, description="A stove")
    photograph = Photograph.objects.get()
    page = client.post(
        reverse("stories:chapter-preview", args=[chapter.story_id, chapter.pk]), {"title": "T", "content": "Kitchen."}
    ).text
    assert page.index("Kitchen.") < page.index(url(chapter, "photograph-image", photograph.pk))
    assert "The &lt;b&gt;kitchen&lt;/b&gt;" in page


def test_limits(client, chapter):
    assert add(client, chapter, caption="c" * 501).status_code == 422
    Photograph.objects.bulk_create(Photograph(chapter=chapter, position=number) for number in range(1, 31))
    assert add(client, chapter).status_code == 422
    assert Photograph.objects.count() == 30


def test_strangers_and_methods(client, chapter):
    add(client, chapter)
    photograph = Photograph.objects.get()
    names = ("photograph-edit", "photograph-move", "photograph-delete")
    other = create_chapter(story=chapter.story)
    for name in names:
        assert client.get(url(chapter, name, photograph.pk)).status_code == 405
        assert client.post(url(other, name, photograph.pk), {"by": "1"}).status_code == 404
    client.force_login(create_user())
    assert client.get(url(chapter)).status_code == 404
    assert client.get(url(chapter, "photograph-image", photograph.pk)).status_code == 404
    for name in names:
        assert client.post(url(chapter, name, photograph.pk), {"by": "1"}).status_code == 404
    client.logout()
    assert client.get(url(chapter)).status_code == 302
    assert Story.objects.count() == 1
    assert Photograph.objects.count() == 1
