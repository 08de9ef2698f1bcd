"""Compile locale/*/LC_MESSAGES/*.po to .mo with polib, so that msgfmt need not be on the machine.

A catalogue that is already compiled is left alone. Fuzzy entries are not compiled: a guess is not shown to a reader.
"""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_messages(root: Path) -> None:
    for source in sorted(root.glob("locale/*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            polib.pofile(str(source)).save_as_mofile(str(target))


if __name__ == "__main__":
    compile_messages(ROOT)
