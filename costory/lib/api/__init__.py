"""What every app's `api.py` is written with (API.md): envelope, errors, input, paging. It knows no app.

::

    router = Router(tags=["stories"])

    @router.get("/stories", response={200: Listed[StoryOut], **refusals(401, 422)}, summary="Your stories",
                auth=reads)                                  # accounts.api_auth: reads, writes, spends
    def story_list(request: ApiRequest, paging: Query[Paging]) -> Listed[StoryOut]:
        page = paging.page_of(Story.objects.editable_by(request.auth.user), keys=("-updated_at", "-id"))
        return Listed(data=[story_out(story) for story in page.rows], meta=page.meta)

    @router.get("/stories/{uuid:story_id}", response={200: Single[StoryOut], **refusals(401, 404)}, …)
    def story_detail(request: ApiRequest, story_id: UUID) -> Single[StoryOut]:
        return Single(data=story_out(get_object_or_404(…)))

Input is a subclass of `Input`; a field the client did not send is absent from `body.model_dump(exclude_unset=True)`.
What a service refuses with a DomainError, and Http404, become the envelope's errors by themselves.
"""

from costory.lib.api.envelope import (
    STATUS_OF,
    ApiError,
    ErrorOut,
    Failed,
    Input,
    Listed,
    Meta,
    Single,
    Text,
    refusals,
)
from costory.lib.api.paging import Page, Paging

__all__ = [
    "STATUS_OF",
    "ApiError",
    "ErrorOut",
    "Failed",
    "Input",
    "Listed",
    "Meta",
    "Page",
    "Paging",
    "Single",
    "Text",
    "refusals",
]
