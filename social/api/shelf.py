"""Reading lists, for programs."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Listed, Paging, Single, Text, refusals
from social import services
from social.models import ReadingList
from social.selectors import shelf
from stories.models import Story

router = Router(tags=["reading lists"])

ListName = Annotated[Text, Field(min_length=1, max_length=120)]
Description = Annotated[Text, Field(max_length=2000)]


class ReadingListIn(Input):
    """A new list. It is yours alone unless said otherwise."""

    name: ListName
    description: Description = ""
    is_public: bool = False


class ReadingListPatch(Input):
    """What of a list changes; what is not sent stays. `story_ids` is its order: those left out come after."""

    name: ListName = "-"
    description: Description = ""
    is_public: bool = False
    story_ids: Annotated[list[Annotated[UUID, Field(strict=False)]], Field(max_length=services.MOST_STORIES)] = Field(
        default_factory=list
    )


class ListedStoryIn(Input):
    """What is said of a story in a list."""

    note: Annotated[Text, Field(max_length=1000)] = ""


class ReadingListOut(BaseModel):
    """A list."""

    id: UUID
    kind: Literal["own", "later"]
    name: str
    description: str
    is_public: bool
    story_count: int
    created_at: datetime
    updated_at: datetime


class ListedStoryOut(BaseModel):
    """A story's place in a list. Of one that is not shown to whoever asks, nothing is said but that it has a place."""

    position: int
    is_shown: bool
    story_id: UUID | None = Field(description="Null where it is not shown, but to the list's owner.")
    title: str | None
    author: str | None
    note: str
    added_at: datetime


class WholeListOut(ReadingListOut):
    """A list and the stories in it, in its order."""

    owner: str
    stories: list[ListedStoryOut]


@router.get(
    "/reading-lists",
    response={200: Listed[ReadingListOut], **refusals(401, 403)},
    auth=reads,
    summary="Your reading lists",
)
def reading_list_list(request: ApiRequest, paging: Query[Paging]) -> Listed[ReadingListOut]:
    """Last changed first; what you want to read later is one of them."""
    page = paging.page_of(ReadingList.objects.filter(owner=request.auth.user), keys=("-updated_at", "-id"))
    counts = shelf.story_counts(reading_list.pk for reading_list in page.rows)
    return Listed(data=[_list_out(each, counts.get(each.pk, 0)) for each in page.rows], meta=page.meta)


@router.post(
    "/reading-lists",
    response={201: Single[ReadingListOut], **refusals(401, 403, 409)},
    auth=writes,
    summary="New reading list",
)
def reading_list_create(request: ApiRequest, body: ReadingListIn) -> Status[Single[ReadingListOut]]:
    """At most a hundred."""
    made = services.create_list(owner=request.auth.user, **body.model_dump())
    return Status(201, Single(data=_list_out(made, 0)))


@router.get(
    "/reading-lists/{uuid:list_id}",
    response={200: Single[WholeListOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A reading list",
)
def reading_list_detail(request: ApiRequest, list_id: UUID) -> Single[WholeListOut]:
    """One of yours, or one that is shown to everybody."""
    lists = shelf.reading_lists_visible_to(request.auth.user).select_related("owner")
    return Single(data=_whole_out(request, get_object_or_404(lists, pk=list_id)))


@router.patch(
    "/reading-lists/{uuid:list_id}",
    response={200: Single[WholeListOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Change a reading list",
)
def reading_list_revise(request: ApiRequest, list_id: UUID, body: ReadingListPatch) -> Single[WholeListOut]:
    """Its name, its description, who sees it, its order."""
    reading_list = _own_list(request, list_id)
    changes = body.model_dump(exclude_unset=True)
    order = changes.pop("story_ids", None)
    if changes:
        services.revise_list(reading_list=reading_list, **changes)
    if order is not None:
        services.order_list(reading_list=reading_list, story_ids=order)
    return Single(data=_whole_out(request, _own_list(request, list_id)))


@router.delete(
    "/reading-lists/{uuid:list_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Delete a reading list",
)
def reading_list_delete(request: ApiRequest, list_id: UUID) -> Status[None]:
    """For good. What is to be read later is emptied by it."""
    services.delete_list(reading_list=_own_list(request, list_id))
    return Status(204, None)


@router.post(
    "/reading-lists/{uuid:list_id}/stories/{uuid:story_id}",
    response={200: Single[WholeListOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Put a story into a list",
)
def listed_story_create(
    request: ApiRequest, list_id: UUID, story_id: UUID, body: ListedStoryIn | None = None
) -> Single[WholeListOut]:
    """At its end. One that is in it stays where it is; a note that is sent is its note from now on."""
    reading_list = _own_list(request, list_id)
    story = get_object_or_404(Story.objects.visible_to(request.auth.user), pk=story_id)
    services.add_to_list(reading_list=reading_list, story=story)
    if body is not None and "note" in body.model_fields_set:
        services.annotate_story(reading_list=reading_list, story_id=story.pk, note=body.note)
    return Single(data=_whole_out(request, _own_list(request, list_id)))


@router.delete(
    "/reading-lists/{uuid:list_id}/stories/{uuid:story_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take a story out of a list",
)
def listed_story_delete(request: ApiRequest, list_id: UUID, story_id: UUID) -> Status[None]:
    """Repeatable; one that is no longer shown can be taken out as well."""
    services.take_from_list(reading_list=_own_list(request, list_id), story_id=story_id)
    return Status(204, None)


def _own_list(request: ApiRequest, list_id: UUID) -> ReadingList:
    return get_object_or_404(ReadingList.objects.select_related("owner"), pk=list_id, owner=request.auth.user)


def _list_out(reading_list: ReadingList, story_count: int) -> ReadingListOut:
    names = ("id", "kind", "name", "description", "is_public", "created_at", "updated_at")
    return ReadingListOut(**{name: getattr(reading_list, name) for name in names}, story_count=story_count)


def _whole_out(request: ApiRequest, reading_list: ReadingList) -> WholeListOut:
    placed = shelf.whole_list(reading_list, request.auth.user)
    is_own = reading_list.owner_id == request.auth.user.pk
    stories = [
        ListedStoryOut(
            position=number,
            is_shown=place.story is not None,
            story_id=place.item.story_id if is_own or place.story else None,
            title=place.story.title if place.story else None,
            author=place.story.owner.name if place.story else None,
            note=place.item.note if is_own or place.story else "",
            added_at=place.item.added_at,
        )
        for number, place in enumerate(placed, start=1)
    ]
    return WholeListOut(
        **_list_out(reading_list, len(placed)).model_dump(), owner=reading_list.owner.name, stories=stories
    )
