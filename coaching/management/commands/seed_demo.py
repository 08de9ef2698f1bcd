"""`manage.py seed_demo`: somebody to log in as, with stories worth reading, while DEBUG is on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

import billing.services
import stories.services
from accounts.models import User

WRITER = ("demo@costory.example", "demo-costory")
ADMIN = ("admin@costory.example", "admin-costory")
CREDIT_MICROS = 5_000_000
TEXTS = Path(__file__).resolve().parent.parent / "demo"


@dataclass(frozen=True)
class DemoStory:
    """A story as it stands in a file: `name: value` lines, a blank line, then chapters under `# ` headings."""

    fields: dict[str, str]
    chapters: list[tuple[str, str]]

    @classmethod
    def read(cls, path: Path) -> "DemoStory":
        head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        parts = ("\n" + body).split("\n# ")[1:]
        chapters = [(title.strip(), text.strip() + "\n") for title, _, text in (part.partition("\n") for part in parts)]
        return cls(fields=fields, chapters=chapters)


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
        for title, text in demo.chapters:
            stories.services.create_chapter(story=story, author=writer, title=title, content=text)
        stories.services.set_visibility(story=story, visibility=visibility)
