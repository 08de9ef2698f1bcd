"""All that is needed to decide a case, for one screen."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from social.models import Appeal, Case, Comment, Decision, Report
from social.selectors.passage import locate
from stories.models import Chapter, Story
from stories.models.chapter import ChapterQuerySet

# How much of a text is on the screen at once, and how much of it stands before the place.
WINDOW: Final = 24_000
BEFORE: Final = 4_000
EARLIER: Final = 30


@dataclass(frozen=True)
class Extract:
    """A text around the place that was reported. `marked` is empty where it is not found, or none was named."""

    before: str
    marked: str
    after: str
    offset: int
    previous_offset: int | None
    next_offset: int | None
    is_missing: bool


@dataclass(frozen=True)
class Told:
    """A report and who made it, as far as a moderator has to know."""

    report: Report
    reporter: str
    earlier: int
    founded: int


@dataclass(frozen=True)
class CaseFile:
    """A case with everything about it. What holds words that are not everybody's is empty until it was opened."""

    case: Case
    person: User | None
    story: Story | None
    comment: Comment | None
    is_everybodys: bool
    may_be_opened: bool
    is_shown: bool
    reports: list[Told]
    decisions: list[Decision]
    others: list[Decision]
    appeals: list[Appeal]
    report: Report | None = None
    chapter: Chapter | None = None
    chapters: list[Chapter] = field(default_factory=list)
    extract: Extract | None = None


def is_everybodys(case: Case) -> bool:
    """Whether anybody at all may see the thing of a case: then a moderator may, like everybody."""
    everybody = AnonymousUser()
    if case.kind == Case.Kind.PROFILE:
        return User.objects.with_profile_visible_to(everybody).filter(pk=case.target_id).exists()
    stories = Story.objects.visible_to(everybody)
    if case.kind == Case.Kind.STORY:
        return stories.filter(pk=case.target_id).exists()
    return Comment.objects.read_by_all().filter(pk=case.target_id, story__in=stories).exists()


def may_be_opened(case: Case, chapter_id: UUID | None) -> bool:
    """Whether this text of an open case exists and was within sight of its readers: no draft is ever."""
    if chapter_id is None:
        return True
    return case.kind == Case.Kind.STORY and openable_chapters(case).filter(pk=chapter_id).exists()


def openable_chapters(case: Case) -> ChapterQuerySet:
    """The chapters of a reported story that its readers saw: released ones, and one that was reported.

    Also of a story that was put in the bin since: throwing it away does not undo that it was shown.
    """
    reported = Report.objects.filter(case=case, chapter_id__isnull=False).values("chapter_id")
    shown = Q(released_at__lte=timezone.now()) | Q(pk__in=reported)
    return Chapter.objects.filter(shown, story_id=case.target_id, deleted_at=None).order_by("position")


def case_file(
    case: Case,
    *,
    is_opened: bool = False,
    report_id: UUID | None = None,
    chapter_id: UUID | None = None,
    offset: int | None = None,
) -> CaseFile:
    """The file of a case. With `is_opened`, which stands on record by then, also what is not everybody's."""
    everybodys = is_everybodys(case)
    is_shown = everybodys or is_opened
    reports = list(case.reports.select_related("reporter", "decision"))
    report = next((each for each in reports if each.pk == report_id), None) or next(
        (each for each in reports if each.state == Report.State.OPEN), reports[0] if reports else None
    )
    story = comment = chapter = None
    chapters: list[Chapter] = []
    extract = None
    if case.kind == Case.Kind.STORY:
        story = Story.objects.select_related("owner").prefetch_related("tags").filter(pk=case.target_id).first()
        chapters = list(openable_chapters(case).without_text())
        if story and is_shown:
            chapter = _chapter(case, chapters, chapter_id or (report.chapter_id if report else None))
            quote = report.quote if report and chapter and report.chapter_id in (None, chapter.pk) else ""
            extract = _extract(chapter.content, quote, offset) if chapter else None
    elif case.kind == Case.Kind.COMMENT:
        comments = Comment.objects.select_related("author", "story__owner", "parent__author", "chapter")
        comment = comments.filter(pk=case.target_id).first()
        story = comment.story if comment else None
        if comment and is_shown:
            extract = _extract(comment.content, report.quote if report else "", offset)
    decisions = Decision.objects.select_related("case", "lifts", "lifted_by", "appeal")
    return CaseFile(
        case=case,
        person=User.objects.filter(pk=case.person_id).first(),
        story=story,
        comment=comment,
        is_everybodys=everybodys,
        may_be_opened=case.is_open,
        is_shown=is_shown,
        reports=_told(reports),
        decisions=list(decisions.filter(case=case)[:EARLIER]),
        others=list(decisions.filter(person_id=case.person_id).exclude(case=case)[:EARLIER]),
        appeals=list(Appeal.objects.select_related("decision").filter(decision__case=case, decided_at=None)),
        report=report,
        chapter=chapter,
        chapters=chapters,
        extract=extract,
    )


def _chapter(case: Case, chapters: list[Chapter], chapter_id: UUID | None) -> Chapter | None:
    known = {chapter.pk for chapter in chapters}
    chosen = chapter_id if chapter_id in known else (chapters[0].pk if chapters else None)
    return openable_chapters(case).filter(pk=chosen).first() if chosen else None


def _extract(text: str, quote: str, offset: int | None) -> Extract:
    place = locate(text, quote) if quote else None
    start = offset if offset is not None else max(0, place[0] - BEFORE) if place else 0
    start = min(max(start, 0), max(len(text) - 1, 0))
    end = min(len(text), start + WINDOW)
    mark_start, mark_end = (min(max(edge, start), end) for edge in place) if place else (end, end)
    return Extract(
        before=text[start:mark_start],
        marked=text[mark_start:mark_end],
        after=text[mark_end:end],
        offset=start,
        previous_offset=max(0, start - WINDOW) if start else None,
        next_offset=end if end < len(text) else None,
        is_missing=bool(quote) and place is None,
    )


def _told(reports: list[Report]) -> list[Told]:
    """Each report with how often its reporter was heard before: who cries wolf, and who is mostly right."""
    people = {report.reporter_id for report in reports if report.reporter_id}
    made: dict[UUID, list[str]] = {}
    decided = Report.objects.filter(reporter__in=people, decision__isnull=False)
    if reports:
        decided = decided.exclude(case=reports[0].case_id)
    for reporter_id, action in decided.values_list("reporter_id", "decision__action"):
        made.setdefault(reporter_id, []).append(action)
    told = []
    for report in reports:
        actions = made.get(report.reporter_id, []) if report.reporter_id else []
        founded = sum(action != Decision.Action.DISMISS for action in actions)
        name = str(report.reporter) if report.reporter else report.reporter_name
        told.append(Told(report=report, reporter=name, earlier=len(actions), founded=founded))
    return told
