from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from costory.leaving import StaffStays, ask_for_erasure, erase_person


class Command(BaseCommand):
    help = "Close somebody's account for erasure in 14 days; with --now, erase it and all that is theirs at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="who")
        parser.add_argument("--now", action="store_true", help="without the 14 days; this cannot be undone")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError("Nobody has this e-mail address.")
        try:
            if options["now"]:
                erase_person(person=person)
                self.stdout.write("Erased.")
            else:
                closed = ask_for_erasure(person=person)
                self.stdout.write(f"Closed; will be erased on {closed.erased_at:%Y-%m-%d %H:%M} UTC.")
        except StaffStays as refusal:
            raise CommandError(str(refusal)) from refusal
