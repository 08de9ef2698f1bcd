"""A coach with a model behind it: the loopback server that speaks OpenRouter's wire, and a writer with credits."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

import billing.services
from accounts.models import User
from coaching.models import CoachModel, Session
from tests.factories import create_chapter, create_story, create_user
from tests.model_server import ModelServer
from tests.servers import ServerThread

MODEL = "test/normal"


@pytest.fixture
def model_server(settings: Any) -> Iterator[ModelServer]:
    """The settings point at a loopback model server for the length of the test."""
    with ModelServer() as server:
        settings.OPENROUTER_BASE_URL = server.url
        settings.OPENROUTER_API_KEY = "sk-or-test"
        settings.OPENROUTER_DIALECT = "openrouter"
        settings.OPENROUTER_MODEL = MODEL
        settings.COACH_ONLINE = True
        settings.REPLY_OFFER_SECONDS = 0.2
        yield server


@pytest.fixture
def coach_server(model_server: ModelServer, transactional_db: None) -> Iterator[ServerThread]:
    """The product, with that model server behind its coach."""
    from costory.asgi import application

    offer_model(MODEL)
    with ServerThread(application) as server:
        yield server


@pytest.fixture
def coach_server_quick(settings: Any, model_server: ModelServer, transactional_db: None) -> Iterator[ServerThread]:
    """The same, with little patience for a silent model."""
    from costory.asgi import application

    settings.REPLY_IDLE_SECONDS = 1.0
    offer_model(MODEL)
    with ServerThread(application) as server:
        yield server


def offer_model(slug: str, *, prompt: str = "0.000003", completion: str = "0.000015") -> CoachModel:
    return CoachModel.objects.create(
        slug=slug,
        name=slug,
        prompt_price_usd=Decimal(prompt),
        completion_price_usd=Decimal(completion),
        context_length=100_000,
        is_enabled=True,
        # Fresh, so that the server does not ask the model server for its list.
        synced_at=timezone.now(),
    )


def create_writer(*, credits_micros: int = 5_000_000) -> User:
    """Somebody who can pay."""
    user = create_user()
    billing.services.open_wallet(user=user)
    if credits_micros:
        billing.services.grant_credits(user=user, amount_micros=credits_micros, reason="test", cause=f"test:{user.pk}")
    return user


def create_session(**overrides: Any) -> Session:
    user = overrides.pop("user", None) or create_writer()
    story = overrides.pop("story", None) or create_story(owner=user)
    chapter = overrides.pop("chapter", None) or create_chapter(
        story=story, content="The lamp faltered before the storm."
    )
    return Session.objects.create(user=user, story=story, chapter=chapter, **{"mode": "narrative", **overrides})
