"""A chapter's cleaned HTML as what the press sets: blocks, and in them runs of words with their dress."""

import re
from typing import Any, Final

from lxml import html as parser

from stories.exporting.lettering import drawable_signs
from stories.exporting.xhtml import is_right_to_left, link_address, plain_xml

Block = dict[str, Any]
Run = str | dict[str, Any]

# A list in a quotation in a list: so deep it is set in further, and what is deeper stands there too.
DEEPEST: Final = 6
_HEADINGS: Final = {f"h{level}": level for level in range(2, 7)}
_BLOCKS: Final = {"p", "blockquote", "ul", "ol", "li", "hr", "pre", *_HEADINGS}
_BLANKS: Final = re.compile(r"[^\S\u00a0\u202f]+")
_FIRST_LETTER: Final = re.compile(r"[^\W\d_]")
# French sets these off by a space at which no line ends: a narrow one, but before the colon and inside guillemets.
_NARROW: Final = re.compile(" (?=[?!;])")
_WIDE: Final = re.compile(" (?=[:»])|(?<=«) ")


def blocks_of(html: str, *, language: str) -> list[Block]:
    """The blocks of a chapter."""
    said = drawable_signs(plain_xml(html))
    return _Setter(language).flow(parser.fragment_fromstring(said, create_parent="div"), depth=0) if said else []


def block_of(text: str, *, kind: str, language: str) -> Block:
    """A block of plain words."""
    return _Setter(language).block(kind, [_BLANKS.sub(" ", drawable_signs(plain_xml(text)))])


class _Setter:
    def __init__(self, language: str) -> None:
        self.language = language

    def flow(self, element: parser.HtmlElement, *, depth: int) -> list[Block]:
        """What stands in an element: paragraphs, and the words between them as paragraphs of their own."""
        blocks: list[Block] = []
        loose: list[Run] = _words(element.text)
        for child in element:
            if child.tag in _BLOCKS:
                blocks += self._paragraph(loose)
                loose = []
                blocks += self._block(child, depth=depth)
            else:
                loose += _runs(child, {})
            loose += _words(child.tail)
        return blocks + self._paragraph(loose)

    def block(self, kind: str, runs: list[Run], **more: Any) -> Block:
        """A block of words, turned where they begin from the right."""
        runs = _trimmed(runs)
        if self.language == "fr":
            runs = _spaced(runs)
        turned = {"turned": True} if _is_turned(runs) else {}
        return {"kind": kind, "runs": runs} | turned | more

    def _paragraph(self, runs: list[Run]) -> list[Block]:
        return [self.block("p", runs)] if any(not isinstance(run, str) or run.strip() for run in runs) else []

    def _block(self, element: parser.HtmlElement, *, depth: int) -> list[Block]:
        tag = str(element.tag)
        if tag in _HEADINGS:
            runs = _content(element, {})
            return [self.block("heading", runs, level=_HEADINGS[tag])] if self._paragraph(runs) else []
        match tag:
            case "p":
                return self._paragraph(_content(element, {}))
            case "hr":
                return [{"kind": "break"}]
            case "pre":
                return [{"kind": "code", "runs": _lines(element.text_content())}]
            case "blockquote" if depth < DEEPEST:
                return [{"kind": "quote", "blocks": self.flow(element, depth=depth + 1)}]
            case "ul" | "ol" if depth < DEEPEST and len(element):
                items = [self.flow(item, depth=depth + 1) for item in element]
                start = element.get("start") or "1"
                first = int(start) if start.isdecimal() and len(start) < 10 else 1
                return [{"kind": "list", "ordered": tag == "ol", "start": first, "items": items}]
        return self.flow(element, depth=depth)


def _content(element: parser.HtmlElement, dress: dict[str, Any]) -> list[Run]:
    runs = _dressed(_words(element.text), dress)
    for child in element:
        runs += _runs(child, dress)
        runs += _dressed(_words(child.tail), dress)
    return runs


def _runs(element: parser.HtmlElement, dress: dict[str, Any]) -> list[Run]:
    match element.tag:
        case "br":
            return [{"break": True}]
        case "em" | "strong" | "code":
            return _content(element, dress | {str(element.tag): True})
        case "a" if address := link_address(element.get("href") or ""):
            return _content(element, dress | {"link": address})
    return _content(element, dress)


def _words(text: str | None) -> list[Run]:
    return [_BLANKS.sub(" ", text)] if text else []


def _dressed(runs: list[Run], dress: dict[str, Any]) -> list[Run]:
    return [{"text": run} | dress for run in runs] if dress else runs


def _lines(text: str) -> list[Run]:
    """Verbatim words: their lines end where they ended, and keep how far they stand in."""
    runs: list[Run] = []
    for line in text.rstrip("\n").split("\n"):
        runs += [line.expandtabs(4).replace("  ", "\u00a0 "), {"break": True}]
    return runs[:-1]


def _trimmed(runs: list[Run]) -> list[Run]:
    """Without the blank that stands before the first word, after the last one, or behind a line's end."""
    kept: list[Run] = []
    is_start = True
    for run in runs:
        if isinstance(run, str):
            words = run.removeprefix(" ") if is_start else run
            if words:
                kept.append(words)
                is_start = False
        else:
            kept.append(run)
            is_start = bool(run.get("break"))
    if kept and isinstance(last := kept[-1], str):
        kept[-1] = last.rstrip(" ")
    return kept


def _spaced(runs: list[Run]) -> list[Run]:
    """With no-break spaces where French wants them and a writer typed plain ones."""
    kept: list[Run] = []
    for run in runs:
        words = _text(run)
        if words[:1] in {"?", "!", ";", ":", "»"} and kept and _text(kept[-1]).endswith(" "):
            space = "\u00a0" if words[0] in ":»" else "\u202f"
            kept[-1] = _with(kept[-1], _text(kept[-1])[:-1] + space)
        if words.startswith(" ") and kept and _text(kept[-1]).endswith("«"):
            words = "\u00a0" + words[1:]
        kept.append(_with(run, _WIDE.sub("\u00a0", _NARROW.sub("\u202f", words))))
    return kept


def _text(run: Run) -> str:
    return run if isinstance(run, str) else str(run.get("text", ""))


def _with(run: Run, words: str) -> Run:
    return words if isinstance(run, str) else run if "break" in run else run | {"text": words}


def _is_turned(runs: list[Run]) -> bool:
    """Whether the first letter is one that is written from right to left."""
    first = _FIRST_LETTER.search("".join(_text(run) for run in runs))
    return first is not None and is_right_to_left(first[0])
