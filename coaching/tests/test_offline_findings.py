"""Findings with their places: what is heard, and above all what is let pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.offline.findings import LISTENED_FOR, Reading, find, listen
from coaching.offline.lexicon import ENGLISH as ENGLISH_WORDS
from coaching.offline.lexicon import FRENCH as FRENCH_WORDS
from coaching.offline.passages import passages
from coaching.offline.phrases import craft_phrases
from coaching.offline.readability import reading_ease, syllables
from coaching.offline.repetition import stem
from coaching.offline.wordlists import wordlists
from coaching.tests.offline_pages import ENGLISH, FRENCH, anything

HEARD_EN = ENGLISH + "\n\nIt was a dark and stormy night. She saw the river rise. “Come in!” he growled softly.\n" * 9
HEARD_FR = FRENCH + "\n\nSon cœur battait la chamade. Elle vit la rivière monter. « Entrez ! » grogna-t-il.\n" * 9
CALM_EN = "The sea was grey. A boat passed beyond the pier, and nobody on the beach looked up from their work. "
CALM_FR = "La mer était grise. Un bateau passa derrière la jetée, et personne ne leva les yeux de son ouvrage. "


def heard(text: str, language: str, kind: str, pov: str = "") -> list[str]:
    padding = CALM_FR if language == "fr" else CALM_EN
    before = padding * 3 + "\n\n"
    reading = find(before + text, language=language, point_of_view=pov)
    return [one.quote for one in reading.findings if one.kind == kind and one.start >= len(before)]


@pytest.mark.parametrize(
    ("text", "language", "kind", "quotes"),
    [
        ("“Come in!” she growled. Nobody came.", "en", "tag", ["growled"]),
        ("“Come in,” growled Tom.", "en", "tag", ["growled"]),
        ("‘Come in,’ she hissed.", "en", "tag", ["hissed"]),
        ("“Come in,” she said softly.", "en", "tag.adverb", ["said softly"]),
        ("« Viens ! » grogna-t-il.", "fr", "tag", ["grogna"]),
        ("— Viens, s’exclama Paul.", "fr", "tag", ["exclama"]),
        ("— Viens, dit-elle doucement.", "fr", "tag.adverb", ["dit-elle doucement"]),
        ("He could hear the rain on the slates.", "en", "filter", ["He could hear"]),
        ("Then Anna noticed the open drawer.", "en", "filter", ["Anna noticed"]),
        ("Elle pouvait entendre la pluie.", "fr", "filter", ["Elle pouvait entendre"]),
        ("Elle entendit la pluie sur les ardoises.", "fr", "filter", ["Elle entendit"]),
        ("Il ne vit pas le tiroir ouvert.", "fr", "filter", ["Il ne vit"]),
        ("Her hand was white as a sheet.", "en", "cliche", ["white as a sheet"]),
        ("Elle entra, *pâle comme un linge*, et s’assit.", "fr", "cliche", ["pâle comme un linge"]),
        ("Le cœur battant, il ouvrit.", "fr", "cliche", ["Le cœur battant"]),
        ("The lamp was broken by the wind.", "en", "passive.agent", ["was broken"]),
        ("La lampe fut brisée par le vent.", "fr", "passive.agent", ["fut brisée"]),
        ("The door was opened by a stranger.", "en", "passive.agent", ["was opened"]),
        ("He slowly, carefully shut the drawer.", "en", "adverbs", ["slowly"]),
        ("Il referma lentement, prudemment le tiroir.", "fr", "adverbs", ["lentement"]),
        ("The lamp lit my hand.", "en", "pov.slip", ["my"]),
        ("La lampe éclairait ma main.", "fr", "pov.slip", ["ma"]),
        ("The cat hid, and Anna knew why. Beside her Tom wondered how long.", "en", "pov.heads", ["Tom wondered"]),
    ],
)
def test_it_is_heard_and_quoted(text, language, kind, quotes):
    assert heard(text, language, kind, pov="third") == quotes


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("“Come in.” The dog growled at the door.", "en", "tag"),
        ("“Come in!” The dog growled at the door.", "en", "tag"),
        ("The dog growled. “Come in,” she said.", "en", "tag"),
        ("“Come in,” she said. The engine thundered.", "en", "tag"),
        ("Le chien grogna. « Viens », dit-elle.", "fr", "tag"),
        ("« Viens. » Le chien grogna.", "fr", "tag"),
        ("— Viens, dit-elle. L’orage gronda.", "fr", "tag"),
        ("“The only family is lovely,” she said early.", "en", "tag.adverb"),
        ("He felt for the switch.", "en", "filter"),
        ("He felt like a stranger.", "en", "filter"),
        ("“I saw the rain,” she said.", "en", "filter"),
        ("The saw lay on the bench.", "en", "filter"),
        ("Il vit à Paris.", "fr", "filter"),
        ("Elle se sentit mal.", "fr", "filter"),
        ("— Il vit la pluie, dit-elle.", "fr", "filter"),
        ("Elle est arrivée par le train.", "fr", "passive.agent"),
        ("Ils étaient restés par amitié.", "fr", "passive.agent"),
        ("Elle s’est levée par habitude.", "fr", "passive.agent"),
        ("She was tired by noon.", "en", "passive.agent"),
        ("He was running by the sea.", "en", "passive.agent"),
        ("Below the rule there was weed, then a shed.", "en", "passive"),
        ("Emily and the family were only friendly to the bully.", "en", "adverbs"),
        ("Un mouvement, un cri de ravissement, le bâtiment.", "fr", "adverbs"),
        ("Ils aiment, ils dorment, elles forment un cercle.", "fr", "adverbs"),
        ("“My hand is cold,” she said. “I know.”", "en", "pov.slip"),
        ("*I knew it*, she thought.", "en", "pov.slip"),
        ("Under Charles I the bridge burned. See Chapter I of it.", "en", "pov.slip"),
        ("— Je pars, dit-elle.", "fr", "pov.slip"),
        ("« Ma main est froide », dit-elle.", "fr", "pov.slip"),
        ("Mon Dieu, la pluie.", "fr", "pov.slip"),
        ("The cat hid, and Anna knew why. Later Anna wondered.", "en", "pov.heads"),
        ("Anna knew why.\n\nThen Tom wondered how long.", "en", "pov.heads"),
        ("`she was white as a sheet` and <b title='white as a sheet'>", "en", "cliche"),
        ("```\nwhite as a sheet\n```", "en", "cliche"),
        ("It ends ```\nwhite as a sheet\n``` here.", "en", "cliche"),
        ("# White as a sheet", "en", "cliche"),
        ("[here](white as a sheet) it ends.", "en", "cliche"),
        ("She spread a white sheet.", "en", "cliche"),
        ("It was a distant, distant road.", "en", "echo"),
        ("Mathilde rose. Then Mathilde spoke to Mathilde, and Mathilde wept.", "en", "echo"),
    ],
)
def test_it_is_let_pass(text, language, kind):
    assert heard(text, language, kind, pov="third") == []


def test_an_omniscient_story_may_look_into_every_head():
    text = "The cat hid, and Anna knew why. Beside her Tom wondered how long."

    assert heard(text, "en", "pov.heads", pov="omniscient") == []


def test_a_story_in_the_first_person_says_i():
    assert heard("My hand shook. I shut the drawer.", "en", "pov.slip", pov="first") == []


def test_inflections_are_one_word_with_every_place():
    text = "Elle regarda la mer. Un regard suffisait. Il regardait aussi, sans rien dire."
    echo = next(one for one in find(text, language="fr").findings if one.kind == "echo")

    assert [text[start:end] for start, end in echo.places] == ["regarda", "regard", "regardait"]
    assert echo.facts["count"] == 3
    assert "3" in echo.explanation("fr")


@pytest.mark.parametrize(("one", "other"), [("watch", "watching"), ("stop", "stopped"), ("hope", "hoping")])
def test_english_inflections_share_a_stem(one, other):
    assert stem(one, ENGLISH_WORDS) == stem(other, ENGLISH_WORDS)


@pytest.mark.parametrize(("one", "other"), [("string", "stray"), ("need", "nest")])
def test_english_words_apart_stay_apart(one, other):
    assert stem(one, ENGLISH_WORDS) != stem(other, ENGLISH_WORDS)


def test_french_words_apart_stay_apart():
    assert stem("lettre", FRENCH_WORDS) != stem("lettuce", FRENCH_WORDS)
    assert stem("porte", FRENCH_WORDS) == stem("portait", FRENCH_WORDS)


def test_sentences_of_one_length_and_one_beginning_are_runs():
    text = "She took the road home. She saw no light there. She shut the old door. She lit the small lamp. " * 2
    kinds = {one.kind: one for one in find(text, language="en").findings}

    assert kinds["rhythm.even"].facts["count"] == 8
    assert kinds["rhythm.start"].facts["count"] == 8
    assert kinds["rhythm.start"].quote == "She"
    assert not {"rhythm.even", "rhythm.start"} & {one.kind for one in find(CALM_EN, language="en").findings}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_few_to_begin_with_are_of_several_kinds(language):
    reading = find({"en": ENGLISH, "fr": FRENCH}[language], language=language, point_of_view="third")
    kinds = [one.kind for one in reading.first]

    assert 3 <= len(kinds) <= 7
    assert max(kinds.count(kind) for kind in kinds) <= 2
    assert [one.severity for one in reading.first] == sorted((one.severity for one in reading.first), reverse=True)
    assert sum(len(group) for _, group in reading.by_kind) == len(reading.findings)
    assert reading.figures.dialogue_share > 0


@pytest.mark.parametrize("text", [HEARD_EN, HEARD_FR, CALM_EN, "Der Mann ging langsam durch den Wald. " * 20])
def test_what_is_listened_for_alone_is_what_is_found_among_all(text):
    among_all = [one for one in find(text, language="en").findings if one.kind in LISTENED_FOR]

    assert listen(text, language="en") == among_all
    assert bool(among_all) == (text is HEARD_EN or text is HEARD_FR)


def test_calm_prose_is_left_in_peace():
    assert find(CALM_EN, language="en").findings == ()
    assert find(CALM_FR, language="fr").findings == ()


def test_a_limit_holds_for_each_kind_and_the_count_stays_whole():
    text = "\n\n".join(f"Her face {number}, white as a sheet, turned away." for number in "abcdefghij")
    reading = find(text, language="en", limit_per_kind=3)

    assert sum(one.kind == "cliche" for one in reading.findings) == 3
    assert reading.figures.counts["cliche"] == 10


def test_in_a_language_without_lists_only_rhythm_is_heard():
    reading = find("Der Mann ging langsam durch den Wald und sah nicht zurück. " * 10, language="de")

    assert reading.language is None
    assert {one.kind for one in reading.findings} <= {"rhythm.even", "rhythm.start", "rhythm.long"}
    assert reading.figures.ease is None


def test_decomposed_letters_are_heard_and_their_places_hold():
    text = "Elle entra, pa\u0302le comme un linge."
    [finding] = find(text, language="fr").findings

    assert finding.quote == "pa\u0302le comme un linge"


def test_readability_follows_the_published_formulas():
    english = passages("The cat sat on the mat. " * 20, "en")
    french = passages("Le chat dort sur le lit. " * 20, "fr")

    assert reading_ease(english, "en") == 100
    assert reading_ease(french, "fr") == 100
    assert reading_ease(passages("Incomprehensible administrative terminology. " * 40, "en"), "en") == 0
    assert reading_ease(english[:2], "en") is None
    harder = passages("The government considered several important proposals yesterday evening. " * 20, "en")
    assert 0 <= (reading_ease(harder, "en") or 0) < 30


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        *(("cat", "en", 1), ("table", "en", 2), ("walked", "en", 1), ("wanted", "en", 2), ("chante", "fr", 1)),
        *(("regardent", "fr", 2), ("été", "fr", 2), ("l'", "fr", 0), ("le", "fr", 1)),
    ],
)
def test_syllables_are_counted_by_ear(word, language, count):
    assert syllables(word, language) == count


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_language_has_its_lists_and_its_words(language):
    assert wordlists(language).count >= 120
    assert craft_phrases("en").keys() == craft_phrases("fr").keys()


def _check(text: str, reading: Reading) -> None:
    for finding in reading.findings:
        assert text[finding.start : finding.end] == finding.quote
        assert finding.quote
        first, last = finding.sentence
        assert first <= finding.start < last
        assert all(0 <= start < end <= len(text) for start, end in finding.places)
        for language in ("en", "fr"):
            assert "{" not in finding.explanation(language).replace(finding.quote, "")
            assert finding.question(language)


@settings(max_examples=200, deadline=None)
@given(text=anything, language=st.sampled_from(["en", "fr", "xx"]), pov=st.sampled_from(["", "first", "third"]))
def test_places_always_quote_the_text(text, language, pov):
    _check(text, find(text, language=language, point_of_view=pov))


_PIECES = (
    *("She was taken by him. ", "“Go!” she growled softly. ", "Elle fut prise par lui. ", "— Va, grogna-t-il. "),
    *(
        "pâle comme un linge ",
        "*white as a sheet* ",
        "l’e\u0301te\u0301 ",
        "I saw the lamp. ",
        "\n\n",
        "\r\n> ",
        "***\n",
    ),
    *(
        "« Oui »",
        "`code`",
        "<i>",
        "](x)",
        "👩‍👩‍👧 ",
        "Anna knew. Tom wondered. ",
        "lentement vite doucement ",
        "ﬁ İ ß ",
    ),
)


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=40), language=st.sampled_from(["en", "fr"]))
def test_places_quote_the_text_where_much_is_found(pieces, language):
    text = "".join(pieces)

    _check(text, find(text, language=language, point_of_view="third"))


@pytest.mark.parametrize("text", ["", "\x00", "“" * 5_000, "a" * 50_000, "— " * 20_000, "]( " * 20_000, "```" * 20_001])
def test_nothing_breaks_it(text):
    _check(text, find(text, language="fr"))
    _check(text, find(text, language="en"))
