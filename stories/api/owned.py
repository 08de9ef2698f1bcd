"""What of the writer's an operation is about. What is not theirs does not exist."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.api_auth import ApiRequest
from stories.models import Chapter, Story


def own_story(request: ApiRequest, story_id: UUID, *, mode: str = "") -> Story:
    """A story of the caller's, of one kind where that matters. Raises Http404."""
    stories = Story.objects.editable_by(request.auth.user).select_related("owner")
    return get_object_or_404(stories.filter(mode=mode) if mode else stories, pk=story_id)


def own_chapter(request: ApiRequest, chapter_id: UUID) -> Chapter:
    """A chapter of the caller's, with its text and its story. Raises Http404."""
    return get_object_or_404(Chapter.objects.editable_by(request.auth.user).select_related("story"), pk=chapter_id)


def own_chapter_beside(request: ApiRequest, chapter_id: UUID) -> Chapter:
    """A chapter of the caller's, for what stands beside its text: without that. Raises Http404."""
    chapters = Chapter.objects.editable_by(request.auth.user).without_text().select_related("story")
    return get_object_or_404(chapters, pk=chapter_id)
