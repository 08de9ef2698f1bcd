"""A story from above: drawn without a model, beside the forms that stories have taken."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching import services
from coaching.models import BeatPlace, Proposal
from coaching.offline.wordlists import movements
from coaching.services import Work
from coaching.structure import FORMS, form_named, form_text, structure_of
from coaching.tests.conftest import create_writer, offer_model
from coaching.tests.test_api_work import bearer
from costory.archive.story import export_story, import_story
from stories.models import Chapter, Story
from stories.services import delete_chapter, restore_chapter
from tests.factories import create_chapter, create_story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return create_story(owner=create_writer())


def add(story: Story, words: int, **fields: Any) -> None:
    create_chapter(story=story, content="“Yes,” she said. It rained. " * (words // 5), word_count=words, **fields)


def test_beats_stand_beside_the_chapters_where_they_usually_fall(story: Story):
    for number in range(1, 11):
        add(story, 100, title=f"Part {number}")
    structure = structure_of(story, form_named("three-acts"))
    places = {str(placed.beat.name): placed.chapter and placed.chapter.position for placed in structure.placed}

    assert places["The world before"] == 1
    assert places["The middle turns"] == 5
    assert places["The world after"] == 10
    assert all(bar.height == 100 and 0 < bar.speech < 100 for bar in structure.bars)


def test_every_form_can_be_told_and_has_its_beats_in_order(story: Story):
    for form in FORMS:
        places = [beat.place for beat in form.beats]
        assert places == sorted(places)
        assert str(form.beats[0].name) in form_text(form, story)
        assert len({beat.key for beat in form.beats}) == len(places)
    assert form_named("nothing of the kind") is FORMS[0]


@pytest.mark.parametrize("count", [0, 1, 500])
def test_any_number_of_chapters_with_two_queries(story: Story, count: int):
    for _number in range(count):
        add(story, 10)
    with CaptureQueriesContext(connection) as queries:
        structure = structure_of(story, FORMS[1])
    assert len(structure.bars) == count
    assert len(queries) == 2


CHASE = "“Run!” she shouted. He ran. The door slammed. “Left!” They fell, rolled, scrambled up. “Can you walk?” " * 4
STILL = "The valley lay under the long light as it had lain for all the afternoons of a childhood nobody had told. " * 4


def test_the_line_of_intensity_and_what_it_says_in_words(client: Client, story: Story):
    for title, text in [("Still", STILL), ("Chase", CHASE), ("Note", "Run!")]:
        create_chapter(story=story, title=title, content=text, word_count=len(text.split()))
    still, chase, note = structure_of(story, FORMS[0]).bars
    assert still.intensity is not None
    assert chase.intensity is not None
    assert 0 <= still.intensity < 20 < 60 < chase.intensity <= 100
    assert note.intensity is None, "one word says nothing"

    client.force_login(story.owner)
    page = client.get(reverse("coaching:structure-detail", args=[story.pk])).text
    assert f'points="4,{100 - still.intensity} 14,{100 - chase.intensity} "' in page
    assert f"Most intense: Chase ({chase.intensity} of 100). Calmest: Still ({still.intensity})." in page
    assert "too short" in page


@pytest.mark.once
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "jumped climbing clutches dodged struck"), ("fr", "lança plongeait hurlèrent secoue bondit arrachée")],
)
def test_verbs_are_known_in_their_forms(language: str, words: str):
    assert set(words.split()) <= movements(language)
    assert not {"fire", "the", "marche", "porte", ""} & movements(language)


def test_over_the_page(client: Client, story: Story):
    client.force_login(story.owner)
    url = reverse("coaching:structure-detail", args=[story.pk])
    assert "no chapters yet" in client.get(url).text
    add(story, 100, title="<b>One</b>")
    page = client.get(url, {"form": "kishotenketsu"}).text
    assert "Ten: the turn" in page
    assert "<rect" in page
    assert "<b>One" not in page
    client.force_login(create_writer())
    assert client.get(url).status_code == 404


def test_the_outline_is_asked_for_with_its_form(story: Story, model_server: Any, client: Client):
    offer_model("test/normal")
    add(story, 100)
    client.force_login(story.owner)
    body = {"kind": "outline", "form": "memoir", "request_key": "k"}
    answer = client.post(reverse("coaching:proposal-list", args=[story.pk]), body)
    proposal = Proposal.objects.select_related("reply").get()
    assert answer["Location"] == proposal.get_absolute_url()
    assert "A life told (From where it is told" in proposal.reply.request["messages"][-1]["content"]
    assert proposal.reply.request["max_tokens"] == 3_000
    again = services.propose(user=story.owner, story=story, work=Work(kind="outline"), request_key="other")
    assert again.kind == "outline"


# --- Steps placed by hand --------------------------------------------------------------------------------------------


def stands(story: Story, key: str) -> tuple[str, bool]:
    placed = next(each for each in structure_of(story, FORMS[0]).placed if each.beat.key == key)
    return str(placed.chapter), placed.is_by_hand


@pytest.fixture
def parts(story: Story) -> list[Chapter]:
    for number in range(1, 6):
        add(story, 100, title=f"Part {number}")
    return list(story.chapters.order_by("position"))


def test_a_step_is_put_in_a_chapter_and_taken_back(client: Client, story: Story, parts: list[Chapter]):
    client.force_login(story.owner)
    url = reverse("coaching:beat-place", args=[story.pk])
    assert stands(story, "lost") == ("Part 4", False)

    answer = client.post(url, {"form": "three-acts", "beat": "lost", "chapter": parts[1].pk}, follow=True)
    assert answer.redirect_chain[-1][0].endswith("/structure/?form=three-acts#step-lost")
    assert "placed by you, usually near 75%" in answer.text
    assert stands(story, "lost") == ("Part 2", True)
    client.post(url, {"form": "three-acts", "beat": "lost", "chapter": parts[0].pk})
    assert stands(story, "lost") == ("Part 1", True)
    assert "Part 1</a> · placed by you" in client.get(reverse("coaching:structure-detail", args=[story.pk])).text

    # Each message undoes what it tells of: back to the second chapter, and back to the rule.
    for chapter, expected in ((parts[1].pk, ("Part 2", True)), ("", ("Part 4", False))):
        client.post(f"{url}?form=three-acts&beat=lost&chapter={chapter}")
        assert stands(story, "lost") == expected
    assert not BeatPlace.objects.exists()


def test_the_message_holds_the_way_back(client: Client, story: Story, parts: list[Chapter]):
    client.force_login(story.owner)
    url = reverse("coaching:beat-place", args=[story.pk])
    for chapter, way_back in ((parts[2], ""), (parts[3], str(parts[2].pk))):
        page = client.post(url, {"form": "three-acts", "beat": "trial", "chapter": chapter.pk}, follow=True)
        undo = f"{url}?form=three-acts&beat=trial&chapter={way_back}"
        assert f'action="{undo.replace("&", "&amp;")}"' in page.text


def test_a_chapter_in_the_bin_holds_no_step(story: Story, parts: list[Chapter]):
    services.place_beat(story=story, form="three-acts", beat="lost", chapter=parts[1])
    delete_chapter(chapter=parts[1])
    assert stands(story, "lost")[1] is False
    assert "places" not in form_text(FORMS[0], story)
    restore_chapter(chapter=parts[1])
    assert stands(story, "lost") == ("Part 2", True)
    assert "All seems lost, which the writer places in “Part 2”" in form_text(FORMS[0], story)


def test_only_ones_own_story_its_own_chapters_and_steps_that_exist(client: Client, story: Story, parts: list[Chapter]):
    elsewhere = create_chapter(story=create_story(owner=story.owner))
    url = reverse("coaching:beat-place", args=[story.pk])
    body = {"form": "three-acts", "beat": "lost", "chapter": str(parts[0].pk)}
    client.force_login(story.owner)
    for change in ({"beat": "nothing"}, {"form": "nothing"}, {"chapter": str(elsewhere.pk)}, {"chapter": "x"}):
        assert client.post(url, body | change).status_code == 404
    client.force_login(create_writer())
    assert client.post(url, body).status_code == 404
    assert not BeatPlace.objects.exists()
    assert client.get(url).status_code == 405


def test_programs_place_steps_too(client: Client, story: Story, parts: list[Chapter]):
    header = bearer(story.owner)
    url = f"/api/v1/ai/stories/{story.pk}/structure"

    def put(**body: Any) -> Any:
        asked = {"form": "three-acts", "beat": "lost"} | body
        return client.put(f"{url}/places", asked, content_type="application/json", headers=header)

    told = put(chapter_id=str(parts[0].pk)).json()["data"]
    assert (told["key"], told["chapter_id"], told["by_hand"]) == ("lost", str(parts[0].pk), True)
    beats = client.get(url, headers=header).json()["data"]["beats"]
    assert [beat["key"] for beat in beats if beat["by_hand"]] == ["lost"]
    assert put(chapter_id=None).json()["data"]["by_hand"] is False
    assert put(beat="nothing", chapter_id=None).status_code == 404
    assert put(chapter_id=str(create_chapter().pk)).status_code == 404


def test_places_travel_in_the_archive(story: Story, parts: list[Chapter]):
    services.place_beat(story=story, form="memoir", beat="break", chapter=parts[2])
    with export_story(story) as file:
        taken = import_story(owner=create_writer(), content=file.read())
    place = BeatPlace.objects.select_related("chapter").get(story=taken)
    assert (place.form, place.beat, place.chapter.title) == ("memoir", "break", "Part 3")
    assert place.chapter.story_id == taken.pk
