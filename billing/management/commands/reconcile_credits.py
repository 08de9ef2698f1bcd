import sys
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from billing.models import Wallet
from billing.reconciliation import discrepancies


class Command(BaseCommand):
    help = "Prove that every wallet's balance is the sum of its entries and that no hold is stale; exit 1 otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stale-minutes", type=int, default=60, help="a hold open for longer is stale (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for discrepancy in discrepancies(stale_after=timedelta(minutes=options["stale_minutes"])):
            found += 1
            self.stdout.write(f"wallet {discrepancy.wallet_id}: {discrepancy.problem}")
        if found:
            sys.exit(1)
        self.stdout.write(f"{Wallet.objects.count()} wallets add up.")
