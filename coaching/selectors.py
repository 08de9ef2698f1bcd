"""Reads that cross models: what the coach is given to read."""

from django.conf import settings

from coaching.context import ChapterText, Context, StoryBrief, Turn, build_context
from coaching.models import Reply, Session
from stories.models import Chapter, Story

# Enough that the budget, not this, decides how far back a conversation reaches.
TURNS = 40


def context_for(
    *, session: Session, content: str, budget_tokens: int | None = None, cursor: int | None = None
) -> Context:
    """What is sent to the model to answer this message, and its receipt.

    Raises MessageTooLong where the message alone does not fit the budget.
    """
    person = session.user
    current = session.chapter if session.chapter is not None and session.chapter.deleted_at is None else None
    return build_context(
        mode=session.mode,
        language=session.story.language,
        brief=brief_of(session.story),
        chapters=_chapters(session.story, current),
        current=current.position if current is not None else None,
        turns=[*_turns(session), Turn("user", content)],
        cursor=cursor,
        private_terms=[term for term in (person.display_name, person.handle, person.email) if term],
        budget_tokens=budget_tokens or settings.CONTEXT_BUDGET_TOKENS,
    )


def offline_answer(*, session: Session, content: str) -> str:
    """What the offline coach says: it measures the chapter and asks. Nothing leaves the house."""
    from coaching import offline

    chapter = session.chapter or session.story.chapters.filter(deleted_at=None).order_by("-updated_at").first()
    return offline.answer(
        chapter_text=chapter.content if chapter is not None else "",
        question=content,
        mode=session.mode,
        language=session.story.language,
        pov=session.story.pov or None,
        story_mode=session.story.mode,
    )


def brief_of(story: Story) -> StoryBrief:
    """What the writer said the story is."""
    return StoryBrief(
        title=story.title,
        mode=story.mode,
        description=story.description,
        theme=story.theme,
        era=story.era,
        writing_style=story.writing_style,
        pov=story.pov,
        purpose=story.purpose,
        is_real=story.is_real,
        language=story.language,
    )


def _chapters(story: Story, current: Chapter | None) -> list[ChapterText]:
    """The story's chapters; of those after the one being written only that they exist."""
    rows = story.chapters.filter(deleted_at=None).order_by("position")
    if current is None:
        return [ChapterText(row.position, row.title, row.content) for row in rows.defer("content_html")]
    read = [
        ChapterText(row.position, row.title, row.content)
        for row in rows.filter(position__lte=current.position).defer("content_html")
    ]
    later = rows.filter(position__gt=current.position).values_list("position", "title")
    return [*read, *(ChapterText(position, title, "") for position, title in later)]


def _turns(session: Session) -> list[Turn]:
    """The end of the conversation, oldest first. A reply that failed said nothing worth answering."""
    recent = (
        Reply.objects.filter(session=session, state__in=[Reply.State.DONE, Reply.State.STOPPED])
        .exclude(content="")
        .select_related("message")
        .only("content", "created_at", "message__content")
        .order_by("-created_at", "-id")[: TURNS // 2]
    )
    turns: list[Turn] = []
    for reply in reversed(recent):
        turns += [Turn("user", reply.message.content), Turn("assistant", reply.content)]
    return turns
