"""The offline coach: what it measures is true, what it says is honest, and nothing a page holds can trip it."""

import re
import string
from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from coaching.offline import answer, measure
from coaching.offline.answer import quoted, shortened
from coaching.offline.danger import is_heard
from coaching.offline.findings import find
from coaching.offline.phrases import Phrases, phrases

FRENCH = """# Le bol bleu

La cuisine n’avait pas changé. La fenêtre donnait toujours sur la cour, et la fenêtre d’en face n’avait toujours pas \
de rideau. Anne posa la main sur la vitre de la fenêtre. Le froid lui fit du bien.

Elle ouvrit lentement le placard du haut. Elle sortit les assiettes une à une. Elle compta les verres. Elle retrouva \
le bol bleu tout au fond.

— Tu comptes les verres ? demanda Claire.

— Je compte ce qui reste. Moi, je n’ai que ça à faire.

Claire haussa les épaules. Le bol avait été offert par le notaire, autrefois, et il avait été réparé deux fois. Les \
lettres furent rangées dans une boîte par M. Le Goff lui-même. La maison était vendue depuis mardi.

***

Le soir, elles mangèrent debout. « On pourrait dormir ici », dit Claire. Anne regarda la porte, puis l’escalier, puis \
la valise qu’elle n’avait pas défaite.
"""
ENGLISH = """The ferry left without her. She stood quietly on the quay with the letter in her hand, and the gulls went \
on as if nothing had been decided. She had read the letter slowly, carefully, completely. The letter said very little.

She walked to the café. She ordered a coffee she did not want. She counted her coins twice over. She looked at the \
clock above the bar. She thought of the house by the river. She wished the rain would start again.

“You missed it,” said the man behind the bar.

“I know.”

“There’s another one on Thursday. If you’ve somewhere to sleep, that is, because the hotel shut last winter.”

The shutters had been painted green. The tables were taken inside by a boy. I remember how the lamp shook.
"""
JOURNAL = """Aujourd’hui je suis retournée au cimetière. Maman aurait eu soixante-dix ans. J’ai apporté des anémones, \
parce que maman disait que les roses font trop de manières. Il n’y avait personne. J’ai parlé à maman tout haut, \
bêtement, longuement, de choses sans importance. Puis la pluie est venue et je suis restée quand même."""


def say(text: str = ENGLISH, question: str = "", **overrides: str) -> str:
    given_ = {"mode": "narrative", "language": "en"} | overrides
    return answer(chapter_text=text, question=question, **given_)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


# --- Measures -----------------------------------------------------------------------------------------------------


def test_a_french_chapter_is_measured():
    measures = measure(FRENCH, "fr")

    assert measures.language == "fr"
    assert measures.opening == "La cuisine n’avait pas changé."
    assert measures.closing.startswith("Anne regarda la porte")
    assert measures.paragraphs == 6
    assert [opening for _, opening in measures.scenes] == [
        "La cuisine n’avait pas changé.",
        "Le soir, elles mangèrent debout.",
    ]
    assert sum(words for words, _ in measures.scenes) == measures.words
    assert measures.longest_speech.startswith("— Tu comptes les verres") or "que ça à faire" in measures.longest_speech
    assert 0.1 < measures.dialogue_share < 0.25
    assert (measures.echoes[0].word, measures.echoes[0].count) == ("fenêtre", 3)
    assert measures.echoes[0].quote.startswith("La fenêtre donnait")
    assert measures.same_start is not None
    assert (measures.same_start.word, measures.same_start.count) == ("elle", 4)
    assert measures.passives.count == 3
    assert measures.passives.quote.startswith("Le bol avait été offert par")
    assert measures.first_person.count == 0, "who speaks may say I"
    assert measures.adverbs.examples == ("lentement",)


def test_an_english_chapter_is_measured():
    measures = measure(ENGLISH, "en")

    assert measures.language == "en"
    assert measures.echoes[0].word == "letter"
    assert measures.adverbs.count == 4
    assert measures.adverbs.quote == "She had read the letter slowly, carefully, completely."
    assert measures.even_run is not None
    assert (measures.even_run.count, measures.even_run.low, measures.even_run.high) == (8, 5, 8)
    assert measures.even_run.quote == "She had read the letter slowly, carefully, completely."
    assert measures.same_start is not None
    assert measures.same_start.count == 6
    assert measures.passives.quote == "The tables were taken inside by a boy."
    assert (measures.first_person.count, measures.first_person.quote) == (1, "I remember how the lamp shook.")
    assert measures.longest_speech.startswith("If you’ve somewhere to sleep")


def test_the_words_of_a_sentence_are_counted_as_a_reader_would():
    measures = measure("L’eau n’est pas là. Il dort.", "fr")

    assert (measures.words, measures.longest, measures.shortest) == (6, 4, 2)
    assert measures.mean_length == 3
    assert measures.spread == 1


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        ("M. Dupont est venu. Mme Le Goff aussi.", "fr", 2),
        ("Mr. Darcy bowed. Dr. Grant did not.", "en", 2),
        ("« Tu viens ? » demanda-t-il. Elle vint.", "fr", 2),
        ("“Come!” he said. She came.", "en", 2),
        ('He left. "Come," she said.', "en", 2),
        ("Attends… je viens. Non !", "fr", 2),
        ("no punctuation at all in this one", "en", 1),
        ("# A heading\n\nOne line\nAnother line", "en", 2),
        ("> A quoted line.", "en", 1),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, language, sentences):
    assert measure(text, language).sentences == sentences


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [
        ("— Bonjour, dit-il.", "fr", 1.0),
        ("– Bonjour.\n- Salut.", "fr", 1.0),
        ("« Un deux. » Trois quatre.", "fr", 0.5),
        ("“One two.” Three four.", "en", 0.5),
        ('"One two." Three four.', "en", 0.5),
        ("Nobody says a word.", "en", 0.0),
        ("« Un guillemet jamais fermé", "fr", 1.0),
    ],
)
def test_speech_is_told_from_narration(text, language, share):
    assert measure(text, language).dialogue_share == share


@pytest.mark.parametrize(
    ("sentence", "is_adverb"),
    [
        ("Il partit rapidement.", True),
        ("Elle répondit gentiment.", True),
        ("Ce fut un long moment.", False),
        ("Comment partir ?", False),
        ("L’appartement dormait.", False),
        ("Ils aiment la pluie.", False),
        ("Il y eut un clignotement au loin.", False),
    ],
)
def test_french_adverbs_are_told_from_nouns_and_verbs(sentence, is_adverb):
    assert bool(measure(sentence, "fr").adverbs.count) is is_adverb


@pytest.mark.parametrize(
    ("sentence", "is_adverb"),
    [("She ran quickly.", True), ("His only family was early.", False), ("The lonely bully.", False)],
)
def test_english_adverbs_are_told_from_what_only_ends_alike(sentence, is_adverb):
    assert bool(measure(sentence, "en").adverbs.count) is is_adverb


@pytest.mark.parametrize(
    ("sentence", "language", "is_passive"),
    [
        ("La lettre fut lue par le juge.", "fr", True),
        ("Les murs avaient été repeints, la porte était gardée.", "fr", True),
        ("Elle s’est levée tard.", "fr", False),
        ("Elle est allée au marché.", "fr", False),
        ("Il est fatigué.", "fr", False),
        ("Peut-être chanté-je faux.", "fr", False),
        ("The letter was read by the judge.", "en", True),
        ("The door was never opened, the walls had been painted.", "en", True),
        ("He was tired.", "en", False),
        ("She was running.", "en", False),
    ],
)
def test_passives_are_told_from_reflexives_states_and_compound_tenses(sentence, language, is_passive):
    assert bool(measure(sentence, language).passives.count) is is_passive


def test_a_name_is_no_repetition():
    text = "Then Mathilde rose. When Mathilde spoke, old Mathilde listened, and even Mathilde laughed at Mathilde."

    assert measure(text, "en").echoes == ()


def test_thoughts_in_italics_are_not_the_narrator():
    assert measure("Anne se tut. *Je le savais*, pensa-t-elle.", "fr").first_person.count == 0
    assert measure("Anne se tut. Je le savais.", "fr").first_person.count == 1


def test_the_language_of_the_page_wins_over_the_one_given():
    assert measure(FRENCH, "en").language == "fr"
    assert measure(ENGLISH, "fr").language == "en"
    assert measure("Hm.", "fr").language == "fr"
    assert measure("Der Mann ging langsam durch den Wald und sah nicht zurück. " * 10, "en").language is None


def test_a_chapter_longer_than_any_is_read_only_so_far():
    measures = measure("A word or two here. " * 20_000, "en")

    assert measures.is_cut
    assert 40_000 < measures.words < 80_000


# --- Findings -----------------------------------------------------------------------------------------------------

CALM = "The sea was grey. A boat passed beyond the pier, and nobody on the beach looked up from what they were doing. "


@pytest.mark.parametrize(
    ("text", "pov", "remark"),
    [
        (ENGLISH, "third", "pov.slip.one"),
        (ENGLISH + "My hand shook too.", "omniscient", "pov.slip"),
        ("I went out. I came back. I slept. I woke. I ate my bread.", "third", "pov.other"),
        (CALM * 8, "first", "pov.absent"),
        (CALM * 8, "second", "pov.absent_second"),
        (CALM * 8, "third", "pov.fine"),
        (CALM * 15 + "I was there.", None, "pov.mixed.one"),
        (CALM * 15 + "I was there. My dog was too.", None, "pov.mixed"),
        ("I was there.", None, "pov.fine"),
        ("Short.", "first", "pov.fine"),
    ],
)
def test_slips_are_judged_by_the_storys_point_of_view(text, pov, remark):
    assert find(measure(text, "en"), pov)["pov"].remark == remark


@pytest.mark.parametrize(
    ("text", "topic", "remark"),
    [
        ("The rain fell on the roof. A dog barked at the gate. " * 4, "rhythm", "rhythm.even"),
        ("He sat. Far off " + "and then the road went on " * 12 + ".", "rhythm", "rhythm.long"),
        (CALM, "rhythm", "rhythm.fine"),
        ("“Well?” “Well what?” “You know.”", "dialogue", "dialogue.much"),
        (CALM, "dialogue", "dialogue.none"),
        ("Slowly, quietly, sadly, madly, he left.", "adverbs", "adverbs.many"),
        ("It was taken by him. It was sold by her. It was lost by us.", "passive", "passive.many"),
        (CALM, "passive", "passive.few"),
        ("One.\n\n***\n\nTwo.", "structure", "structure.many"),
        ("One.\n\nTwo.", "structure", "structure.one"),
        ("One. Two.", "structure", "structure.block"),
    ],
)
def test_figures_become_remarks(text, topic, remark):
    assert find(measure(text, "en"), None)[topic].remark == remark


def test_where_the_language_is_unknown_nothing_is_said_that_needs_its_words():
    findings = find(measure("Der Mann ging langsam durch den Wald und sah nicht zurück. " * 10, "de"), "third")

    assert not {"echo", "adverbs", "passive", "pov"} & set(findings)


# --- What it says -------------------------------------------------------------------------------------------------

CASES = [
    (text, question, mode, language, pov)
    for text in (FRENCH, ENGLISH, JOURNAL, "", "Un mot", "Wort für Wort und nicht mehr. " * 30)
    for question in ("", "Et mes dialogues ?", "What comes next?", "Du style")
    for mode in ("narrative", "therapeutic", "coauthor", "structural")
    for language, pov in (("en", "third"), ("fr", None))
]


@pytest.mark.parametrize(("text", "question", "mode", "language", "pov"), CASES)
def test_every_answer_is_honest_whole_and_in_the_writers_language(text, question, mode, language, pov):
    said = answer(chapter_text=text, question=question, mode=mode, language=language, pov=pov)

    assert {"en": "No model has read these pages", "fr": "Aucun modèle n’a lu ces pages"}[language] in said
    assert not re.search(r"\{\w*\}", said), "a fact was not filled in"
    assert not re.search(r"None(?! of this)", said)
    assert said == answer(chapter_text=text, question=question, mode=mode, language=language, pov=pov)
    assert "?" in said


def test_what_the_writer_asks_about_comes_first():
    for question, title in [
        ("Is the dialogue natural?", "Dialogue"),
        ("Et le rythme ?", "Sentences that begin alike"),
        ("Too many adverbs?", "Adverbs"),
        ("Do I repeat myself, the same words?", "A word that comes back"),
        ("Is the passive voice a problem?", "Who does it?"),
        ("Does my opening work?", "Where you begin"),
        ("Is the ending too abrupt?", "Where you stop"),
        ("What do you make of the structure?", "The shape"),
    ]:
        assert re.findall(r"\*\*(.+?)\*\* ·", say(question=question))[0] == title, question


def test_a_question_it_cannot_answer_is_owned_up_to():
    assert "I am not one" in say(question="Is my villain frightening?")
    assert "I am not one" not in say(question="")
    assert "je n’en suis pas un" in say(FRENCH, "Mon méchant fait-il peur ?", language="fr")


def test_the_coauthor_does_not_pretend_to_write():
    said = say(question="Write on, please", mode="coauthor")

    assert "I cannot write a continuation" in said
    assert "> I remember how the lamp shook." in said
    assert "Three doors" in said


def test_the_structure_coach_lists_the_scenes():
    said = plain(say(FRENCH, mode="structural", language="fr"))

    assert "Je vois 2 scènes" in said
    assert "1. environ 120 mots, à partir de « La cuisine n’avait pas changé. »" in said
    assert said.index("1. environ") < said.index("2. environ") < said.index("?")


def test_many_scenes_are_not_all_listed():
    said = say("\n\n***\n\n".join(f"Scene {n} begins with these five words." for n in range(30)), mode="structural")

    assert "8. about" in said
    assert "9. about" not in said
    assert "and 22 more" in said


@pytest.mark.parametrize(("mode", "story_mode"), [("therapeutic", "fiction"), ("narrative", "journal")])
@pytest.mark.parametrize("question", ["Est-ce bien écrit ?", "Trop d’adverbes ?", "Le rythme va-t-il ?", ""])
def test_beside_a_journal_nothing_is_said_of_style(mode, story_mode, question):
    said = say(JOURNAL, question, mode=mode, story_mode=story_mode, language="fr")

    assert "adverbe" not in said
    assert "répét" not in said
    assert "passif" not in said
    assert "Rien n’y est à corriger" in said
    assert "> Puis la pluie est venue et je suis restée quand même." in said
    assert "« maman »" in plain(said)
    assert ("je ne pèse pas les phrases" in said) is bool(question)
    assert "3114" in said


def test_an_empty_page_is_met_according_to_the_mode():
    said = {mode: say("", mode=mode) for mode in ("narrative", "therapeutic", "coauthor", "structural")}

    assert len(set(said.values())) == 4
    assert all("?" in each for each in said.values())
    assert "988" in said["therapeutic"]


# --- Danger -------------------------------------------------------------------------------------------------------

HEARD = [
    "J’ai envie de mourir.",
    "je veux juste mourir",
    "Je vais me tuer",
    "Je pense à en finir avec la vie",
    "Je n’ai plus envie de vivre",
    "mon mari me frappe",
    "I want to die",
    "sometimes I cut myself",
    "everyone would be better off without me",
    "I don’t want to live",
    "He hits me when he drinks",
]
NOT_HEARD = [
    "Le roi veut mourir en mer.",
    "Mon personnage meurt à la fin, est-ce trop ?",
    "Il faut tuer le dragon.",
    "My villain dies in chapter two. Too soon?",
    "I cut the chapter myself.",
    "How do I end the scene?",
    "",
]


@pytest.mark.parametrize("question", HEARD)
@pytest.mark.parametrize("mode", ["narrative", "therapeutic", "coauthor", "structural"])
def test_a_writer_who_may_be_in_danger_is_answered_before_any_craft(question, mode):
    for language in ("fr", "en"):
        said = say(FRENCH, question, mode=mode, language=language)
        assert "**3114**" in said
        assert "**112**" in said
        assert "**988**" in said
        assert "adverb" not in said
        assert "> " not in said


@pytest.mark.parametrize("question", NOT_HEARD)
def test_a_story_about_dark_things_is_a_story(question):
    assert not is_heard(question, of_a_true_life=False)
    assert "3114" not in say(question=question)


def test_words_in_a_journal_are_heard_and_the_page_is_still_received():
    said = say(JOURNAL + " Ce soir j’ai envie de mourir.", "Bonsoir", mode="therapeutic", language="fr")

    assert said.startswith("Avant toute question d’écriture")
    assert said.count("3114") == 1
    assert "Rien n’y est à corriger" in said
    assert "> " not in said, "no exercise, no quotation"


def test_a_characters_despair_is_the_characters():
    assert "3114" not in say(FRENCH + "\n« Je veux mourir », dit Anne.", "Est-ce crédible ?", language="fr")


def test_the_subject_alone_is_heard_only_beside_a_true_life():
    assert is_heard("le suicide de mon frère", of_a_true_life=True)
    assert not is_heard("le suicide du colonel", of_a_true_life=False)


# --- Phrases ------------------------------------------------------------------------------------------------------


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_can_say_the_same_things():
    english, french = phrases("en"), phrases("fr")

    assert set(english.remarks) == set(french.remarks)
    assert set(english.empty) == set(french.empty) == {"narrative", "therapeutic", "coauthor", "structural"}
    for key, remark in english.remarks.items():
        assert facts_of(remark.seen) == facts_of(french.remarks[key].seen), key
    for each in fields(Phrases):
        one, other = getattr(english, each.name), getattr(french, each.name)
        if isinstance(one, str) and each.name != "language":
            assert facts_of(one) == facts_of(other), each.name
            assert one != other, each.name
        if isinstance(one, tuple):
            assert one, each.name
            assert other, each.name


def test_french_is_typeset_and_english_is_left_alone():
    said = say(FRENCH, "Et la suite ?", language="fr")
    own = "\n".join(line for line in said.splitlines() if not line.startswith(">"))

    assert not re.search(r" [;!?%»:]|« ", own)
    assert "\u202f" in own
    assert "\u202f" not in say(ENGLISH, language="en")


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("en", 12_340, "12,340"),
        ("fr", 12_340, "12\u202f340"),
        ("en", 2.51, "2.5"),
        ("fr", 2.51, "2,5"),
        ("fr", 3.0, "3"),
    ],
)
def test_figures_are_written_as_the_language_writes_them(language, value, shown):
    assert phrases(language).number(value) == shown


# --- Whatever a page may hold -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "![pixel](https://spy.example/a.png)",
        "[Click](javascript:alert(1))",
        "<script>alert(1)</script>",
        "<https://spy.example>",
        "`code` and **bold** and ~~gone~~",
        "# not a heading",
        "1. not a list",
        "- not a list",
        "&lt;b&gt; &amp;",
        "a | b | c",
    ],
)
def test_a_quoted_line_keeps_its_words_and_loses_its_marks(line):
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"> {quoted(line)}")
    inline = [token for token in tokens if token.type == "inline"]

    assert [token.type for token in tokens] == [
        "blockquote_open",
        "paragraph_open",
        "inline",
        "paragraph_close",
        "blockquote_close",
    ]
    assert {child.type for child in inline[0].children or []} <= {"text", "text_special"}
    assert "".join(child.content for child in inline[0].children or []) == line.replace("**", "")


def test_a_quotation_is_shortened_at_a_word():
    text = "un mot puis un autre, " * 40

    assert len(shortened(text, 200)) <= 201
    assert shortened(text, 200).endswith("…")
    assert shortened(text, 200)[:-1] in text
    assert shortened("x" * 500, 200) == "x" * 200 + "…"


def test_what_cannot_be_seen_is_not_quoted():
    assert shortened("pay\u202eload\u0000 \u200bhere", 200) == "payload here"


anything = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from([*"aéI .!?…«»“”\"'’—-–*_#>|`[]()<&\n\t", "je ", "was ", "été ", "👩‍👩‍👧", "\u202e"])).map(
        "".join
    ),
)


@settings(max_examples=150, deadline=None)
@given(
    text=anything,
    question=anything,
    mode=st.sampled_from(["narrative", "therapeutic", "coauthor", "structural"]),
    language=st.sampled_from(["en", "fr", "de", ""]),
    pov=st.sampled_from([None, "", "first", "second", "third", "omniscient"]),
)
def test_any_page_and_any_question_get_an_answer_that_is_safe_to_show(text, question, mode, language, pov):
    said = answer(chapter_text=text, question=question, mode=mode, language=language, pov=pov)
    tokens = MarkdownIt("commonmark").parse(said)
    kinds = {token.type for token in tokens} | {c.type for token in tokens for c in token.children or []}

    assert not kinds & {"link_open", "image", "html_block", "html_inline", "code_inline", "fence", "code_block"}
    assert "heading_open" not in kinds
    assert len(said) < 6_000


@settings(max_examples=100, deadline=None)
@given(text=anything, language=st.sampled_from(["en", "fr", "xx", None]))
def test_measures_agree_with_each_other(text, language):
    measures = measure(text, language)

    assert 0 <= measures.dialogue_share <= 1
    assert measures.shortest <= measures.mean_length <= measures.longest
    assert sum(words for words, _ in measures.scenes) == measures.words
    assert bool(measures.words) == bool(measures.sentences) == bool(measures.opening)
    assert measures.first_person.count <= measures.narrated_sentences <= measures.sentences
    assert measures.passives.count <= measures.sentences
    assert measures.words >= 0


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "." * 1_000_000,
        "*" * 1_000_000,
        "_a" * 500_000,
        "« " * 500_000,
        '"' * 1_000_000,
        "\n" * 1_000_000,
        "😀" * 250_000,
        "mot " * 250_000,
    ],
    ids=lambda text: repr(text[:3]),
)
def test_a_megabyte_of_anything_is_answered(text):
    """Were one step quadratic, this would not come back within the hour."""
    for mode in ("narrative", "therapeutic"):
        assert say(text, mode=mode)
