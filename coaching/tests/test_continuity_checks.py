"""The rules one by one: what each is sure of, and what it lets pass."""

from uuid import UUID

import pytest
from django.utils import translation

from coaching.continuity import EXPLANATIONS, KINDS, Known, KnownFact, Passage, check, explain
from coaching.continuity.numbers import number
from coaching.continuity.reading import STRUCK, read

# Enough of a language for it to be told.
FILLER = {
    "en": "The rain had stopped and the street was quiet. It was the hour of the day that she had always liked.",
    "fr": "La pluie avait cessé et la rue était calme. C’était le moment de la journée que les gens aimaient.",
}


def story(language, *texts, codex=()):
    chapters = [
        Passage(UUID(int=number), number, "", f"{FILLER[language]}\n\n{text}")
        for number, text in enumerate(texts, start=1)
    ]
    found = check(chapters, codex, language=language)
    for finding in found:
        for quote in (finding.first, finding.second):
            assert chapters[quote.chapter_id.int - 1].text[quote.start : quote.end] == quote.text != ""
        with translation.override(language):
            said = explain(finding.explanation, finding.params)
        assert finding.explanation in EXPLANATIONS
        assert finding.kind in KINDS
        assert "%" not in said
    return [finding.explanation for finding in found]


FOUND = [
    ("en", "date.impossible", ["They signed on February 30, 1985, in the rain."]),
    ("en", "date.impossible", ["They signed on 29 February 1985, in the rain."]),
    ("fr", "date.impossible", ["On signa le 31 avril, sous la pluie."]),
    ("fr", "date.impossible", ["On signa le trente et un juin, sous la pluie."]),
    ("en", "weekday.date", ["They met on Saturday, 14 July 1950, at the fair."]),
    ("fr", "weekday.two", ["Le lundi 2 mars 1953, il neigea.", "Le mardi 2 mars 1953, il plut."]),
    ("fr", "weekday.next", ["C’était un lundi. Elle dormit peu. Le lendemain, un jeudi, elle partit."]),
    ("en", "age.born_twice", ["Ada was born in 1920 by the sea.", "Ada was born in 1931 by the sea."]),
    ("fr", "age.born", ["Ada est née en 1920. Elle grandit vite.", "En 1940, Ada avait trente-cinq ans."]),
    ("en", "age.same_time", ["Ada was ten years old. She ran. Ada was twelve years old and fast."]),
    ("en", "eyes.changed", ["Ada had green eyes. She laughed.", "Ada’s eyes were blue."]),
    ("fr", "eyes.changed", ["Ada ferma ses yeux bleus.", "Les yeux d’Ada étaient verts."]),
    ("fr", "hair.changed", ["Ada avait les cheveux blonds.", "Les cheveux noirs d’Ada volaient."]),
    ("en", "body.handed", ["Ada was left-handed.", "Ada was right-handed, as they say."]),
    (
        "fr",
        "body.side",
        ["Ada avait une cicatrice sur la joue gauche.", "La cicatrice d’Ada, à la joue droite, pâlit."],
    ),
    ("fr", "family.only", ["Ada était fille unique.", "La sœur d’Ada entra."]),
    ("en", "family.count", ["Ada had two brothers.", "Ada’s three brothers came in."]),
    ("en", "death.acts", ["Oscar died at noon. They buried Oscar.", "Oscar laughed and shut the door."]),
    ("fr", "death.acts", ["Oscar mourut à midi. On pleura Oscar.", "— Viens, dit Oscar."]),
    ("en", "name.spelled", ["Then Catherine came. She and Catherine sat.", "They saw Katherine leave."]),
    ("fr", "time.backwards", ["Il était dix heures. Ada lut. L’église sonna huit heures."]),
]


@pytest.mark.parametrize(("language", "expected", "texts"), FOUND)
def test_what_cannot_be_is_found(language, expected, texts):
    assert story(language, *texts) == [expected]


PASSED = [
    ("en", ["They signed on 29 February 1984."]),
    ("en", ["“Come on the 31st of June,” he said."]),
    ("en", ["They met on Tuesday, 14 July 1789, and on Tuesday, 1 May 1700."]),
    ("en", ["Ada was ten years old.", "Ada was thirty years old."]),
    ("en", ["Ada had blue eyes. Her mother’s green eyes were famous."]),
    ("en", ["Ada had blue eyes. Ada looked into his brown eyes."]),
    ("fr", ["Ada avait les yeux bleus. Ada avait les yeux noirs de colère."]),
    ("fr", ["Ada avait les yeux bleus. Il plongea dans ses yeux noirs."]),
    ("en", ["Ada had blue eyes. In the portrait Ada had brown eyes."]),
    ("en", ["Ada had black hair. She dyed it.", "Ada’s red hair shone.", "Ada had red hair."]),
    ("fr", ["Ada avait deux frères. L’un des deux frères d’Ada chantait, et deux de ses trois cousins."]),
    ("en", ["Oscar nearly died. Oscar laughed."]),
    ("en", ["Oscar died laughing. Then Oscar said it again."]),
    ("fr", ["Oscar mourut à midi.", "Elle revit son enfance. Oscar riait. Oscar entra et posa son chapeau."]),
    ("en", ["Oscar died at noon.", "I never forgot him. Oscar said to me that I was good. My hands were cold."]),
    ("en", ["Louis and Louise came. They saw Louis and Louise leave; they liked Louise."]),
    ("en", ["Catherine and Katherine came. They saw Katherine and Catherine leave."]),
    ("en", ["King Harold died at dawn. They wept for Harold.", "Harold the younger rode on. Harold said little."]),
    ("fr", ["La première Madame Bovary mourut au printemps.", "Madame Bovary sourit. Madame Bovary sortit."]),
    ("fr", ["Ada avait douze ans quand elle partit. Elle lut. Ada avait quinze ans lorsqu’elle revint."]),
    ("en", ["Ada was born in Seville by the sea.", "Ada was born in Spain by the sea."]),
    ("en", ["Ada was forty years old.", "Ada was nine years old and lived by the sea."]),
    ("en", ["It was ten o’clock. The shop was open and would close at nine o’clock."]),
    (
        "en",
        ["Elena wanted to be loved. She had a cat. She knew everyone. I met her there. I liked my room. I was poor."],
    ),
    ("en", ["Ada went out. She walked down. She saw the house. The house has two doors. The garden is long."]),
    ("en", ["I write on the train. He walked in. He sat. He smiled. Now it slows. A woman gets on. She opens a book."]),
    ("fr", ["Ada sortit. Elle marcha. Elle vit la mer. La maison a deux portes. La mer est haute en hiver."]),
    ("en", ["It was ten o’clock. Ada slept. The next day it was eight o’clock."]),
    ("en", ["It was ten o’clock. The train was late, and at eleven o’clock Ada left."]),
]


@pytest.mark.parametrize(("language", "texts"), PASSED)
def test_what_may_be_passes(language, texts):
    assert story(language, *texts) == []


def test_the_codex_speaks_where_its_facts_hold():
    oscar = Known("Oscar Bell", ("Ozzie",), facts=(KnownFact("Is dead", 2), KnownFact("Brown eyes", 1, 1)))
    alive = ["Oscar laughed. Ozzie’s blue eyes shone.", "Nobody came.", "Oscar laughed and went out with Ozzie’s dog."]
    assert story("en", *alive, codex=[oscar]) == ["eyes.codex", "death.codex"]
    assert story("en", alive[0].replace("blue", "brown"), alive[1], codex=[oscar]) == []


def test_two_entries_of_the_codex_are_two_names():
    codex = [Known("Marc"), Known("Mark")]
    texts = ["Then Marc came. They saw Marc.", "They saw Mark leave with Mark."]
    assert story("en", *texts, codex=codex) == []
    assert story("en", *texts, codex=codex[:1]) == ["name.spelled"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_text_in_another_language_or_none_has_no_findings(language):
    assert check([], [], language=language) == []
    assert check([Passage(UUID(int=1), 1, "", "")], [], language=language) == []
    german = "Der Mann ging am 31. Juni durch die Stadt, und niemand sah ihn. " * 30
    assert check([Passage(UUID(int=1), 1, "", german)], [], language="de") == []


@pytest.mark.parametrize(
    "text",
    [
        "'A " * 60_000,
        "« " * 20_000,
        "her " * 20_000,
        "Ada had " * 8_000,
        "word\n" * 60_000,
        "Ada’s blue eyes. Ada’s green eyes. She dyed it. " * 1_000,
        "*" * 200_000,
        "." * 200_000,
        "Ada died. Ada said I was here. " * 1_000,
        "\ud800\x00\u202e" * 1_000,
    ],
)
def test_a_text_that_is_none_is_read_to_its_end(text):
    for language in ("en", "fr"):
        check([Passage(UUID(int=1), 1, "", f"{FILLER[language]}\n{text}")], [Known("Ada")], language=language)


def test_narration_is_what_remains_without_speech():
    text = "— Il part, dit Paul, et je reste. — Non !\n\n> Je t’écris.\n\n# Un\n\nElle dit « Je pars » et *je pensai*."
    told = read(Passage(UUID(int=1), 1, "", text), 0, "fr").told
    assert len(told) == len(text)
    assert [words for words in told.replace(STRUCK, " ").split() if words != "."] == [
        "dit",
        "Paul",
        "Elle",
        "dit",
        "et",
    ]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("forty-two", 42), ("ninety nine", 99), ("7", 7), ("quatre-vingt-onze", 91), ("soixante et onze", 71),
        ("vingt et un", 21), ("quatre-vingts", 80), ("soixante-dix-sept", 77), ("seize", 16), ("many", None),
    ],
)  # fmt: skip  # One a line says no more.
def test_numbers_are_read(words, value):
    assert number(words) == value
