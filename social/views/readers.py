"""What an author is told of a story's readers."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from costory.lib.http import AuthedRequest
from social.selectors.readers import PERIODS, reader_figures
from social.services.read import FEW_READERS
from social.visitors import reading_day
from stories.models import Story


@require_safe
def story_readers(request: AuthedRequest, story: UUID) -> HttpResponse:
    """Readers by day, by where they came from and by how far they read, drawn on the server; for the author alone."""
    own = get_object_or_404(Story.objects.editable_by(request.user).select_related("listing"), pk=story)
    asked = request.GET.get("days", "")
    days = next((period for period in PERIODS if str(period) == asked), PERIODS[0])
    listing = getattr(own, "listing", None)
    context = {
        "story": own,
        "figures": reader_figures(own, days=days, today=reading_day()),
        "periods": PERIODS,
        "few": FEW_READERS,
        "ever": listing.read_count if listing is not None else 0,
        "is_shown": own.visibility != Story.Visibility.PRIVATE,
    }
    return render(request, "social/story_readers.html", context)
