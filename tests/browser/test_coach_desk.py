"""The coach's desk in a browser: a proposal asked for, compared, taken in and undone; help for whoever is in danger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import billing.services
from coaching.models import Message, Proposal, Reply
from coaching.tests.conftest import offer_model
from stories.models import Chapter
from stories.provenance import COACH
from stories.services import create_chapter
from tests.browser.axe import assert_accessible
from tests.browser.desk import open_chapter, state
from tests.factories import create_story, create_user
from tests.model_server import ModelServer
from tests.servers import ServerThread

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "The lamp was very old and really quite dim.\n\nNobody came."
MODEL = "test/normal"


@pytest.fixture
def model_server(settings: Any) -> Iterator[ModelServer]:
    with ModelServer() as server:
        settings.OPENROUTER_BASE_URL = server.url
        settings.OPENROUTER_API_KEY = "sk-or-test"
        settings.OPENROUTER_DIALECT = "openrouter"
        settings.OPENROUTER_MODEL = MODEL
        settings.COACH_ONLINE = True
        yield server


@pytest.fixture
def live_asgi(model_server: ModelServer, transactional_db: None) -> Iterator[ServerThread]:
    """The product, started when the settings point at the model."""
    from costory.asgi import application

    offer_model(MODEL)
    with ServerThread(application) as server:
        yield server


@pytest.fixture(params=["en", "fr"])
def studio(request: Any, page: Page, model_server: ModelServer, live_asgi: ServerThread) -> Page:
    person = create_user(language=request.param)
    billing.services.grant_credits(user=person, amount_micros=5_000_000, reason="test", cause=f"test:{person.pk}")
    story = create_story(owner=person, language="en")
    return open_chapter(page, create_chapter(story=story, author=person, title="Night", content=TEXT))


def test_axe_finds_nothing_while_it_streams_and_after(studio: Page, model_server: ModelServer) -> None:
    model_server.script("steady-60x60")
    studio.wait_for_selector("#chat-composer")
    studio.fill("#chat-composer textarea", "Does it hold?")
    studio.click("#chat-composer button.button--primary")
    expect(studio.locator("[aria-busy=true] .message__stream")).not_to_be_empty()
    assert_accessible(studio, at_rest=False)
    expect(studio.locator(".message__thumb").first).to_be_visible()
    assert_accessible(studio)
    studio.click("#side-tab-proposals")
    studio.wait_for_selector("#desk-form")
    assert_accessible(studio)


def test_a_proposal_from_asking_to_undoing(studio: Page) -> None:
    studio.click("#side-tab-proposals")
    studio.wait_for_selector("#desk-form")
    studio.check("#desk-form [value=rewrite]", force=True)
    end = TEXT.index("\n")
    studio.focus(".editor__text")
    studio.evaluate(f"document.querySelector('.editor__text').setSelectionRange(0, {end})")
    expect(studio.locator("[data-passage]")).to_have_text(TEXT[:end])
    studio.click("#desk-form button.button--primary")
    expect(studio.locator(".proposal__comparison del").first).to_be_visible()
    assert Chapter.objects.get().content == TEXT
    reply = Reply.objects.get()
    assert Proposal.objects.get().passage == TEXT[:end]

    studio.click(".proposal__actions [value=replaced]")
    expect(studio.locator(".proposal--decided")).to_be_visible()
    state(studio, "saved")
    written = Chapter.objects.get()
    assert written.content == reply.content.strip() + TEXT[end:]
    assert [run[1:] for run in written.runs if run[1] == COACH] == [[COACH, str(reply.pk)]]

    studio.focus(".editor__text")
    studio.keyboard.press("Control+z")
    assert studio.input_value(".editor__text") == TEXT
    state(studio, "saved")
    assert Chapter.objects.get().content == TEXT
    studio.click(".receipt summary")
    expect(studio.locator(".receipt__digest")).to_contain_text(reply.request_sha256[:16])


# Each language does its share: what is proposed is the same in both, and a browser is slow.
ERRANDS = {"en": ("continuation", "critique", "names"), "fr": ("ways", "synopsis")}


def test_the_other_proposals_their_receipts_and_the_end_of_the_months_budget(studio: Page) -> None:
    address, story = studio.url, Chapter.objects.get().story
    kinds = ERRANDS["fr" if _is_french(studio) else "en"]
    studio.click("#side-tab-proposals")
    for number, kind in enumerate(kinds, start=1):
        studio.wait_for_selector("#desk-form")
        studio.locator(f"#desk-form [value={kind}]").dispatch_event("click")
        studio.fill("#desk-form textarea", "The lighthouse, and nobody dies.")
        studio.click("#desk-form button.button--primary")
        expect(studio.locator(".proposal__decide")).to_have_count(number)
        # The keyboard stays where it was.
        expect(studio.locator("#desk-form button.button--primary")).to_be_focused()
    assert {proposal.kind for proposal in Proposal.objects.all()} == set(kinds)
    latest = Proposal.objects.select_related("reply").earliest("-created_at")
    studio.locator(".proposal .receipt summary").first.click()
    expect(studio.locator(".receipt__digest").first).to_contain_text(latest.reply.request_sha256[:16])
    studio.locator(".proposal__decide [value=discarded]").first.click()
    expect(studio.locator(".proposal--decided")).to_be_focused()
    assert Chapter.objects.get().content == TEXT

    studio.goto("/billing/")
    studio.fill(".budget input[name=amount]", "0")
    studio.click(".budget button")
    expect(studio.locator(".budget progress")).to_be_visible()
    studio.goto(address)
    studio.click("#side-tab-coach")
    studio.fill("#chat-composer textarea", "One more?")
    studio.click("#chat-composer button.button--primary")
    expect(studio.locator("#chat-composer .alert--error")).to_be_visible()
    expect(studio.locator("#chat-composer textarea")).to_have_value("One more?")
    assert not Message.objects.filter(session__story=story, content="One more?").exists()


@pytest.mark.parametrize("studio", ["fr"], indirect=True)
def test_on_a_phone_what_is_being_said_is_in_sight(studio: Page, model_server: ModelServer) -> None:
    model_server.script("steady-3000x10")
    studio.set_viewport_size({"width": 390, "height": 844})
    studio.click(".studio__bar a[href$='#coach']")
    studio.fill("#chat-composer textarea", "Tient-elle ?")
    studio.click("#chat-composer button.button--primary")
    stop = studio.locator(".message--coach[data-stream] button")
    expect(studio.locator(".message__stream")).to_have_text(re.compile(r"[\s\S]{600}"))
    await_in_sight(studio, ".message--coach[data-stream] button")
    stop.click()
    expect(studio.locator(".message__cost")).to_be_in_viewport()


def test_help_is_there_at_once_and_before_the_model(studio: Page, model_server: ModelServer) -> None:
    model_server.script("slow-start")
    studio.wait_for_selector("#chat-composer")
    studio.fill("#chat-composer textarea", "I want to die.")
    studio.click("#chat-composer button.button--primary")
    expect(studio.locator(".care")).to_be_in_viewport()
    expect(studio.locator(".care__lines a").first).to_have_attribute(
        "href", "tel:3114" if _is_french(studio) else "tel:112"
    )
    # The numbers themselves, above the field: not only the card's first words.
    await_in_sight(studio, ".care__lines li")
    assert Message.objects.get().needs_care
    expect(studio.locator("#chat-composer textarea")).to_have_value("")


def test_what_is_being_said_to_the_coach_survives_the_tab(studio: Page) -> None:
    studio.wait_for_selector("#chat-composer")
    studio.fill("#chat-composer textarea", "Is the lamp too old?")
    studio.wait_for_timeout(900)
    address = studio.url
    context = studio.context
    studio.close()
    again = context.new_page()
    again.goto(address)
    expect(again.locator("#chat-composer textarea")).to_have_value("Is the lamp too old?")
    again.click("#chat-composer button.button--primary")
    expect(again.locator(".message--person")).to_contain_text("Is the lamp too old?")
    again.reload()
    again.wait_for_selector("#chat-composer")
    again.wait_for_timeout(500)
    expect(again.locator("#chat-composer textarea")).to_have_value("")


def await_in_sight(page: Page, selector: str) -> None:
    """Wait until it stands on the screen, and not behind the field one writes in."""
    page.wait_for_function(
        """(selector) => {
            const box = (wanted) => document.querySelector(wanted).getBoundingClientRect();
            return box(selector).top >= 0 && box(selector).bottom <= box("#chat-composer").top;
        }""",
        arg=selector,
    )


def _is_french(page: Page) -> bool:
    return page.locator("html").get_attribute("lang") == "fr"
