"""Journals, interviews and scenes for programs."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from stories import prompts, services
from stories.models import Chapter, Story
from tests.factories import create_story, create_user
from tests.programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal() -> Story:
    return create_story(mode="journal")


@pytest.fixture
def life() -> Story:
    return create_story(mode="legacy", language="fr")


@pytest.fixture
def scene() -> Chapter:
    story = create_story(mode="roleplay")
    return services.create_chapter(story=story, author=story.owner, content="The bridge.")


# --- Journal ---


def test_a_day_is_opened_once_and_had(journal):
    program = Program(journal.owner)
    at = f"/stories/{journal.pk}/journal/entries/2026-03-01"
    assert program("GET", at)[0] == 404
    first, second = (program("PUT", at, {"prompt": "What was loud?"}) for _ in range(2))
    assert first == second
    assert first[0] == 200
    entry = first[1]
    assert (entry["entry_date"], entry["prompt"], entry["title"]) == (
        "2026-03-01",
        "What was loud?",
        "Sunday, 1 March 2026",
    )
    assert program("GET", at)[1] == entry
    assert Chapter.objects.count() == 1
    assert program("PUT", at, {"prompt": "Another?"})[1]["prompt"] == "What was loud?"


def test_days_stand_in_their_order(journal):
    program = Program(journal.owner)
    for day in ("2026-03-03", "2026-03-01", "2026-03-02"):
        program("PUT", f"/stories/{journal.pk}/journal/entries/{day}", {})
    listed = program("GET", f"/stories/{journal.pk}/chapters")[1]
    assert [row["entry_date"] for row in listed] == ["2026-03-01", "2026-03-02", "2026-03-03"]


@pytest.mark.parametrize("day", ["2026-02-30", "1899-12-31", "yesterday", "9999-01-01"])
def test_what_is_no_day_of_a_journal_is_refused(journal, day):
    assert Program(journal.owner)("PUT", f"/stories/{journal.pk}/journal/entries/{day}", {})[0] == 422
    assert not Chapter.objects.exists()


def test_a_month_of_it(journal):
    program, today = Program(journal.owner), timezone.localdate()
    for days in (0, 1):
        day = today - timedelta(days=days)
        chapter = services.open_day(story=journal, author=journal.owner, day=day)
        services.revise_chapter(chapter=chapter, author=journal.owner, version=1, content="Two words")
    services.open_day(story=journal, author=journal.owner, day=today.replace(year=today.year - 4, day=1))
    status, shown = program("GET", f"/stories/{journal.pk}/journal?month={today:%Y-%m}")

    assert (status, shown["streak"], shown["today"]) == (200, 2, str(today))
    assert shown["prompt"] == prompts.prompt_for(story_id=journal.pk, language="en", day=today)
    in_month = [day for day in (today - timedelta(days=1), today) if day.month == today.month]
    assert [entry["entry_date"] for entry in shown["entries"]] == [str(day) for day in in_month]
    assert (shown["days_written"], shown["words_written"]) == (len(in_month), 2 * len(in_month))
    assert shown == program("GET", f"/stories/{journal.pk}/journal")[1]
    assert "content" not in shown["entries"][0]
    assert program("GET", f"/stories/{journal.pk}/journal?month=2026-13")[0] == 422


def test_a_days_question(journal):
    program = Program(journal.owner)
    at = f"/stories/{journal.pk}/journal/prompt?day=2026-03-01"
    first, again, skipped = (program("GET", f"{at}&skip={skip}")[1]["prompt"] for skip in (0, 0, 1))
    assert first == again != skipped
    assert first == prompts.prompt_for(story_id=journal.pk, language="en", day=date(2026, 3, 1))
    assert program("GET", f"{at}&skip=-1")[0] == 422


def test_another_question_above_a_page_or_none(journal):
    program = Program(journal.owner)
    chapter = services.open_day(story=journal, author=journal.owner, day=date(2026, 3, 1), prompt="Mine?")
    at = f"/chapters/{chapter.pk}/prompt"
    given = program("PUT", at, {"prompt": None})[1]
    assert given["prompt"] == prompts.journal_prompts("en")[0]
    assert given["version"] == 1
    assert program("PUT", at, {"prompt": "Who called?"})[1]["prompt"] == "Who called?"
    assert program("PUT", at, {"prompt": ""})[1]["prompt"] == ""
    assert [program("PUT", at, body)[0] for body in ({}, {"prompt": "x" * 501}, {"prompt": 3})] == [422] * 3


# --- Interview ---


def test_a_life_is_asked_by_its_chapters(life):
    program = Program(life.owner)
    at = f"/stories/{life.pk}/interview"
    status, shown = program("GET", at)
    assert status == 200
    questions = prompts.life_chapters("fr")[0].questions
    assert [asked["question"] for asked in shown["parts"][0]["questions"]] == list(questions)
    assert shown["next_question"] == questions[0]

    first, second = (program("POST", f"{at}/answers", {"question": questions[0]}) for _ in range(2))
    assert first == second
    program("POST", f"{at}/answers", {"question": "Et le chien ?"})
    shown = program("GET", at)[1]
    assert shown["parts"][0]["questions"][0]["chapter"]["id"] == first[1]["id"]
    assert shown["parts"][0]["answered"] == 0
    assert [asked["question"] for asked in shown["own"]] == ["Et le chien ?"]
    assert shown["next_question"] == questions[1]
    program("PUT", f"/chapters/{first[1]['id']}", {"version": 1, "content": "À Brest."})
    assert program("GET", at)[1]["parts"][0]["answered"] == 1


@pytest.mark.parametrize("question", ["", "  ", "x" * 501, None, "\x00"])
def test_what_is_no_question_is_refused(life, question):
    assert Program(life.owner)("POST", f"/stories/{life.pk}/interview/answers", {"question": question})[0] == 422


# --- Scene ---


def test_a_scene_is_set_and_turns_are_taken(scene):
    program = Program(scene.story.owner)
    at = f"/chapters/{scene.pk}"
    assert program("PUT", f"{at}/scene", {"setting": "A bridge at night."})[1]["setting"] == "A bridge at night."
    status, taken = program("POST", f"{at}/turns", {"version": 1, "name": "Ines", "words": "Who goes there?"})
    assert (status, taken["version"]) == (200, 2)
    assert taken["content"] == "The bridge.\n\n**Ines** — Who goes there?\n"
    status, error = program("POST", f"{at}/turns", {"version": 1, "words": "Late."})
    assert (status, error["code"], error["details"]["version"]) == (409, "conflict", 2)
    for body in ({"version": 2, "words": " "}, {"version": 0, "words": "x"}, {"version": 2, "words": "x" * 20_001}):
        assert program("POST", f"{at}/turns", body)[0] == 422
    assert program("PUT", f"{at}/scene", {"setting": "x" * 2001})[0] == 422


# --- Whose, and of which kind ---


def test_each_kind_has_its_own(journal, life, scene):
    for story in (journal, life, scene.story):
        program = Program(story.owner)
        for path, mode in (("journal", "journal"), ("journal/prompt", "journal"), ("interview", "legacy")):
            assert program("GET", f"/stories/{story.pk}/{path}")[0] == (200 if story.mode == mode else 404)
    chapter = services.open_day(story=journal, author=journal.owner, day=date(2026, 3, 1))
    program = Program(journal.owner)
    assert program("PUT", f"/chapters/{chapter.pk}/scene", {"setting": "x"})[0] == 404
    assert program("POST", f"/chapters/{chapter.pk}/turns", {"version": 1, "words": "x"})[0] == 404


def test_a_stranger_finds_nothing(journal, life, scene):
    stranger = Program(create_user())
    day = f"/stories/{journal.pk}/journal/entries/2026-03-01"
    services.open_day(story=journal, author=journal.owner, day=date(2026, 3, 1))
    for method, path, body in (
        ("GET", f"/stories/{journal.pk}/journal", None),
        ("GET", f"/stories/{journal.pk}/journal/prompt", None),
        ("GET", day, None),
        ("PUT", day, {}),
        ("GET", f"/stories/{life.pk}/interview", None),
        ("POST", f"/stories/{life.pk}/interview/answers", {"question": "x"}),
        ("PUT", f"/chapters/{scene.pk}/prompt", {"prompt": "x"}),
        ("PUT", f"/chapters/{scene.pk}/scene", {"setting": "x"}),
        ("POST", f"/chapters/{scene.pk}/turns", {"version": 1, "words": "x"}),
    ):
        assert stranger(method, path, body)[0] == 404, path
