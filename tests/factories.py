"""Plain functions that make rows for tests, with sensible values for what a test does not care about."""

import itertools
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from costory.lib import markdown
from stories.models import Chapter, CodexEntry, Story

_counter = itertools.count(1)
PASSWORD = "a-long-enough-password"


def create_user(**overrides: Any) -> User:
    number = next(_counter)
    fields = {"email": f"writer{number}@example.org", "password": PASSWORD, "display_name": f"Writer {number}"}
    return User.objects.create_user(**{**fields, **overrides})


def create_story(**overrides: Any) -> Story:
    fields: dict[str, Any] = {"title": "The Lighthouse", "mode": "fiction", "language": "en", "rating": "everyone"}
    if "owner" not in overrides:
        fields["owner"] = create_user()
    return Story.objects.create(**{**fields, **overrides})


def create_chapter(**overrides: Any) -> Chapter:
    if "story" not in overrides:
        overrides["story"] = create_story()
    story = overrides["story"]
    content = overrides.get("content", "")
    fields: dict[str, Any] = {
        "position": story.chapters.count() + 1,
        "title": "",
        "content": content,
        "word_count": markdown.word_count(content),
        "character_count": len(content),
        "released_at": timezone.now(),
    }
    chapter = Chapter.objects.create(**{**fields, **overrides})
    if chapter.deleted_at is None:
        Story.objects.filter(pk=story.pk).update(
            chapter_count=F("chapter_count") + 1, word_count=F("word_count") + chapter.word_count
        )
    return chapter


def create_codex_entry(**overrides: Any) -> CodexEntry:
    if "story" not in overrides:
        overrides["story"] = create_story()
    return CodexEntry.objects.create(**{"kind": "character", "name": f"Name {next(_counter)}", **overrides})
