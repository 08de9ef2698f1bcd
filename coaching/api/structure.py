"""The story seen from above, for programs: its chapters in figures, a form beside them, the outline last drawn."""

from typing import Annotated, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from coaching import services
from coaching.api.work import ProposalOut, proposal_out
from coaching.models import Proposal
from coaching.structure import FORMS, Placed, form_named, structure_of
from costory.lib.api import Input, Single, refusals
from stories.models import Chapter, Story

router = Router(tags=["coach"])
AnyUUID = Annotated[UUID, Field(strict=False)]


class StructureQuery(Input):
    """The form beside the chapters."""

    form: Literal["three-acts", "kishotenketsu", "journey", "memoir"] = "three-acts"


class ChapterAboveOut(BaseModel):
    """A chapter in figures: its words, their share of the story's, the share of speech, and how long a sentence is.

    Shares are in hundredths, the sentence in words. `intensity`, from 0 to 100, is how fast the text moves: short
    sentences, speech, exclamations and questions, verbs of movement. It is null where there are too few words to tell.
    """

    chapter_id: UUID
    position: int
    title: str
    words: int
    share: int
    speech: int
    sentence_words: int
    intensity: int | None


class FormBeatOut(BaseModel):
    """A step of the form: where it usually falls, in hundredths of the words, and the chapter it stands in.

    `by_hand` says that the writer put it there.
    """

    key: str
    name: str
    question: str
    place: int
    chapter_id: UUID | None
    by_hand: bool


class BeatPlaceIn(Input):
    """A step of a form, and the chapter it stands in. Null lets it fall where it usually does."""

    form: Literal["three-acts", "kishotenketsu", "journey", "memoir"]
    beat: Annotated[str, Field(max_length=20)]
    chapter_id: AnyUUID | None


class FormOut(BaseModel):
    """A shape that stories have taken."""

    key: str
    name: str
    about: str


class StructureOut(BaseModel):
    """The chapters in order, a form and its steps, the forms there are, and the outline that was last asked for."""

    story_id: UUID
    chapters: list[ChapterAboveOut]
    form: str
    beats: list[FormBeatOut]
    forms: list[FormOut]
    outline: ProposalOut | None


def beat_out(placed: Placed) -> FormBeatOut:
    """A step of a form, as a program sees it."""
    return FormBeatOut(
        key=placed.beat.key,
        name=str(placed.beat.name),
        question=str(placed.beat.question),
        place=placed.beat.place,
        chapter_id=placed.chapter.pk if placed.chapter is not None else None,
        by_hand=placed.is_by_hand,
    )


@router.get(
    "/stories/{uuid:story_id}/structure",
    response={200: Single[StructureOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="The story from above",
)
def structure_detail(request: ApiRequest, story_id: UUID, query: Query[StructureQuery]) -> Single[StructureOut]:
    """Counted, free, and nothing leaves the house. An outline is asked for with `POST /ai/proposals`."""
    story = get_object_or_404(Story.objects.editable_by(request.auth.user), pk=story_id)
    structure = structure_of(story, form_named(query.form))
    outlines = Proposal.objects.of(request.auth.user).filter(story=story, kind=Proposal.Kind.OUTLINE)
    outline = outlines.select_related("reply").defer("reply__request").first()
    return Single(
        data=StructureOut(
            story_id=story.pk,
            chapters=[
                ChapterAboveOut(
                    chapter_id=bar.chapter.pk,
                    position=bar.chapter.position,
                    title=bar.chapter.title,
                    words=bar.words,
                    share=bar.share,
                    speech=bar.speech,
                    sentence_words=bar.mean_length,
                    intensity=bar.intensity,
                )
                for bar in structure.bars
            ],
            form=structure.form.key,
            beats=[beat_out(placed) for placed in structure.placed],
            forms=[FormOut(key=form.key, name=str(form.name), about=str(form.about)) for form in FORMS],
            outline=proposal_out(outline) if outline is not None else None,
        )
    )


@router.put(
    "/stories/{uuid:story_id}/structure/places",
    response={200: Single[FormBeatOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Put a step of a form in a chapter",
)
def beat_place(request: ApiRequest, story_id: UUID, body: BeatPlaceIn) -> Single[FormBeatOut]:
    """By hand; null lets it fall where it usually does. It is told to the model that draws the outline."""
    user = request.auth.user
    story = get_object_or_404(Story.objects.editable_by(user), pk=story_id)
    chapter = None
    if body.chapter_id is not None:
        chapter = get_object_or_404(Chapter.objects.editable_by(user), pk=body.chapter_id, story=story)
    services.place_beat(story=story, form=body.form, beat=body.beat, chapter=chapter)
    structure = structure_of(story, form_named(body.form))
    return Single(data=next(beat_out(placed) for placed in structure.placed if placed.beat.key == body.beat))
