"""What the archives of every app are written and read with: strict parts, dates that are, JSON that streams.

An archive is read from somebody's file. Whatever is in it is checked here before a row is made: types exactly, texts
as a database can hold them, sizes, numbers, dates, nothing that was not asked for. Nesting ends at 200 (pydantic's own
parser), so a file of brackets is refused like any other.
"""

import base64
import binascii
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import IO, Annotated, Any, ClassVar
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from costory.lib import markdown, pictures
from costory.lib.errors import DomainError

# Rows written by one statement.
AT_ONCE = 100


class InvalidArchive(DomainError):
    """The file is not an archive of ours, or one that was changed. `details["places"]` says where."""

    code: ClassVar[str] = "validation_error"


class Part(BaseModel):
    """A piece of an archive: these fields, of these types, and no others."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _one_line(text: str) -> str:
    return " ".join(markdown.normalise_text(text).split())


def _in_living_memory(moment: datetime) -> datetime:
    if not datetime(1970, 1, 1, tzinfo=UTC) <= moment <= timezone.now() + timedelta(days=1):
        raise ValueError("not a moment that anything was written at")
    return moment.astimezone(UTC)


def _within_reach(moment: datetime) -> datetime:
    if not datetime(1970, 1, 1, tzinfo=UTC) <= moment <= timezone.now() + timedelta(days=3660):
        raise ValueError("not a moment that anything is planned for")
    return moment.astimezone(UTC)


def one_of(known: Collection[str]) -> AfterValidator:
    """Accept one of these words only."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError("not one of the words known here")
        return value

    return AfterValidator(check)


Words = Annotated[str, AfterValidator(markdown.normalise_text)]
Line = Annotated[str, AfterValidator(_one_line)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_living_memory)]
# A moment that may be to come.
Plan = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Count = Annotated[int, Field(ge=0, le=2_000_000_000)]
Number = Annotated[int, Field(ge=1, le=900_000)]
# Seven megabytes of letters are five of a picture.
Picture = Annotated[str, Field(max_length=7_000_000)]


def places_of(error: ValidationError) -> list[str]:
    """Where an archive is wrong, the first few places, in its own words."""
    return [" → ".join(str(step) for step in each["loc"])[:200] for each in error.errors(include_input=False)[:5]]


class NewIds:
    """An id of the archive's to an id of ours, the same one each time; no id comes from outside."""

    def __init__(self) -> None:
        self._ids: dict[UUID, UUID] = {}

    def add(self, old: UUID) -> UUID:
        """A new id for a row of the archive. Raises InvalidArchive where two rows have one id."""
        if old in self._ids:
            raise InvalidArchive(_("Two rows of the archive have the same id."), details={"places": [str(old)]})
        return self.of(old)

    def of(self, old: UUID) -> UUID:
        """The new id in place of an old one, whether its row is in the archive or not."""
        return self._ids.setdefault(old, uuid4())

    def get(self, old: UUID | None) -> UUID | None:
        """The new id of a row in the archive, or nothing."""
        return self._ids.get(old) if old is not None else None


def read_picture(encoded: str, *, place: str) -> "ContentFile[bytes]":
    """A picture of an archive, made anew like every picture that comes in. Raises InvalidArchive."""
    try:
        content = base64.b64decode(encoded, validate=True)
        return pictures.clean_picture(ContentFile(content))
    except (binascii.Error, ValueError, pictures.NotAPicture, pictures.PictureTooLarge) as error:
        raise InvalidArchive(_("A picture in the archive cannot be read."), details={"places": [place]}) from error


def write_picture(picture: Any) -> str | None:
    """A stored picture as letters; nothing where there is none, or its file is gone."""
    if not picture:
        return None
    try:
        with picture.storage.open(picture.name, "rb") as file:
            return base64.b64encode(file.read()).decode()
    except OSError:
        return None


def create_dated(rows: Iterable[tuple[models.Model, Mapping[str, datetime]]]) -> None:
    """Write rows with the dates they had. Django's own "now" is put right afterwards, in the same transaction."""
    listed = list(rows)
    if not listed:
        return
    model: Any = type(listed[0][0])
    objects = [row for row, _dates in listed]
    model.objects.bulk_create(objects, batch_size=AT_ONCE)
    for row, dates in listed:
        for name, moment in dates.items():
            setattr(row, name, moment)
    if names := sorted({name for _row, dates in listed for name in dates}):
        model.objects.bulk_update(objects, names, batch_size=AT_ONCE)


def write_json(into: IO[bytes], parts: Iterable[tuple[str, Any]]) -> None:
    """Write an object: its values as they are, iterators as lists, one element after the other."""
    into.write(b"{")
    for place, (name, value) in enumerate(parts):
        into.write((",\n" if place else "\n").encode() + _json(name) + b": ")
        if not isinstance(value, Iterator):
            into.write(_json(value))
            continue
        into.write(b"[")
        for number, element in enumerate(value):
            into.write((b",\n" if number else b"\n") + _json(element))
        into.write(b"]")
    into.write(b"\n}\n")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)
