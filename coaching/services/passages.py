"""From the coach's margin into the page: only by the writer's hand, and only words that the coach wrote."""

from typing import ClassVar

from django.utils.translation import gettext as _

import stories.services
from accounts.models import User
from coaching.models import Reply
from costory.lib import markdown
from costory.lib.errors import DomainError
from stories.models import Chapter


class NotThatPassage(DomainError):
    """The reply has not ended, was written by no model, or does not hold the words that were asked for."""

    code: ClassVar[str] = "validation_error"


def take_passage(
    *,
    reply: Reply,
    chapter: Chapter,
    author: User,
    version: int,
    position: int | None = None,
    replacing: int = 0,
    text: str = "",
) -> Chapter:
    """Put a reply, or the `text` of it that was chosen, into a chapter of its story; at the end unless told where.

    A passage at the end begins a paragraph of its own. Places are in code points of the text at `version`.
    Raises NotThatPassage, and what `stories.services.insert_passage` raises.
    """
    passage = markdown.normalise_text(text).strip() or reply.content.strip()
    is_the_coachs = reply.is_finished and not reply.is_offline and passage and passage in reply.content
    if not is_the_coachs or chapter.story_id != reply.session.story_id:
        raise NotThatPassage(_("Only what the coach has written can be put into the page."))
    if position is None:
        position = len(chapter.content)
        if chapter.content and not chapter.content.endswith("\n\n"):
            passage = ("\n" if chapter.content.endswith("\n") else "\n\n") + passage
    return stories.services.insert_passage(
        chapter=chapter,
        author=author,
        version=version,
        position=position,
        replacing=replacing,
        text=passage,
        reply_id=reply.pk,
    )
