"""Words found throughout a story, and replaced where their writer says so."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.models import User
from costory.lib import markdown
from stories.models import Chapter, Revision, Story
from stories.services.chapter import hold_story
from stories.services.revision import restore_revision, revise_chapter

MAX_NEEDLE_CHARACTERS = 200
MAX_REPLACEMENT_CHARACTERS = 2_000
MAX_HITS = 1_000
AROUND = 60


class Hit(NamedTuple):
    """A place where the words stand, in code points, with what stands around it."""

    start: int
    before: str
    words: str
    after: str


class Found(NamedTuple):
    """The hits of one chapter at one version."""

    chapter: Chapter
    hits: list[Hit]


class Replaced(NamedTuple):
    """What was done: chapter, its version now, the revision that stood before. And the chapters left alone."""

    done: list[tuple[UUID, int, UUID]]
    left_alone: list[Chapter]
    total: int


def find_words(
    *, story: Story, needle: str, is_exact: bool, is_whole: bool, chapter_id: UUID | None = None
) -> tuple[list[Found], bool]:
    """Where the words stand, chapter by chapter or in one, and whether there are more than a thousand places."""
    pattern = _pattern(needle, is_exact=is_exact, is_whole=is_whole)
    if pattern is None:
        return [], False
    found: list[Found] = []
    left = MAX_HITS
    chapters = Chapter.objects.present().filter(story=story).defer("content_html", "provenance").order_by("position")
    if chapter_id is not None:
        chapters = chapters.filter(pk=chapter_id)
    for chapter in chapters.iterator(chunk_size=20):
        hits: list[Hit] = []
        for hit in _hits(pattern, chapter.content):
            if not left:
                return [*found, Found(chapter, hits)] if hits else found, True
            hits.append(hit)
            left -= 1
        if hits:
            found.append(Found(chapter, hits))
    return found, False


def replace_words(
    *,
    story: Story,
    author: User,
    needle: str,
    replacement: str,
    is_exact: bool,
    is_whole: bool,
    chosen: Mapping[UUID, tuple[int, Sequence[int]]],
) -> Replaced:
    """Replace the words at the chosen places: for each chapter the version they were seen at, and where they begin.

    All in one transaction; a chapter that was changed meanwhile is left alone, whole, and named.
    """
    pattern = _pattern(needle, is_exact=is_exact, is_whole=is_whole)
    words = markdown.normalise_text(replacement)
    done: list[tuple[UUID, int, UUID]] = []
    left_alone: list[Chapter] = []
    count = 0
    with transaction.atomic():
        hold_story(story_id=story.pk)
        chapters = Chapter.objects.present().filter(story=story, pk__in=list(chosen)).select_related("story")
        for chapter in chapters.order_by("position"):
            version, starts = chosen[chapter.pk]
            wanted = set(starts)
            if pattern is None or chapter.version != version:
                left_alone.append(chapter)
                continue
            places = [hit.span() for hit in pattern.finditer(chapter.content) if hit.start() in wanted]
            if len(places) != len(wanted):
                left_alone.append(chapter)
                continue
            before = Revision.objects.filter(chapter=chapter, version=version).exclude(kind=Revision.Kind.CONFLICT)
            stood = before.values_list("pk", flat=True).first()
            content = _put(chapter.content, places, words)
            saved = revise_chapter(
                chapter=chapter, author=author, version=version, content=content, kind=Revision.Kind.REPLACE
            )
            if stood is not None:
                done.append((chapter.pk, saved.version, stood))
            count += len(places)
    return Replaced(done, left_alone, count)


@transaction.atomic
def undo_replacement(*, story: Story, author: User, done: Sequence[tuple[UUID, int, UUID]]) -> list[Chapter]:
    """Bring back what stood before, in every chapter that was not changed since. Returns the others."""
    hold_story(story_id=story.pk)
    left_alone: list[Chapter] = []
    for pk, version, stood in done:
        chapter = Chapter.objects.present().filter(story=story, pk=pk).first()
        if chapter is None:
            # In the bin by now: there is nothing to bring it back to.
            continue
        revision = Revision.objects.filter(pk=stood, chapter=pk).select_related("chapter").first()
        if revision is None or chapter.version != version:
            left_alone.append(chapter)
            continue
        restore_revision(revision=revision, author=author)
    return left_alone


def _pattern(needle: str, *, is_exact: bool, is_whole: bool) -> re.Pattern[str] | None:
    words = markdown.normalise_text(needle)
    if not words.strip() or len(words) > MAX_NEEDLE_CHARACTERS:
        return None
    # Both apostrophes are one to whoever looks for a word.
    body = re.sub(r"\\?['’]", "['’]", re.escape(words))
    if is_whole:
        body = rf"(?<!\w){body}(?!\w)"
    return re.compile(body, 0 if is_exact else re.IGNORECASE)


def _hits(pattern: re.Pattern[str], text: str) -> Iterator[Hit]:
    for found in pattern.finditer(text):
        start, end = found.span()
        yield Hit(start, text[max(start - AROUND, 0) : start], found.group(), text[end : end + AROUND])


def _put(text: str, places: Sequence[tuple[int, int]], words: str) -> str:
    parts = []
    place = 0
    for start, end in places:
        parts += [text[place:start], words]
        place = end
    return "".join([*parts, text[place:]])
