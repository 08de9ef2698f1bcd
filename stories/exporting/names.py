"""What a downloaded file is called, on every system that may keep it."""

import re
import unicodedata
from urllib.parse import quote

MOST_CHARACTERS = 80
# What Windows, the shell and a header field take for something else, and what cannot be seen.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f<>:\"/\\|?*%;`$\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$")


def file_name(title: str, extension: str) -> str:
    """A title as the name of a file: readable, accents kept, nothing in it that leads anywhere or hides its end."""
    name = unicodedata.normalize("NFC", " ".join(_UNSAFE.sub(" ", title).split()))
    name = name[:MOST_CHARACTERS].strip(" .-~")
    if not name or _RESERVED.match(name):
        name = f"CoStory {name}".strip()
    return f"{name}.{extension}"


def content_disposition(name: str) -> str:
    """The header of a download (RFC 6266): the name in full, and in ASCII for whoever does not read that."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, extension = plain.rpartition(".")
    stem = " ".join(stem.replace('"', " ").split()) or "CoStory"
    return f"attachment; filename=\"{stem}{dot}{extension}\"; filename*=UTF-8''{quote(name, safe='')}"
