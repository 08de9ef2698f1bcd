"""Beginning, describing, showing and binning a story."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from events.models import Event
from stories.models import Story
from stories.services import (
    InvalidTitle,
    create_story,
    delete_story,
    restore_story,
    revise_story,
    set_visibility,
    start_story,
)
from tests.factories import create_story as make_story
from tests.factories import create_user

pytestmark = pytest.mark.django_db

Visibility = Story.Visibility


@pytest.mark.parametrize("mode", Story.Mode.values)
def test_a_story_begins_private(mode):
    owner = create_user()

    story = create_story(owner=owner, title="  The \n lighthouse ", mode=mode, theme="fantasy", description="a\r\nb")

    story.refresh_from_db()
    assert (story.title, story.theme, story.description) == ("The lighthouse", "fantasy", "a\nb")
    assert story.visibility == Visibility.PRIVATE
    event = Event.objects.about(story).get()
    assert (event.name, event.person_id, event.payload) == ("story.created", owner.pk, {"mode": mode})


@pytest.mark.parametrize("title", ["", " \n ", "\x00", "t" * 201])
def test_a_story_has_a_title(title):
    with pytest.raises(InvalidTitle):
        create_story(owner=create_user(), title=title, mode="fiction")
    assert not Story.objects.exists()


def test_a_started_story_has_a_page_to_write_on():
    chapter = start_story(owner=create_user(), title="The lighthouse", mode="fiction")

    assert (chapter.position, chapter.content, chapter.version) == (1, "", 1)
    assert Story.objects.get().chapter_count == 1


def test_only_what_is_given_changes():
    story = make_story(theme="fantasy", era="future")

    revise_story(story=story, theme="", pov="first")

    story.refresh_from_db()
    assert (story.theme, story.era, story.pov, story.title) == ("", "future", "first", "The Lighthouse")
    with pytest.raises(InvalidTitle):
        revise_story(story=story, title=" ")


def test_the_first_link_mints_a_token_that_stays():
    story = make_story()

    token = set_visibility(story=story, visibility="link").share_token
    assert token
    assert len(token) == 24

    set_visibility(story=story, visibility="private")
    assert set_visibility(story=story, visibility="link").share_token == token


def test_publishing_is_recorded_once_and_dated_at_the_first_time():
    story = make_story()

    first = set_visibility(story=story, visibility="public")
    set_visibility(story=story, visibility="public")
    set_visibility(story=story, visibility="private")
    again = set_visibility(story=story, visibility="public")

    assert first.published_at is not None
    assert again.published_at == first.published_at
    names = Event.objects.about(story).order_by("occurred_at").values_list("name", flat=True)
    assert list(names) == ["story.published", "story.withdrawn", "story.published"]


@pytest.mark.parametrize("visibility", Visibility.values)
def test_a_binned_story_is_seen_by_nobody_and_comes_back_private(visibility):
    story = set_visibility(story=make_story(), visibility=visibility)
    delete_story(story=story)
    delete_story(story=story)

    visible = Story.objects.visible_to(story.owner, share_token=story.share_token or "")
    assert not visible.exists()
    assert not Story.objects.editable_by(story.owner).exists()
    assert list(Story.objects.in_bin_of(story.owner)) == [story]
    assert not Story.objects.in_bin_of(create_user()).exists()

    assert restore_story(story=story).deleted_at is None
    story.refresh_from_db()
    assert story.visibility == Visibility.PRIVATE
    assert Event.objects.filter(name="story.deleted").count() == 1
    assert Event.objects.filter(name="story.restored").count() == 1


def test_after_thirty_days_a_story_stays_in_the_bin():
    story = make_story(deleted_at=timezone.now() - timedelta(days=31))

    assert restore_story(story=story).deleted_at is not None
    assert not Story.objects.in_bin_of(story.owner).exists()


@pytest.mark.parametrize(
    ("visibility", "owner", "stranger", "anonymous", "with_token"),
    [
        ("private", True, False, False, False),
        ("link", True, False, False, True),
        ("public", True, True, True, True),
    ],
)
def test_who_sees_a_story(visibility, owner, stranger, anonymous, with_token):
    story = make_story()
    set_visibility(story=story, visibility="link")
    story = set_visibility(story=story, visibility=visibility)
    token = story.share_token or ""

    assert Story.objects.visible_to(story.owner).exists() is owner
    assert Story.objects.visible_to(create_user()).exists() is stranger
    assert Story.objects.visible_to(AnonymousUser()).exists() is anonymous
    assert Story.objects.visible_to(AnonymousUser(), share_token=token).exists() is with_token
    assert Story.objects.visible_to(AnonymousUser(), share_token=token[:-1]).exists() is (visibility == "public")
    assert Story.objects.published().exists() is (visibility == "public")
