"""Reading lists: whose they are, in which order, and that a story which is not shown has no title in them."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block, User
from accounts.services import issue_token
from social import services
from social.models import ReaderSettings, ReadingList, ReadingListItem
from stories.models import Story
from stories.services import delete_story, renew_share_link, set_visibility
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client: Client) -> User:
    reader = create_user(display_name="Ada Reader")
    client.force_login(reader)
    return reader


def public_story(title: str, **fields: object) -> Story:
    return create_story(title=title, visibility="public", **fields)


def full_list(owner: User, *titles: str) -> ReadingList:
    reading_list = services.create_list(owner=owner, name="Winter", is_public=True)
    for title in titles:
        services.add_to_list(reading_list=reading_list, story=public_story(title), note=f"Of {title}")
    return reading_list


def titles(reading_list: ReadingList) -> list[str]:
    return [item.story.title for item in reading_list.items.select_related("story")]


def test_a_list_from_beginning_to_end(client, reader):
    story = public_story("The <b>lamp</b>")
    made = client.post("/lists/", {"name": " Winter\n evenings ", "description": "Snow."})
    page = client.get(made["Location"])
    assert "Winter evenings" in page.text
    assert "noindex" in page.text
    assert Client().get(made["Location"]).status_code == 404

    client.post(
        f"/stories/{story.pk}/lists/", {"list": made["Location"].split("/")[2], "shown": made["Location"].split("/")[2]}
    )
    assert "The &lt;b&gt;lamp&lt;/b&gt;" in client.get(made["Location"]).text
    client.post(f"{made['Location']}stories/{story.pk}/note/", {"note": "By the fire"})
    client.post(f"{made['Location']}revise/", {"name": "Snow", "is_public": "on"})
    shown = Client().get(made["Location"]).text
    for words in ("Snow", "The &lt;b&gt;lamp", "By the fire", "Ada Reader"):
        assert words in shown
    assert "Take out" not in shown

    assert "Delete this list?" in client.get(f"{made['Location']}delete/").text
    client.post(f"{made['Location']}delete/")
    assert client.get(made["Location"]).status_code == 404
    assert Story.objects.filter(pk=story.pk).exists()


def test_nobody_else_changes_it(client, reader):
    reading_list = full_list(create_user(), "One")
    story_id = reading_list.items.get().story_id
    here = f"/lists/{reading_list.pk}/"
    for path in (
        "revise/",
        "delete/",
        *(f"stories/{story_id}/{way}/" for way in ("move", "note", "remove", "restore")),
    ):
        assert client.post(f"{here}{path}", {"name": "Mine", "note": "x"}).status_code == 404
        assert Client().post(f"{here}{path}").status_code == 302
    assert titles(reading_list) == ["One"]
    assert client.get(f"/lists/{uuid.uuid4()}/").status_code == 404


def test_up_and_down_with_buttons(client, reader):
    reading_list = full_list(reader, "One", "Two", "Three")
    one, _two, three = [item.story_id for item in reading_list.items.all()]
    here = f"/lists/{reading_list.pk}/stories/"

    page = client.post(f"{here}{three}/move/", {"way": "up"}, headers=HTMX)
    assert page.text.strip().startswith('<section id="stories"')
    assert titles(reading_list) == ["One", "Three", "Two"]
    assert client.post(f"{here}{one}/move/", {"way": "down"})["Location"].endswith(f"#story-{one}")
    client.post(f"{here}{three}/move/", {"way": "up"})
    assert titles(reading_list) == ["Three", "One", "Two"]

    taken = client.post(f"{here}{one}/remove/", follow=True)
    undo = f"{here}{one}/restore/"
    assert undo in taken.text
    assert titles(reading_list) == ["Three", "Two"]
    client.post(undo)
    assert [(item.story.title, item.note) for item in reading_list.items.all()][1] == ("One", "Of One")


@pytest.mark.parametrize("way", ["private", "link", "hidden", "bin", "erasure"])
def test_a_story_that_is_withdrawn_keeps_its_place_and_comes_back(client, reader, way):
    reading_list = full_list(reader, "Shown", "Withdrawn")
    story = Story.objects.get(title="Withdrawn")
    services.add_to_list(reading_list=services.open_later_list(owner=reader), story=story)
    stranger = Client()
    pages = [
        (client, f"/lists/{reading_list.pk}/"),
        (stranger, f"/lists/{reading_list.pk}/"),
        (client, "/lists/later/"),
    ]

    if way in {"private", "link"}:
        set_visibility(story=story, visibility=way)
    elif way == "hidden":
        Story.objects.filter(pk=story.pk).update(standing="hidden")
    elif way == "bin":
        delete_story(story=story)
    else:
        User.objects.filter(pk=story.owner_id).update(erasure_requested_at=timezone.now())

    for viewer, address in pages:
        page = viewer.get(address).text
        assert "A story that is no longer shown" in page
        # Its owner wrote the note and may read it; to others it might say what is hidden.
        assert page.replace("Of Withdrawn", "" if viewer is client else "Of Withdrawn").count("Withdrawn") == 0
    _token, secret = issue_token(user=reader, name="x", scopes=["read"])
    answer = stranger.get(f"/api/v1/reading-lists/{reading_list.pk}", headers={"Authorization": f"Bearer {secret}"})
    assert [place["title"] for place in answer.json()["data"]["stories"]] == ["Shown", None]

    Story.objects.filter(pk=story.pk).update(visibility="public", standing="clear", deleted_at=None)
    User.objects.filter(pk=story.owner_id).update(erasure_requested_at=None)
    for viewer, address in pages:
        assert "Withdrawn" in viewer.get(address).text


def test_who_sees_a_public_list(client, reader):
    owner = create_user()
    reading_list = full_list(owner, "One")
    services.add_to_list(reading_list=reading_list, story=public_story("For the grown-up", rating="explicit"))
    here = f"/lists/{reading_list.pk}/"
    services.create_list(owner=owner, name="Nobody's business")
    User.objects.filter(pk=owner.pk).update(is_public=True)
    profile = Client().get(f"/@{owner.handle}/").text
    assert f'href="{here}"' in profile
    assert "business" not in profile
    assert "For the grown-up" not in client.get(here).text
    ReaderSettings.objects.create(user=reader, shows_mature=True)
    assert "For the grown-up" in client.get(here).text
    assert "For the grown-up" not in Client().get(here).text

    Block.objects.create(blocker=owner, blocked=reader)
    assert client.get(here).status_code == 404
    assert Client().get(here).status_code == 200
    User.objects.filter(pk=owner.pk).update(erasure_requested_at=timezone.now())
    assert Client().get(here).status_code == 404


def test_a_private_story_of_another_s_goes_into_no_list(client, reader):
    story = create_story(title="Secret", visibility="private")
    for path in ("later", "lists"):
        assert client.post(f"/stories/{story.pk}/{path}/", {"keep": "1", "new_name": "x"}).status_code == 404
        assert client.get(f"/stories/{story.pk}/{path}/").status_code == 404
    assert not ReadingListItem.objects.exists()


def test_read_later_is_put_by_once_and_taken_back(client, reader):
    story = public_story("Later")
    address = f"/stories/{story.pk}/later/"
    assert 'aria-pressed="false"' in client.get(address, headers=HTMX).text
    for _time in range(2):
        assert 'aria-pressed="true"' in client.post(address, {"keep": "1"}, headers=HTMX).text
    chapter = f"http://testserver/stories/{story.pk}/chapters/1/"
    assert client.post(address, {"keep": "1"}, headers={"Referer": chapter})["Location"] == chapter[17:]
    assert client.post(address, {"keep": "1"}, headers={"Referer": "https://evil.example/"})["Location"] == (
        f"/stories/{story.pk}/"
    )
    later = ReadingList.objects.get(owner=reader, kind="later")
    assert titles(later) == ["Later"]
    page = client.get(f"/stories/{story.pk}/").text
    assert 'aria-pressed="true"' in page
    assert f'href="/stories/{story.pk}/lists/"' in page
    assert f"/stories/{story.pk}/later/" not in Client().get(f"/stories/{story.pk}/").text
    assert "Later" in client.get("/lists/later/").text
    assert client.post(f"/lists/{later.pk}/revise/", {"name": "Mine", "is_public": "on"}).status_code == 422
    assert client.get(f"/lists/{later.pk}/delete/").status_code == 404
    assert 'aria-pressed="false"' in client.post(address, {"keep": "0"}, headers=HTMX).text
    assert titles(later) == []


def test_the_menu_of_a_story(client, reader):
    story = public_story("Story")
    one, two = (services.create_list(owner=reader, name=name) for name in ("One", "Two"))
    strange = services.create_list(owner=create_user(), name="Not mine")
    address = f"/stories/{story.pk}/lists/"
    services.add_to_list(reading_list=two, story=story)

    sent = {"list": [one.pk, strange.pk, "no id"], "shown": [one.pk, strange.pk], "new_name": "Three <i>"}
    fragment = client.post(address, sent, headers=HTMX).text
    assert "<html" not in fragment
    assert "Three &lt;i&gt;" in fragment
    # Two was not shown to whoever sent this, so it stays.
    assert set(ReadingListItem.objects.values_list("reading_list__name", flat=True)) == {"One", "Two", "Three <i>"}
    assert client.post(address, {"shown": [one.pk, two.pk]})["Location"] == f"/stories/{story.pk}/"
    assert set(ReadingListItem.objects.values_list("reading_list__name", flat=True)) == {"Three <i>"}


def test_there_is_an_end_to_lists(client, reader):
    stories = [Story(owner=reader, title=str(n), mode="fiction") for n in range(services.MOST_STORIES)]
    Story.objects.bulk_create(stories)
    reading_list = full_list(reader)
    ReadingListItem.objects.bulk_create(
        ReadingListItem(reading_list=reading_list, story=story, position=n) for n, story in enumerate(stories)
    )
    with pytest.raises(services.ListFull):
        services.add_to_list(reading_list=reading_list, story=public_story("One more"))
    ReadingList.objects.bulk_create(ReadingList(owner=reader, name="x") for _ in range(services.MOST_LISTS - 1))
    assert client.post("/lists/", {"name": "One more"}).status_code == 422

    with CaptureQueriesContext(connection) as queries:
        page = client.get(f"/lists/{reading_list.pk}/")
    # Session, person, list, places, stories.
    assert len(queries) == 5
    after = page.context["later"]
    with CaptureQueriesContext(connection) as queries:
        further = client.get(f"/lists/{reading_list.pk}/", {"after": after}, headers=HTMX)
    assert len(queries) == 5
    assert "<html" not in further.text
    assert client.get(f"/lists/{reading_list.pk}/", {"after": "none of ours"}).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        client.get("/lists/")
    assert len(queries) == 4


def test_somebody_suspended_shows_no_list(client, reader):
    User.objects.filter(pk=reader.pk).update(suspended_until_at=timezone.now() + timedelta(days=1))
    assert client.post("/lists/", {"name": "Shown", "is_public": "on"}).status_code == 422
    assert client.post("/lists/", {"name": "Kept"}).status_code == 302
    assert (
        client.post(f"/lists/{ReadingList.objects.get().pk}/revise/", {"name": "x", "is_public": "on"}).status_code
        == 422
    )
    assert not ReadingList.objects.filter(is_public=True).exists()


def test_the_same_for_programs(client, reader):
    def call(method: str, path: str, body: object = None):
        return getattr(client, method)(
            f"/api/v1/reading-lists{path}",
            data=json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )

    def get(path: str, key: str):
        return client.get(f"/api/v1/reading-lists{path}", headers={"Authorization": f"Bearer {key}"})

    _token, secret = issue_token(user=reader, name="x", scopes=["read", "write"])
    _token, other = issue_token(user=create_user(), name="x", scopes=["read", "write"])
    one, two = public_story("One"), public_story("Two")
    made = call("post", "", {"name": "Winter"}).json()["data"]
    here = f"/{made['id']}"
    call("post", f"{here}/stories/{one.pk}", {"note": "First"})
    whole = call("post", f"{here}/stories/{two.pk}", {}).json()["data"]
    assert [(place["title"], place["note"]) for place in whole["stories"]] == [("One", "First"), ("Two", "")]
    assert call("post", f"{here}/stories/{create_story().pk}", {}).status_code == 404
    assert get(here, other).status_code == 404

    changed = call("patch", here, {"story_ids": [str(two.pk)], "is_public": True}).json()["data"]
    assert [place["title"] for place in changed["stories"]] == ["Two", "One"]
    assert get(here, other).json()["data"]["name"] == "Winter"
    assert call("delete", f"{here}/stories/{one.pk}").status_code == 204
    assert get("", secret).json()["data"][0]["story_count"] == 1
    assert call("delete", here).status_code == 204
    assert get(here, secret).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_on_one_list():
    """Each story once, no two in one place, and the last free place is given once."""
    owner = create_user()
    reading_list = full_list(owner)
    stories = [create_story(owner=owner) for _ in range(4)]
    spare = Story.objects.bulk_create(
        Story(owner=owner, title="x", mode="fiction") for _ in range(services.MOST_STORIES - 2)
    )
    ReadingListItem.objects.bulk_create(
        ReadingListItem(reading_list=reading_list, story=story, position=n) for n, story in enumerate(spare)
    )
    start = Barrier(6)

    def add(number: int) -> bool:
        try:
            start.wait()
            services.add_to_list(reading_list=reading_list, story=stories[number % 4])
        except services.ListFull:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(6)))
    positions = list(reading_list.items.values_list("position", flat=True))
    assert len(positions) == len(set(positions)) == services.MOST_STORIES


# --- Stories that are read by a link -------------------------------------------------------------------------------


@pytest.mark.once
def test_what_was_opened_by_its_link_is_put_by_until_the_link_is_renewed(client, reader):
    story = set_visibility(story=create_story(title="The lamp"), visibility="link")
    address = f"/s/{story.share_token}/"
    assert f"{address}later/" in client.get(address).text
    assert client.post(f"/stories/{story.pk}/later/", {"keep": "1"}).status_code == 404
    assert client.post(f"{address}later/", {"keep": "1"})["Location"] == address
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/lists/later/").text
    assert "The lamp" in page
    assert f'href="{address}"' in page
    assert f'="/stories/{story.pk}/' not in page
    assert len([query for query in queries if "stories_story" in query["sql"]]) == 2
    # Taken out and put back it is as it was.
    kept = ReadingList.objects.get(owner=reader, kind="later")
    for way in ("remove", "restore"):
        client.post(f"/lists/{kept.pk}/stories/{story.pk}/{way}/")
    assert "The lamp" in client.get("/lists/later/").text

    for closed in (lambda: set_visibility(story=story, visibility="private"), lambda: renew_share_link(story=story)):
        closed()
        page = client.get("/lists/later/").text
        assert "The lamp" not in page
        assert "no longer shown" in page
        set_visibility(story=story, visibility="link")
    # By the new link it can be put by anew, and published it is there for everybody.
    again = f"/s/{Story.objects.get(pk=story.pk).share_token}/"
    client.post(f"{again}later/", {"keep": "1"}, headers=HTMX)
    assert f'href="{again}"' in client.get("/lists/later/").text
    set_visibility(story=story, visibility="public")
    assert f'href="/stories/{story.pk}/"' in client.get("/lists/later/").text


@pytest.mark.once
def test_a_link_is_in_no_list_that_could_be_shown(reader):
    story = set_visibility(story=create_story(title="The lamp"), visibility="link")
    own = services.create_list(owner=reader, name="Winter")
    with pytest.raises(services.UnfitList):
        services.add_to_list(reading_list=own, story=story, share_token=story.share_token or "")
    assert not ReadingListItem.objects.exists()
