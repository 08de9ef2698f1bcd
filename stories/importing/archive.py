"""Zip files from strangers: members counted, sizes counted while they are read, nothing written to a disk."""

import io
import lzma
import zipfile
import zlib

from lxml import etree

from stories.importing.shape import CannotRead

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_MEMBERS = 2_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
# What one document of a manuscript may be. A book of a million words has 7 MB of text.
MAX_MEMBER_BYTES = 60 * 1024 * 1024
# Beginnings and ends of elements, in all members together. A few kilobytes can unpack to hours of them; a Word document
# of a million words has a million.
MAX_TAGS = 3_000_000
CHUNK = 256 * 1024


class Archive:
    """A zip file of which members are read one by one, up to a sum."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._left = MAX_UNPACKED_BYTES
        self._tags_left = MAX_TAGS

    def namelist(self) -> list[str]:
        """The members' names."""
        return self._file.namelist()

    def read(self, name: str) -> bytes:
        """A member's bytes. Raises CannotRead where it is not there, locked, damaged or a bomb."""
        parts = []
        size = 0
        try:
            with self._file.open(name) as member:
                while chunk := member.read(CHUNK):
                    size += len(chunk)
                    self._left -= len(chunk)
                    self._tags_left -= chunk.count(b"<")
                    # What it says of its size is not asked.
                    if size > MAX_MEMBER_BYTES or self._left < 0 or self._tags_left < 0:
                        raise CannotRead("bomb")
                    parts.append(chunk)
        except NotImplementedError:
            raise CannotRead("broken") from None
        except RuntimeError:
            raise CannotRead("locked") from None
        except (KeyError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError):
            raise CannotRead("broken") from None
        return b"".join(parts)

    def tree(self, name: str) -> etree._Element:
        """A member as XML. Entities are left as they are, nothing is fetched."""
        return parse_xml(self.read(name))


def open_archive(content: bytes) -> Archive:
    """The archive that these bytes are. Raises CannotRead."""
    try:
        file = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise CannotRead("broken") from None
    if len(file.infolist()) > MAX_MEMBERS:
        raise CannotRead("bomb")
    return Archive(file)


def parse_xml(content: bytes) -> etree._Element:
    """XML from a stranger: no entities, no network, no recovery of huge trees. Raises CannotRead."""
    if b"<!ENTITY" in content:
        raise CannotRead("bomb")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise CannotRead("broken") from None
    # In an encoding in which the bytes above do not show, such as UTF-16.
    declared = tree.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise CannotRead("bomb")
    return tree
