"""The offline coach by itself: what stands out in a chapter, each with its place and a question."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from coaching.craft import CraftPage
from costory.lib.http import AuthedRequest
from stories.models import Chapter


@require_GET
def craft_detail(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """Figures, sentence lengths drawn, and what stands out. Free; nothing leaves the house."""
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    chapter = get_object_or_404(editable, pk=chapter_pk, story=story_pk)
    context = {"page": CraftPage(chapter), "chapter": chapter, "story": chapter.story}
    return render(request, "coaching/craft.html", context)
