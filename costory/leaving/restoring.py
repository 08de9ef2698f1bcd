"""Taking an archive in: the stories with all that belongs to them, the conversations, the profile.

Not credits, keys, rights or what happened: a file that anybody can write must make no money and open no door. Every row
gets a new id, so that an archive can be taken in beside what it came from; every story is private until its new owner
says otherwise; HTML and pictures are made anew.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any, ClassVar, Final
from uuid import UUID, uuid4, uuid5

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coaching.models import Reply
from costory.leaving.archive import FORMAT, VERSION
from costory.leaving.belongings import BELONGINGS, Belonging
from costory.lib import markdown
from costory.lib.errors import DomainError
from costory.lib.pictures import NotAPicture, PictureTooLarge, clean_picture
from stories.models import Chapter, Story

MAX_BYTES: Final = 2_000_000_000
MAX_LINE: Final = 50_000_000
_BATCH = 200
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PROFILE = ("display_name", "bio", "language", "theme")
_TAKEN_IN = frozenset(belonging.model for belonging in BELONGINGS if belonging.is_taken_in)


class BadArchive(DomainError):
    """The file is no archive of an account, or a damaged one."""

    code: ClassVar[str] = "validation_error"


def take_in_archive(*, person: User, source: IO[bytes]) -> dict[str, int]:
    """Make everything in the archive `person`'s; returns how many rows there are of each kind.

    All or nothing: raises BadArchive, having written no row and left no file.
    """
    stored: list[models.fields.files.FieldFile] = []
    try:
        with zipfile.ZipFile(source) as archive, transaction.atomic():
            _check(archive)
            reading = _Reading(archive, person, stored)
            counts = {b.label: reading.take_in(b) for b in BELONGINGS if b.is_taken_in}
            reading.take_in_profile()
            return counts
    except Exception as error:
        for file in stored:
            file.storage.delete(str(file.name))
        if isinstance(error, BadArchive):
            raise
        broken = (zipfile.BadZipFile, KeyError, ValueError, TypeError, ValidationError, IntegrityError, RuntimeError)
        if isinstance(error, broken):
            raise BadArchive(_("This is not an archive of an account, or it is damaged.")) from error
        raise


class _Reading:
    """One archive on its way into one account."""

    def __init__(self, archive: zipfile.ZipFile, person: User, stored: "list[models.fields.files.FieldFile]") -> None:
        self.archive = archive
        self.person = person
        self.stored = stored
        # The same old id is the same new one wherever it is named, and in no other archive.
        self.salt = uuid4()
        self.known: set[tuple[type[models.Model], UUID]] = set()

    def take_in(self, belonging: Belonging) -> int:
        count, batch = 0, []
        for number, record in self._records(belonging.label):
            try:
                batch.append(self._row(belonging, record))
            except (ValidationError, TypeError, ValueError) as error:
                raise BadArchive(
                    _("%(kind)s, line %(line)d, cannot be read.") % {"kind": belonging.label, "line": number}
                ) from error
            if len(batch) == _BATCH:
                count += self._write(belonging, batch)
                batch = []
        return count + self._write(belonging, batch)

    def take_in_profile(self) -> None:
        for _number, record in self._records("accounts.user"):
            for name in PROFILE:
                setattr(self.person, name, str(record.get(name) or getattr(self.person, name)))
            if picture := self._picture(record.get("avatar")):
                self.person.avatar = picture
            self.person.full_clean(exclude=["password"])
            self.person.save()
            if picture:
                self.stored.append(self.person.avatar)

    def _records(self, label: str) -> Iterator[tuple[int, dict[str, Any]]]:
        try:
            lines = self.archive.open(f"records/{label}.jsonl")
        except KeyError:
            return
        with lines:
            number = 0
            while line := lines.readline(MAX_LINE):
                number += 1
                record = json.loads(line)
                if not isinstance(record, dict):
                    raise TypeError(label)
                yield number, record

    def _row(self, belonging: Belonging, record: dict[str, Any]) -> models.Model:
        model = belonging.model
        left_out = belonging.secrets | belonging.derived
        row = model()
        unchecked = set(left_out)
        for field in model._meta.concrete_fields:
            if field.name in left_out or field.attname not in record:
                continue
            value = record[field.attname]
            if isinstance(field, models.FileField):
                if picture := self._picture(value):
                    getattr(row, field.name).save(picture.name, picture, save=False)
                    self.stored.append(getattr(row, field.name))
                continue
            if isinstance(field, models.ForeignKey):
                unchecked.add(field.name)
                value = self._reference(field, value)
            elif isinstance(field, models.UUIDField):
                value = self._renamed(value)
            elif isinstance(field, models.JSONField):
                value = self._renamed_within(value)
            elif field.name in {"width", "height"}:
                continue
            else:
                value = field.to_python(value)
            setattr(row, field.attname, value)
        _settle(row)
        row.clean_fields(exclude=unchecked)
        self.known.add((model, row.pk))
        return row

    def _reference(self, field: "models.ForeignKey[Any, Any]", value: Any) -> UUID | None:
        target = field.remote_field.model
        if value is None:
            return None
        if target is User:
            return self.person.pk
        if target not in _TAKEN_IN:
            return None
        name = self._renamed(value)
        if (target, name) not in self.known:
            raise ValueError(f"{field} names a row that is not in the archive.")
        return name

    def _renamed(self, value: Any) -> UUID | None:
        return None if value is None else uuid5(self.salt, str(UUID(str(value))))

    def _renamed_within(self, value: Any) -> Any:
        """Ids inside JSON (whose reply a passage was) go with the rows they name."""
        if isinstance(value, str):
            return str(self._renamed(value)) if _UUID.fullmatch(value) else value
        if isinstance(value, list):
            return [self._renamed_within(item) for item in value]
        if isinstance(value, dict):
            return {self._renamed_within(key): self._renamed_within(item) for key, item in value.items()}
        return value

    def _picture(self, name: Any) -> "ContentFile[bytes] | None":
        if not name or not isinstance(name, str):
            return None
        try:
            content = self.archive.read(f"files/{name}")
        except KeyError:
            return None
        try:
            return clean_picture(ContentFile(content))
        except (NotAPicture, PictureTooLarge) as refusal:
            raise BadArchive(_("One of the pictures cannot be read.")) from refusal

    def _write(self, belonging: Belonging, rows: list[models.Model]) -> int:
        """Write rows with the times they had, which Django would otherwise make those of today."""
        if not rows:
            return 0
        clocks = [
            field.name
            for field in belonging.model._meta.concrete_fields
            if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
        ]
        times = [{name: getattr(row, name) for name in clocks} for row in rows]
        belonging.model._default_manager.bulk_create(rows)
        for row, was in zip(rows, times, strict=True):
            for name, moment in was.items():
                setattr(row, name, moment or timezone.now())
        if clocks:
            belonging.model._default_manager.bulk_update(rows, clocks, batch_size=_BATCH)
        return len(rows)


def _settle(row: models.Model) -> None:
    """What a row must not bring along: an open door, an open bill, HTML that is not ours."""
    if isinstance(row, Story):
        row.visibility = Story.Visibility.PRIVATE
        row.share_token = None
        row.published_at = None
    elif isinstance(row, Chapter):
        row.content_html = markdown.render(row.content)
    elif isinstance(row, Reply):
        row.content_html = markdown.render(row.content, is_untrusted=True)
        if not row.is_finished:
            row.state = Reply.State.FAILED
            row.error_code = "interrupted"
            row.cost_micros = 0
            row.ended_at = timezone.now()


def _check(archive: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
        raise BadArchive(_("This archive is too large."))
    manifest = json.loads(archive.read("manifest.json"))
    if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
        raise BadArchive(_("This is not an archive of an account, or one of a newer CoStory."))
