"""Names found in a text: a table of cases in both languages, and what holds for any text."""

import unicodedata
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stories.mentions import MOST_NAMESAKES, MOST_WORDS, Lexicon, Named, find_mentions, key_of


def found(names: str | list[str], text: str, language: str, *, is_person: bool = True) -> list[str]:
    """What the text holds of one entry with these names."""
    names = [names] if isinstance(names, str) else names
    entry = Named(uuid4(), tuple(names), is_person=is_person)
    return [text[mention.start : mention.end] for mention in find_mentions(text, [entry], language=language)]


FRENCH = [
    # Elision, with both apostrophes.
    ("Ombre", "Il craignait l’Ombre.", ["Ombre"]),
    ("Ombre", "Il craignait l'Ombre.", ["Ombre"]),
    ("Éléna", "la main d’Éléna", ["Éléna"]),
    ("Éléna", "la main d'Éléna", ["Éléna"]),
    ("Arthur", "plus fort qu’Arthur", ["Arthur"]),
    ("Arthur", "lorsqu’Arthur vint, puisqu'Arthur vient", ["Arthur", "Arthur"]),
    ("Arthur", "Qu’Arthur parle !", ["Arthur"]),
    ("Anne", "jusqu’Anne", ["Anne"]),
    ("île", "Il vit une presqu’île.", []),
    ("Hui", "Aujourd’Hui", []),
    ("Artagnan", "Voici d’Artagnan.", ["Artagnan"]),
    ("d’Artagnan", "Voici d'Artagnan et D’Artagnan.", ["d'Artagnan", "D’Artagnan"]),
    # An article that begins a name.
    ("L’Ombre", "Il vit l’Ombre.", ["l’Ombre"]),
    ("L’Ombre", "Cette Ombre, et les Ombres.", ["Ombre", "Ombres"]),
    ("L’Ombre", "à l’ombre d’un chêne", []),
    ("Le Phare", "Il monta au Phare ; les murs du Phare, le Phare.", ["au Phare", "du Phare", "le Phare"]),
    ("Le Phare", "un vieux phare", []),
    ("L’Autre", "Autre chose : l’Autre vint.", ["l’Autre"]),
    # Number.
    ("cheval", "Les chevaux et un cheval.", ["chevaux", "cheval"]),
    ("Ombre", "Les Ombres viennent.", ["Ombres"]),
    ("bateau", "Deux bateaux.", ["bateaux"]),
    ("caillou", "des cailloux, des caillous", ["cailloux", "caillous"]),
    ("vitrail", "les vitraux", ["vitraux"]),
    ("œil", "ses yeux, son œil", ["yeux", "œil"]),
    ("feu", "les feux", ["feux"]),
    ("nez", "leurs nez", ["nez"]),
    ("gardien de phare", "les gardiens de phare", ["gardiens de phare"]),
    ("vieux loup", "les vieux loups", ["vieux loups"]),
    ("cheval blanc", "des chevaux blancs", ["chevaux blancs"]),
    # Gender.
    ("voisin", "La voisine et ses voisines.", ["voisine", "voisines"]),
    ("voyageur", "une voyageuse", ["voyageuse"]),
    ("acteur", "deux actrices", ["actrices"]),
    ("gardien", "la gardienne", ["gardienne"]),
    ("berger", "la bergère", ["bergère"]),
    ("veuf", "une veuve", ["veuve"]),
    ("époux", "son épouse", ["épouse"]),
    ("lion", "des lionnes", ["lionnes"]),
    ("roi", "La reine.", ["reine"]),
    ("maître", "sa maîtresse", ["maîtresse"]),
    ("fiancé", "sa fiancée", ["fiancée"]),
    ("Martin", "Martine entra.", []),
    # Accents and case.
    ("Éléna", "Elena sourit, ELENA aussi, Éléna enfin.", ["Elena", "ELENA", "Éléna"]),
    ("Elena", "Éléna sourit.", ["Éléna"]),
    ("Éléna", "éléna sans capitale", []),
    ("Rose", "une rose, Rose la cueille", ["Rose"]),
    ("rose", "Rose ou rose", ["Rose", "rose"]),
    ("marché", "Il marche au marché.", ["marché"]),
    ("école", "Ecole, ÉCOLE, ECOLE, école, ecole", ["Ecole", "ÉCOLE", "ECOLE", "école"]),
    ("Cœur", "Coeur et Cœur", ["Coeur", "Cœur"]),
    # Hyphens and what stands around.
    ("Anne", "Anne-Marie entra.", []),
    ("Anne-Marie", "Anne-Marie entra ; Anne‑Marie.", ["Anne-Marie", "Anne‑Marie"]),
    ("porte", "un porte-clés", []),
    ("cheval", "ce cheval-là, ce cheval-ci", ["cheval", "cheval"]),
    ("Malo", "Saint-Malo", []),
    ("Anne", "« Anne… » — Anne, (Anne) Anne !", ["Anne"] * 4),
    ("Anne", "**Anne** et _Anne_", ["Anne", "Anne"]),
    ("Anne", "Jeanne, Annette, Anne1", []),
    (
        "Anna Karénine",
        "Anna\u00a0Karénine, Anna\nKarenine, **Anna** Karénine",
        ["Anna\u00a0Karénine", "Anna\nKarenine", "Anna** Karénine"],
    ),
    ("Anna Karénine", "Anna\n\nKarénine", []),
    ("M. Dupont", "M. Dupont, M Dupont", ["M. Dupont", "M Dupont"]),
]
ENGLISH = [
    ("Anna", "Anna's coat, Anna’s hat", ["Anna", "Anna"]),
    ("James", "James' coat, James’s hat", ["James", "James"]),
    ("Anna", "Anna’ll come, Anna’d gone", ["Anna", "Anna"]),
    ("Anna", "'Anna' and “Anna”", ["Anna", "Anna"]),
    ("Brien", "Mr O’Brien", []),
    ("O’Brien", "Mr O'Brien's hat", ["O'Brien"]),
    ("keeper", "The keepers slept; the Keeper woke.", ["keepers", "Keeper"]),
    ("wolf", "the wolves", ["wolves"]),
    ("witch", "three witches", ["witches"]),
    ("city", "two cities", ["cities"]),
    ("day", "seven days", ["days"]),
    ("child", "the children", ["children"]),
    ("fisherman", "fishermen", ["fishermen"]),
    ("Mary", "two Marys", ["Marys"]),
    ("The Queen", "the Queen, a Queen, The Queens", ["the Queen", "Queen", "Queens"]),
    ("The One", "One day the One came.", ["the One"]),
    ("Mark", "Mark my words; mark them", ["Mark"]),
    ("mark", "Mark my words; mark them", ["Mark", "mark"]),
    ("Mr Darcy", "Mr. Darcy, Mr Darcy", ["Mr. Darcy", "Mr Darcy"]),
    ("London", "London-based, post-London", ["London", "London"]),
    ("Anna", "Anna-Maria", []),
    ("Anna", "anna.example", []),
    ("R2-D2", "R2-D2 beeped", ["R2-D2"]),
    ("R2", "R2-D2 beeped", []),
    ("NASA", "NASA and Nasa, not nasa", ["NASA", "Nasa"]),
    ("iPhone", "an iPhone, an iphone", ["iPhone"]),
    ("Zoë", "Zoe's", ["Zoe"]),
    ("the old keeper", "The old keepers", ["old keepers"]),
    (
        ["Elizabeth", "Lizzy", "Miss Bennet"],
        "Lizzy, or Miss Bennet, or Elizabeth",
        ["Lizzy", "Miss Bennet", "Elizabeth"],
    ),
    ("", "anything", []),
    ("…!?", "… !?", []),
]


@pytest.mark.parametrize(("names", "text", "expected"), FRENCH)
def test_in_french(names, text, expected):
    assert found(names, text, "fr") == expected


@pytest.mark.parametrize(("names", "text", "expected"), ENGLISH)
def test_in_english(names, text, expected):
    assert found(names, text, "en") == expected


def test_an_accent_written_in_two_parts_is_the_same_accent():
    text = unicodedata.normalize("NFD", "Éléna sourit à Zoé.")

    assert found("Éléna", text, "fr") == [unicodedata.normalize("NFD", "Éléna")]
    assert found(unicodedata.normalize("NFD", "Zoé"), "Zoé.", "fr") == ["Zoé"]


def test_only_a_person_has_a_feminine():
    assert found("port", "Il porte un port.", "fr", is_person=False) == ["port"]


def who(text: str, language: str, /, **names: str) -> list[tuple[str, str]]:
    """Each mention as its words and the key of its entry."""
    entries = {uuid4(): key for key in names}
    lexicon = [Named(pk, (names[key],), is_person=True) for pk, key in entries.items()]
    return [(text[m.start : m.end], entries[m.entry_id]) for m in find_mentions(text, lexicon, language=language)]


def test_the_longest_name_wins():
    names = {"anna": "Anna", "karenine": "Anna Karenine", "maria": "Anna-Maria"}

    assert who("Anna Karenine, Anna-Maria, Anna Arkadievna", "en", **names) == [
        ("Anna Karenine", "karenine"),
        ("Anna-Maria", "maria"),
        ("Anna", "anna"),
    ]


def test_a_long_name_that_goes_another_way_leaves_the_short_one():
    assert who("the old man of the mountain", "en", man="old man", sea="old man of the sea") == [("old man", "man")]


def test_namesakes_are_both_named_at_the_same_place():
    assert who("Anna.", "en", mother="Anna", daughter="Anna") == [("Anna", "mother"), ("Anna", "daughter")]


def test_no_more_namesakes_are_told_than_anybody_keeps_apart():
    entries = [Named(uuid4(), ("Anna",)) for _ in range(30)]

    assert len(find_mentions("Anna.", entries, language="en")) == MOST_NAMESAKES


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("Elena", {"with": "Éléna", "without": "Elena"}, "without"),
        ("Éléna", {"without": "Elena", "with": "Éléna"}, "with"),
        ("voisine", {"he": "voisin", "she": "voisine"}, "she"),
        ("Ombres", {"one": "Ombre", "many": "Ombres"}, "many"),
        ("Rose", {"flower": "rose", "girl": "Rose"}, "girl"),
        ("rose", {"flower": "rose", "girl": "Rose"}, "flower"),
        ("Rose", {"inn": "La Rose", "girl": "Rose"}, "girl"),
        ("la Rose", {"inn": "La Rose", "girl": "Rose"}, "inn"),
    ],
)
def test_whoever_is_written_exactly_so_goes_first(text, names, expected):
    assert who(text, "fr", **names) == [(text, expected)]


def test_places_are_counted_in_code_points():
    text = "👩‍👩‍👧 𝔄 Anna"

    ((start, end, _),) = find_mentions(text, [Named(uuid4(), ("Anna",))], language="en")

    assert text[start:end] == "Anna"


def test_a_name_of_very_many_words_is_not_looked_for():
    assert found(" ".join(["a"] * (MOST_WORDS + 1)), "a " * 100, "en") == []


@pytest.mark.parametrize(
    ("one", "other"), [("Éléna", "elena"), ("Anna  Karenine", "anna karenine"), ("L’Île", "l'ile")]
)
def test_names_that_a_text_could_confuse_have_one_key(one, other):
    assert key_of(one) == key_of(other)
    assert key_of("Anna") != key_of("Anna-Maria")


# --- Properties ---------------------------------------------------------------------------------------------------

WORDS = [
    "Anna",
    "anna",
    "Karenine",
    "Anna-Maria",
    "l’Ombre",
    "Ombres",
    "cheval",
    "chevaux",
    "Éléna",
    "d'",
    "-",
    "’",
    "*",
]
texts = st.one_of(
    st.lists(st.sampled_from([*WORDS, " ", " ", "\n", ". "]), max_size=60).map("".join),
    st.text(max_size=200),
)
names = st.one_of(st.sampled_from(WORDS), st.text(min_size=1, max_size=20))
codexes = st.lists(
    st.builds(Named, st.uuids(), st.lists(names, min_size=1, max_size=3).map(tuple), st.booleans()), max_size=6
)
languages = st.sampled_from(["fr", "en"])


@settings(max_examples=200, deadline=None)
@given(text=texts, entries=codexes, language=languages)
def test_mentions_stand_in_order_within_the_text_and_overlap_only_for_namesakes(text, entries, language):
    mentions = find_mentions(text, entries, language=language)
    known: set[UUID] = {entry.id for entry in entries}

    for start, end, entry_id in mentions:
        assert 0 <= start < end <= len(text)
        assert entry_id in known
    for one, other in pairwise(mentions):
        assert one.end <= other.start or (one.start, one.end) == (other.start, other.end)
    assert len(set(mentions)) == len(mentions)


@settings(max_examples=100, deadline=None)
@given(text=texts, entries=codexes, language=languages, before=texts)
def test_a_paragraph_before_moves_mentions_and_changes_none(text, entries, language, before):
    alone = find_mentions(text, entries, language=language)
    offset = len(before) + 2
    both = find_mentions(f"{before}\n\n{text}", entries, language=language)

    assert [m for m in both if m.start >= offset] == [(m.start + offset, m.end + offset, m.entry_id) for m in alone]


@settings(max_examples=100, deadline=None)
@given(
    name=st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=12).filter(str.isalpha),
    language=languages,
)
def test_a_name_is_found_where_it_stands_alone(name, language):
    text = f"“{name}”"

    assert found(name, text, language) == [name]


@settings(max_examples=60, deadline=None)
@given(text=texts, entries=codexes, language=languages)
def test_a_lexicon_may_be_used_again(text, entries, language):
    lexicon = Lexicon(entries, language=language)

    assert list(lexicon.find(text)) == list(lexicon.find(text))
