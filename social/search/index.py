"""The index kept: a story goes in as it stands for everybody, and out as soon as it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Max, Q, Sum
from django.utils import timezone

from social.models import SearchDocument
from social.search import marks, postgresql, spelling, sqlite
from social.search.sections import MOST_WORDS_OF_TEXT, section
from stories.models import Chapter, Story, StoryTag

# Raised when the analysis changes, so that every story is read again by `rebuild_search`.
EDITION = 1
BATCH = 200


def index_story(story: Story) -> bool:
    """Bring the index up to a story: what everybody may find of it is found, and nothing else.

    Whether it is in the index afterwards. Cheap where nothing has changed; repeating it is harmless.
    """
    with transaction.atomic():
        # Held, so that of two who bring it up to date the later one reads what the earlier one wrote.
        held = Story.objects.published().select_for_update(of=("self",), no_key=True)
        current = held.select_related("owner").filter(pk=story.pk).first()
        if current is None or not Chapter.objects.readable().filter(story=current).exists():
            unindex_story(story.pk)
            return False
        _write(current)
        return True


def unindex_story(story_id: UUID) -> None:
    """Take a story out of the index."""
    with transaction.atomic():
        document = SearchDocument.objects.filter(story=story_id).first()
        if document is not None:
            spelling.replace_words(old=document.vocabulary, new={})
            document.delete()


def refresh_names() -> int:
    """Bring stories up to date whose author has changed something of theirs today: it may be the name. Returns
    how many were looked at; for the minute's chores."""
    changed = Story.objects.published().filter(
        Q(search_document__indexed_at=None) | Q(search_document__indexed_at__lt=F("owner__updated_at")),
        search_document__isnull=False,
        owner__updated_at__gte=timezone.now() - timedelta(days=1),
    )[:BATCH]
    return sum(1 for story in changed if index_story(story))


def _write(story: Story) -> None:
    chapters = Chapter.objects.readable().filter(story=story).order_by("position")
    figures = chapters.aggregate(words=Sum("word_count"), last_at=Max("released_at"))
    published_at = story.published_at or timezone.now()
    tags = list(StoryTag.objects.filter(story=story).values_list("tag__slug", "tag__name"))
    names = [story.owner.name, story.owner.handle, *(name for _slug, name in tags)]
    facts = list(
        marks.of_story(
            story, words=figures["words"] or 0, tags=[slug for slug, _name in tags], published_at=published_at
        )
    )
    versions = list(chapters.values_list("pk", "version", "position"))
    read = repr((EDITION, story.title, story.description, names, facts, versions, story.published_at))
    fingerprint = hashlib.sha256(read.encode()).hexdigest()[:32]
    known = SearchDocument.objects.filter(story=story).first()
    if known is not None and known.fingerprint == fingerprint:
        if known.indexed_at is None or known.indexed_at < story.owner.updated_at:
            SearchDocument.objects.filter(pk=known.pk).update(indexed_at=timezone.now())
        return

    sections = [
        section("A", [story.title], story.language),
        section("B", names, story.language),
        section("C", [story.description], story.language),
        section("D", _texts(story), story.language, most=MOST_WORDS_OF_TEXT),
    ]
    words = spelling.words_of([story.title, *names, story.description], story.language)
    document, _created = SearchDocument.objects.update_or_create(
        story=story,
        defaults={
            "published_at": published_at,
            "released_at": figures["last_at"],
            "indexed_at": timezone.now(),
            "fingerprint": fingerprint,
            "vocabulary": sorted(words),
        },
    )
    backend = postgresql if connection.vendor == "postgresql" else sqlite
    backend.write(document.pk, sections, facts)
    # Last: words that many stories have are rows that many wait for.
    spelling.replace_words(old=known.vocabulary if known else [], new=words)


def _texts(story: Story) -> Iterator[str]:
    chapters = Chapter.objects.readable().filter(story=story).order_by("position")
    for title, content in chapters.values_list("title", "content").iterator(chunk_size=10):
        yield f"{title}\n\n{content}"
