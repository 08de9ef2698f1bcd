"""`manage.py seed_demo`: somebody to log in as, with stories worth reading, while DEBUG is on."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

import billing.services
import stories.services
from accounts.models import User
from stories.models import Chapter, CodexEntry, Story

WRITER = ("demo@costory.example", "demo-costory")
ADMIN = ("admin@costory.example", "admin-costory")
CREDIT_MICROS = 5_000_000
TEXTS = Path(__file__).resolve().parent.parent / "demo"


@dataclass(frozen=True)
class DemoStory:
    """A story as it stands in a file: `name: value` lines, a blank line, then chapters under `# ` headings.

    Its codex, where it has one, stands beside it under the same name in TOML.
    """

    fields: dict[str, str]
    chapters: list[tuple[str, str]]
    codex: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "DemoStory":
        head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        parts = ("\n" + body).split("\n# ")[1:]
        chapters = [(title.strip(), text.strip() + "\n") for title, _, text in (part.partition("\n") for part in parts)]
        beside = path.with_suffix(".toml")
        codex = tomllib.loads(beside.read_text(encoding="utf-8"))["entry"] if beside.exists() else []
        return cls(fields=fields, chapters=chapters, codex=codex)


class Command(BaseCommand):
    help = "Create the demo's writer and administrator once. Does nothing while DEBUG is off."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            self.stdout.write("DEBUG is off: no demo data.")
            return
        if User.objects.filter(email__in=[WRITER[0], ADMIN[0]]).exists():
            return
        with transaction.atomic():
            self._seed()
        self.stdout.write(f"Log in as {WRITER[0]} / {WRITER[1]}, or at /admin/ as {ADMIN[0]} / {ADMIN[1]}.")

    def _seed(self) -> None:
        User.objects.create_superuser(*ADMIN, display_name="Admin", handle="admin")
        writer = User.objects.create_user(*WRITER, display_name="Camille", handle="camille", is_public=True)
        billing.services.grant_credits(
            user=writer, amount_micros=CREDIT_MICROS, reason="Demo", cause=f"demo:{writer.pk}"
        )
        for path in sorted(TEXTS.glob("*.md")):
            self._write(DemoStory.read(path), writer=writer)

    def _write(self, demo: DemoStory, *, writer: User) -> None:
        fields: dict[str, Any] = dict(demo.fields)
        visibility = fields.pop("visibility")
        story = stories.services.create_story(owner=writer, **fields)
        chapters = {
            number: stories.services.create_chapter(story=story, author=writer, title=title, content=text)
            for number, (title, text) in enumerate(demo.chapters, start=1)
        }
        self._note(demo.codex, story=story, chapters=chapters)
        stories.services.set_visibility(story=story, visibility=visibility, rating=story.rating or "everyone")

    def _note(self, codex: list[dict[str, Any]], *, story: Story, chapters: dict[int, Chapter]) -> None:
        noted = {
            words["name"]: (
                stories.services.create_codex_entry(
                    story=story,
                    name=words["name"],
                    kind=words["kind"],
                    aliases=words.get("aliases", []),
                    description=words["description"],
                    inclusion=words.get("inclusion", CodexEntry.Inclusion.NAMED),
                ),
                words,
            )
            for words in codex
        }
        for entry, words in noted.values():
            for fact in words.get("facts", []):
                stories.services.add_codex_fact(
                    entry=entry, text=fact["text"], holds_from=chapters[fact["from"]] if "from" in fact else None
                )
            for relation in words.get("relations", []):
                other, _words = noted[relation["other"]]
                stories.services.relate_codex_entries(entry=entry, other=other, label=relation["label"])
