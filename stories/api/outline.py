"""A story's outline, for programs: its premise, its acts, their beats, and the chapters made of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Router, Status
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Single, Text, refusals
from stories import services
from stories.api.chapter import ChapterOut, chapter_out
from stories.api.owned import own_story
from stories.models import Beat, Story

router = Router(tags=["outline"])

BeatTitle = Annotated[Text, Field(min_length=1, max_length=services.MAX_TITLE_CHARACTERS)]
Summary = Annotated[Text, Field(max_length=5000)]


class PremiseIn(Input):
    """What the story is about, in a sentence or two."""

    premise: Annotated[Text, Field(max_length=2000)]


class BeatIn(Input):
    """A step of the outline, at the end of an act."""

    act: Annotated[int, Field(ge=1, le=5)] = 1
    title: BeatTitle
    summary: Summary = ""


class BeatChange(Input):
    """What of a beat changes; what is not sent stays."""

    title: BeatTitle | None = None
    summary: Summary | None = None


class MoveIn(Input):
    """One place towards the beginning (-1) or the end (1)."""

    by: Literal[-1, 1]


class BeatOut(BaseModel):
    """A step of the outline."""

    id: UUID
    act: int
    position: int
    title: str
    summary: str
    chapter_id: UUID | None
    created_at: datetime
    updated_at: datetime


class ActOut(BaseModel):
    """An act, and its beats in order."""

    number: int
    beats: list[BeatOut]


class OutlineOut(BaseModel):
    """An outline whole: it has at most 300 beats."""

    premise: str
    acts: list[ActOut]


class MadeOut(BaseModel):
    """How many chapters were made."""

    made: int


def beat_out(beat: Beat) -> BeatOut:
    """A beat as the API shows it."""
    return BeatOut(**{name: getattr(beat, name) for name in BeatOut.model_fields})


@router.get(
    "/stories/{uuid:story_id}/outline",
    response={200: Single[OutlineOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="The outline",
)
def story_outline(request: ApiRequest, story_id: UUID) -> Single[OutlineOut]:
    """The premise and the acts that have beats, in order."""
    return _outline(own_story(request, story_id))


@router.put(
    "/stories/{uuid:story_id}/outline",
    response={200: Single[OutlineOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Say the premise anew",
)
def story_outline_revise(request: ApiRequest, story_id: UUID, body: PremiseIn) -> Single[OutlineOut]:
    """The beats stay."""
    story = own_story(request, story_id)
    return _outline(services.revise_story(story=story, premise=body.premise))


@router.post(
    "/stories/{uuid:story_id}/outline/beats",
    response={201: Single[BeatOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="New beat",
)
def beat_create(request: ApiRequest, story_id: UUID, body: BeatIn) -> Status[Single[BeatOut]]:
    """At the end of an act; an outline has five acts and 300 beats at most."""
    beat = services.add_beat(story=own_story(request, story_id), **body.model_dump())
    return Status(201, Single(data=beat_out(beat)))


@router.post(
    "/stories/{uuid:story_id}/outline/chapters",
    response={200: Single[MadeOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Make chapters of all beats that have none",
)
def outline_write(request: ApiRequest, story_id: UUID) -> Single[MadeOut]:
    """In their order, at the end of the story. Asked twice, nothing more is made."""
    made = services.make_chapters(story=own_story(request, story_id), author=request.auth.user)
    return Single(data=MadeOut(made=made))


@router.patch(
    "/beats/{uuid:beat_id}",
    response={200: Single[BeatOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Change a beat",
)
def beat_revise(request: ApiRequest, beat_id: UUID, body: BeatChange) -> Single[BeatOut]:
    """Its title, or what happens."""
    beat = _own_beat(request, beat_id)
    title = beat.title if body.title is None else body.title
    summary = beat.summary if body.summary is None else body.summary
    return Single(data=beat_out(services.revise_beat(beat=beat, title=title, summary=summary)))


@router.post(
    "/beats/{uuid:beat_id}/move",
    response={200: Single[OutlineOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Move a beat one place",
)
def beat_move(request: ApiRequest, beat_id: UUID, body: MoveIn) -> Single[OutlineOut]:
    """Beyond an act's edge it goes to the act before or after. The answer is the outline as it then is."""
    beat = _own_beat(request, beat_id)
    services.move_beat(beat=beat, by=body.by)
    return _outline(beat.story)


@router.delete(
    "/beats/{uuid:beat_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take a beat out of the outline",
)
def beat_delete(request: ApiRequest, beat_id: UUID) -> Status[None]:
    """Its chapter stays."""
    services.delete_beat(beat=_own_beat(request, beat_id))
    return Status(204, None)


@router.post(
    "/beats/{uuid:beat_id}/chapter",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Make a chapter of a beat",
)
def beat_write(request: ApiRequest, beat_id: UUID) -> Single[ChapterOut]:
    """At the end of the story, under the beat's title. Asked twice, it is the same chapter."""
    return Single(data=chapter_out(services.make_chapter(beat=_own_beat(request, beat_id), author=request.auth.user)))


def _outline(story: Story) -> Single[OutlineOut]:
    beats = list(Beat.objects.filter(story=story).order_by("act", "position"))
    acts = [
        ActOut(number=act, beats=[beat_out(beat) for beat in beats if beat.act == act])
        for act in sorted({beat.act for beat in beats})
    ]
    return Single(data=OutlineOut(premise=story.premise, acts=acts))


def _own_beat(request: ApiRequest, beat_id: UUID) -> Beat:
    stories = Story.objects.editable_by(request.auth.user)
    return get_object_or_404(Beat.objects.filter(story__in=stories).select_related("story"), pk=beat_id)
