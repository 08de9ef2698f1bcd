"""Collect the translatable texts of the tree into locale/fr. Needs gettext (xgettext, msgmerge).

The source strings are English, so English needs no catalogue. Extraction runs on a copy of the repository's own
files: whatever else lies in the folder (a virtual environment, collected static files) is never read.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from scripts.tree import ROOT, tracked_files

LANGUAGE = "fr"
CATALOGUE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"


class GettextMissing(Exception):
    """xgettext or msgmerge is not on this machine."""


def extract(*, room: Path) -> Path:
    """Merge the texts of the tree into a copy of the catalogue inside `room`; return the copy's path."""
    if not all(shutil.which(tool) for tool in ("xgettext", "msgmerge", "msguniq", "msgattrib")):
        raise GettextMissing
    (room / CATALOGUE).parent.mkdir(parents=True)
    for path in tracked_files(".py", ".html", ".txt", ".po"):
        relative = path.relative_to(ROOT)
        # What nobody reads on a page is not translated: tests, tools, the bench.
        if not {"tests", "scripts", "bench"} & set(relative.parts) and not relative.name.startswith("requirements"):
            (room / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, room / relative)
    command = [sys.executable, "-m", "django", "makemessages", "--locale", LANGUAGE, "--verbosity", "0"]
    subprocess.run(
        [*command, "--no-location", "--no-obsolete", "--no-wrap", "--extension", "html,txt,py"], cwd=room, check=True
    )
    return room / CATALOGUE


def tidy(catalogue: Path) -> None:
    """Give the catalogue a header that says something and does not change with every collection."""
    texts = polib.pofile(str(catalogue), wrapwidth=0)
    texts.header = "CoStory in French. `make messages` collects, `make check` demands that nothing is missing."
    texts.metadata_is_fuzzy = False
    texts.metadata = {
        "Project-Id-Version": "CoStory",
        "Language": LANGUAGE,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n > 1);",
    }
    texts.save()


def main() -> int:
    with tempfile.TemporaryDirectory() as room:
        try:
            catalogue = extract(room=Path(room))
        except GettextMissing:
            print("gettext is not installed here (apt-get install gettext): no texts were collected.", file=sys.stderr)
            return 1
        tidy(catalogue)
        (ROOT / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(catalogue, ROOT / CATALOGUE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
