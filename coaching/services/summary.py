"""What the coach remembers of a chapter: asked of a model at a price shown, or written by the writer."""

from django.db import transaction
from django.utils.translation import gettext as _

import events.services
from accounts.models import User
from coaching import excerpts, selectors, tasks
from coaching.context import Context
from coaching.models import Reply, Session, Summary, SummaryRequest
from coaching.services import asking
from coaching.services.asking import Prepared
from coaching.services.proposal import NotAskable, desk_of, require_model
from coaching.tokens import estimate_tokens
from costory.lib import markdown
from stories.models import Chapter

SUMMARY_MAX_CHARACTERS = 5_000
# What the instructions and the brief take beside the chapter, by our estimate from above.
_BESIDE_TOKENS = 6_000
_MOST_TOKENS = 120_000


def quote_summary(*, user: User, chapter: Chapter, model: str = "") -> Prepared:
    """What a summary would cost at most, and what would be sent. Nothing is written. Raises what `summarise` raises."""
    desk = Session(user=user, story=chapter.story, kind=Session.Kind.DESK, mode=Session.Mode.STRUCTURAL)
    return _prepare(desk, _checked(chapter), model)


@transaction.atomic
def summarise(*, user: User, chapter: Chapter, request_key: str, model: str = "") -> Reply:
    """Ask for the summary of a chapter as it stands; it is remembered when the reply has ended.

    One at a time for a chapter: while one is being written for this text, that one is given again. Raises NeedsModel,
    NotAskable, UnknownModel, RequestKeyTaken and billing's InsufficientCredits.
    """
    content = _checked(chapter)
    Chapter.objects.select_for_update().only("pk").get(pk=chapter.pk)
    digest = Summary.digest(chapter.content)
    under_way = SummaryRequest.objects.filter(
        chapter=chapter, text_sha256=digest, reply__state__in=Reply.UNFINISHED
    ).select_related("reply")
    if (standing := under_way.first()) is not None:
        return standing.reply
    desk = desk_of(user=user, story=chapter.story)
    reply, is_new = asking.ask(
        desk, content=content, request_key=request_key, prepare=lambda: _prepare(desk, content, model)
    )
    if is_new:
        SummaryRequest.objects.create(reply=reply, chapter=chapter, text_sha256=digest)
    elif not SummaryRequest.objects.filter(reply=reply, chapter=chapter).exists():
        raise asking.RequestKeyTaken
    return reply


def remember(reply: Reply) -> None:
    """Take the words of a summary that has ended as what is remembered. The caller's transaction has its settlement."""
    asked = SummaryRequest.objects.filter(reply=reply).first()
    text = reply.content.strip()[:SUMMARY_MAX_CHARACTERS]
    if asked is None or reply.state != Reply.State.DONE or not text:
        return
    Summary.objects.update_or_create(
        chapter_id=asked.chapter_id,
        defaults={"text": text, "text_sha256": asked.text_sha256, "reply": reply, "is_edited": False},
    )


@transaction.atomic
def revise_summary(*, chapter: Chapter, text: str) -> Summary:
    """Set what is remembered in the writer's own words; it holds for the chapter as it stands. Raises NotAskable."""
    text = markdown.normalise_text(text).strip()
    if not text:
        raise NotAskable(_("Write a few sentences, or forget the summary."))
    if len(text) > SUMMARY_MAX_CHARACTERS:
        raise NotAskable(
            _("Keep the summary under %(limit)s characters.") % {"limit": SUMMARY_MAX_CHARACTERS},
            details={"limit": SUMMARY_MAX_CHARACTERS},
        )
    summary, _is_new = Summary.objects.update_or_create(
        chapter=chapter,
        defaults={"text": text, "text_sha256": Summary.digest(chapter.content), "reply": None, "is_edited": True},
    )
    events.services.record("summary.written", person_id=chapter.story.owner_id, subject=chapter)
    return summary


@transaction.atomic
def forget_summary(*, chapter: Chapter) -> bool:
    """Remember nothing of a chapter; the coach reads its opening and its close again. Returns whether there was one."""
    return bool(Summary.objects.filter(chapter=chapter).delete()[0])


def _checked(chapter: Chapter) -> str:
    """What is asked of the model. Raises NeedsModel, and NotAskable where there is nothing to summarise."""
    require_model()
    text = markdown.normalise_text(chapter.content).strip()
    if not text:
        raise NotAskable(_("There is no text in this chapter yet."))
    passage = excerpts.spread(text, _MOST_TOKENS - _BESIDE_TOKENS)
    return tasks.request_text("summary", chapter.story.language, passage=passage)


def _prepare(desk: Session, content: str, model: str) -> Prepared:
    def build(room: int) -> Context:
        return selectors.context_for_summary(session=desk, content=content, budget_tokens=room)

    return asking.prepare(
        desk, build, model=model, max_tokens=tasks.SUMMARY_TOKENS, room=estimate_tokens(content) + _BESIDE_TOKENS
    )
