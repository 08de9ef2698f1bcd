"""What looks like a flood waits for somebody's look. A machine holds; it deletes nothing and decides nothing."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from events.models import Event
from social.models import Case, Comment, Decision, Report
from social.services.decision import take_hold
from social.services.report import hold_case, open_case
from stories.models import Chapter, Story

LOOKED_AT_ON: Final = ("story.published", "chapter.released")
# Of a story: more external links than this per 1,000 words, and more than a bibliography's handful.
LINKS_PER_THOUSAND: Final = 10
FEWEST_LINKS: Final = 6
# The same paragraph this often, and this share of the whole. A refrain is shorter, a litany rarer.
SAME_PARAGRAPHS: Final = 8
SAME_SHARE_PERCENT: Final = 30
SHORTEST_PARAGRAPH: Final = 40
# What a person has looked at is not held again for the same cause at once.
LOOKED_AT_FOR: Final = timedelta(days=30)

_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>()\[\]\"']+", re.IGNORECASE)
_BREAK = re.compile(r"\n\s*\n")


def flood_in(*, texts: Iterable[str]) -> str:
    """What is found in the texts of a story, in words and figures, or nothing."""
    links = words = size = 0
    paragraphs: Counter[str] = Counter()
    for text in texts:
        links += len(_external_links(text))
        words += len(text.split())
        for paragraph in _BREAK.split(text):
            plain = " ".join(paragraph.split()).casefold()
            size += len(plain)
            if len(plain) >= SHORTEST_PARAGRAPH:
                paragraphs[plain] += 1
    if links >= FEWEST_LINKS and links * 1000 > LINKS_PER_THOUSAND * words:
        return _("%(links)d links to other places in %(words)d words.") % {"links": links, "words": words}
    for paragraph, count in paragraphs.most_common(1):
        if count >= SAME_PARAGRAPHS and count * len(paragraph) * 100 > SAME_SHARE_PERCENT * size:
            return _("The same paragraph stands there %(count)d times.") % {"count": count}
    return ""


def look_at_story(event: Event) -> None:
    """Subscriber of LOOKED_AT_ON: hold a public story that looks like a flood."""
    story_id = event.payload.get("story_id") or event.subject_id
    story = Story.objects.select_related("owner").filter(pk=story_id, visibility=Story.Visibility.PUBLIC).first()
    if story is not None and story.standing in Story.READABLE_STANDINGS:
        _look(story)


def _look(story: Story) -> None:
    texts = Chapter.objects.readable().filter(story=story).values_list("content", flat=True)
    with translation.override(story.owner.language or story.language):
        found = flood_in(texts=texts.iterator(chunk_size=20))
    if found and not _was_looked_at(story):
        _hold(kind=Case.Kind.STORY, target_id=story.pk, person=story.owner, found=found, former=story.standing)


def look_at_changed_stories() -> int:
    """Look again at public stories whose text changed since the minute's round before: a save tells nobody.

    To be called before the round that brings listings up to date, by which the change is known. Returns how many.
    """
    changed = Story.objects.published().filter(updated_at__gt=F("listing__refreshed_at")).select_related("owner")
    done = 0
    for story in changed.order_by("updated_at")[:50]:
        with transaction.atomic():
            _look(story)
        done += 1
    return done


def take_in_comment(event: Event) -> None:
    """Subscriber of comment.held: put a comment that is held into the queue, and tell its author why."""
    comment = Comment.objects.select_related("author", "story").filter(pk=event.subject_id).first()
    if comment is None:
        return
    # As it would be without the hold: the story's author may look first.
    is_looked_at = comment.story.comment_policy == Story.CommentPolicy.MODERATED
    former = Comment.State.WAITING if is_looked_at and comment.author_id != comment.story.owner_id else None
    with translation.override(comment.author.language or settings.LANGUAGE_CODE):
        found = _("Many links to other places, or the same words said again and again.")
    _hold(
        kind=Case.Kind.COMMENT,
        target_id=comment.pk,
        person=comment.author,
        found=found,
        former=former or Comment.State.SHOWN,
    )


def _was_looked_at(story: Story) -> bool:
    since = timezone.now() - LOOKED_AT_FOR
    looks = Decision.objects.filter(case__kind=Case.Kind.STORY, case__target_id=story.pk, moderator_id__isnull=False)
    return looks.filter(created_at__gt=since).exists()


def _hold(*, kind: Case.Kind, target_id: UUID, person: User, found: str, former: str) -> None:
    case = hold_case(kind=kind, target_id=target_id, person_id=person.pk)
    language = person.language or settings.LANGUAGE_CODE
    with translation.override(language):
        Report.objects.create(
            case=case, reason=Report.Reason.SPAM, explanation=found, is_automatic=True, language=language
        )
        open_case(case=case, severity=Report.SEVERITY[Report.Reason.SPAM], has_new_report=True)
        decision = Decision.objects.create(
            case=case,
            person_id=person.pk,
            action=Decision.Action.HOLD,
            ground=Decision.Ground.TERMS,
            clause=_("Moderation rules, “What may not be published”: floods of links, the same text again and again"),
            facts=found,
            statement=_(
                "A simple rule found this and has it wait until a person has looked. Nothing is lost or decided: only"
                " you see it until then, and if all is well it appears by itself."
            ),
            origin=Decision.Origin.MACHINE,
            former=former,
        )
    take_hold(decision=decision)


def _external_links(text: str) -> list[str]:
    home = urlsplit(settings.APP_URL).hostname or ""
    found = []
    for link in _LINK.findall(text):
        try:
            host = urlsplit(link if "//" in link else f"//{link}").hostname or ""
        except ValueError:
            host = ""
        if host != home:
            found.append(link)
    return found
