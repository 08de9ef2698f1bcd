import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import billing.services
from accounts.models import User
from billing.services import CauseTaken, InsufficientCredits


class Command(BaseCommand):
    help = "Give somebody credits, or with a negative amount take some back, with a reason that stands in the ledger."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="whose wallet")
        parser.add_argument("micros", type=int, help="millionths of the wallet's currency")
        parser.add_argument("--reason", required=True, help="what the person reads in the ledger")
        parser.add_argument("--cause", help="makes a repeat harmless: the same cause moves nothing twice")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError("Nobody has this e-mail address.")
        if not options["micros"] or not options["reason"].strip():
            raise CommandError("An amount that is not zero and a reason are needed.")
        cause = f"operator:{options['cause'] or uuid.uuid4()}"
        try:
            entry = billing.services.grant_credits(
                user=user, amount_micros=options["micros"], reason=options["reason"].strip(), cause=cause
            )
        except (InsufficientCredits, CauseTaken) as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{entry.amount_micros:+d} micros, balance {entry.balance_after_micros} ({cause}).")
