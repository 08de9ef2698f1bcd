from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from costory.leaving.archive import write_archive


class Command(BaseCommand):
    help = "Write everything somebody has into a zip file: what they get from their settings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose")
        parser.add_argument("file", type=Path, help="where to; a file that is there already is left alone")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError("Nobody has this e-mail address.")
        try:
            with options["file"].open("xb") as target:
                counts = write_archive(person=person, target=target)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        self.stdout.write(f"{counts['stories.story']} stories and all else written to {options['file']}.")
