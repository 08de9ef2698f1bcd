"""A story from above: drawn without a model, beside the forms that stories have taken."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from coaching import services
from coaching.models import Proposal
from coaching.offline.wordlists import movements
from coaching.services import Work
from coaching.structure import FORMS, form_named, form_text, structure_of
from coaching.tests.conftest import create_writer, offer_model
from stories.models import Story
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


def test_every_form_can_be_told_and_has_its_beats_in_order():
    for form in FORMS:
        places = [beat.place for beat in form.beats]
        assert places == sorted(places)
        assert str(form.beats[0].name) in form_text(form)
    assert form_named("nothing of the kind") is FORMS[0]


@pytest.mark.parametrize("count", [0, 1, 500])
def test_any_number_of_chapters_with_one_query(story: Story, count: int):
    for _number in range(count):
        add(story, 10)
    with CaptureQueriesContext(connection) as queries:
        structure = structure_of(story, FORMS[1])
    assert len(structure.bars) == count
    assert len(queries) == 1


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
