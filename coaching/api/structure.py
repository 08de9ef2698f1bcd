"""The story seen from above, for programs: its chapters in figures, a form beside them, the outline last drawn."""

from typing import Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Query, Router
from pydantic import BaseModel

from accounts.api_auth import ApiRequest, reads
from coaching.api.work import ProposalOut, proposal_out
from coaching.models import Proposal
from coaching.structure import FORMS, form_named, structure_of
from costory.lib.api import Input, Single, refusals
from stories.models import Story

router = Router(tags=["coach"])


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
    """A step of the form: where it usually falls, in hundredths of the words, and the chapter that stands there."""

    name: str
    question: str
    place: int
    chapter_id: UUID | None


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
            beats=[
                FormBeatOut(
                    name=str(placed.beat.name),
                    question=str(placed.beat.question),
                    place=placed.beat.place,
                    chapter_id=placed.chapter.pk if placed.chapter is not None else None,
                )
                for placed in structure.placed
            ],
            forms=[FormOut(key=form.key, name=str(form.name), about=str(form.about)) for form in FORMS],
            outline=proposal_out(outline) if outline is not None else None,
        )
    )
