"""The codex: entries, the facts that hold of them, and how they stand to each other."""

from collections.abc import Iterable
from typing import ClassVar, TypedDict, Unpack

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

import events.services
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import BIN_TIME, Chapter, CodexEntry, CodexFact, CodexRelation, Story
from stories.services.chapter import hold_story

MAX_NAME_CHARACTERS = 120
MAX_ALIASES = 50
MAX_DESCRIPTION_CHARACTERS = 10_000
MAX_FACT_CHARACTERS = 1_000
MAX_ENTRIES = 500
MAX_FACTS = 200
MAX_RELATIONS = 200


class InvalidCodexEntry(DomainError):
    """A name, an alias, a fact or a relation cannot be kept as it is. `details["field"]` says which."""

    code: ClassVar[str] = "validation_error"


class CodexFull(DomainError):
    """A story has 500 entries, or an entry 200 facts or relations. `details["max"]` is the limit."""

    code: ClassVar[str] = "validation_error"


class EntryWords(TypedDict, total=False):
    """What a writer says of an entry."""

    kind: str
    name: str
    aliases: Iterable[str]
    description: str
    inclusion: str
    played_by: str


@transaction.atomic
def create_codex_entry(*, story: Story, **words: Unpack[EntryWords]) -> CodexEntry:
    """Add an entry to a story's codex. Raises InvalidCodexEntry and CodexFull."""
    hold_story(story_id=story.pk)
    if story.codex_entries.present().count() >= MAX_ENTRIES:
        raise _full(MAX_ENTRIES)
    entry = CodexEntry(story=story)
    _write(entry, {"name": "", **words})
    entry.save()
    events.services.record("codex_entry.created", person_id=story.owner_id, subject=entry, payload={"kind": entry.kind})
    return entry


def revise_codex_entry(*, entry: CodexEntry, **words: Unpack[EntryWords]) -> CodexEntry:
    """Change what is given of an entry. Raises InvalidCodexEntry."""
    _write(entry, words)
    entry.save(update_fields=[*words, "updated_at"])
    return entry


def set_codex_picture(*, entry: CodexEntry, picture: "ContentFile[bytes] | None") -> CodexEntry:
    """Give an entry a picture that was cleaned (costory.lib.pictures), or take it away. The old file goes."""
    old_name, storage = entry.picture.name, entry.picture.storage
    if picture is None:
        entry.picture = ""
    else:
        entry.picture.save(str(picture.name), picture, save=False)
    entry.save(update_fields=["picture", "updated_at"])
    if old_name:
        transaction.on_commit(lambda: storage.delete(old_name))
    return entry


@transaction.atomic
def delete_codex_entry(*, entry: CodexEntry) -> None:
    """Take an entry out of the codex; it can be had back for 30 days. Repeatable."""
    if CodexEntry.objects.filter(pk=entry.pk, deleted_at=None).update(deleted_at=timezone.now()):
        events.services.record("codex_entry.deleted", person_id=entry.story.owner_id, subject=entry)


@transaction.atomic
def restore_codex_entry(*, entry: CodexEntry) -> CodexEntry:
    """Put a deleted entry back with its facts and relations. Repeatable; too late after 30 days. Raises CodexFull."""
    hold_story(story_id=entry.story_id)
    if entry.story.codex_entries.present().count() >= MAX_ENTRIES:
        raise _full(MAX_ENTRIES)
    in_time = CodexEntry.objects.filter(pk=entry.pk, deleted_at__gt=timezone.now() - BIN_TIME)
    if in_time.update(deleted_at=None):
        events.services.record("codex_entry.restored", person_id=entry.story.owner_id, subject=entry)
    entry.refresh_from_db(fields=["deleted_at"])
    return entry


@transaction.atomic
def add_codex_fact(
    *, entry: CodexEntry, text: str, holds_from: Chapter | None = None, holds_until: Chapter | None = None
) -> CodexFact:
    """Say what is true of an entry, from one chapter to another, both included. Raises InvalidCodexEntry, CodexFull."""
    fact = CodexFact(entry=entry)
    _write_fact(fact, text, holds_from, holds_until)
    hold_story(story_id=entry.story_id)
    if entry.facts.count() >= MAX_FACTS:
        raise _full(MAX_FACTS)
    fact.save()
    return fact


def revise_codex_fact(
    *, fact: CodexFact, text: str, holds_from: Chapter | None = None, holds_until: Chapter | None = None
) -> CodexFact:
    """Say it otherwise, or of other chapters. Raises InvalidCodexEntry."""
    _write_fact(fact, text, holds_from, holds_until)
    fact.save(update_fields=["text", "holds_from", "holds_until"])
    return fact


def delete_codex_fact(*, fact: CodexFact) -> None:
    """Take a fact back."""
    CodexFact.objects.filter(pk=fact.pk).delete()


@transaction.atomic
def relate_codex_entries(*, entry: CodexEntry, other: CodexEntry, label: str) -> CodexRelation:
    """Say how an entry stands to another of the same story. Repeatable. Raises InvalidCodexEntry and CodexFull."""
    label = _line(label, "label")
    if not label:
        raise InvalidCodexEntry(_("Say how they stand to each other."), details={"field": "label"})
    if entry.pk == other.pk:
        raise InvalidCodexEntry(_("An entry is related to another one."), details={"field": "other"})
    if entry.story_id != other.story_id:
        raise InvalidCodexEntry(_("This entry is not in the codex."), details={"field": "other"})
    hold_story(story_id=entry.story_id)
    if entry.relations.count() >= MAX_RELATIONS:
        raise _full(MAX_RELATIONS)
    return CodexRelation.objects.get_or_create(entry=entry, other=other, label=label)[0]


def delete_codex_relation(*, relation: CodexRelation) -> None:
    """Take a relation back, in both directions."""
    CodexRelation.objects.filter(pk=relation.pk).delete()


def _write(entry: CodexEntry, words: EntryWords) -> None:
    if "name" in words:
        entry.name = _line(words["name"], "name")
        if not entry.name:
            raise InvalidCodexEntry(_("An entry needs a name."), details={"field": "name"})
    if "aliases" in words:
        aliases = dict.fromkeys(_line(alias, "aliases") for alias in words["aliases"])
        entry.aliases = [alias for alias in aliases if alias and alias != entry.name]
        if len(entry.aliases) > MAX_ALIASES:
            raise InvalidCodexEntry(
                _("An entry has at most %(most)d other names.") % {"most": MAX_ALIASES}, details={"field": "aliases"}
            )
    if "description" in words:
        entry.description = markdown.normalise_text(words["description"])
        if len(entry.description) > MAX_DESCRIPTION_CHARACTERS:
            raise InvalidCodexEntry(
                _("A description has at most %(most)d characters.") % {"most": MAX_DESCRIPTION_CHARACTERS},
                details={"field": "description"},
            )
    if "kind" in words:
        entry.kind = CodexEntry.Kind(words["kind"])
    if "inclusion" in words:
        entry.inclusion = CodexEntry.Inclusion(words["inclusion"])
    if "played_by" in words:
        entry.played_by = CodexEntry.Player(words["played_by"]) if words["played_by"] else ""


def _write_fact(fact: CodexFact, text: str, holds_from: Chapter | None, holds_until: Chapter | None) -> None:
    fact.text = " ".join(markdown.normalise_text(text).split())
    if not fact.text:
        raise InvalidCodexEntry(_("Say what is true."), details={"field": "text"})
    if len(fact.text) > MAX_FACT_CHARACTERS:
        raise InvalidCodexEntry(
            _("A fact has at most %(most)d characters.") % {"most": MAX_FACT_CHARACTERS}, details={"field": "text"}
        )
    for chapter, name in ((holds_from, "holds_from"), (holds_until, "holds_until")):
        if chapter is not None and chapter.story_id != fact.entry.story_id:
            raise InvalidCodexEntry(_("This chapter is not in the story."), details={"field": name})
    if holds_from is not None and holds_until is not None and holds_until.position < holds_from.position:
        raise InvalidCodexEntry(_("It cannot end before it begins."), details={"field": "holds_until"})
    fact.holds_from, fact.holds_until = holds_from, holds_until


def _line(words: str, name: str) -> str:
    """A name on one line."""
    line = " ".join(markdown.normalise_text(words).split())
    if len(line) > MAX_NAME_CHARACTERS:
        raise InvalidCodexEntry(
            _("A name has at most %(most)d characters.") % {"most": MAX_NAME_CHARACTERS}, details={"field": name}
        )
    return line


def _full(most: int) -> CodexFull:
    return CodexFull(_("There is room for %(most)d, and no more.") % {"most": most}, details={"max": most})
