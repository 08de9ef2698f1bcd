"""Writers with credits, stories and sessions in the bench's database, and the cookies they would have."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from html import unescape
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string  # The one way to make a token outside a request.
from django.utils import timezone

import billing.services
from accounts.models import User
from coaching.models import CoachModel, Reply, Session
from stories.models import Chapter, Story

_STREAM = re.compile(r"/coach/replies/[0-9a-f-]{36}/stream/\?permit=[^\"'\s<>]+")
_PROSE = "The lamp faltered before the storm, and the keeper put down her cup. " * 60


@dataclass(frozen=True)
class Writer:
    """Somebody signed in, with a conversation open."""

    session_id: UUID
    headers: dict[str, str]


def create(count: int, *, model: str) -> list[Writer]:
    """Writers, each with credits, a story with a chapter, and an open session."""
    CoachModel.objects.update_or_create(
        slug=model,
        defaults={
            "name": model,
            "prompt_price_usd": Decimal("0.000003"),
            "completion_price_usd": Decimal("0.000015"),
            "context_length": 200_000,
            "is_enabled": True,
            "synced_at": timezone.now() + timedelta(days=1),
        },
    )
    return [_writer() for _ in range(count)]


def _writer() -> Writer:
    user = User(email=f"{uuid.uuid4().hex}@example.org", handle=f"w{uuid.uuid4().hex[:20]}")
    user.set_unusable_password()
    user.save()
    billing.services.open_wallet(user=user)
    billing.services.grant_credits(user=user, amount_micros=5_000_000, reason="bench", cause=f"bench:{user.pk}")
    story = Story.objects.create(owner=user, title="The Lighthouse", mode=Story.Mode.FICTION)
    # Everybody's own page: what a process keeps at hand of one text serves nobody else.
    prose = f"{_PROSE}{uuid.uuid4().hex}."
    chapter = Chapter.objects.create(story=story, position=1, title="The storm", content=prose)
    session = Session.objects.create(user=user, story=story, chapter=chapter, mode=Session.Mode.NARRATIVE)
    return Writer(session_id=session.pk, headers=_headers(user))


def _headers(user: User) -> dict[str, str]:
    """The headers of a browser in which this person has logged in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    token = _get_new_csrf_string()
    cookies = f"{settings.SESSION_COOKIE_NAME}={store.session_key}; {settings.CSRF_COOKIE_NAME}={token}"
    return {"Cookie": cookies, "X-CSRFToken": token}


def stream_path(html: str) -> str:
    """The stream's address in the fragment that answers a message."""
    found = _STREAM.search(unescape(html))
    if found is None:
        raise RuntimeError("the answer to a message holds no stream")
    return found[0]


def unfinished() -> bool:
    """Whether a reply is still running."""
    found = Reply.objects.unfinished().exists()
    connection.close()
    return found
