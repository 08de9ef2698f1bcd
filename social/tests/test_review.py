"""Ways by which a line could leak, each closed: found by looking at the whole with fresh eyes."""

import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.utils import timezone
from PIL import Image

from accounts.models import User
from social import services
from social.models import Case, Comment
from social.selectors.answers import comments_for
from social.selectors.casefile import is_everybodys
from social.selectors.reportable import reportable
from social.views.returning import back
from stories.models import Chapter, Photograph, Story
from stories.services import (
    NothingToDivide,
    Suspended,
    merge_chapters,
    release_chapter,
    set_tags,
    set_visibility,
    withhold_chapter,
)
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    cache.clear()


@pytest.fixture
def story() -> Story:
    story = create_story(owner=create_user())
    create_chapter(story=story, title="First", content="A light.", content_html="<p>A light.</p>")
    create_chapter(story=story, title="Untold", content="It was I.", content_html="<p>It was I.</p>")
    set_visibility(story=story, visibility="public")
    story.refresh_from_db()
    return story


def test_what_was_said_of_a_chapter_that_is_taken_back_goes_with_it(client: Client, story: Story):
    second = story.chapters.get(position=2)
    writer, reader = create_user(), create_user()
    said = services.add_comment(author=writer, story=story, content="So you did it!", chapter=second, quote="It was I.")
    page = f"/stories/{story.pk}/comments/"
    assert "It was I." in client.get(page).text
    withhold_chapter(chapter=second)
    for viewer in (None, reader):
        if viewer is not None:
            client.force_login(viewer)
        assert "It was I." not in client.get(page).text
        assert "So you did it!" not in client.get(f"{page}?thread={said.pk}").text
        assert client.get(f"/comments/{said.pk}/").status_code == 404
        assert reportable(kind="comment", target_id=said.pk, viewer=reader) is None
    case = Case(kind=Case.Kind.COMMENT, target_id=said.pk, person_id=writer.pk)
    assert not is_everybodys(case)
    # Its writer and the author of the story still find it, and when the chapter is back everybody does.
    assert [comments_for(story, each).count() for each in (writer, story.owner, reader)] == [1, 1, 0]
    release_chapter(chapter=second)
    assert comments_for(story, reader).count() == 1
    # Of a chapter that was thrown away for good the quoted words are not left behind.
    Chapter.objects.filter(pk=second.pk).delete()
    assert Comment.objects.get().quote == "It was I."
    assert comments_for(story, reader).count() == 0


def test_comments_and_pictures_of_a_story_for_grown_ups_are_behind_the_question(client: Client, story: Story):
    Story.objects.filter(pk=story.pk).update(rating="explicit")
    story.refresh_from_db()
    first = story.chapters.get(position=1)
    said = services.add_comment(author=create_user(), story=story, content="Hot!", chapter=first, quote="A light.")
    written = io.BytesIO()
    Image.new("RGB", (4, 4)).save(written, "PNG")
    picture = Photograph.objects.create(chapter=first, image=ContentFile(written.getvalue(), "a.png"), position=1)
    pages = [f"/stories/{story.pk}/comments/{query}" for query in ("", f"?thread={said.pk}", f"?chapter={first.pk}")]
    for page in pages:
        assert client.get(page)["Location"] == f"/stories/{story.pk}/"
    assert client.get(f"/stories/{story.pk}/photographs/{picture.pk}/").status_code == 404
    client.post("/read/grown-up/", {"next": "/"})
    assert all("Hot!" in client.get(page).text for page in pages)
    assert client.get(f"/stories/{story.pk}/photographs/{picture.pk}/").status_code == 200
    asked = create_user()
    client.force_login(asked)
    services.choose_reading(reader=asked, shows_mature=True)
    assert "Hot!" in client.get(pages[0]).text


def test_whoever_is_suspended_widens_nothing_and_releases_nothing(client: Client, story: Story):
    set_visibility(story=story, visibility="link")
    draft = create_chapter(story=story, title="New", released_at=None)
    User.objects.filter(pk=story.owner_id).update(suspended_until_at=timezone.now() + timedelta(days=1))
    stored = Story.objects.get(pk=story.pk)
    with pytest.raises(Suspended):
        set_visibility(story=stored, visibility="public")
    with pytest.raises(Suspended):
        set_visibility(story=stored, visibility="link", chapter_ids=list(stored.chapters.values_list("pk", flat=True)))
    with pytest.raises(Suspended):
        release_chapter(chapter=draft)
    with pytest.raises(Suspended):
        release_chapter(chapter=draft, at=timezone.now() + timedelta(days=2))
    client.force_login(story.owner)
    told = client.post(f"/studio/{story.pk}/chapters/{draft.pk}/release/", follow=True)
    assert "suspended" in told.text
    draft.refresh_from_db()
    assert draft.released_at is None
    # Taking back goes at any time.
    withhold_chapter(chapter=stored.chapters.get(position=1))
    assert set_visibility(story=stored, visibility="private").visibility == "private"


def test_a_draft_is_not_joined_to_what_readers_see(story: Story):
    first, second = story.chapters.order_by("position")
    withhold_chapter(chapter=second)
    with pytest.raises(NothingToDivide):
        merge_chapters(chapter=first, author=story.owner, version=first.version)
    set_visibility(story=story, visibility="private")
    assert "It was I." in merge_chapters(chapter=first, author=story.owner, version=first.version).chapter.content


def test_a_tag_of_private_stories_is_not_even_spelt_out(client: Client, story: Story):
    private = create_story()
    set_tags(story=private, names=["Œdipe à l’école"])
    slug = private.tags.get().slug
    assert "Œdipe" not in client.get(f"/library/?tag={slug}").text
    set_tags(story=story, names=["Œdipe à l’école"])
    assert "Œdipe" in client.get(f"/library/?tag={slug}").text


@pytest.mark.parametrize("left", ["http://testserver//evil.example/x", "http://testserver/%2Fevil.example/"])
def test_the_way_back_stays_in_the_house(left: str):
    for request in (RequestFactory().post("/", {"next": left}), RequestFactory().post("/", headers={"Referer": left})):
        assert not back(request, "/").startswith("//")


def test_an_author_does_not_read_by_an_id_what_a_moderator_has_hidden(client: Client, story: Story):
    said = services.add_comment(author=create_user(), story=story, content="Vile words")
    Comment.objects.filter(pk=said.pk).update(state="hidden")
    client.force_login(story.owner)
    assert client.post(f"/api/v1/comments/{said.pk}/release").status_code == 404


def test_a_program_reads_of_grown_ups_what_its_account_has_asked_for(client: Client, story: Story):
    Story.objects.filter(pk=story.pk).update(rating="mature")
    first = story.chapters.get(position=1)
    addresses = [
        f"/api/v1/stories/{story.pk}/chapters",
        f"/api/v1/chapters/{first.pk}",
        f"/api/v1/chapters/{first.pk}/photographs",
        f"/api/v1/stories/{story.pk}/comments",
    ]
    reader = create_user()
    client.force_login(reader)
    assert [client.get(address).status_code for address in addresses] == [403] * 4
    services.choose_reading(reader=reader, shows_mature=True)
    assert [client.get(address).status_code for address in addresses] == [200] * 4
    client.force_login(story.owner)
    assert [client.get(address).status_code for address in addresses] == [200] * 4


def test_a_flood_of_likes_and_follows_is_refused(client: Client, story: Story):
    reader = create_user()
    client.force_login(reader)
    cache.set(f"given:likes:{reader.pk}", 60, 600)
    cache.set(f"given:follows:{reader.pk}", 60, 600)
    for address in (f"/api/v1/stories/{story.pk}/like", f"/api/v1/users/{story.owner_id}/follow"):
        refused = client.post(address)
        assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert not reader.likes.exists()
    assert not reader.follows_made.exists()


def test_searches_from_one_address_have_an_end(client: Client):
    for page in ("/library/", "/opds/search/"):
        cache.clear()
        codes = [client.get(page, {"q": "lighthouse"}).status_code for _time in range(3)]
        assert codes == [200] * 3
        for key in list(cache._cache):  # type: ignore[attr-defined]  # The test's cache is in memory.
            if "limit:library-search" in key:
                cache.set(key.rpartition(":1:")[2], 240, 60)
        refused = client.get(page, {"q": "lighthouse"})
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
