"""Which files belong to the repository: what git tracks, and what it would if it were added."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tracked_files(*suffixes: str) -> Iterator[Path]:
    """Absolute paths, sorted; only those with one of the suffixes when any are given."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in sorted({name for name in listing.stdout.split("\0") if name}):
        path = ROOT / name
        if path.is_file() and (not suffixes or path.suffix in suffixes):
            yield path
