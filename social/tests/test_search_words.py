"""What words are to the search, and how it shows where it found them."""

from html import unescape

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from social.search import highlight, parse, snippet
from social.search.analysis import compounds, fold, lexemes, tokens
from social.search.spelling import damerau_levenshtein, variants


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’été d'Artagnan, aujourd’hui", ["ete", "artagnan", "aujourdhui"]),
        ("It's what we'll say; don't O'Brien", ["it", "what", "we", "say", "dont", "obrien"]),
        ("Cœur, Œuvre, Straße, İstanbul", ["coeur", "oeuvre", "strasse", "istanbul"]),
        ("e\u0301te\u0301 ＡＢＣ ﬁn s\u00adoft", ["ete", "abc", "fin", "soft"]),
        ("1 250 3,000 1984 ١٢٣", ["1", "250", "3000", "1984", "123"]),
        ("_emphasis_ **strong** a_b", ["emphasis", "strong", "a", "b"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("שָׁלוֹם مَرْحَبًا", ["שלום", "مرحبا"]),
        ("\x00🐱 … — !?", []),
    ],
)
def test_a_text_falls_into_words(text, words):
    assert [fold(token.word) for token in tokens(text)] == words


def test_words_are_stemmed_by_their_language():
    assert lexemes("chevaux", "fr") == ("chevaux", "cheval")
    assert lexemes("sailing", "en") == ("sailing", "sail")
    # Whatever accents were left out, one of the forms meets.
    assert not {*lexemes("mangées", "fr")}.isdisjoint(lexemes("mangees", "fr"))
    assert lexemes("sailing", "xx") == ("sailing",)
    assert compounds(list(tokens("un porte-monnaie, un arc-en-ciel, a-b-c-d-e"))) == {1: "portemonnaie", 4: "arcenciel"}


@given(st.text())
def test_places_of_words_are_places_of_the_text(text):
    last = 0
    for token in tokens(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end


@given(st.text(max_size=200), st.text(max_size=60))
def test_a_highlight_is_the_text_escaped_and_no_more(text, query):
    marked = highlight(text, query)
    assert unescape(marked.replace("<mark>", "").replace("</mark>", "")) == text
    assert snippet(text, query).replace("<mark>", "").replace("</mark>", "") == escape(text)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("L’été, les étés", "ete", "L’<mark>été</mark>, les <mark>étés</mark>"),
        (
            "<b>Sea</b> & 'sky'",
            "sea b",
            "&lt;<mark>b</mark>&gt;<mark>Sea</mark>&lt;/<mark>b</mark>&gt; &amp; &#x27;sky&#x27;",
        ),
        ("the keeper keeps", "the keeper", "the <mark>keeper</mark> <mark>keeps</mark>"),
        ("a lighthouse", "ligh", "a <mark>lighthouse</mark>"),
        ("a lighthouse light", "ligh light", "a <mark>lighthouse</mark> <mark>light</mark>"),
        ("old sea, the old man and the sea", '"man and the sea"', "old sea, the old <mark>man and the sea</mark>"),
        ("porte-monnaie, portemonnaie", "portemonnaie", "<mark>porte-monnaie</mark>, <mark>portemonnaie</mark>"),
        ("porte-monnaie, portemonnaie", "porte-monnaie", "<mark>porte-monnaie</mark>, <mark>portemonnaie</mark>"),
        ("sea and whale", "sea -whale", "<mark>sea</mark> and whale"),
        ("nothing", "***", "nothing"),
    ],
)
def test_what_was_asked_for_is_marked(text, query, marked):
    assert highlight(text, query) == marked


def test_a_snippet_shows_where_most_stands():
    text = (
        "The lighthouse. "
        + "Nothing is said of it here. " * 40
        + "There the keeper of the lighthouse slept. "
        + "x " * 400
    )
    shown = snippet(text, "lighthouse keeper", length=120)
    assert "<mark>keeper</mark> of the <mark>lighthouse</mark>" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 180
    assert snippet("Short & sweet", "lighthouse") == "Short &amp; sweet"
    assert snippet(text, "zzz", length=40).startswith("The lighthouse. Nothing")


def test_a_query_is_taken_apart():
    query = parse('porte-monnaie -"la mer" “Le Phare” -x l’été')
    assert [(term.words, term.is_phrase, term.is_excluded, term.is_prefix) for term in query.terms] == [
        (("porte", "monnaie"), False, False, False),
        (("la", "mer"), True, True, False),
        (("le", "phare"), True, False, False),
        (("x",), False, True, False),
        (("été",), False, False, True),
    ]
    assert query.text[slice(*query.terms[-1].spans[0])] == "été"


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("phare", "phrae", 1), ("phare", "phare", 0), ("phare", "pharre", 1), ("abcd", "badc", 2), ("a", "abcd", 3)],
)
def test_letters_are_counted_that_are_wrong(one, other, distance):
    assert damerau_levenshtein(one, other) == distance


@given(st.text("abcd", min_size=8, max_size=10), st.text("abcd", min_size=6, max_size=12))
def test_a_word_meets_every_misspelling_near_enough(word, typed):
    if len(typed) >= 7 and damerau_levenshtein(word, typed) <= 2:
        assert variants(word, 2) & variants(typed, 2)
