"""Forgetting what was thrown away long ago. Texts are never purged."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from stories.services.note import purge_notes
from stories.services.photograph import purge_photographs

KEPT: Final = timedelta(days=30)


def purge_thrown_away() -> int:
    """Forget notes and photographs thrown away more than thirty days ago. Returns how many."""
    before = timezone.now() - KEPT
    return purge_notes(before=before) + purge_photographs(before=before)
