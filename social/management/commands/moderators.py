from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from social.services import appoint_moderator, dismiss_moderator, ensure_moderators


class Command(BaseCommand):
    help = "Make the group of moderators, with exactly its rights; appoint somebody, or take the rights back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--appoint", metavar="EMAIL", help="who may moderate from now on")
        parser.add_argument("--dismiss", metavar="EMAIL", help="who may no longer")

    def handle(self, *args: Any, **options: Any) -> None:
        group = ensure_moderators()
        if options["appoint"]:
            appoint_moderator(person=self._person(options["appoint"]))
        if options["dismiss"]:
            dismiss_moderator(person=self._person(options["dismiss"]))
        handles = ", ".join(str(person) for person in User.objects.filter(groups=group).order_by("handle"))
        self.stdout.write(f"Moderators: {handles or 'nobody'}.")

    def _person(self, email: str) -> User:
        person = User.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError("Nobody has this e-mail address.")
        return person
