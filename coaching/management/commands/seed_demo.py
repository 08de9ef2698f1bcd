"""`manage.py seed_demo`: somebody to log in as, with stories worth reading, while DEBUG is on."""

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

import billing.services
import stories.services
from accounts.models import User
from stories.models import Chapter, CodexEntry, Story

WRITER = ("demo@costory.example", "demo-costory")
ADMIN = ("admin@costory.example", "admin-costory")
CREDIT_MICROS = 5_000_000
TEXTS = Path(__file__).resolve().parent.parent / "demo"
LIBRARY = TEXTS / "library"
UNTIL_THE_NEXT_CHAPTER = timedelta(days=3)


@dataclass(frozen=True)
class DemoStory:
    """A story as it stands in a file: `name: value` lines, a blank line, then chapters under `# ` headings.

    Its codex, where it has one, stands beside it under the same name in TOML. `tags` and `warnings` are parted by
    commas; `planned` says how many of the last chapters are released only in a few days.
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
    help = "Create the demo's people and their stories once. Does nothing while DEBUG is off."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            self.stdout.write("DEBUG is off: no demo data.")
            return
        if not User.objects.filter(email__in=[WRITER[0], ADMIN[0]]).exists():
            with transaction.atomic():
                self._seed()
            self.stdout.write(f"Log in as {WRITER[0]} / {WRITER[1]}, or at /admin/ as {ADMIN[0]} / {ADMIN[1]}.")
        authors = tomllib.loads((LIBRARY / "authors.toml").read_text(encoding="utf-8"))
        if not User.objects.filter(email__in=[author["email"] for author in authors.values()]).exists():
            with transaction.atomic():
                self._stock(authors)
            self.stdout.write(f"The library's authors log in with the same password: {authors['solene']['email']}, ...")

    def _seed(self) -> None:
        User.objects.create_superuser(*ADMIN, display_name="Admin", handle="admin")
        writer = User.objects.create_user(*WRITER, display_name="Camille", handle="camille", is_public=True)
        billing.services.grant_credits(
            user=writer, amount_micros=CREDIT_MICROS, reason="Demo", cause=f"demo:{writer.pk}"
        )
        for path in sorted(TEXTS.glob("*.md")):
            self._write(DemoStory.read(path), writer=writer)

    def _stock(self, authors: dict[str, dict[str, str]]) -> None:
        """Stories by others, so that the library is alive from the start."""
        people = {
            name: User.objects.create_user(password=WRITER[1], is_public=True, **author)
            for name, author in authors.items()
        }
        for path in sorted(LIBRARY.glob("*.md")):
            demo = DemoStory.read(path)
            self._write(demo, writer=people[demo.fields["author"]])

    def _write(self, demo: DemoStory, *, writer: User) -> None:
        fields: dict[str, Any] = {name: value for name, value in demo.fields.items() if name != "author"}
        visibility, planned = fields.pop("visibility"), int(fields.pop("planned", 0))
        tags = [tag.strip() for tag in fields.pop("tags", "").split(",") if tag.strip()]
        fields["warnings"] = [code.strip() for code in fields.pop("warnings", "").split(",") if code.strip()]
        fields["is_complete"] = fields.pop("is_complete", "") == "yes"
        story = stories.services.create_story(owner=writer, **fields)
        chapters = {
            number: stories.services.create_chapter(story=story, author=writer, title=title, content=text)
            for number, (title, text) in enumerate(demo.chapters, start=1)
        }
        self._note(demo.codex, story=story, chapters=chapters)
        stories.services.set_tags(story=story, names=tags)
        for chapter in list(chapters.values())[len(chapters) - planned :]:
            stories.services.release_chapter(chapter=chapter, at=timezone.now() + UNTIL_THE_NEXT_CHAPTER)
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
