"""Somebody who is suspended goes on writing, and readers see nothing of it until the suspension is over."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.services import Suspended, change_avatar
from stories import services
from stories.models import Chapter, Revision, Story
from tests.factories import create_chapter, create_story, create_user
from tests.programs import Program

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def author() -> User:
    return create_user(suspended_until_at=timezone.now() + timedelta(days=3))


@pytest.fixture
def story(author: User) -> Story:
    story = create_story(owner=author, visibility="public", title="The lamp")
    create_chapter(story=story, content="It burned.")
    return story


def save(client: Client, chapter: Chapter, content: str, **more: object) -> HttpResponse:
    words = {"title": "", "content": content, "version": chapter.version, **more}
    response = client.post(chapter.get_absolute_url(), words, headers={"HX-Request": "true"})
    assert isinstance(response, HttpResponse)
    return response


def test_what_readers_see_is_not_changed_and_the_text_stays_with_its_writer(client: Client, author: User, story: Story):
    chapter = story.chapters.get()
    client.force_login(author)
    for address in ("/", chapter.get_absolute_url()):
        assert "suspended until" in client.get(address).text

    refused = save(client, chapter, "It was blown out.")
    assert refused.status_code == 403
    assert 'id="closed"' in refused.content.decode()
    assert "It was blown out." in refused.content.decode()
    # Without scripts the whole page comes back, with the words in it.
    page = client.post(chapter.get_absolute_url(), {"content": "It was blown out.", "version": 1})
    assert (page.status_code, page.text.count("It was blown out.")) == (403, 2)
    chapter.refresh_from_db()
    assert (chapter.content, chapter.version) == ("It burned.", 1)

    assert save(client, chapter, "It was blown out.", is_taken_back="1").status_code == 200
    chapter.refresh_from_db()
    assert (chapter.content, chapter.released_at) == ("It was blown out.", None)
    assert save(client, chapter, "It was blown out, twice.").status_code == 200
    with pytest.raises(Suspended):
        services.release_chapter(chapter=chapter)


@pytest.mark.parametrize("state", ["draft", "private", "planned", "over"])
def test_what_nobody_reads_is_written_on(author: User, story: Story, state: str):
    chapter = story.chapters.get()
    if state == "draft":
        chapter.released_at = None
    elif state == "planned":
        chapter.released_at = timezone.now() + timedelta(days=1)
    elif state == "private":
        Story.objects.filter(pk=story.pk).update(visibility="private")
    else:
        author.suspended_until_at = timezone.now()
    chapter.save()
    try:
        services.revise_chapter(chapter=chapter, author=author, version=1, content="Other.")
    except Suspended:
        # What is planned is read in a while: it is as good as read.
        assert state == "planned"
    else:
        assert state != "planned"


def test_no_other_way_leads_to_readers(client: Client, author: User, story: Story):
    chapter = story.chapters.get()
    following = create_chapter(story=story, content="Night fell.")
    revision = Revision.objects.create(chapter=chapter, version=0, title="", content="Old.", word_count=1)
    client.force_login(author)
    told = client.post(f"/studio/{story.pk}/chapters/{chapter.pk}/revisions/{revision.pk}/restore/")
    assert (told.status_code, "suspended" in told.text) == (403, True)
    fragment = client.post(
        f"/studio/{story.pk}/chapters/{chapter.pk}/revisions/{revision.pk}/restore/", headers={"HX-Request": "true"}
    )
    assert "suspended" in fragment["HX-Trigger"]
    asked = client.post(f"/studio/{story.pk}/", {"title": "Buy here", "mode": "fiction", "language": "en"})
    assert "suspended" in asked.text
    assert (
        client.post("/settings/", {"handle": author.handle, "display_name": "Buy", "theme": "auto"}).status_code == 403
    )
    assert Program(author)("PUT", f"/chapters/{chapter.pk}", {"content": "Buy.", "version": 1})[0] == 403
    image = ContentFile(b"", name="x.png")
    for attempt in (
        lambda: services.merge_chapters(chapter=chapter, author=author, version=1),
        lambda: services.split_chapter(chapter=chapter, author=author, version=1, position=3),
        lambda: services.set_tags(story=story, names=["buy"]),
        lambda: services.set_cover(story=story, cover=image),
        lambda: services.add_photograph(chapter=chapter, image=image),
        lambda: change_avatar(user=author, picture=image),
    ):
        with pytest.raises(Suspended):
            attempt()
    for unchanged in (chapter, following):
        assert Chapter.objects.get(pk=unchanged.pk).content == unchanged.content
    stored = Story.objects.get(pk=story.pk)
    assert (stored.title, stored.owner.display_name, stored.cover.name) == ("The lamp", author.display_name, "")


def test_what_was_planned_waits_for_the_end(author: User, story: Story):
    chapter = story.chapters.get()
    for days, waits in ((1, True), (9, False)):
        planned = timezone.now() + timedelta(days=days)
        Chapter.objects.filter(pk=chapter.pk).update(released_at=planned)
        services.postpone_releases(owner=author, until=timezone.now() + timedelta(days=3))
        released_at = Chapter.objects.get(pk=chapter.pk).released_at
        assert released_at is not None
        assert (released_at > planned) == waits
