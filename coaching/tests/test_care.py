"""Who may be in danger gets help at once, free, whatever a model says; and nobody else hears of it."""

import json
from typing import Any

import httpx
import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Wallet
from coaching import care, services
from coaching.models import Message, Reply, Session
from coaching.offline.danger import is_heard
from coaching.tests.conftest import create_session, create_writer, offer_model
from coaching.tests.test_api_work import bearer
from events.models import Event
from tests.model_server import ModelServer
from tests.servers import ServerThread

HTMX = {"HX-Request": "true"}

HEARD = [
    "I want\nto die",
    "I want to die",
    "i dont want to live anymore",
    "I don't want to be here anymore.",
    "I keep thinking “I want to die” and no scene helps",
    "I am going to kill myself tonight",
    "I'm going to end it all",
    "I just want to end it",
    "I wish I was dead",
    "I wish I could not wake up",
    "Everyone would be better off without me",
    "I have been having suicidal thoughts",
    "I'm thinking about suicide",
    "I took a whole bottle of pills",
    "I swallowed all my sleeping pills",
    "I'm cutting myself again",
    "I could just jump off a bridge",
    "I've been self-harming",
    "There is no reason to live",
    "I can't go on like this",
    "My husband hits me",
    "He raped me",
    "My dad touches me at night",
    "I was raped last year",
    "He threatened to kill me",
    "Je veux mourir",
    "J'ai envie de mourir",
    "jai envie de mourir",
    "J’ai envie d’en finir",
    "je veux en finir",
    "J'en ai marre, je vais me tuer ce soir",
    "Je n'ai plus envie de vivre",
    "je ne veux plus vivre",
    "Je veux plus vivre",
    "Je pense au suicide",
    "J'ai des idées noires",
    "j'ai des idees suicidaires",
    "Je vais me foutre en l'air",
    "Je vais me jeter sous un train",
    "J'ai avalé toute la boîte de somnifères",
    "J'ai pris trop de médicaments",
    "Je me coupe les bras",
    "Ils seraient mieux sans moi",
    "je voudrais être morte",
    "Je voudrais ne plus me réveiller",
    "Je vais sauter du pont",
    "Mon mari me frappe",
    "Il m'a frappée hier",
    "Mon père me touche le soir",
    "Il va me tuer",
    "J'ai été violée",
    "Je vais m'ouvrir les veines",
    "je voudrais disparaître",
    "envie de crever",
    "En finir avec la vie.",
    "wanna die",
    "I want to kms",
    "I’ve decided to end my life",
    "I'd rather be dead",
]
NOT_HEARD = [
    "I could kill for a coffee",
    "I'm dying to know how it ends",
    "This deadline is killing me",
    "My character wants to die in chapter three. Too soon?",
    "Do they want to die at the end?",
    "Should my heroine kill herself?",
    "Is “I want to die” too much for Anne to say here? The line feels flat.",
    "I cut the chapter myself.",
    "I cut myself shaving this morning",
    "How do I end the scene?",
    "I want to kill him in chapter 3",
    "I killed the first draft myself",
    "I'm killing myself laughing",
    "I nearly shot myself in the foot with this plot",
    "How should I end it?",
    "She died laughing",
    "Does the suicide of the colonel work?",
    "The death of the mother: is it moving?",
    "My son beats me at chess",
    "I would die for a good editor",
    "I want to die of embarrassment when I reread this",
    "Je meurs de faim",
    "Je meurs d'envie de connaître la suite",
    "C'était mort de rire",
    "Je veux mourir de rire",
    "Ce chapitre va me tuer",
    "Mon éditeur va me tuer si je ne rends pas le manuscrit",
    "Le héros veut en finir avec la vie",
    "Elle a envie de mourir, est-ce crédible ?",
    "« Je veux mourir », dit Anne. Cette réplique est-elle juste ?",
    "Il faut tuer le dragon",
    "Mon fils me bat aux échecs",
    "Je veux en finir avec ce chapitre",
    "J'ai envie de tuer mon personnage au chapitre 3",
    "Le suicide du colonel",
    "Je me suis tiré une balle dans le pied avec ce plan",
    "Je voudrais disparaître derrière le narrateur",
    "Comment faire mourir le roi ?",
    "Je vais tuer le narrateur",
    "Je n'ai plus la force de continuer ce chapitre",
    "Le mari frappe sa femme : trop violent ?",
    "I wish I could write like her",
    "Je n'en peux plus de ce chapitre",
    "I don't want to live in Paris",
    "Comment vivre de sa plume ?",
    "My readers said the ending hit me hard",
    "Je tuerais pour un café",
    "I don't want to end my story like this",
    "Take my life story as the basis",
]
IN_A_JOURNAL = [
    "Le suicide de mon frère",
    "Elle a envie de mourir",
    "I'm going to kill him",
    "I can't go on.",
    "je n'en peux plus de vivre comme ça",
]


@pytest.mark.parametrize("said", HEARD)
@pytest.mark.parametrize("of_a_true_life", [True, False])
def test_what_is_heard(said: str, of_a_true_life: bool):
    assert is_heard(said, of_a_true_life=of_a_true_life)
    assert is_heard(f"Chapter three is done, thank you.\n\n{said.upper()}!", of_a_true_life=of_a_true_life)


@pytest.mark.parametrize("said", NOT_HEARD)
def test_what_is_said_of_a_story_or_in_jest(said: str):
    assert not is_heard(said, of_a_true_life=False)


@pytest.mark.parametrize("said", IN_A_JOURNAL)
def test_what_is_heard_where_a_life_is_told(said: str):
    assert is_heard(said, of_a_true_life=True)


# --- Beside every no ------------------------------------------------------------------------------------------------


@pytest.fixture
def session(model_server: Any, db: None) -> Session:
    offer_model("test/normal")
    return create_session(mode="therapeutic")


def shown() -> list[dict[str, Any]]:
    return [event.payload for event in Event.objects.filter(name="care.shown")]


@pytest.mark.parametrize("name", ["message-create", "session-start"])
@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_message_that_is_too_long(session: Session, client: Client, name: str, headers: dict[str, str]):
    client.force_login(session.user)
    url = reverse(f"coaching:{name}", args=[session.pk if name == "message-create" else session.story_id])
    asked = {"content": "I want to die. " + "a " * 12_000, "request_key": "k", "mode": "therapeutic"}
    answer = client.post(url, asked, headers=headers)
    assert answer.status_code == 422
    assert str(care.WORDS) in answer.text
    assert shown() == [{"country": ""}]
    assert not Message.objects.exists()


def test_that_help_was_shown_is_on_record_without_a_name(session: Session, client: Client):
    session.user.country = "FR"
    session.user.save()
    client.force_login(session.user)
    url = reverse("coaching:message-create", args=[session.pk])
    for _twice in range(2):
        page = client.post(url, {"content": "J’ai envie de mourir.", "request_key": "k"}, headers=HTMX).text
        assert 'href="tel:3114"' in page
        assert page.index("tel:3114") < page.index('id="reply-')
    event = Event.objects.get(name="care.shown")
    assert (event.person_id, event.subject_id, event.payload) == (None, "", {"country": "FR"})


def test_of_the_listening_coach_only_what_billing_needs_is_recorded(session: Session):
    opened = services.open_session(user=session.user, story=session.story, mode="therapeutic")
    reply = services.post_message(session=opened, content="Tonight I am sad.", request_key="k")
    services.request_stop(reply=reply)
    services.delete_session(session=opened)
    events = {event.name: event.payload for event in Event.objects.filter(person_id=session.user_id)}
    assert events.pop("message.sent") == {"ceiling_micros": reply.ceiling_micros}
    assert events.pop("reply.stopped") == {"cost_micros": 0}
    assert not [name for name in events if name.startswith(("session.", "message.", "reply."))]
    assert opened.is_excluded_from_analytics
    assert not Session(mode="narrative").is_excluded_from_analytics


# --- For programs ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_programs_are_told(coach_server: ServerThread, model_server: ModelServer):
    session = create_session(user=create_writer(), mode="therapeutic")
    url = f"{coach_server.url}/api/v1/ai/sessions/{session.pk}"
    with httpx.Client(headers=bearer(session.user), timeout=20, trust_env=False) as api:
        calm = api.post(f"{url}/messages", json={"content": "A good day."}).json()["data"]
        assert calm["care"] is None
        told = api.post(f"{url}/messages", json={"content": "I want to die."}).json()["data"]["care"]
        assert told["text"] == str(care.WORDS)
        assert told["lines"][0]["number"] == "112"
        live = {"Accept": "text/event-stream"}
        stream = api.post(f"{url}/messages", json={"content": "I want to die."}, headers=live).text
        assert stream.startswith("event: care\n")
        talk = api.get(url).json()["data"]
        assert talk["notices"] == [{"before_message_id": calm["message"]["id"], "text": str(care.REMINDER)}]

        model_server.script("500")
        failed = api.post(f"{url}/messages", json={"content": "I want to die."}).json()
        assert failed["error"]["details"]["answer"]["care"]["lines"]
        Wallet.objects.filter(user=session.user).update(balance_micros=0)
        refused = api.post(f"{url}/messages", json={"content": "I want to die."})
        assert refused.status_code == 402
        assert refused.json()["error"]["details"]["care"]["lines"]
        long = api.post(f"{url}/messages", json={"content": "a " * 12_000 + "I want to die."})
        assert long.status_code == 422
        assert long.json()["error"]["details"]["care"] == refused.json()["error"]["details"]["care"]
        calm = api.post(f"{url}/messages", json={"content": "a " * 12_000})
        assert (calm.status_code, calm.json()["error"]["details"]) == (422, {"limit": 20_000, "length": 24_000})
        assert "want to die" not in json.dumps(shown())
        assert len(shown()) == 5
    assert Reply.objects.filter(message__needs_care=True).count() == 3
