from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coaching.services import verify_costs


class Command(BaseCommand):
    help = "Compare what settled replies were charged with what the provider says they cost. Ends with 1 if any differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=7, help="how far back to look (7)")
        parser.add_argument("--limit", type=int, default=500, help="how many replies at most (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["days"] < 1 or options["limit"] < 1:
            raise CommandError("Look back one day at least, at one reply at least.")
        checked = verify_costs(days=options["days"], limit=options["limit"])
        for difference in checked.differences:
            self.stdout.write(
                f"{difference.reply_id}: charged for {difference.settled_usd} USD, the provider says"
                f" {difference.provider_usd} USD"
            )
        self.stdout.write(
            f"{checked.count} replies compared, {len(checked.differences)} differ,"
            f" {checked.unknown} unknown to the provider."
        )
        if checked.borne_usd:
            self.stdout.write(f"The provider billed {checked.borne_usd} USD for failed replies, which the house bears.")
        if checked.differences:
            raise CommandError("The ledger and the provider differ.", returncode=1)
