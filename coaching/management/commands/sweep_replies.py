from typing import Any

from django.core.management.base import BaseCommand

from coaching.services import sweep_replies


class Command(BaseCommand):
    help = "End the replies whose process died: settle what the provider billed, release the other holds."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{sweep_replies()} replies ended.")
