"""`manage.py recount`: what is counted of likes, comments and followers, held against the rows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from social import services


class Command(BaseCommand):
    help = "Hold the counts of likes, comments and followers against the rows, and set right what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; exit with 1 where a count is wrong.")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        found = list(services.count_differences()) if check else services.recount()
        for difference in found:
            self.stdout.write(str(difference))
        if check and found:
            raise CommandError(f"{len(found)} counts are wrong. Without --check they are set right.")
        self.stdout.write(f"{len(found)} counts set right." if found else "Every count is right.")
