"""Who may read is decided at once, but for a journal, which asks again before it opens."""

import io
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from stories.models import Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


def publish(client: Client, story: Story, visibility: str, **more: str):
    return client.post(reverse("stories:story-publish", args=[story.pk]), {"visibility": visibility, **more})


@pytest.mark.parametrize("visibility", ["link", "public"])
def test_a_journal_is_asked_about_twice(client, visibility):
    story = create_story(mode="journal", title="Mine <b>alone</b>")
    create_chapter(story=story, content="One.")
    create_chapter(story=story, content="Two.")
    client.force_login(story.owner)

    page = publish(client, story, visibility)
    assert page.status_code == 200
    assert "Open this journal?" in page.text
    assert "all 2 entries" in page.text
    assert "Mine &lt;b&gt;alone" in page.text
    story.refresh_from_db()
    assert story.visibility == "private"

    assert publish(client, story, visibility, is_confirmed="on").status_code == 302
    story.refresh_from_db()
    assert story.visibility == visibility


def test_closing_a_journal_asks_nothing(client):
    story = create_story(mode="journal", visibility="public")
    client.force_login(story.owner)
    for narrower in ("link", "link", "private"):
        assert publish(client, story, narrower).status_code == 302
        story.refresh_from_db()
        assert story.visibility == narrower


def test_other_stories_open_at_once(client):
    story = create_story(mode="legacy")
    client.force_login(story.owner)
    assert publish(client, story, "link").status_code == 302
    story.refresh_from_db()
    assert story.visibility == "link"


def test_invalid_strangers_and_methods(client):
    story = create_story(mode="journal")
    assert publish(client, story, "link").status_code == 302
    client.force_login(create_user())
    assert publish(client, story, "link", is_confirmed="on").status_code == 404
    client.force_login(story.owner)
    assert publish(client, story, "everyone").status_code == 422
    assert client.get(reverse("stories:story-publish", args=[story.pk])).status_code == 405
    story.refresh_from_db()
    assert story.visibility == "private"


# --- The one considered step -------------------------------------------------------------------------------------


def publishing(story: Story) -> str:
    return reverse("stories:story-publishing", args=[story.pk])


def said(story: Story, **more: object) -> dict[str, object]:
    return {
        "visibility": "public",
        "rating": "teen",
        "language": "fr",
        "tags": "Mer, nuit, MER",
        "warnings": ["grief", "war"],
        "description": "A keeper.",
        "comment_policy": "moderated",
        "disclosure": "words",
        "may_download": "on",
        "is_complete": "on",
        "chapters": [str(chapter.pk) for chapter in story.chapters.all()],
        **more,
    }


@pytest.fixture
def story(client):
    story = create_story(rating="")
    for title in ("One", "Two"):
        create_chapter(story=story, title=title, content="Words.", released_at=None)
    client.force_login(story.owner)
    return story


def test_everything_is_said_in_one_step(client, story):
    assert client.get(publishing(story)).text.count("checked") >= 2

    assert client.post(publishing(story), said(story)).status_code == 302
    story.refresh_from_db()
    assert (story.visibility, story.rating, story.language, story.is_complete) == ("public", "teen", "fr", True)
    assert (story.comment_policy, story.disclosure, story.may_download) == ("moderated", "words", True)
    assert story.warnings == ["grief", "war"]
    assert [each.tag.name for each in story.story_tags.all()] == ["Mer", "nuit"]
    assert all(chapter.is_released for chapter in story.chapters.all())
    assert story.published_at is not None


def test_only_the_chapters_that_were_ticked_are_released(client, story):
    one, two = story.chapters.order_by("position")
    client.post(publishing(story), said(story, chapters=[str(two.pk)]))
    assert [chapter.is_released for chapter in story.chapters.order_by("position")] == [False, True]
    # What is ticked later comes, what is no longer ticked goes, and what is planned stays planned.
    planned = create_chapter(story=story, released_at=timezone.now() + timedelta(days=1))
    client.post(publishing(story), said(story, chapters=[str(one.pk)]))
    assert [chapter.is_released for chapter in story.chapters.order_by("position")] == [True, False, False]
    planned.refresh_from_db()
    assert planned.is_planned


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"rating": ""}, "Say for whom it is"),
        ({"warnings": ["unsaid", "war"]}, "Either you say"),
        ({"tags": ", ".join(f"t{number}" for number in range(13))}, "at most 12 tags"),
        ({"tags": "x" * 41}, "is no tag"),
        ({"tags": "!!!"}, "is no tag"),
        ({"visibility": "all"}, "Select a valid choice"),
        ({"chapters": ["00000000-0000-0000-0000-000000000000"]}, "Select a valid choice"),
    ],
)
def test_what_does_not_hold_changes_nothing_and_keeps_what_was_typed(client, story, more, words):
    response = client.post(publishing(story), said(story, description="Typed.", **more))
    assert response.status_code == 422
    assert words in response.text
    assert "Typed." in response.text
    story.refresh_from_db()
    assert (story.visibility, story.description, story.rating) == ("private", "", "")


def test_a_journal_is_said_twice_here_too(client, story):
    Story.objects.filter(pk=story.pk).update(mode="journal")
    assert client.post(publishing(story), said(story)).status_code == 422
    assert client.post(publishing(story), said(story, is_confirmed="on")).status_code == 302


def test_whoever_is_suspended_shows_nothing(client, story):
    User.objects.filter(pk=story.owner_id).update(suspended_until_at=timezone.now() + timedelta(days=1))
    response = client.post(publishing(story), said(story))
    assert response.status_code == 422
    assert "suspended" in response.text
    story.refresh_from_db()
    assert (story.visibility, story.rating) == ("private", "")


def test_a_quick_publication_without_a_rating_asks_for_one(client, story):
    assert publish(client, story, "public")["Location"] == publishing(story)


def test_a_cover_comes_and_goes(client, story):
    written = io.BytesIO()
    Image.new("RGB", (400, 600), "teal").save(written, "PNG")
    upload = SimpleUploadedFile("c.png", written.getvalue(), "image/png")
    client.post(publishing(story), said(story, cover=upload))
    story.refresh_from_db()
    assert story.cover.storage.exists(story.cover.name)
    name = story.cover.name
    assert client.get(f"/stories/{story.pk}/cover/")["Content-Type"] == "image/jpeg"

    refused = client.post(publishing(story), said(story, cover=SimpleUploadedFile("c.svg", b"<svg/>", "image/svg+xml")))
    assert refused.status_code == 422
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post(publishing(story), said(story, drops_cover="on"))
    story.refresh_from_db()
    assert not story.cover
    assert not default_storage.exists(name)


def test_a_new_link_kills_the_old_one(client, story):
    client.post(publishing(story), said(story, visibility="link"))
    story.refresh_from_db()
    old = story.share_token
    client.post(reverse("stories:share-link-renew", args=[story.pk]))
    story.refresh_from_db()
    assert [Client().get(f"/s/{token}/").status_code for token in (old, story.share_token)] == [404, 200]


def test_a_chapter_is_released_planned_and_taken_back(client, story):
    client.post(publishing(story), said(story))
    chapter = create_chapter(story=story, released_at=None)
    release = reverse("stories:chapter-release", args=[story.pk, chapter.pk])
    client.cookies["costory-zone"] = "Europe/Paris"
    at = (timezone.now() + timedelta(days=2)).replace(minute=30, second=0, microsecond=0)

    client.post(release, {"at": at.astimezone(ZoneInfo("Europe/Paris")).strftime("%Y-%m-%dT%H:%M"), "is_silent": "on"})
    chapter.refresh_from_db()
    assert (chapter.released_at, chapter.is_silent) == (at, True)
    for wrong in ("yesterday", "2020-01-01T00:00", "9999-12-31T23:59", "x" * 5000):
        client.post(release, {"at": wrong})
        chapter.refresh_from_db()
        assert chapter.released_at == at
    client.post(reverse("stories:chapter-withhold", args=[story.pk, chapter.pk]))
    chapter.refresh_from_db()
    assert chapter.released_at is None
    client.post(release)
    chapter.refresh_from_db()
    assert chapter.is_released

    client.force_login(create_user())
    assert client.post(release).status_code == 404
    assert client.get(publishing(story)).status_code == 404
