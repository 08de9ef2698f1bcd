"""All somebody has, in one file (GDPR, articles 15 and 20). Nothing in it opens anything.

Each story is there whole, as the archive that anybody can take in on their own, and once more as plain Markdown; every
other row of theirs is a line of JSON.
"""

import base64
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any, Final
from uuid import UUID

from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from costory.archive.story import write_story
from costory.leaving.belongings import BELONGINGS, Belonging
from stories.models import Chapter, Story

FORMAT: Final = "costory-account"
VERSION: Final = 1
_BATCH = 200
# How the name of a story's own archive ends.
STORY: Final = ".costory.json"
_NOT_IN_A_NAME = re.compile(r"[^\w .-]+")


def write_archive(*, person: User, target: IO[bytes]) -> dict[str, int]:
    """Write the archive to `target`, which can seek; returns how many rows there are of each kind."""
    counts: dict[str, int] = {}
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        translation.override(person.language or translation.get_language()),
    ):
        archive.writestr("README.txt", _readme())
        for belonging in (belonging for belonging in BELONGINGS if not belonging.is_in_story):
            counts[belonging.label] = _write_records(archive, belonging, person)
            for name in belonging.files:
                _write_files(archive, belonging, name, person)
        counts["stories.story"] = _write_stories(archive, person)
        manifest = {"format": FORMAT, "version": VERSION, "written_at": timezone.now(), "records": counts}
        archive.writestr("manifest.json", _as_json(manifest, indent=2))
    return counts


def archive_name(person: User) -> str:
    """What the file is called when it is saved."""
    return f"costory-{person.handle}-{timezone.localdate():%Y-%m-%d}.zip"


def _write_records(archive: zipfile.ZipFile, belonging: Belonging, person: User) -> int:
    count = 0
    fields = [field for field in belonging.model._meta.concrete_fields if field.name not in belonging.secrets]
    with archive.open(f"records/{belonging.label}.jsonl", "w") as lines:
        for row in belonging.of(person).iterator(chunk_size=_BATCH):
            record = {field.attname: field.value_from_object(row) for field in fields}
            lines.write(_as_json(record).encode() + b"\n")
            count += 1
    return count


def _write_files(archive: zipfile.ZipFile, belonging: Belonging, name: str, person: User) -> None:
    for row in belonging.of(person).exclude(**{name: ""}).only("pk", name).iterator(chunk_size=_BATCH):
        stored: FieldFile = getattr(row, name)
        try:
            with stored.storage.open(str(stored.name)) as content:
                archive.writestr(f"files/{stored.name}", content.read(), zipfile.ZIP_STORED)
        except FileNotFoundError:
            # A missing picture is no reason to keep everything else from its owner.
            continue


def _write_stories(archive: zipfile.ZipFile, person: User) -> int:
    """Every story, the bin's too, with notes to oneself: here one takes leave, or makes sure."""
    number = 0
    for number, story in enumerate(Story.objects.filter(owner=person).order_by("created_at", "pk"), start=1):
        title = _NOT_IN_A_NAME.sub(" ", story.title).strip()[:80] or str(story.pk)
        name = f"stories/{number:03} {title}"
        with archive.open(f"{name}{STORY}", "w", force_zip64=True) as whole:
            write_story(story, whole, with_notes=True)
        with archive.open(f"{name}.md", "w", force_zip64=True) as book:
            for passage in _passages(story):
                book.write(passage.encode())
    return number


def _passages(story: Story) -> Iterator[str]:
    yield f"# {story.title}\n"
    chapters = Chapter.objects.filter(story=story, deleted_at=None).order_by("position")
    for chapter in chapters.only("title", "content", "position").iterator(chunk_size=20):
        yield f"\n## {chapter}\n\n{chapter.content}\n"


def _readme() -> str:
    lines = [
        _("This is everything CoStory keeps about you and of yours."),
        "",
        _("stories/: each story twice. As plain Markdown, as it stands; and whole, as an archive that can be taken in"),
        _("again: every version, notes, codex, pictures, conversations with the coach. The bin is included."),
        _("records/: what else there is, one JSON object a line: profile, movements of your credits, what you did."),
        _("files/: the picture of your profile."),
        "",
        _("Not in here: your password and whatever else opens your account. Nobody can read those, we neither."),
    ]
    return "\n".join(lines) + "\n"


def _as_json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: object) -> str:
    """What JSON has no form for. Times keep their microseconds, amounts their digits."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, FieldFile):
        return value.name or ""
    if isinstance(value, models.TextChoices):
        return value.value
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"No form in JSON for {type(value).__name__}")
