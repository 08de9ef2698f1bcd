"""What is said of AI in a text: by the record, in two languages, to people and to machines."""

import json
import re
import uuid
from datetime import date
from decimal import Decimal

import pytest

from stories.disclosure import (
    ChapterFigures,
    StoryFigures,
    digital_source_type,
    reading_marks,
    statement,
    story_figures,
)
from stories.models import Story
from stories.services import create_chapter, insert_passage, set_visibility
from tests.factories import create_story, create_user

REPLY = uuid.UUID("0d3e7a0c-58a4-4d4b-a1d9-c1a6ef0cb6a1")
NARROW = "\u202f"


def figures_of(*parts, titles=()):
    chapters = [
        ChapterFigures(number=number, title=title, characters=sum(part), coach=part[1], coach_edited=part[2])
        for number, (part, title) in enumerate(zip(parts, titles or [""] * len(parts), strict=True), start=1)
    ]
    return StoryFigures(
        characters=sum(chapter.characters for chapter in chapters),
        coach=sum(chapter.coach for chapter in chapters),
        coach_edited=sum(chapter.coach_edited for chapter in chapters),
        chapters=chapters,
    )


def said(figures, language, on=date(2026, 11, 1)):
    return statement(figures, title="L’été", author="Anne Hébert", on=on, language=language)


# --- Figures and statement ---------------------------------------------------------------------------------------


def test_a_share_is_never_nothing_for_something_nor_all_for_less():
    figures = figures_of((999_999, 1, 0))
    assert figures.coach_percent == Decimal("0.1")
    assert figures.human_percent == Decimal("99.9")
    assert figures.coach_edited_percent == 0
    assert "(less than 0.1%)" in said(figures, "en")
    assert "(more than 99.9%)" in said(figures, "en")
    assert figures_of((5, 0, 0)).human_percent == 100
    assert figures.bar.human + figures.bar.coach_edited + figures.bar.coach == 1000


def test_it_says_that_there_is_no_ai_text_only_where_the_record_says_so():
    without = said(figures_of((1200, 0, 0), (0, 0, 0)), "en")
    assert "The text has 1,200 characters in 2 chapters. According to the record, none of it was written by" in without
    for parts in ((1200, 1, 0), (1200, 0, 1), (0, 10, 0)):
        assert "none of it" not in said(figures_of(parts), "en")
        assert "rien n’y a été écrit" not in said(figures_of(parts), "fr")
    assert "nothing to state" in said(figures_of((0, 0, 0)), "en")


def test_the_statement_in_english():
    text = said(figures_of((48_000, 1200, 1), (10, 0, 0), (10, 5, 0), titles=("The Harbour", "", "")), "en")

    assert text.splitlines()[1].startswith("“L’été”, by Anne Hébert. Drawn up on 1 November 2026 ")
    assert "The text has 49,226 characters in 3 chapters." in text
    assert "– 1,205 characters (2.4%) were written by an AI system" in text
    assert "– 1 character (less than 0.1%) comes from passages of that system and was edited" in text
    assert "– 48,020 characters (97.6%) were written by a person." in text
    assert "stands in chapters 1 (“The Harbour”), 3." in text


def test_the_statement_in_french():
    text = said(figures_of((48_000, 1200, 1), (0, 1, 0), titles=("Le port", "")), "fr")

    assert f"«{NARROW}L’été{NARROW}», par Anne Hébert. Établie le 1er novembre 2026" in text
    assert f"Le texte compte 49{NARROW}202 caractères en 2 chapitres." in text
    assert f"– 1{NARROW}201 caractères (2,4{NARROW}%) ont été écrits par un système d’IA" in text
    assert f"– 1 caractère (moins de 0,1{NARROW}%) vient de passages de ce système et a été remanié" in text
    assert f"se trouve dans les chapitres 1 («{NARROW}Le port{NARROW}»), 2." in text
    assert "le 21 août 2026" in said(figures_of((1, 0, 0)), "fr", on=date(2026, 8, 21))
    assert " 0 caractère" not in text


def test_nothing_by_a_person_is_said_so():
    assert "No character was written by a person alone." in said(figures_of((0, 10, 0)), "en")
    assert "Aucun caractère" in said(figures_of((0, 10, 2)), "fr")


# --- Marks -------------------------------------------------------------------------------------------------------


def test_the_term_fits_the_record():
    assert digital_source_type(figures_of((10, 0, 0))) == ""
    assert digital_source_type(figures_of((0, 10, 0))).endswith("/trainedAlgorithmicMedia")
    assert digital_source_type(figures_of((0, 10, 1))).endswith("/compositeWithTrainedAlgorithmicMedia")


def test_marks_cannot_end_their_script():
    marks = reading_marks(figures_of((1, 1, 0)), story=Story(language="en"), title="</script><b>&\u2028", author="<!--")

    assert marks is not None
    assert not re.search("[<>&\u2028]", str(marks["json_ld"]))
    assert json.loads(str(marks["json_ld"]))["name"] == "</script><b>&\u2028"


@pytest.fixture
def story(client, db):
    story = create_story(title="The Lighthouse")
    first = create_chapter(story=story, author=story.owner, title="First light", content="It was dark.")
    create_chapter(story=story, author=story.owner, title="Second light", content="Then not.")
    insert_passage(chapter=first, author=story.owner, version=1, position=0, text="Rain came. ", reply_id=REPLY)
    client.force_login(story.owner)
    return story


def test_reading_pages_are_marked_where_there_is_something_to_say(client, story):
    set_visibility(story=story, visibility="public")
    client.logout()

    for address, is_marked in (("", True), ("chapters/1/", True), ("chapters/2/", False)):
        text = client.get(f"/stories/{story.pk}/{address}").content.decode()
        assert ("digitalsourcetype/compositeWithTrainedAlgorithmicMedia" in text) == is_marked
        assert ('"digitalSourceType": "http' in text) == is_marked


# --- The page ----------------------------------------------------------------------------------------------------


def test_the_page_shows_the_record(client, story, django_assert_max_num_queries):
    assert (story_figures(story).coach, story_figures(story).human) == (11, 21)

    with django_assert_max_num_queries(5):
        response = client.get(f"/studio/{story.pk}/disclosure/")
    text = response.content.decode()
    assert "34.4%" in text
    assert "Statement on the use of artificial intelligence" in text
    assert "Déclaration sur l’usage" in text
    assert 'style="' not in text


def test_an_empty_story_has_a_page_too(client, db):
    story = create_story()
    client.force_login(story.owner)

    assert "Nothing is written yet" in client.get(f"/studio/{story.pk}/disclosure/").content.decode()


def test_anonymous_strangers_and_wrong_methods(client, story):
    address = f"/studio/{story.pk}/disclosure/"
    assert client.post(address).status_code == 405
    client.logout()
    assert client.get(address)["Location"].startswith("/accounts/login/")
    client.force_login(create_user())
    assert client.get(address).status_code == 404
    assert client.get(f"/studio/{uuid.uuid4()}/disclosure/").status_code == 404
