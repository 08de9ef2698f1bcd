"""What the offline coach finds in a chapter: CPU time of one reading, the word lists read before."""

from __future__ import annotations

import time

from coaching.offline.findings import find
from coaching.tests.offline_pages import ENGLISH, FRENCH


def milliseconds(language: str, *, words: int) -> float:
    """CPU time of finding once in a chapter of so many words, made of a page that holds something of each kind."""
    page = {"en": ENGLISH, "fr": FRENCH}[language]
    size = find(page, language=language).figures.words
    text = "\n\n".join([page] * (words // size + 1))
    start = time.process_time()
    reading = find(text, language=language, point_of_view="third")
    spent = time.process_time() - start
    assert reading.figures.words >= words
    assert reading.findings
    return spent * 1_000
