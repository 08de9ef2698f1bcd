"""Taking an archive in: the stories with all that belongs to them, the conversations, the profile.

Not credits, keys, rights or what happened: a file that anybody can write must make no money and open no door.
"""

import json
import zipfile
from typing import IO, Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

import accounts.services
from accounts.models import User
from costory.archive.story import import_story
from costory.leaving.archive import FORMAT, STORY, VERSION
from costory.leaving.belongings import files_of
from costory.lib.archive import InvalidArchive
from costory.lib.errors import DomainError
from costory.lib.pictures import NotAPicture, PictureTooLarge, clean_picture

MAX_BYTES: Final = 2_000_000_000
MAX_ENTRY_BYTES: Final = 100_000_000
MAX_RECORD_BYTES: Final = 1_000_000
PROFILE: Final = ("display_name", "bio", "language", "country", "theme")


class BadArchive(DomainError):
    """The file is no archive of an account, or a damaged one."""

    code: ClassVar[str] = "validation_error"


def take_in_archive(*, person: User, source: IO[bytes]) -> int:
    """Make the stories and the profile in the archive `person`'s; returns how many stories there are.

    Every story is private until its new owner says otherwise. All or nothing: raises BadArchive, having written no
    row and left no file.
    """
    before = set(files_of(person))
    try:
        with zipfile.ZipFile(source) as archive, transaction.atomic():
            count = _take_in(archive, person, before)
    except (InvalidArchive, NotAPicture, PictureTooLarge) as refusal:
        raise BadArchive(str(refusal), details=refusal.details) from refusal
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, ValidationError, RuntimeError) as error:
        raise BadArchive(_("This is not an archive of an account, or it is damaged.")) from error
    return count


def _take_in(archive: zipfile.ZipFile, person: User, before: "set[tuple[Any, str]]") -> int:
    _check(archive)
    names = sorted(name for name in archive.namelist() if name.startswith("stories/") and name.endswith(STORY))
    try:
        for name in names:
            import_story(owner=person, content=archive.read(name))
        _take_in_profile(archive, person)
    except BaseException:
        # Rows go with the transaction; the files of the stories before the broken one do not.
        for storage, name in set(files_of(person)) - before:
            storage.delete(name)
        raise
    return len(names)


def _check(archive: zipfile.ZipFile) -> None:
    # What an entry says of its size is the most that is unpacked of it.
    sizes = [entry.file_size for entry in archive.infolist()]
    if sum(sizes) > MAX_BYTES or max(sizes, default=0) > MAX_ENTRY_BYTES:
        raise BadArchive(_("This archive is too large."))
    manifest = json.loads(_read(archive, "manifest.json"))
    if not isinstance(manifest, dict) or (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        raise BadArchive(_("This is not an archive of an account, or one of a newer CoStory."))


def _take_in_profile(archive: zipfile.ZipFile, person: User) -> None:
    record = json.loads(_read(archive, "records/accounts.user.jsonl"))
    for name in PROFILE:
        setattr(person, name, str(record.get(name) or getattr(person, name)))
    person.clean_fields(exclude=["password"])
    accounts.services.revise_profile(user=person, **{name: getattr(person, name) for name in PROFILE})
    if picture := record.get("avatar"):
        cleaned = clean_picture(ContentFile(archive.read(f"files/{picture}")))
        accounts.services.change_avatar(user=person, picture=cleaned)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        return entry.read(MAX_RECORD_BYTES)
