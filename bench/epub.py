"""A novel of 120,000 words in 60 chapters as an EPUB, made in a process of its own: how long, how much memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

CHAPTERS = 60
WORDS = 2_000
_SENTENCE = (
    "la lampe vacillait déjà quand le vent tourna et elle posa sa tasse près de l’escalier où personne ne venait "
    "plus compter les marches comme son père le lui avait appris un soir d’hiver au phare"
)


def prepare() -> str:
    """The novel, written once; its id."""
    from accounts.models import User
    from stories.services import create_chapter, create_story

    chance = random.Random(7)
    owner = User.objects.create_user(email="novelist@example.org", password=None, display_name="Anne Hébert")
    story = create_story(owner=owner, title="Le phare", mode="fiction", language="fr")
    for number in range(1, CHAPTERS + 1):
        create_chapter(story=story, author=owner, title=f"Nuit {number}", content=prose(chance, words=WORDS))
    return str(story.pk)


def prose(chance: random.Random, *, words: int) -> str:
    """Paragraphs of forty words with an emphasis in each."""
    paragraphs = []
    for _paragraph in range(words // 40):
        drawn = chance.choices(_SENTENCE.split(), k=40)
        drawn[7] = f"*{drawn[7]}*"
        paragraphs.append(" ".join(drawn) + ".")
    return "\n\n".join(paragraphs)


def measure(story_id: str) -> tuple[float, float, float]:
    """Seconds for the book, the process's peak in MB, and how much of that came with the book."""
    answer = subprocess.run([sys.executable, "-m", "bench.epub", story_id], capture_output=True, text=True, check=True)
    seconds, peak, growth = json.loads(answer.stdout.splitlines()[-1])
    return seconds, peak, growth


def highest_memory() -> float:
    """This process's peak in MB. getrusage would count what the process it was forked from had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    import django

    django.setup()
    from stories.exporting import Format, export_story
    from stories.models import Story

    story = Story.objects.select_related("owner").get(pk=sys.argv[1])
    before = highest_memory()
    start = time.perf_counter()
    with export_story(story=story, kind=Format.EPUB).file:
        seconds = time.perf_counter() - start
    peak = highest_memory()
    print(json.dumps([seconds, peak, peak - before]))


if __name__ == "__main__":
    main()
