"""Who gets what, what left the house, and the models in plain words."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coaching import catalogue, helplines, services
from coaching.models import CoachModel, Dispatch, Reply, Session, SummaryRequest
from coaching.processors import processors
from coaching.services.catalogue import family_of, store_listings
from coaching.tests.conftest import create_session, create_writer, offer_model
from costory.lib.countries import COUNTRIES
from costory.lib.openrouter import ModelListing
from tests.model_server import ModelServer
from tests.servers import ServerThread

pytestmark = pytest.mark.django_db
COACHING = Path(helplines.__file__).parent
TABLE = (COACHING.parent / "docs" / "help-lines.md").read_text("utf-8")


@pytest.fixture
def session(model_server: Any) -> Session:
    offer_model("test/normal")
    return create_session()


def answer(session: Session, key: str) -> Reply:
    reply = services.post_message(session=session, content=f"Well, {key}?", request_key=key)
    Reply.objects.filter(pk=reply.pk).update(state="running", claimed_by="here")
    outcome = services.Outcome(state="done", content="Yes.", provider_cost_usd=Decimal(0))
    services.end_reply(reply_id=reply.pk, outcome=outcome, claimed_by="here")
    return reply


def test_what_left_the_house_is_listed_with_its_bytes(session: Session, client: Client):
    client.force_login(session.user)
    url = reverse("coaching:dispatch-list", args=[session.story_id])
    assert "Nothing has left" in client.get(url).text
    for number in range(32):
        answer(session, f"k{number}")
    page = client.get(url).text
    assert page.count("does not train on it") == 30
    assert "Earlier ones" in page
    # What was sent at one and the same moment is neither left out nor shown twice.
    Dispatch.objects.update(sent_at=timezone.now())
    seen, asked = [], url
    while asked:
        answered = client.get(asked)
        seen += [row.pk for row in answered.context["rows"]]
        asked = f"{url}?before={answered.context['older']}" if answered.context["older"] else ""
    assert len(seen) == len(set(seen)) == 32
    dispatch = Dispatch.objects.earliest("sent_at")
    bytes_ = client.get(reverse("coaching:reply-request", args=[dispatch.pk])).content
    assert bytes_ == dispatch.body
    assert str(session.user.email).encode() not in bytes_
    client.force_login(create_writer())
    assert client.get(url).status_code == 404
    assert client.get(reverse("coaching:reply-request", args=[dispatch.pk])).status_code == 404


def test_each_row_says_what_it_was_for_without_a_query_of_its_own(session: Session, client: Client):
    client.force_login(session.user)
    url = reverse("coaching:dispatch-list", args=[session.story_id])
    chapter = session.chapter
    assert chapter is not None

    def rows(count: int) -> int:
        for _row in range(count):
            reply = answer(session, f"k{Reply.objects.count()}")
            SummaryRequest.objects.create(reply=reply, chapter=chapter, text_sha256="x")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(url).text
        assert page.count(f"Summary · {chapter}") == Reply.objects.count()
        return len(queries)

    assert rows(1) == rows(3)


def test_anybody_may_read_who_gets_what(client: Client, model_server: Any, settings: Any):
    url = reverse("coaching:processor-list")
    assert "OpenRouter" in client.get(url).text
    settings.COACH_ONLINE = False
    settings.EMAIL_CONFIGURED = False
    assert "everything is done in this house" in client.get(url).text
    settings.LEGAL_HOST = "Machines & Co, Lyon"
    assert "on the machines of the host: Machines &amp; Co, Lyon" in client.get(url).text


def test_who_gets_what_is_read_from_the_settings(settings: Any):
    settings.COACH_ONLINE = False
    assert named() == []
    settings.EMAIL_CONFIGURED, settings.EMAIL_HOST = True, "smtp.post.example"
    settings.GOOGLE_CONFIGURED = True
    storage = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": "costory"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    assert named() == ["E-mail: smtp.post.example", "Files: costory", "Google"]
    storage["OPTIONS"] = {"bucket_name": "costory", "endpoint_url": "https://s3.fr-par.example:9000/"}
    # A mail server of the same machine is nobody else, and neither are letters laid in a folder.
    settings.EMAIL_HOST = "localhost"
    assert named() == ["Files: s3.fr-par.example", "Google"]
    settings.EMAIL_HOST = None
    assert named() == ["Files: s3.fr-par.example", "Google"]


def named() -> list[str]:
    return [str(processor.name) for processor in processors()]


@pytest.mark.once
def test_every_country_that_can_be_chosen_has_its_lines_and_each_number_its_source():
    assert {code for code, _name in COUNTRIES} == set(helplines.BY_COUNTRY)
    rows = [line.split(" | ") for line in TABLE.splitlines() if line.startswith("| ")][2:]
    told = {(row[0].removeprefix("| "), number) for row in rows for number in row[1].split(", ")}
    known = {(code, line.number) for code, lines in helplines.BY_COUNTRY.items() for line in lines}
    assert told == known
    assert all(len(row) == 5 and row[3] for row in rows)
    for lines in helplines.BY_COUNTRY.values():
        assert any(line.purpose == helplines.EMERGENCY for line in lines)
        assert all(line.dialled for line in lines)


def test_whose_lines_they_are_is_told():
    french = helplines.help_for("", "fr-CA")
    assert (str(french.place), french.lines[0].number) == ("France", "3114")
    assert helplines.help_for("GB", "fr") == helplines.Help("United Kingdom", helplines.BY_COUNTRY["GB"])
    assert helplines.help_for("ZZ", "en") == helplines.help_for("", "en") == helplines.Help("", helplines.ANYWHERE)


@pytest.mark.once
def test_no_number_is_named_elsewhere_that_is_not_in_the_table():
    known = {line.dialled for lines in helplines.BY_COUNTRY.values() for line in lines}
    spoken = [*(COACHING / "offline/phrases").glob("*.toml"), *(COACHING / "prompts").glob("*.md")]
    named = {
        (path.name, number)
        for path in spoken
        for line in path.read_text("utf-8").splitlines()
        if "112" in line or re.search(r"\*\*\d", line)
        for number in re.findall(r"\b\d[\d ]+\d\b", line)
    }
    assert len({name for name, _number in named}) == 6
    assert {number for _name, number in named if number.replace(" ", "") not in known} == set()


def test_the_country_is_chosen_in_the_settings(client: Client, session: Session):
    client.force_login(session.user)
    url = reverse("accounts:settings")
    assert "Not said" in client.get(url).text
    body = {"display_name": "A", "handle": session.user.handle, "language": "", "theme": "auto", "country": "CH"}
    client.post(url, body)
    session.user.refresh_from_db()
    assert session.user.country == "CH"
    client.post(url, body | {"country": "XX"})
    session.user.refresh_from_db()
    assert session.user.country == "CH"


# --- Models ----------------------------------------------------------------------------------------------------------


def listing(slug: str, price: str = "0.000003") -> ModelListing:
    return ModelListing(
        model_id=slug,
        name=slug,
        prompt_price=Decimal(price),
        completion_price=Decimal(price),
        request_price=Decimal(0),
        context_length=200_000,
        max_completion_tokens=8_000,
        expires_on=None,
        supported_parameters=frozenset(),
    )


def test_a_model_in_plain_words(session: Session, client: Client, settings: Any):
    settings.OPENROUTER_MODEL = "anthropic/claude-sonnet-4.6"
    offer_model("anthropic/claude-sonnet-4.6")
    CoachModel.objects.filter(pk="test/normal").update(note="Good at tests.")
    client.force_login(session.user)
    page = client.get(reverse("coaching:model-list")).text
    assert "Close reading and careful prose" in page
    assert "Good at tests." in page
    assert "reads 250 pages at once" in page
    assert "an answer" in page
    CoachModel.objects.all().delete()
    assert "No model is on offer" in client.get(reverse("coaching:model-list")).text


def test_the_catalogue_emptied_breaks_nothing(session: Session, client: Client):
    CoachModel.objects.all().delete()
    client.force_login(session.user)
    for name in ("panel", "proposal-list", "memory-detail"):
        assert client.get(reverse(f"coaching:{name}", args=[session.story_id])).status_code == 200
    url = reverse("coaching:message-create", args=[session.pk])
    refused = client.post(url, {"content": "Well?", "request_key": "k"}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "not on offer" in refused.text
    assert "Well?" in refused.text


def test_who_took_the_place_of_a_model_that_is_gone():
    store_listings([listing("anthropic/claude-sonnet-4.5"), listing("anthropic/claude-opus-4"), listing("x/y-1")])
    CoachModel.objects.update(is_enabled=True)
    store_listings(
        [
            listing("anthropic/claude-sonnet-4.6"),
            listing("anthropic/claude-sonnet-10"),
            listing("anthropic/claude-opus-4"),
        ]
    )
    gone = {model.pk: model.replaced_by_id for model in CoachModel.objects.exclude(expires_at=None)}
    assert gone == {"anthropic/claude-sonnet-4.5": "anthropic/claude-sonnet-10", "x/y-1": None}
    assert {model.pk for model in catalogue.retired()} == set(gone)
    # What an operator has said stays.
    CoachModel.objects.filter(pk="anthropic/claude-sonnet-4.5").update(replaced_by="anthropic/claude-opus-4")
    store_listings([listing("anthropic/claude-sonnet-11"), listing("anthropic/claude-opus-4")])
    assert CoachModel.objects.get(pk="anthropic/claude-sonnet-4.5").replaced_by_id == "anthropic/claude-opus-4"


@pytest.mark.parametrize(
    ("slug", "family"),
    [("anthropic/claude-sonnet-4.6", "anthropic/claude-sonnet-"), ("openai/gpt-5:free", "openai/gpt-"), ("a/b", "a/b")],
)
def test_families(slug: str, family: str):
    assert family_of(slug) == family


# --- No private route ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("mode", "code"), [("therapeutic", "no_private_route"), ("narrative", "model_retired")])
def test_without_a_route_that_keeps_nothing_nothing_is_sent_elsewhere(
    coach_server: ServerThread, model_server: ModelServer, mode: str, code: str
):
    session = create_session(mode=mode)
    model_server.script("404")
    reply = services.post_message(session=session, content="Well?", request_key="k")
    assert model_server.wait_for(lambda: len(model_server.chats) == 1)
    for _turn in range(100):
        ended = Reply.objects.get(pk=reply.pk)
        if ended.is_finished:
            break
        timezone.now()
        model_server.wait_for(lambda: False, timeout=0.05)
    assert (ended.state, ended.error_code, ended.cost_micros) == ("failed", code, 0)
    assert len(model_server.chats) == 1
