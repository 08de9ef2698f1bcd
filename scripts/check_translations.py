"""Fail unless French is complete and well set: every text of the tree translated, no guess, no lost placeholder.

Without gettext on the machine the catalogue itself is still checked, and a loud line says that new texts were not
looked for; REQUIRE_GETTEXT=1 makes that a failure.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

from scripts.extract_messages import CATALOGUE, GettextMissing, extract
from scripts.tree import ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sd]|\{\w*\}|</?\w+")
# Before ; : ! ? » and after « stands a no-break space (U+202F or U+00A0), or the mark may begin a line of its own.
BREAKABLE_SPACE = re.compile(r"\w ([;:!?»])(?:\s|$)|« ")


def key(entry: polib.POEntry) -> tuple[str | None, str, str]:
    return (entry.msgctxt, entry.msgid, entry.msgid_plural)


def faults(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one entry, in words."""
    if entry.obsolete:
        yield "no longer in the code"
        return
    if entry.fuzzy:
        yield "is fuzzy: a guess nobody confirmed"
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if len(translations) < (2 if entry.msgid_plural else 1) or not all(translations):
        yield "is not translated"
        return
    wanted = set(PLACEHOLDER.findall(entry.msgid))
    for number, translation in enumerate(translations):
        found = set(PLACEHOLDER.findall(translation))
        # "One word" needs no number in French either; the plural form needs everything the English plural has.
        if entry.msgid_plural:
            allowed = wanted | set(PLACEHOLDER.findall(entry.msgid_plural))
            complete = found <= allowed and (number == 0 or found == set(PLACEHOLDER.findall(entry.msgid_plural)))
        else:
            complete = found == wanted
        if not complete:
            yield f"has other placeholders or marks than its source: {translation!r}"
        if BREAKABLE_SPACE.search(translation):
            yield f"can break a line at its punctuation (use U+202F): {translation!r}"


def catalogue_faults(catalogue: polib.POFile) -> list[str]:
    return [f"{entry.msgid!r} {fault}" for entry in catalogue for fault in faults(entry)]


def difference(*, stored: polib.POFile, fresh: polib.POFile) -> list[str]:
    """Texts that the tree has and the catalogue lacks, and the other way round."""
    in_tree, in_catalogue = {key(entry) for entry in fresh}, {key(entry) for entry in stored if not entry.obsolete}
    new = [f"{text!r} is in the code and not in {CATALOGUE}" for _, text, _ in sorted(in_tree - in_catalogue, key=str)]
    gone = [f"{text!r} is in {CATALOGUE} and not in the code" for _, text, _ in sorted(in_catalogue - in_tree, key=str)]
    return new + gone


def main() -> int:
    if not (ROOT / CATALOGUE).is_file():
        print(f"{CATALOGUE} does not exist. Run: make messages", file=sys.stderr)
        return 1
    stored = polib.pofile(str(ROOT / CATALOGUE))
    found = catalogue_faults(stored)
    with tempfile.TemporaryDirectory() as room:
        try:
            found += difference(stored=stored, fresh=polib.pofile(str(extract(room=Path(room)))))
        except GettextMissing:
            print("!!! NOT CHECKED: whether every text is in the catalogue (gettext is missing). !!!", file=sys.stderr)
            if os.environ.get("REQUIRE_GETTEXT") == "1":
                return 1
    for fault in found:
        print(fault, file=sys.stderr)
    if found:
        print(f"{len(found)} faults in the French texts. `make messages` collects the new ones.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
