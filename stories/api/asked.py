"""What a page answers, for programs: a journal's day, a question about a life; and a scene of a role play."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Input, Single, Text, refusals
from stories import prompts, services
from stories.api.chapter import ChapterOut, Version, chapter_out
from stories.api.owned import own_chapter, own_chapter_beside, own_story
from stories.models import Chapter, Story
from stories.selectors import journal as journals

router = Router(tags=["journal, interview, scene"])

Prompt = Annotated[Text, Field(max_length=500)]


class MonthFilter(BaseModel):
    """Which month of a journal, `2026-11`; this one unless it is said."""

    month: Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")] | None = None


class PromptFilter(BaseModel):
    """For which day a question is asked, and how many were passed over."""

    day: date | None = None
    skip: int = Field(default=0, ge=0, le=10_000)


class DayIn(Input):
    """The question a day's entry answers, or none; a day that has an entry keeps its own."""

    prompt: Prompt = ""


class QuestionIn(Input):
    """A question to answer, of those that are asked or one's own."""

    question: Annotated[Prompt, Field(min_length=1, pattern=r"\S")]


class PromptIn(Input):
    """The question above a page; empty for none, null for the one that follows it."""

    prompt: Prompt | None


class SceneIn(Input):
    """Where a scene is set, and what is at stake."""

    setting: Annotated[Text, Field(max_length=2000)]


class TurnIn(Input):
    """Who speaks, and what is said or done, from the version of the scene that it follows."""

    version: Version
    name: Annotated[Text, Field(max_length=120)] = ""
    words: Annotated[Text, Field(min_length=1, max_length=20_000, pattern=r"\S")]


class EntryBriefOut(BaseModel):
    """A chapter without its text."""

    id: UUID
    title: str
    entry_date: date | None
    prompt: str
    word_count: int


class PromptOut(BaseModel):
    """A day's question."""

    day: date
    prompt: str


class JournalOut(BaseModel):
    """A month of a journal, today's question, and what was written on this day in other years."""

    month: str
    today: date
    prompt: str
    days_written: int
    words_written: int
    streak: int
    entries: list[EntryBriefOut]
    earlier: list[EntryBriefOut]
    undated: list[EntryBriefOut]


class AskedOut(BaseModel):
    """A question, and the chapter that answers it."""

    question: str
    chapter: EntryBriefOut | None


class LifePartOut(BaseModel):
    """A chapter of a life."""

    name: str
    count: int
    answered: int
    questions: list[AskedOut]


class InterviewOut(BaseModel):
    """What a life is asked, by its chapters; what has answers besides; and what to ask next, if anything."""

    parts: list[LifePartOut]
    own: list[AskedOut]
    next_question: str


@router.get(
    "/stories/{uuid:story_id}/journal",
    response={200: Single[JournalOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A month of a journal",
)
def journal(request: ApiRequest, story_id: UUID, asked: Query[MonthFilter]) -> Single[JournalOut]:
    """With today's question, the days in a row, and what belongs to no day. 404 for a story of another kind."""
    story = own_story(request, story_id, mode=Story.Mode.JOURNAL)
    today = timezone.localdate()
    year, month = map(int, asked.month.split("-")) if asked.month else (today.year, today.month)
    first = date(year, month, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    figures = journals.month_of(story, first)
    entries = journals.entries_between(story, first, last)
    return Single(
        data=JournalOut(
            month=f"{first:%Y-%m}",
            today=today,
            prompt=prompts.prompt_for(story_id=story.pk, language=story.language, day=today),
            days_written=figures.days_written,
            words_written=figures.words_written,
            streak=journals.days_in_a_row(story, today),
            entries=[_brief(entries[day]) for day in sorted(entries)],
            earlier=[_brief(chapter) for chapter in journals.on_this_day(story, today)],
            undated=[_brief(chapter) for chapter in journals.undated(story)],
        )
    )


@router.get(
    "/stories/{uuid:story_id}/journal/prompt",
    response={200: Single[PromptOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A day's question",
)
def journal_prompt(request: ApiRequest, story_id: UUID, asked: Query[PromptFilter]) -> Single[PromptOut]:
    """The same all day, another tomorrow, and another one for each that is passed over."""
    story = own_story(request, story_id, mode=Story.Mode.JOURNAL)
    day = asked.day or timezone.localdate()
    prompt = prompts.prompt_for(story_id=story.pk, language=story.language, day=day, skipped=asked.skip)
    return Single(data=PromptOut(day=day, prompt=prompt))


@router.get(
    "/stories/{uuid:story_id}/journal/entries/{day}",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="A day's entry",
)
def journal_entry(request: ApiRequest, story_id: UUID, day: date) -> Single[ChapterOut]:
    """404 where nothing was begun on that day."""
    story = own_story(request, story_id, mode=Story.Mode.JOURNAL)
    entry = journals.entries_between(story, day, day).get(day)
    if entry is None:
        raise Http404
    return Single(data=chapter_out(entry))


@router.put(
    "/stories/{uuid:story_id}/journal/entries/{day}",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Open a day's entry",
)
def journal_write(request: ApiRequest, story_id: UUID, day: date, body: DayIn) -> Single[ChapterOut]:
    """Made in its place among the days where there is none yet; asked twice, it is the same one.

    A journal is written from 1900 up to today. The words are saved like any chapter's.
    """
    story = own_story(request, story_id, mode=Story.Mode.JOURNAL)
    return Single(
        data=chapter_out(services.open_day(story=story, author=request.auth.user, day=day, prompt=body.prompt))
    )


@router.get(
    "/stories/{uuid:story_id}/interview",
    response={200: Single[InterviewOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="The questions of a life",
)
def interview(request: ApiRequest, story_id: UUID) -> Single[InterviewOut]:
    """By the chapters of a life, in the story's language, with their answers. 404 for a story of another kind."""
    story = own_story(request, story_id, mode=Story.Mode.LEGACY)
    parts, own = journals.life_of(story)
    answered = {one.question for part in parts for one in part.questions if one.answer is not None}
    return Single(
        data=InterviewOut(
            parts=[
                LifePartOut(
                    name=part.name,
                    count=part.count,
                    answered=part.answered,
                    questions=[_asked(one) for one in part.questions],
                )
                for part in parts
            ],
            own=[_asked(one) for one in own],
            next_question=prompts.question_after(prompt="", language=story.language, answered=answered),
        )
    )


@router.post(
    "/stories/{uuid:story_id}/interview/answers",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Answer a question of a life",
)
def interview_answer(request: ApiRequest, story_id: UUID, body: QuestionIn) -> Single[ChapterOut]:
    """Gives the chapter to answer in, made where there is none yet; asked twice, it is the same one."""
    story = own_story(request, story_id, mode=Story.Mode.LEGACY)
    chapter = services.answer_question(story=story, author=request.auth.user, question=body.question)
    return Single(data=chapter_out(chapter))


@router.put(
    "/chapters/{uuid:chapter_id}/prompt",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Ask something else above a page",
)
def prompt_choose(request: ApiRequest, chapter_id: UUID, body: PromptIn) -> Single[ChapterOut]:
    """Or nothing. The version stays: nobody who is writing the page is in the way."""
    chapter = own_chapter_beside(request, chapter_id)
    prompt = body.prompt
    if prompt is None:
        prompt = prompts.prompt_after(prompt=chapter.prompt, language=chapter.story.language)
    services.set_prompt(chapter=chapter, prompt=prompt)
    return Single(data=chapter_out(own_chapter(request, chapter_id)))


@router.put(
    "/chapters/{uuid:chapter_id}/scene",
    response={200: Single[ChapterOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Say where a scene is set",
)
def scene_edit(request: ApiRequest, chapter_id: UUID, body: SceneIn) -> Single[ChapterOut]:
    """And what is at stake. 404 outside a role play."""
    services.set_scene(chapter=_scene(request, chapter_id), setting=body.setting)
    return Single(data=chapter_out(own_chapter(request, chapter_id)))


@router.post(
    "/chapters/{uuid:chapter_id}/turns",
    response={200: Single[ChapterOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Take a turn in a scene",
)
def turn_create(request: ApiRequest, chapter_id: UUID, body: TurnIn) -> Single[ChapterOut]:
    """At the end of the scene, under a name or told. From a version that is no longer the stored one: 409."""
    chapter = services.take_turn(chapter=_scene(request, chapter_id), author=request.auth.user, **body.model_dump())
    return Single(data=chapter_out(chapter))


def _brief(chapter: Chapter) -> EntryBriefOut:
    return EntryBriefOut(**{name: getattr(chapter, name) for name in EntryBriefOut.model_fields})


def _asked(asked: journals.Asked) -> AskedOut:
    return AskedOut(question=asked.question, chapter=_brief(asked.answer) if asked.answer is not None else None)


def _scene(request: ApiRequest, chapter_id: UUID) -> Chapter:
    chapter = own_chapter(request, chapter_id)
    if chapter.story.mode != Story.Mode.ROLEPLAY:
        raise Http404
    return chapter
