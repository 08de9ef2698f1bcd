"""Reads that cross models: what the coach is given to read."""

import hashlib
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q

from accounts.models import User
from coaching import tasks, voice
from coaching.context import ChapterText, CodexEntry, CodexRest, Context, StoryBrief, Turn, build_context
from coaching.continuity import Known, KnownFact, Passage
from coaching.models import Message, Reply, Session, Summary
from coaching.offline.digest import digest
from costory.lib.kept import Kept
from stories.models import Beat, Chapter, CodexFact, Story
from stories.models import CodexEntry as StoredEntry
from stories.selectors.codex import EntryAtChapter, codex_at

# How much of the conversation can name an entry so that the coach is told of it.
TURNS_THAT_NAME = 6
# A chapter shorter than this says too little of a voice, and more than this says nothing new.
STYLE_FROM_CHARACTERS = 3_000
STYLE_CHARACTERS = 40_000
# A chapter and more; what stands before says little of the passage in hand.
FINDINGS_CHARACTERS = 60_000
# The coaches that speak of craft are told what was counted, and need not count.
MODES_OF_CRAFT = frozenset({Session.Mode.NARRATIVE, Session.Mode.STRUCTURAL})
# Enough that the budget, not this, decides how far back a conversation reaches.
TURNS = 40
_findings: Kept[str] = Kept(most=512, seconds=600)


def context_for(
    *,
    session: Session,
    content: str,
    budget_tokens: int | None = None,
    cursor: int | None = None,
    quote: str = "",
    after: UUID | Literal["head"] | None = "head",
) -> Context:
    """What is sent to the model to answer this message, and its receipt.

    It follows the message `after`: the end of the branch that is shown, unless said otherwise; None is the beginning.

    Raises MessageTooLong where the message alone does not fit the budget.
    """
    current = session.chapter if session.chapter is not None and session.chapter.deleted_at is None else None
    said = tasks.with_quote(content, quote, session.story.language)
    turns = [*_turns(session, after), Turn("user", said)]
    words = "\n\n".join(turn.content for turn in turns[-TURNS_THAT_NAME:])
    return _context(session, current, session.mode, turns, words, cursor, budget_tokens)


def context_for_work(
    *,
    session: Session,
    chapter: Chapter | None,
    task: str,
    content: str,
    budget_tokens: int | None = None,
    cursor: int | None = None,
) -> Context:
    """What is sent to the model for a single piece of work at a chapter, or about the whole story; no conversation."""
    return _context(session, chapter, task, [Turn("user", content)], content, cursor, budget_tokens)


def context_for_summary(*, session: Session, content: str, budget_tokens: int) -> Context:
    """What is sent for a chapter's summary: the chapter, the brief, and nothing of any other chapter."""
    return build_context(
        mode="summary",
        language=session.story.language,
        brief=brief_of(session.story),
        chapters=[],
        current=None,
        turns=[Turn("user", content)],
        private_terms=private_terms(session.user),
        budget_tokens=budget_tokens,
    )


def _context(
    session: Session,
    current: Chapter | None,
    prompt: str,
    turns: list[Turn],
    words: str,
    cursor: int | None,
    budget_tokens: int | None,
) -> Context:
    codex, codex_rest = told_codex(session.story, current, words, reads_ahead=session.reads_ahead)
    return build_context(
        mode=prompt,
        language=session.story.language,
        brief=brief_of(session.story, current),
        chapters=chapter_texts(session.story, current, reads_ahead=session.reads_ahead),
        current=current.position if current is not None else None,
        turns=turns,
        cursor=cursor,
        codex=codex,
        codex_rest=codex_rest,
        private_terms=private_terms(session.user),
        reads_ahead=session.reads_ahead,
        findings=findings_of(session.story, current.content)
        if current is not None and prompt in MODES_OF_CRAFT
        else "",
        budget_tokens=budget_tokens or settings.CONTEXT_BUDGET_TOKENS,
    )


def style_of(story: Story, chapter: Chapter) -> str:
    """The style sheet of the story's voice: of this chapter, or of the one before it where there is too little yet."""
    texts = [chapter.content]
    if len(chapter.content) < STYLE_FROM_CHARACTERS:
        before = story.chapters.filter(deleted_at=None, position__lt=chapter.position).order_by("-position")
        texts = [*before.values_list("content", flat=True)[:1], *texts]
    text = "\n\n".join(texts)
    return voice.style_sheet(text[-STYLE_CHARACTERS:], story.language)


def findings_of(story: Story, text: str) -> str:
    """What the offline coach has counted in a text, for the model, which then need not count.

    The page asks for a price while the message is being written, so what was counted then is at hand when it is sent.
    """
    text = text[-FINDINGS_CHARACTERS:]
    key = (hashlib.sha256(text.encode()).digest(), story.language)
    found = _findings.get(key)
    return _findings.put(key, digest(text, story.language)) if found is None else found


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


def private_terms(person: User) -> list[str]:
    """What names a person, and goes to no model."""
    return [term for term in (person.display_name, person.handle, person.email) if term]


def brief_of(story: Story, chapter: Chapter | None = None) -> StoryBrief:
    """What the writer said the story is, where this chapter's scene is set, and what its outline wants of it."""
    asked = [story.description, story.premise]
    if chapter is not None:
        beat = Beat.objects.filter(chapter=chapter).only("title", "summary").first()
        asked += [chapter.setting, *((beat.title, beat.summary) if beat is not None else ())]
    return StoryBrief(
        title=story.title,
        mode=story.mode,
        description="\n\n".join(words for words in asked if words),
        theme=story.theme,
        era=story.era,
        writing_style=story.writing_style,
        pov=story.pov,
        purpose=story.purpose,
        is_real=story.is_real,
        language=story.language,
    )


def chapter_texts(story: Story, current: Chapter | None, *, reads_ahead: bool = False) -> list[ChapterText]:
    """The story's chapters with the summaries that hold; of later ones, without leave, only that they exist."""
    rows = story.chapters.filter(deleted_at=None).order_by("position").select_related("summary")
    # `only` would leave the summaries out of the join: each chapter would ask for its own.
    rows = rows.defer("content_html", "provenance", "prompt", "setting")
    if current is None or reads_ahead:
        return [_chapter_text(row) for row in rows]
    later = story.chapters.filter(deleted_at=None, position__gt=current.position).order_by("position")
    return [
        *(_chapter_text(row) for row in rows.filter(position__lte=current.position)),
        *(ChapterText(position, title, "") for position, title in later.values_list("position", "title")),
    ]


def _chapter_text(row: Chapter) -> ChapterText:
    summary: Summary | None = getattr(row, "summary", None)
    holds = summary is not None and summary.holds_for(row.content)
    return ChapterText(
        row.position,
        row.title,
        row.content,
        summary=summary.text if summary is not None and holds else "",
        is_stale=summary is not None and not holds,
    )


def told_codex(
    story: Story, current: Chapter | None, words: str, *, reads_ahead: bool = False
) -> tuple[list[CodexEntry], CodexRest]:
    """The entries the writer lets the coach read here, most to the point first, and an account of the others.

    Those of the question come first, then those that are always told, then those the chapter names most often. Facts
    that come later are told only with `reads_ahead`, and then with the chapter they begin in.
    """
    standing = codex_at(story=story, chapter=current, words=words, exclude_hidden=True)
    always, never = StoredEntry.Inclusion.ALWAYS, StoredEntry.Inclusion.NEVER
    told = [at for at in standing if at.entry.inclusion == always or (_is_named(at) and at.entry.inclusion != never)]
    told.sort(key=lambda at: (not at.asked, at.entry.inclusion != always, -at.mentions))
    ahead = {at.entry.pk: _facts_ahead(at, current) if reads_ahead else () for at in told}
    rest = CodexRest(
        kept_back=tuple(at.entry.name for at in standing if at.entry.inclusion == never and _is_named(at)),
        not_named=sum(not _is_named(at) and at.entry.inclusion != always for at in standing),
        facts_elsewhere=sum(at.facts_elsewhere - len(ahead[at.entry.pk]) for at in told),
    )
    return [_told(at, ahead[at.entry.pk]) for at in told], rest


def _facts_ahead(at: EntryAtChapter, current: Chapter | None) -> tuple[str, ...]:
    here = current.position if current is not None else 0
    return tuple(
        f"{fact.text} ({fact.holds_from.position}→)"
        for fact in at.entry.facts.all()
        if fact.holds_from is not None and fact.holds_from.position > here
    )


def _is_named(at: EntryAtChapter) -> bool:
    return bool(at.mentions or at.asked)


def _told(at: EntryAtChapter, ahead: tuple[str, ...] = ()) -> CodexEntry:
    entry = at.entry
    return CodexEntry(
        name=entry.name,
        text=entry.description,
        kind=entry.kind,
        aliases=tuple(entry.aliases),
        played_by=entry.played_by,
        facts=(*(fact.text for fact in at.facts), *ahead),
        relations=tuple(
            f"{relation.label} {relation.other.name}"
            if relation.is_from
            else f"{relation.other.name}: {relation.label} {entry.name}"
            for relation in at.relations
        ),
    )


def path_to(session: Session, end: UUID | Literal["head"] | None) -> list[UUID]:
    """The messages from the first to this one, along their branch. Two queries at most."""
    if end == "head":
        end = Session.objects.filter(pk=session.pk).values_list("head_id", flat=True).first()
    if end is None:
        return []
    parents = dict(Message.objects.filter(session=session).values_list("pk", "parent_id"))
    path = []
    while end is not None and end in parents:
        path.append(end)
        end = parents[end]
    return path[::-1]


def _turns(session: Session, after: UUID | Literal["head"] | None) -> list[Turn]:
    """The end of a branch, oldest first. A reply that failed said nothing worth answering."""
    path = path_to(session, after)[-TURNS // 2 :]
    if not path:
        return []
    rows = (
        Reply.objects.filter(message__in=path, state__in=[Reply.State.DONE, Reply.State.STOPPED])
        .exclude(content="")
        .select_related("message")
        .only("content", "created_at", "message__content", "message__quote")
    )
    replies = {reply.message_id: reply for reply in rows}
    turns: list[Turn] = []
    for pk in path:
        if (reply := replies.get(pk)) is not None:
            said = tasks.with_quote(reply.message.content, reply.message.quote, session.story.language)
            turns += [Turn("user", said), Turn("assistant", reply.content)]
    return turns


SESSIONS = 20


@dataclass(frozen=True)
class Found:
    """Conversations in their order, and where the older ones begin; the pinned ones come before all."""

    pinned: list[Session]
    sessions: list[Session]
    older: str


def find_sessions(
    *, story: Story, user: User, words: str = "", is_archived: bool = False, before: UUID | None = None
) -> Found:
    """Conversations about a story, the latest first, that hold these words in a title or in what was said.

    Three queries at most. Pinned ones stand first on the first page.
    """
    rows = Session.objects.of(user).conversations().filter(story=story, archived_at__isnull=not is_archived)
    words = words.strip()
    if words:
        said = Message.objects.filter(session=OuterRef("pk"), content__icontains=words)
        answered = Reply.objects.filter(session=OuterRef("pk"), content__icontains=words)
        rows = rows.filter(Q(title__icontains=words) | Exists(said) | Exists(answered))
    rows = rows.order_by("-updated_at", "-id")
    pinned = [] if before else list(rows.filter(is_pinned=True)[:SESSIONS])
    others = rows.filter(is_pinned=False)
    if before:
        edge = rows.filter(pk=before).values_list("updated_at", flat=True).first()
        if edge is not None:
            others = others.filter(Q(updated_at__lt=edge) | Q(updated_at=edge, pk__lt=before))
    found = list(others[: SESSIONS + 1])
    return Found(pinned, found[:SESSIONS], str(found[SESSIONS - 1].pk) if len(found) > SESSIONS else "")


def passages_of(story: Story) -> list[Passage]:
    """The chapters as a check reads them, in the story's order. One query."""
    rows = story.chapters.filter(deleted_at=None).order_by("position").values_list("pk", "position", "title", "content")
    return [Passage(pk, position, title, content) for pk, position, title, content in rows]


def known_of(story: Story, *, for_model: bool = False) -> list[Known]:
    """The codex as a check knows it; for a model without what the writer keeps back. Two queries."""
    entries = story.codex_entries.present().order_by("kind", "name", "id")
    if for_model:
        entries = entries.exclude(inclusion=StoredEntry.Inclusion.NEVER)
    facts = CodexFact.objects.select_related("holds_from", "holds_until").order_by("created_at", "id")
    return [
        Known(
            name=entry.name,
            aliases=tuple(entry.aliases),
            kind=entry.kind,
            facts=(
                *(KnownFact(line) for line in entry.description.splitlines() if line.strip()),
                *(
                    KnownFact(
                        fact.text,
                        fact.holds_from.position if fact.holds_from is not None else None,
                        fact.holds_until.position if fact.holds_until is not None else None,
                    )
                    for fact in entry.facts.all()
                ),
            ),
        )
        for entry in entries.prefetch_related(Prefetch("facts", queryset=facts))
    ]
