"""What the offline coach counts, and what it makes of the figures."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.offline import measure
from coaching.offline.topics import find
from coaching.tests.offline_pages import ENGLISH, FRENCH, anything

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
