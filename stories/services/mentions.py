"""How often each entry of a codex is named in each chapter: counted when it is asked for, and then kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from stories.mentions import Lexicon, Named
from stories.models import Chapter, ChapterMentions, CodexEntry, Story

# Rises when the rules of stories.mentions change: what was counted by others is counted again.
RULES = 1
# What one request may read of a long story; the rest is counted by the next.
MOST_CHARACTERS = 1_500_000


@dataclass(frozen=True, slots=True)
class MentionCounts:
    """For each chapter, how often it names each entry. `waiting` are the chapters not counted yet."""

    by_chapter: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    waiting: frozenset[UUID] = frozenset()

    def of(self, entry: CodexEntry) -> dict[UUID, int]:
        """How often each chapter that names it does so."""
        return {chapter: counts[entry.pk] for chapter, counts in self.by_chapter.items() if entry.pk in counts}


def lexicon_of(*, story: Story, entries: Iterable[CodexEntry]) -> Lexicon:
    """The names of a story's codex, ready to be found in its texts. The last few are kept, by their names."""
    return _lexicon(tuple(_named(entries)), story.language)


@lru_cache(maxsize=64)
def _lexicon(entries: tuple[Named, ...], language: str) -> Lexicon:
    return Lexicon(entries, language=language)


def count_mentions(*, story: Story, entries: Sequence[CodexEntry], chapters: Sequence[Chapter]) -> MentionCounts:
    """Count how often these chapters name the entries, which must be all of the story's codex.

    What was counted for the same text and the same names is not counted again. Asks three queries and writes with
    one more, whatever the number of chapters.
    """
    stamp = _stamp(story, entries)
    kept = {
        row.chapter_id: row
        for row in ChapterMentions.objects.filter(chapter__in=[chapter.pk for chapter in chapters], codex_stamp=stamp)
    }
    by_chapter: dict[UUID, dict[UUID, int]] = {}
    stale: list[Chapter] = []
    room = MOST_CHARACTERS
    waiting = set()
    for chapter in chapters:
        row = kept.get(chapter.pk)
        if row is not None and row.chapter_version == chapter.version:
            by_chapter[chapter.pk] = {UUID(entry_id): count for entry_id, count in row.counts.items()}
        elif not stale or chapter.character_count <= room:
            stale.append(chapter)
            room -= chapter.character_count
        else:
            waiting.add(chapter.pk)
    if stale:
        by_chapter |= _count(story, entries, stale, stamp)
    return MentionCounts(by_chapter, frozenset(waiting))


def _count(
    story: Story, entries: Sequence[CodexEntry], chapters: Sequence[Chapter], stamp: str
) -> dict[UUID, dict[UUID, int]]:
    lexicon = lexicon_of(story=story, entries=entries)
    texts = Chapter.objects.filter(pk__in=[chapter.pk for chapter in chapters]).values_list("pk", "version", "content")
    counts: dict[UUID, dict[UUID, int]] = {}
    rows = []
    for pk, version, content in texts.iterator():
        counts[pk] = dict(Counter(mention.entry_id for mention in lexicon.find(content)))
        by_name = {str(entry_id): count for entry_id, count in counts[pk].items()}
        rows.append(ChapterMentions(chapter_id=pk, chapter_version=version, codex_stamp=stamp, counts=by_name))
    ChapterMentions.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["chapter"],
        update_fields=["chapter_version", "codex_stamp", "counts"],
    )
    return counts


def _named(entries: Iterable[CodexEntry]) -> list[Named]:
    return [Named(entry.pk, entry.names, is_person=entry.kind == CodexEntry.Kind.CHARACTER) for entry in entries]


def _stamp(story: Story, entries: Sequence[CodexEntry]) -> str:
    """Changes with any name in the codex, and with nothing else."""
    names = sorted((named.id.hex, *named.names, named.is_person) for named in _named(entries))
    return hashlib.sha256(json.dumps([RULES, story.language, names]).encode()).hexdigest()
