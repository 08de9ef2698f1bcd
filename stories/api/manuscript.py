"""A manuscript from elsewhere, for programs: looked at, and taken in whole or not at all."""

from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import File, Form, Router, Status, UploadedFile
from pydantic import BaseModel, Field, Json

from accounts.api_auth import ApiRequest, writes
from costory.lib import markdown
from costory.lib.api import ApiError, Input, Single, Text, refusals
from stories import importing, services
from stories.api.owned import own_story
from stories.api.story import Language, Mode, StoryOut, Title, story_out

router = Router(tags=["import"])

BEGINNING = 280
MAX_PASTED_CHARACTERS = 5_000_000

Pasted = Annotated[Text, Field(max_length=MAX_PASTED_CHARACTERS)]
ManuscriptFile = Annotated[UploadedFile | None, File()]


class PartIn(Input):
    """A part of the manuscript that is taken in: under which title, and whether as the end of the one before it."""

    place: Annotated[int, Field(ge=0, lt=importing.MAX_PARTS)]
    title: Title | None = None
    is_joined: bool = False


class PastedIn(BaseModel):
    """A text that was pasted, where there is no file."""

    text: Pasted = ""


class TakeIn(PastedIn):
    """What becomes of a manuscript: a new story, or the end of `story_id`; `chapters` are the parts that are taken."""

    title: Title = ""
    mode: Mode = "fiction"
    language: Language | None = None
    story_id: UUID | None = None
    chapters: Json[list[PartIn]] | None = Field(
        default=None,
        description='As JSON: `[{"place": 0, "title": "One", "is_joined": false}, …]`. All of them unless it is said.',
    )


class PartOut(BaseModel):
    """A chapter that was found."""

    place: int
    title: str
    word_count: int
    beginning: str


class ManuscriptOut(BaseModel):
    """What was found, and what cannot be taken over.

    `left_out` counts `pictures`, `footnotes`, `comments`, `tables` and `missing` pages; `notices` has `long` where a
    chapter was divided and `many` where the last ones were joined.
    """

    title: str
    parts: list[PartOut]
    word_count: int
    left_out: dict[str, int]
    notices: list[str]


@router.post(
    "/imports/preview",
    response={200: Single[ManuscriptOut], **refusals(401, 403, 409, 413)},
    auth=writes,
    summary="Look at a manuscript",
)
def import_preview(request: ApiRequest, said: Form[PastedIn], file: ManuscriptFile = None) -> Single[ManuscriptOut]:
    """A `file` (text, Markdown, .docx, .odt, .epub; at most 20 MB) or a pasted `text`. Nothing is written.

    What cannot be read is refused with 422 and `details.reason`: `empty`, `unknown`, `broken`, `locked`, `bomb`,
    `encoding`; a file of more than 20 MB with 413.
    """
    manuscript = _read(request, file, said.text)
    parts = [
        PartOut(
            place=place,
            title=part.title,
            word_count=markdown.word_count(part.content),
            beginning=part.content[:BEGINNING],
        )
        for place, part in enumerate(manuscript.parts)
    ]
    return Single(
        data=ManuscriptOut(
            title=manuscript.title,
            parts=parts,
            word_count=sum(part.word_count for part in parts),
            left_out=manuscript.left_out,
            notices=manuscript.notices,
        )
    )


@router.post(
    "/imports",
    response={201: Single[StoryOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Take a manuscript in",
)
def import_create(request: ApiRequest, said: Form[TakeIn], file: ManuscriptFile = None) -> Status[Single[StoryOut]]:
    """As `multipart/form-data`: all of it or nothing, into a private story of its own or the end of one of yours.

    Send an `Idempotency-Key`: with it, asking twice takes it in once. Without a `title` the manuscript's
    own is taken, or the file's name; a pasted text that has none needs one.
    """
    user = request.auth.user
    story = own_story(request, said.story_id) if said.story_id is not None else None
    manuscript = _read(request, file, said.text)
    taken = services.import_manuscript(
        owner=user,
        manuscript=manuscript,
        chosen=_chosen(said.chapters, manuscript),
        title=said.title or manuscript.title,
        mode=said.mode,
        language=said.language or user.language or "en",
        story=story,
    )
    return Status(201, Single(data=story_out(taken, is_own=True)))


def _read(request: ApiRequest, file: UploadedFile | None, text: str) -> importing.Manuscript:
    """What was sent: a file before a text, as on the page. Raises CannotRead and ApiError."""
    if "file" in request.POST:
        raise ApiError("validation_error", _("The file came as a text. Send it as a file, or its words as `text`."))
    if file is None:
        return importing.read_pasted(text)
    if (file.size or 0) > importing.MAX_FILE_BYTES:
        raise ApiError(
            "payload_too_large",
            _("This file is larger than 20 MB."),
            details={"reason": "too-large", "max_bytes": importing.MAX_FILE_BYTES},
        )
    return importing.read_manuscript(file_name=file.name or "", content=file.read())


def _chosen(chapters: Any, manuscript: importing.Manuscript) -> list[services.Chosen]:
    """The parts that are taken, in the manuscript's order. Raises ApiError where they are not its parts."""
    parts = manuscript.parts
    if chapters is None:
        return [services.Chosen(place=place, title=part.title) for place, part in enumerate(parts)]
    places = [one.place for one in chapters]
    if not places or places != sorted(set(places)) or places[-1] >= len(parts):
        raise ApiError(
            "validation_error",
            _("Choose chapters of this manuscript, each once, in their order."),
            details={"parts": len(parts)},
        )
    return [
        services.Chosen(
            place=one.place,
            title=parts[one.place].title if one.title is None else one.title,
            is_joined=one.is_joined,
        )
        for one in chapters
    ]
