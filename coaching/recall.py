"""Chapters the coach does not read whole: each reaches it in some form, however long the story is.

From the fullest to the barest: the whole text where it is short, a summary that still holds (for the nearest chapter
with its close), the opening and the close, a line with the first sentence, a glimpse of a few words, and at last a
line for a run of neighbours. Everything is given its barest form first; what room is left lifts chapters to fuller
ones, the nearest first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from coaching import excerpts
from coaching.material import Headings, one_line, ranges
from coaching.receipt import ReceiptItem
from coaching.tokens import estimate_tokens

_LINE_CHARACTERS: Final = 120
_GLIMPSE_CHARACTERS: Final = 36
_TITLE_CHARACTERS: Final = 300
_SHORT_TITLE_CHARACTERS: Final = 60
_SUMMARY_CHARACTERS: Final = 1_500
# What an excerpt can show of a chapter's two ends, with some to spare: no more than this is cleaned.
_HEAD_CHARACTERS: Final = 1_500
# What a line or a glimpse is cut from.
_START_CHARACTERS: Final = 400
_TAIL_CHARACTERS: Final = 3_000
# Lines for all before excerpts for some, as long as they leave this much of the room: a half.
_LINES_SHARE: Final = 2


@dataclass(frozen=True, slots=True)
class ChapterText:
    """A chapter as it stands; `position` is its place in the story. A summary that no longer holds is `is_stale`."""

    position: int
    title: str
    text: str
    summary: str = ""
    is_stale: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """One way to tell a chapter, with its price in tokens."""

    text: str
    tokens: int
    reason: str


@dataclass(frozen=True, slots=True)
class Recalled:
    """The section of the material, what it costs, and its lines of the receipt."""

    text: str
    tokens: int
    items: tuple[ReceiptItem, ...]


class Recall:
    """Tells chapters within a budget. `part` names them in the receipt; the nearest is the last, or else the first."""

    def __init__(
        self, headings: Headings, clean: Callable[[str], str], *, heading: str, part: str, nearest_last: bool = True
    ) -> None:
        self._headings = headings
        self._clean = clean
        self._head = f"{heading}\n"
        self._part = part
        self._nearest_last = nearest_last
        # Each chapter's line is priced before there is room for it, and told after.
        self._lines: dict[int, Form] = {}

    def least(self, chapters: Sequence[ChapterText]) -> int:
        """The tokens it takes to give each of these chapters a line."""
        written = [chapter for chapter in chapters if chapter.text.strip()]
        return estimate_tokens(self._head) + sum(self._line(chapter).tokens for chapter in written)

    def tell(self, chapters: Sequence[ChapterText], room: int) -> Recalled:
        """These chapters, in the story's order, in no more than `room` tokens."""
        written = [chapter for chapter in chapters if chapter.text.strip()]
        empty = [chapter.position for chapter in chapters if not chapter.text.strip()]
        nothing = [ReceiptItem(self._part, ranges(empty), 0, included=False, reason="empty")] if empty else []
        left = room - estimate_tokens(self._head) - 2
        if not written or left <= 0:
            numbers = [chapter.position for chapter in written]
            lost = [ReceiptItem(self._part, ranges(numbers), 0, included=False, reason="no-room")] if numbers else []
            return Recalled("", 0, (*lost, *nothing))
        told = self._forms(written, left)
        if not told:
            told = self._groups(written, left)
        if not told:
            numbers = [chapter.position for chapter in written]
            lost_item = ReceiptItem(self._part, ranges(numbers), 0, included=False, reason="no-room")
            return Recalled("", 0, (lost_item, *nothing))
        text = self._head + "".join(form.text for _chapters, form in told) + "\n"
        return Recalled(text, estimate_tokens(text), (*self._items(told), *nothing))

    def _forms(self, written: Sequence[ChapterText], room: int) -> list[tuple[list[ChapterText], Form]]:
        """A form for each chapter, or nothing where not even glimpses of all have room."""
        chosen = [self._glimpse(chapter) for chapter in written]
        spent = sum(form.tokens for form in chosen)
        if spent > room:
            return []
        order = range(len(written) - 1, -1, -1) if self._nearest_last else range(len(written))
        for limit, lift in ((room // _LINES_SHARE, self._line), (room, None), (room, self._line)):
            for place in order:
                if chosen[place].reason not in {"glimpse", "line"}:
                    continue
                is_nearest = place == order[0]
                form = lift(written[place]) if lift else self._fullest(written[place], is_nearest=is_nearest)
                if spent + form.tokens - chosen[place].tokens <= limit:
                    spent += form.tokens - chosen[place].tokens
                    chosen[place] = form
                elif lift is None:
                    # The nearest come first: what lies behind one that has no room is told in a line.
                    break
        return [([chapter], form) for chapter, form in zip(written, chosen, strict=True)]

    def _groups(self, written: Sequence[ChapterText], room: int) -> list[tuple[list[ChapterText], Form]]:
        """Runs of neighbours, each drawn together in one line."""
        least = estimate_tokens(f"- {written[-1].position}–{written[-1].position}: …\n")
        count = room // least
        while count:
            size = -(-len(written) // count)
            runs = [list(written[start : start + size]) for start in range(0, len(written), size)]
            each = max(0, (room // len(runs) - least) * 2)  # A character weighs a token at most, mostly two fifths.
            told = [(run, self._group(run, each)) for run in runs]
            if sum(form.tokens for _run, form in told) <= room:
                return told
            count //= 2
        return []

    def _group(self, run: Sequence[ChapterText], characters: int) -> Form:
        inside = " / ".join(self._few_words(chapter, max(0, characters // len(run))) for chapter in run)
        inside = excerpts.opening(inside, characters) if characters else ""
        return self._form(f"- {ranges(chapter.position for chapter in run)}: {inside}…\n", "grouped")

    def _form(self, text: str, reason: str) -> Form:
        return Form(text, estimate_tokens(text), reason)

    def _few_words(self, chapter: ChapterText, characters: int) -> str:
        words = one_line(self._clean(chapter.title[:_SHORT_TITLE_CHARACTERS]))
        words = words or one_line(self._clean(chapter.text[:_START_CHARACTERS].strip()))
        return excerpts.opening(words, characters) if characters else ""

    def _glimpse(self, chapter: ChapterText) -> Form:
        return self._form(f"- {chapter.position}: {self._few_words(chapter, _GLIMPSE_CHARACTERS)}…\n", "glimpse")

    def _line(self, chapter: ChapterText) -> Form:
        """One sentence of the summary, or of the text."""
        if (known := self._lines.get(chapter.position)) is not None:
            return known
        said = one_line(self._clean((chapter.summary or chapter.text.strip())[:_START_CHARACTERS]))
        first = excerpts.opening(said, _LINE_CHARACTERS)
        mark = "" if first == said else " […]"
        title = one_line(self._clean(chapter.title[:_SHORT_TITLE_CHARACTERS]))
        name = f"{chapter.position} · {title}" if title else str(chapter.position)
        form = self._form(f"- {name}{self._headings.colon}{first}{mark}\n", "line")
        self._lines[chapter.position] = form
        return form

    def _fullest(self, chapter: ChapterText, *, is_nearest: bool) -> Form:
        raw = chapter.text.strip()
        if len(raw) > _HEAD_CHARACTERS + _TAIL_CHARACTERS:
            # Only the two ends can be shown: all between them need not be cleaned.
            raw = f"{raw[:_HEAD_CHARACTERS]}\n\n{raw[-_TAIL_CHARACTERS:]}"
        excerpt = excerpts.ends(self._clean(raw), self._headings.omitted, is_nearest=is_nearest)
        if not excerpt.is_cut:
            return self._block(chapter, "", excerpt.text, "whole")
        if not chapter.summary:
            kind = f" {self._headings.excerpt}"
            return self._block(chapter, kind, excerpt.text, "stale" if chapter.is_stale else "excerpt")
        summary = excerpts.opening(self._clean(chapter.summary).strip(), _SUMMARY_CHARACTERS)
        if not is_nearest:
            return self._block(chapter, f" {self._headings.summary}", summary, "summary")
        close = excerpts.last_words(self._clean(raw))
        text = f"{summary}\n{self._headings.omitted}\n{close}"
        return self._block(chapter, f" {self._headings.summary_close}", text, "summary-close")

    def _block(self, chapter: ChapterText, kind: str, text: str, reason: str) -> Form:
        title = one_line(self._clean(chapter.title[:_TITLE_CHARACTERS]))
        number = self._headings.chapter.format(number=chapter.position)
        name = f"{number} · {title}" if title else number
        return self._form(f"### {name}{kind}\n{text}\n\n", reason)

    def _items(self, told: Sequence[tuple[list[ChapterText], Form]]) -> list[ReceiptItem]:
        """A line for each chapter that is told at length, one for each run of those told in a few words."""
        items: list[ReceiptItem] = []
        run: list[int] = []
        tokens = 0

        def end(reason: str) -> None:
            nonlocal tokens
            if run:
                items.append(ReceiptItem(self._part, ranges(run), tokens, included=True, reason=reason))
            run.clear()
            tokens = 0

        before = ""
        for chapters, form in told:
            if form.reason != before:
                end(before)
            before = form.reason
            if form.reason in {"line", "glimpse", "grouped"}:
                run += [chapter.position for chapter in chapters]
                tokens += form.tokens
                continue
            title = one_line(self._clean(chapters[0].title[:_TITLE_CHARACTERS]))
            label = f"{chapters[0].position} · {title}" if title else str(chapters[0].position)
            items.append(ReceiptItem(self._part, label, form.tokens, included=True, reason=form.reason))
        end(before)
        return items
