"""What is sent to the model: built under a token budget, in the order DESIGN.md fixes, with a receipt.

The order is: mode prompt, story brief, codex entries that apply, earlier chapters, the text around the cursor, then
the last messages. The stable parts come first, so that a provider can cache them. Room is given in another order:
the prompt and the writer's latest message always go whole, then the brief, the codex, a share for the conversation, the
current chapter, earlier chapters from the nearest back, and what is left over to older messages. Every earlier chapter
is there in some form (`coaching.recall`); a later one only where the writer lets the coach read ahead.

The mode prompt alone is the system message. The story goes in a message of the writer's, between marks, because
text a writer pasted must not speak with the authority of our instructions. Roles strictly alternate after it: some
chat templates refuse anything else.

Names and e-mail addresses are taken out on the way (`coaching.redaction` says which, and why).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from django.utils.translation import gettext as _

from coaching import excerpts
from coaching.material import (
    CLOSING,
    CURSOR_MARK,
    HEADINGS,
    OPENING,
    CodexEntry,
    CodexRest,
    Headings,
    StoryBrief,
    brief_lines,
    codex_block,
    neutral,
    one_line,
    ranges,
)
from coaching.prompts import load, prompt_language
from coaching.recall import ChapterText, Recall
from coaching.receipt import ReceiptItem
from coaching.redaction import PLACEHOLDERS, Redactor
from coaching.tokens import estimate_message, estimate_messages, estimate_tokens
from costory.lib.errors import DomainError

__all__ = [
    "DEFAULT_BUDGET_TOKENS",
    "ChapterText",
    "CodexEntry",
    "CodexRest",
    "Context",
    "MessageTooLong",
    "ReceiptItem",
    "StoryBrief",
    "Turn",
    "build_context",
    "estimate_messages",
    "estimate_tokens",
]

DEFAULT_BUDGET_TOKENS: Final = 12_000
"""By our estimate from above: some 8,000 real tokens, about 4,000 words of story beside the prompt."""

_HISTORY_SHARE: Final = 4  # a quarter of the room
_EARLIER_SHARE: Final = 5  # a fifth
_EARLIER_AT_MOST: Final = 3
_CODEX_SHARE: Final = 5
_DESCRIPTION_CHARACTERS: Final = 1_500
_ENTRY_CHARACTERS: Final = 300
_TITLE_CHARACTERS: Final = 300


class MessageTooLong(DomainError):
    """The writer's message does not fit beside the mode's instructions. `details` holds both figures in tokens."""

    code: ClassVar[str] = "payload_too_large"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Context:
    """What will be sent, what it may cost in tokens at most, and the receipt."""

    messages: list[dict[str, str]]
    tokens: int
    receipt: tuple[ReceiptItem, ...]

    def receipt_json(self) -> list[dict[str, object]]:
        """The receipt as it is stored with the reply."""
        return [item.as_json() for item in self.receipt]


def build_context(
    *,
    mode: str,
    language: str,
    brief: StoryBrief,
    chapters: Sequence[ChapterText],
    current: int | None,
    turns: Sequence[Turn],
    cursor: int | None = None,
    codex: Sequence[CodexEntry] = (),
    codex_rest: CodexRest | None = None,
    private_terms: Sequence[str] = (),
    reads_ahead: bool = False,
    findings: str = "",
    budget_tokens: int = DEFAULT_BUDGET_TOKENS,
) -> Context:
    """Choose what the model is given.

    `current` is the position of the chapter being written; without one, every chapter counts as earlier. `cursor` is
    an index into its text in code points, by default its end, and is brought into range. The last of `turns` is the
    message to answer. `language` chooses prompt and labels. `codex` is given in the order of its importance, and
    `codex_rest` goes into the receipt alone. `findings` is what was counted in the chapter being written. Chapters
    after the current one are read only with `reads_ahead`. `private_terms` are the account's display name, handle and
    e-mail address. Raises MessageTooLong, and ValueError for an unknown mode or chapter or no message to answer.
    """
    if not turns or turns[-1].role != "user":
        raise ValueError("the last turn must be the writer's message")
    if current is not None and all(chapter.position != current for chapter in chapters):
        raise ValueError("the chapter being written is not among the chapters")
    builder = _Builder(load(mode, language), HEADINGS[prompt_language(language)], Redactor(private_terms))
    entries = (codex, codex_rest or CodexRest())
    return builder.build(
        brief,
        chapters,
        current,
        turns,
        cursor,
        entries,
        budget_tokens,
        reads_ahead=reads_ahead,
        findings=findings,
    )


class _Builder:
    """One build: the room that is left, and the sections and receipt lines so far."""

    def __init__(self, prompt: str, headings: Headings, redact: Redactor) -> None:
        self._prompt = prompt
        self._headings = headings
        self._redact = redact
        self._room = 0

    def build(
        self,
        brief: StoryBrief,
        chapters: Sequence[ChapterText],
        current: int | None,
        turns: Sequence[Turn],
        cursor: int | None,
        codex: tuple[Sequence[CodexEntry], CodexRest],
        budget_tokens: int,
        *,
        reads_ahead: bool,
        findings: str,
    ) -> Context:
        latest = Turn("user", self._redact(turns[-1].content))
        frame = f"{OPENING}{CLOSING}\n\n{self._headings.message}\n\n"
        fixed = estimate_message(self._prompt) + estimate_message(latest.content) + estimate_message(frame)
        self._room = budget_tokens - fixed
        if self._room < 0:
            raise MessageTooLong(
                _("This message is too long for the coach. Shorten it, or put the text in a chapter."),
                details={"tokens": fixed, "limit": budget_tokens},
            )
        earlier = sorted((c for c in chapters if current is None or c.position < current), key=lambda c: c.position)
        later = sorted((c for c in chapters if current is not None and c.position > current), key=lambda c: c.position)
        written = next((c for c in chapters if c.position == current), None)

        sections: list[str] = []
        receipt = [self._item("prompt", "", self._prompt, "whole")]
        for section, items in (self._brief(brief), self._codex(*codex)):
            sections.append(section)
            receipt += items
        history, oldest = self._history(turns[:-1], len(turns) - 1, self._room // _HISTORY_SHARE)
        past, ahead = self._recall(self._headings.earlier, "earlier"), self._recall(self._headings.later, "ahead")
        read_ahead = later if reads_ahead else []
        for_earlier, for_later = self._share(past, earlier), self._share(ahead, read_ahead)
        chapter_section, chapter_items = self._chapter(written, cursor, for_earlier + for_later)
        counted, counted_items = self._findings(findings if chapter_section else "")
        told_later = ahead.tell(read_ahead, for_later)
        self._room -= told_later.tokens
        told_earlier = past.tell(earlier, self._room)
        self._room -= told_earlier.tokens
        older, oldest = self._history(turns[:-1], oldest, self._room)

        sections += [told_earlier.text, told_later.text, chapter_section, counted]
        receipt += [*told_earlier.items, *told_later.items, *chapter_items, *counted_items]
        receipt += self._history_items(older + history, oldest)
        receipt.append(self._item("message", "", latest.content, "whole"))
        if later and not reads_ahead:
            kept_back = ranges(chapter.position for chapter in later)
            receipt.append(ReceiptItem("later", kept_back, 0, included=False, reason="later"))
        messages = self._messages("".join(sections), [*older, *history, latest])
        if replaced := sum(message["content"].count(mark) for message in messages[1:] for mark in PLACEHOLDERS):
            receipt.append(ReceiptItem("private", str(replaced), 0, included=False, reason="redacted"))
        return Context(messages, estimate_messages(messages), tuple(receipt))

    def _item(self, part: str, label: str, text: str, reason: str) -> ReceiptItem:
        return ReceiptItem(part, label, estimate_tokens(text), included=True, reason=reason)

    def _recall(self, heading: str, part: str) -> Recall:
        return Recall(self._headings, self._clean, heading=heading, part=part, nearest_last=part == "earlier")

    def _share(self, recall: Recall, chapters: Sequence[ChapterText]) -> int:
        """The room kept for other chapters: a fifth, or what a line for each takes, up to a third."""
        if not chapters:
            return 0
        return min(max(self._room // _EARLIER_SHARE, recall.least(chapters)), self._room // _EARLIER_AT_MOST)

    def _take(self, text: str) -> bool:
        """Spend room on this text if there is enough of it."""
        cost = estimate_tokens(text)
        if cost > self._room:
            return False
        self._room -= cost
        return True

    def _clean(self, text: str) -> str:
        return neutral(self._redact(text))

    def _brief(self, brief: StoryBrief) -> tuple[str, list[ReceiptItem]]:
        head = "\n".join(self._clean(line)[:_TITLE_CHARACTERS] for line in brief_lines(brief, self._headings))
        section = f"{self._headings.story}\n{head}\n\n"
        if not self._take(section):
            return "", [ReceiptItem("brief", "", 0, included=False, reason="no-room")]
        description, reason = self._clean(brief.description).strip(), "whole"
        if len(description) > _DESCRIPTION_CHARACTERS:
            description, reason = excerpts.opening(description, _DESCRIPTION_CHARACTERS), "shortened"
        if description:
            more = f"{self._headings.description}{self._headings.colon}{description}\n\n"
            if self._take(more):
                section += more
            else:
                reason = "shortened"
        return section, [self._item("brief", "", section, reason)]

    def _codex(self, entries: Sequence[CodexEntry], rest: CodexRest) -> tuple[str, list[ReceiptItem]]:
        """Entries as long as their share of the room lasts; a long description gives way to its beginning."""
        allowance = self._room // _CODEX_SHARE
        section = ""
        items: list[ReceiptItem] = []
        for entry in entries:
            whole = self._clean(entry.text).strip()
            brief = excerpts.opening(whole, _ENTRY_CHARACTERS)
            name = one_line(self._clean(entry.name))
            for text, reason in ((whole, "whole"), (brief, "shortened")):
                block = self._clean(codex_block(entry, self._headings, text=text))
                if not section:
                    block = f"{self._headings.codex}\n{block}"
                cost = estimate_tokens(block)
                if cost <= allowance and self._take(block):
                    allowance -= cost
                    section += block
                    items.append(self._item("codex", name, block, reason))
                    break
            else:
                items.append(ReceiptItem("codex", name, 0, included=False, reason="no-room"))
        return section, items + self._codex_rest(rest)

    def _codex_rest(self, rest: CodexRest) -> list[ReceiptItem]:
        names = [one_line(self._clean(name)) for name in rest.kept_back]
        items = [ReceiptItem("codex", name, 0, included=False, reason="kept-back") for name in names]
        for part, count, reason in (
            ("codex-others", rest.not_named, "not-named"),
            ("codex-facts", rest.facts_elsewhere, "other-chapters"),
        ):
            if count:
                items.append(ReceiptItem(part, str(count), 0, included=False, reason=reason))
        return items

    def _name(self, chapter: ChapterText) -> tuple[str, str]:
        """A chapter's name for the model, and for the receipt."""
        title = one_line(self._clean(chapter.title[:_TITLE_CHARACTERS]))
        number = self._headings.chapter.format(number=chapter.position)
        return (f"{number} · {title}", f"{chapter.position} · {title}") if title else (number, str(chapter.position))

    def _chapter(self, chapter: ChapterText | None, cursor: int | None, reserve: int) -> tuple[str, list[ReceiptItem]]:
        """The chapter being written: whole if it fits in the room but for the reserve, else around the cursor."""
        if chapter is None:
            return "", []
        name, label = self._name(chapter)
        text = self._clean(chapter.text)
        if not text.strip():
            return "", [ReceiptItem("chapter", label, 0, included=False, reason="empty")]
        at = len(text) if cursor is None else len(self._clean(chapter.text[: max(cursor, 0)]))
        head = f"{self._headings.current}{self._headings.colon}{name}\n"
        marks = f"{self._headings.before}\n{self._headings.after}\n\n{CURSOR_MARK}"
        room = self._room - reserve - estimate_tokens(head + marks)
        window = excerpts.around(text, min(at, len(text)), room)
        before = f"{self._headings.before}\n" if window.is_cut_before else ""
        after = f"\n{self._headings.after}" if window.is_cut_after else ""
        section = f"{head}{before}{window.text}{after}\n\n"
        if not window.text.strip() or not self._take(section):
            return "", [ReceiptItem("chapter", label, 0, included=False, reason="no-room")]
        reason = "around-cursor" if before or after else "whole"
        return section, [self._item("chapter", label, section, reason)]

    def _findings(self, findings: str) -> tuple[str, list[ReceiptItem]]:
        """What was counted in the chapter being written; it quotes the text, so it is cleaned like it."""
        if not findings:
            return "", []
        section = f"{self._headings.counted}\n{self._clean(findings)}\n\n"
        if not self._take(section):
            return "", [ReceiptItem("findings", "", 0, included=False, reason="no-room")]
        return section, [self._item("findings", "", section, "whole")]

    def _history(self, turns: Sequence[Turn], before: int, limit: int) -> tuple[list[Turn], int]:
        """Whole messages that end just before this index, newest first, within a limit; and the index of the oldest."""
        kept: list[Turn] = []
        index = before
        while index > 0:
            content = self._redact(turns[index - 1].content)
            cost = estimate_message(content + "\n\n")
            if content.strip():
                if cost > min(limit, self._room):
                    break
                limit -= cost
                self._room -= cost
                kept.insert(0, Turn(turns[index - 1].role, content))
            index -= 1
        return kept, index

    def _history_items(self, kept: Sequence[Turn], left_out: int) -> list[ReceiptItem]:
        items = []
        if kept:
            tokens = sum(estimate_message(turn.content) for turn in kept)
            items.append(ReceiptItem("history", str(len(kept)), tokens, included=True, reason="whole"))
        if left_out:
            items.append(ReceiptItem("history", str(left_out), 0, included=False, reason="no-room"))
        return items

    def _messages(self, material: str, turns: Sequence[Turn]) -> list[dict[str, str]]:
        """The instructions, the material, and the conversation, roles alternating from the second message on."""
        messages = [{"role": "system", "content": self._prompt}]
        if material:
            messages.append({"role": "user", "content": f"{OPENING}{material}{CLOSING}"})
        for index, turn in enumerate(turns):
            if messages[-1]["role"] != turn.role:
                messages.append({"role": turn.role, "content": turn.content})
            else:
                label = "" if index else f"{self._headings.message}\n\n"
                messages[-1]["content"] += f"\n\n{label}{turn.content}"
        return messages
