from typing import Any

from django.core.management.base import BaseCommand

from costory.leaving import purge_erased


class Command(BaseCommand):
    help = "Erase everybody who asked for it at least 14 days ago. The server does the same by itself every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge_erased()} accounts erased.")
