"""Markdown: prose as writers mean it, nothing that runs or loads, words as French counts them."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from costory.lib import markdown
from costory.lib.markdown import normalise_text, render, word_count
from tests.attacks import ATTACKS

TAGS = {"p", "br", "hr", "em", "strong", "blockquote", "ul", "ol", "li", "pre", "code", "h2", "h3", "h4", "h5", "h6"}


class Reading(HTMLParser):
    """The tags and attributes a browser would make of it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def assert_harmless(markup: str, *, has_links: bool) -> None:
    reading = Reading(markup)
    assert reading.tags <= TAGS | ({"a"} if has_links else set())
    for tag, name, value in reading.attributes:
        assert (tag, name) in {("a", "href"), ("a", "title"), ("a", "rel"), ("ol", "start")}
        if name == "href":
            assert value.startswith(("http://", "https://", "mailto:")), value
        if name == "rel":
            assert value == "nofollow noopener noreferrer"


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left(attack: str) -> None:
    assert_harmless(render(attack), has_links=True)
    assert_harmless(render(attack, is_untrusted=True), has_links=False)
    assert_harmless(render(f"Some prose, then {attack} and more."), has_links=True)


@given(
    st.lists(st.sampled_from([*ATTACKS, "\n\n", "\n", "> ", "- ", "**", "`", "](", "[", "![", "<", '"']), max_size=8)
)
def test_nothing_of_mixed_attacks_is_left(parts: list[str]) -> None:
    assert_harmless(render("".join(parts)), has_links=True)
    assert_harmless(render("".join(parts), is_untrusted=True), has_links=False)


def test_prose() -> None:
    rendered = render("Elle *vit* la **lampe**.\nPuis rien.\n\n> Qui va là\u202f?")
    assert isinstance(rendered, SafeString)
    assert rendered == (
        "<p>Elle <em>vit</em> la <strong>lampe</strong>.<br>\nPuis rien.</p>\n"
        "<blockquote>\n<p>Qui va là\u202f?</p>\n</blockquote>\n"
    )


def test_an_indented_paragraph_is_prose() -> None:
    assert render("Un.\n\n    Deux.") == "<p>Un.</p>\n<p>Deux.</p>\n"


def test_dashes_under_a_line_are_a_scene_break() -> None:
    assert render("La fin.\n---\nUn début.") == "<p>La fin.</p>\n<hr>\n<p>Un début.</p>\n"


@pytest.mark.parametrize(("is_untrusted", "tags"), [(False, ["h2", "h6"]), (True, ["h3", "h6"])])
def test_headings_stand_below_the_page_s_own(*, is_untrusted: bool, tags: list[str]) -> None:
    first, last = tags
    rendered = render("# A\n\n###### F", is_untrusted=is_untrusted)
    assert rendered == f"<{first}>A</{first}>\n<{last}>F</{last}>\n"


def test_straight_quotes_and_addresses_are_left_as_typed() -> None:
    assert render('"a" -- www.example.org ...') == '<p>"a" -- www.example.org ...</p>\n'


def test_an_author_s_link_leads_away_without_a_trace() -> None:
    assert render("[ici](https://e.example/?a=1&b=2)") == (
        '<p><a href="https://e.example/?a=1&amp;b=2" rel="nofollow noopener noreferrer">ici</a></p>\n'
    )


def test_a_model_s_link_is_its_label_and_any_image_its_alternative_text() -> None:
    text = "[*ici*](https://e.example) <https://e.example> ![une *lampe* & co](https://e.example/p.png)"
    rendered = render(text, is_untrusted=True)
    assert rendered == "<p><em>ici</em> https://e.example une lampe &amp; co</p>\n"
    assert "<img" not in render(text)
    assert "une lampe &amp; co" in render(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\x00b\x07\x1bc\td", "abc\td"),
        ("a\ud83db", "a\ufffdb"),
        ("\ud83d\ude00", "😀"),
        ("fin\ud83d", "fin\ufffd"),
        ("l’été\u202f: «\u00a0ça\u00a0»\u2028\ufeff", "l’été\u202f: «\u00a0ça\u00a0»\u2028\ufeff"),
    ],
)
def test_text_made_fit_to_be_stored(text: str, expected: str) -> None:
    assert normalise_text(text) == expected


@given(st.text(st.characters(codec=None)))
def test_a_normal_text_encodes_and_stays_normal(text: str) -> None:
    normal = normalise_text(text)
    normal.encode()  # raises for what UTF-8 cannot hold
    assert "\x00" not in normal
    assert "\r" not in normal
    assert normalise_text(normal) == normal


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Elle vit la lampe.", 4),
        ("l’ombre d'un doute", 3),
        ("aujourd’hui, c’est-à-dire demain", 3),
        ("«\u202fOui\u202f!\u202f» — non\u202f?", 2),
        ("«\u00a0Qui\u00a0?\u00a0» demanda-t-elle\u00a0; rien.", 3),
        ("the storm—finally—came", 4),
        ("3 ans, 1\u202f000 jours", 4),
        ("**gras**, _italique_ et `code`", 4),
        ("mot**gras**mot", 1),
        ("# Titre un\n\n***\n\n- un\n- deux\n\n1. trois\n2) quatre\n\n> cité", 7),
        ('[un lien](https://e.example/a_b) ![une image](p.png "Titre long")', 4),
        ("[x](https://e.example/a_(b)) fin", 2),
        ("[réf]: https://e.example/ 'Titre'\nmot", 1),
        ("```python\ndeux mots\n```", 2),
        ("a&nbsp;b &mdash; c", 3),
        ("日本語", 1),
        ("…\n* * *\n—", 0),
    ],
)
def test_words(text: str, words: int) -> None:
    assert word_count(text) == words


@given(st.lists(st.from_regex(r"[a-zéèœç]{1,8}(['’-][a-z]{1,5})?", fullmatch=True), max_size=50))
def test_marks_change_no_count(words: list[str]) -> None:
    assert word_count(" ".join(words)) == len(words)
    assert word_count("\n".join(f"> **{word}**\u202f!" for word in words)) == len(words)


# What may or may not reach over a blank line.
PIECES = [
    *("word", "two words", "*so*", "**", "_", "\n", "\n\n", "\n \n", " ", "  ", "\t", "- ", "-", "---", "***"),
    *("* * *", "1. ", "+ ", "> ", ">", "# ", "#", "```", "~~~", "[x]", "[x]: /url", "](http://e.example", "(", ")"),
    *('"t"', "'", "\\", "&nbsp;", "\u00a0", "\u202f", "\u2028", "\x85", "<b>", "<!--", "-->", "é", "12"),
    *("1\u202f000", "=", "===", "|", "![a](b)", "`"),
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_a_text_by_paragraphs_is_the_text_as_a_whole(text):
    normal = normalise_text(text)
    assert render(text).strip() == markdown._render(normal, is_untrusted=False).strip()
    assert word_count(normal) == markdown._count_words(normal)
