"""Earlier versions: reachable in two clicks, and a way back that can itself be undone."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stories.models import Chapter, Revision
from stories.services import create_chapter, revise_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def chapter(client: Client) -> Chapter:
    story = create_story()
    client.force_login(story.owner)
    chapter = create_chapter(story=story, author=story.owner, content="First & <b>bold</b>")
    for number, content in enumerate(("Second", "Third"), start=1):
        chapter.revisions.update(created_at=F("created_at") - timedelta(minutes=4))
        revise_chapter(chapter=chapter, author=story.owner, version=number, content=content)
    return chapter


def listing(chapter: Chapter) -> str:
    return f"{chapter.get_absolute_url()}revisions/"


def version(chapter: Chapter, content: str) -> str:
    known = {row.text: row.pk for row in chapter.revisions.order_by("version").select_related("chapter")}
    return f"{listing(chapter)}{known[content]}/"


def test_the_page_leads_to_the_versions_and_they_to_each_text(client, chapter):
    assert listing(chapter) in client.get(chapter.get_absolute_url()).content.decode()

    with CaptureQueriesContext(connection) as queries:
        text = client.get(listing(chapter)).content.decode()

    assert len(queries) == 4
    assert not any('"stories_revision"."content"' in query["sql"] for query in queries)
    places = [text.index(version(chapter, content)) for content in ("Third", "Second", "First & <b>bold</b>")]
    assert places == sorted(places)
    assert text.count("as it stands now") == 1


def test_a_version_is_shown_as_it_was(client, chapter):
    text = client.get(version(chapter, "First & <b>bold</b>")).content.decode()

    assert "First &amp; &lt;b&gt;bold&lt;/b&gt;" in text
    assert "Third" not in text


def test_going_back_to_a_version_and_forward_again(client, chapter):
    third = version(chapter, "Third")

    response = client.post(f"{version(chapter, 'First & <b>bold</b>')}restore/")
    chapter.refresh_from_db()
    assert response["Location"] == chapter.get_absolute_url()
    assert chapter.content == "First & <b>bold</b>"

    client.post(f"{third}restore/")
    chapter.refresh_from_db()
    assert chapter.content == "Third"


def test_a_long_history_comes_page_by_page(client, chapter):
    Revision.objects.bulk_create(
        Revision(chapter=chapter, version=number, content=str(number)) for number in range(10, 80)
    )

    first = client.get(listing(chapter)).content.decode()

    assert first.count("revision-list__link") == 50
    address = first.partition('href="?after=')[2].partition('"')[0]
    assert client.get(f"{listing(chapter)}?after={address}").content.decode().count("revision-list__link") == 23
    assert client.get(f"{listing(chapter)}?after=nonsense").content.decode().count("revision-list__link") == 50


def test_nobody_else_reads_or_restores(client, chapter):
    addresses = [listing(chapter), version(chapter, "Second")]
    restore = f"{version(chapter, 'Second')}restore/"
    client.force_login(create_user())
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    assert client.post(restore).status_code == 404
    client.logout()
    assert [client.get(address).status_code for address in addresses] == [302, 302]
    assert client.post(restore).status_code == 302

    chapter.refresh_from_db()
    assert chapter.content == "Third"


def test_a_revision_belongs_to_its_chapter(client, chapter):
    other = create_chapter(story=chapter.story, author=chapter.story.owner, content="Other")
    foreign = other.revisions.get().pk

    assert client.get(f"{listing(chapter)}{foreign}/").status_code == 404
    assert client.post(f"{listing(chapter)}{foreign}/restore/").status_code == 404
    assert client.get(f"{listing(chapter)}{uuid.uuid4()}/").status_code == 404


def test_methods(client, chapter):
    assert client.get(f"{version(chapter, 'Second')}restore/").status_code == 405
    assert client.post(listing(chapter)).status_code == 405
    assert client.post(version(chapter, "Second")).status_code == 405
