from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from costory.leaving.restoring import BadArchive, take_in_archive


class Command(BaseCommand):
    help = "Take the archive of an account into an account that exists: stories, conversations, profile. No credits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose it becomes")
        parser.add_argument("file", type=Path, help="a zip file from the settings or from export_user")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError("Nobody has this e-mail address.")
        try:
            with options["file"].open("rb") as source:
                count = take_in_archive(person=person, source=source)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except BadArchive as refusal:
            raise CommandError(f"{options['file']}: {refusal}") from refusal
        self.stdout.write(f"{count} stories taken in.")
