"""Fail unless the lock, its sources and docs/dependencies.md agree, and nothing in the tree names a package host.

Offline on purpose: the lock is compared with its source by name and version, not resolved again.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.tree import ROOT, tracked_files

LOCKS = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}
DOCUMENT = Path("docs/dependencies.md")
LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
# The options that name a host; uv's own line in a lock's header says that none is written.
HOST_OPTION = re.compile(r"(?<!no-emit-)(?:index[-_]url|find[-_]links|trusted[-_]host)\b|\bregistry *=", re.IGNORECASE)


def direct(source: str) -> dict[str, Requirement]:
    """The requirements a source names itself, by canonical name."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / source).read_text().splitlines())
    named = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {canonicalize_name(requirement.name): requirement for requirement in named}


def locked(lock: str) -> dict[str, str]:
    found = LOCKED.finditer((ROOT / lock).read_text())
    return {canonicalize_name(match["name"]): match["version"] for match in found}


def lock_faults(source: str, lock: str) -> Iterator[str]:
    versions = locked(lock)
    text = (ROOT / lock).read_text()
    for name, requirement in direct(source).items():
        if name not in versions:
            yield f"{source} asks for {name}, which {lock} lacks. Run: make lock"
        elif not requirement.specifier.contains(versions[name], prereleases=True):
            yield f"{source} asks for {requirement}, {lock} has {versions[name]}. Run: make lock"
    for name in re.findall(
        rf"^([\w.-]+)==.*?(?:\n    .*)*?\n    #(?: via|   )+ -r {re.escape(source)}$", text, re.MULTILINE
    ):
        if canonicalize_name(name) not in direct(source):
            yield f"{lock} holds {name} for {source}, which no longer asks for it. Run: make lock"
    for block in re.split(r"\n(?=\S)", text):
        if LOCKED.match(block) and "--hash=sha256:" not in block:
            yield f"{lock}: {block.split()[0]} has no hash. Run: make lock"


def document_faults() -> Iterator[str]:
    path = ROOT / DOCUMENT
    described = {canonicalize_name(name) for name in re.findall(r"^\| `([\w.-]+)", path.read_text(), re.MULTILINE)}
    asked = {name for source in LOCKS for name in direct(source)}
    yield from (f"{DOCUMENT} does not say why {name} is here" for name in sorted(asked - described))
    yield from (f"{DOCUMENT} describes {name}, which nothing asks for" for name in sorted(described - asked))


def host_faults() -> Iterator[str]:
    for path in tracked_files():
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            names_host = HOST_OPTION.search(line) or (path.name in {*LOCKS, *LOCKS.values()} and "://" in line)
            if names_host:
                yield f"{path.relative_to(ROOT)}:{number} says where packages come from; that is the machine's business"


def main() -> int:
    found = [fault for source, lock in LOCKS.items() for fault in lock_faults(source, lock)]
    runtime, tools = locked("requirements.txt"), locked("requirements-dev.txt")
    found += [
        f"requirements.txt has {name} {version}, requirements-dev.txt {tools.get(name)}. Run: make lock"
        for name, version in runtime.items()
        if tools.get(name) != version
    ]
    found += document_faults()
    found += host_faults()
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
