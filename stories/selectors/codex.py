"""What a codex says: of one entry at one chapter, of entries that share a name, and to the coach."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from stories.mentions import fold, key_of
from stories.models import Chapter, CodexEntry, CodexFact, CodexRelation, Story
from stories.services.mentions import lexicon_of

SNIPPET = 60
# More places of one name than anybody walks through.
MOST_PASSAGES = 200


@dataclass(frozen=True, slots=True)
class Relation:
    """How an entry stands to another, seen from it. `is_from` when it is the one the words begin with."""

    id: UUID
    label: str
    other: CodexEntry
    is_from: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """One place where an entry is named, `at` in the UTF-16 units a browser counts in, with what stands around it."""

    at: int
    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class EntryAtChapter:
    """An entry as it stands at a chapter: what holds there, and how often the chapter and the words asked name it."""

    entry: CodexEntry
    facts: list[CodexFact]
    facts_elsewhere: int
    relations: list[Relation]
    mentions: int
    asked: int


def facts_of(entry: CodexEntry) -> QuerySet[CodexFact]:
    """An entry's facts with their chapters, in the order of the story and then as they were written."""
    return entry.facts.select_related("holds_from", "holds_until").defer(*_chapter_texts()).order_by("created_at", "id")


def facts_at(facts: Iterable[CodexFact], chapter: Chapter) -> list[CodexFact]:
    """Those that hold at a chapter: begun by then, and not over."""
    return [
        fact
        for fact in facts
        if (fact.holds_from is None or fact.holds_from.position <= chapter.position)
        and (fact.holds_until is None or fact.holds_until.position >= chapter.position)
    ]


def relations_of(entry: CodexEntry) -> list[Relation]:
    """Both directions, in one query."""
    rows = (
        CodexRelation.objects.touching(entry)
        .filter(entry__deleted_at=None, other__deleted_at=None)
        .select_related("entry", "other")
        .order_by("label", "id")
    )
    return [_seen_from(entry.pk, row) for row in rows]


def namesakes(entries: Sequence[CodexEntry]) -> dict[UUID, list[CodexEntry]]:
    """For each entry that shares a name or alias with others, these others."""
    by_key: dict[str, dict[UUID, CodexEntry]] = defaultdict(dict)
    for entry in entries:
        for name in entry.names:
            by_key[key_of(name)][entry.pk] = entry
    shared: dict[UUID, dict[UUID, CodexEntry]] = defaultdict(dict)
    for key, sharing in by_key.items():
        if key and len(sharing) > 1:
            for pk in sharing:
                shared[pk] |= {other_pk: other for other_pk, other in sharing.items() if other_pk != pk}
    return {pk: list(others.values()) for pk, others in shared.items()}


def found_by(words: str, entries: Sequence[CodexEntry]) -> list[CodexEntry]:
    """Entries in whose names or description every word occurs, without regard to case and accents."""
    wanted = [fold(word) for word in words.split()]
    if not wanted:
        return list(entries)
    return [
        entry
        for entry in entries
        if all(word in text for text in [fold(" ".join([*entry.names, entry.description]))] for word in wanted)
    ]


def passages_of(entry: CodexEntry, *, chapter: Chapter, entries: Sequence[CodexEntry]) -> list[Passage]:
    """Where a chapter names an entry. `entries` are all of the codex: a longer name of another takes its place."""
    text = chapter.content
    lexicon = lexicon_of(story=chapter.story, entries=entries)
    spans = [(start, end) for start, end, entry_id in lexicon.find(text) if entry_id == entry.pk][:MOST_PASSAGES]
    places = places_in_browser(text, [start for start, _end in spans])
    return [
        Passage(
            at=at,
            words=text[start:end],
            before=_one_line(text[max(0, start - SNIPPET) : start], cut=start > SNIPPET, is_before=True),
            after=_one_line(text[end : end + SNIPPET], cut=end + SNIPPET < len(text), is_before=False),
        )
        for at, (start, end) in zip(places, spans, strict=True)
    ]


def places_in_browser(text: str, places: Sequence[int]) -> list[int]:
    """Places in a text, in order and in code points, as a browser counts them: in UTF-16 units."""
    if len(text.encode("utf-16-le")) == 2 * len(text):
        return list(places)
    units = done = 0
    counted = []
    for place in places:
        units += len(text[done:place].encode("utf-16-le")) // 2
        done = place
        counted.append(units)
    return counted


def codex_at(
    *, story: Story, chapter: Chapter | None, words: str = "", exclude_hidden: bool = False
) -> list[EntryAtChapter]:
    """The whole codex as it stands at a chapter, with how often the chapter's text and some words name each entry.

    Without a chapter no fact that begins with one is known to hold. With `exclude_hidden` relations to entries that
    are kept from the coach are left out. Asks three queries.
    """
    facts = CodexFact.objects.select_related("holds_from", "holds_until").defer(*_chapter_texts())
    entries = list(
        story.codex_entries.present()
        .defer("picture")
        .order_by("kind", "name", "id")
        .prefetch_related(Prefetch("facts", queryset=facts.order_by("created_at", "id")))
    )
    if not entries:
        return []
    by_pk = {entry.pk: entry for entry in entries}
    relations: dict[UUID, list[Relation]] = defaultdict(list)
    for row in CodexRelation.objects.filter(entry__story=story).order_by("label", "id"):
        one, other = by_pk.get(row.entry_id), by_pk.get(row.other_id)
        if one is None or other is None:
            continue
        row.entry, row.other = one, other
        for side, far in ((one, other), (other, one)):
            if not (exclude_hidden and far.inclusion == CodexEntry.Inclusion.NEVER):
                relations[side.pk].append(_seen_from(side.pk, row))
    lexicon = lexicon_of(story=story, entries=entries)
    mentions = Counter(mention.entry_id for mention in lexicon.find(chapter.content if chapter is not None else ""))
    asked = Counter(mention.entry_id for mention in lexicon.find(words))
    standing = []
    for entry in entries:
        known = list(entry.facts.all())
        holding = facts_at(known, chapter) if chapter is not None else [fact for fact in known if not _is_timed(fact)]
        standing.append(
            EntryAtChapter(
                entry=entry,
                facts=holding,
                facts_elsewhere=len(known) - len(holding),
                relations=relations[entry.pk],
                mentions=mentions[entry.pk],
                asked=asked[entry.pk],
            )
        )
    return standing


def _is_timed(fact: CodexFact) -> bool:
    return fact.holds_from_id is not None or fact.holds_until_id is not None


def _seen_from(pk: UUID, row: CodexRelation) -> Relation:
    is_from = row.entry_id == pk
    return Relation(row.pk, row.label, row.other if is_from else row.entry, is_from)


def _chapter_texts() -> list[str]:
    names = ("content", "content_html", "provenance")
    return [f"{side}__{name}" for side in ("holds_from", "holds_until") for name in names]


def _one_line(text: str, *, cut: bool, is_before: bool) -> str:
    """What stands beside a name, without half a word where it was cut."""
    text = re.sub(r"\s+", " ", text)
    if not cut:
        return text
    return "…" + text.partition(" ")[2] if is_before else text.rpartition(" ")[0] + "…"
