from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coaching.services import sync_models
from costory.lib.openrouter import OpenRouterError


class Command(BaseCommand):
    help = "Bring the catalogue of models and their prices in step with the provider's list."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = sync_models()
        except OpenRouterError as error:
            raise CommandError(f"The provider's list could not be had: {error}. Nothing was changed.") from error
        self.stdout.write(f"{count} models listed.")
