"""A stranger's paragraph on its way through sign-up: in their session for a day, then their first chapter."""

from datetime import timedelta
from typing import Final

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

import stories.services
from accounts.models import User
from coaching.offline.answer import shortened
from coaching.offline.reading import text_language
from stories.models import Chapter, Story

KEPT: Final = "kept_paragraph"
BEGUN: Final = "begun_chapter"
KEPT_FOR: Final = timedelta(days=1)
_LONGEST_TITLE: Final = 50


def keep(request: HttpRequest, text: str) -> None:
    """Put a text by in the session, which is forgotten after a day unless it becomes an account's."""
    request.session[KEPT] = text
    request.session.set_expiry(KEPT_FOR)


def kept_text(request: HttpRequest) -> str:
    """What this visitor put by, or nothing."""
    return str(request.session.get(KEPT, ""))


@transaction.atomic
def begin_story(*, owner: User, text: str) -> Chapter:
    """A story whose first chapter is this text; its first words are its title until it has a better one."""
    language = text_language(text, get_language()) or get_language()
    story = stories.services.create_story(
        owner=owner,
        title=shortened(text, _LONGEST_TITLE),
        mode=Story.Mode.FICTION,
        language=language if language in Story.Language.values else Story.Language.ENGLISH,
    )
    return stories.services.create_chapter(story=story, author=owner, content=text)


def begin_with_kept_text(request: HttpRequest, owner: User) -> None:
    """Make what was put by into a story, once: at sign-up, or at the first login that follows."""
    if text := kept_text(request):
        chapter = begin_story(owner=owner, text=text)
        del request.session[KEPT]
        # The day was the stranger's; somebody logged in stays as long as anybody else.
        request.session.set_expiry(None)
        request.session[BEGUN] = chapter.get_absolute_url()


def begun_url(request: HttpRequest) -> str:
    """Where the chapter just begun is written on, said once."""
    return str(request.session.pop(BEGUN, ""))


def prune_sessions() -> int:
    """Forget the sessions that have run out, with what strangers had put by in them. Returns how many."""
    forgotten, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    return forgotten
