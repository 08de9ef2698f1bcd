"""A journal by its days: one entry for each, in their order, a question for whoever wants one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from costory.lib.http import ZONE_COOKIE
from stories import prompts, services
from stories.models import Chapter, Story
from stories.services import NotThatDay
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(client: Client) -> Story:
    story = create_story(mode="journal", title="2026")
    client.force_login(story.owner)
    return story


def url(story: Story, name: str = "journal") -> str:
    return reverse(f"stories:{name}", args=[story.pk])


def days(story: Story) -> list[tuple[int, date | None]]:
    return list(story.chapters.filter(deleted_at=None).order_by("position").values_list("position", "entry_date"))


def test_today_is_opened_and_opened_again(client, journal):
    first = client.post(url(journal, "journal-write"), {"prompt": "What did you notice?"})
    again = client.post(url(journal, "journal-write"))

    entry = Chapter.objects.get()
    assert first["Location"] == again["Location"] == entry.get_absolute_url()
    assert (entry.entry_date, entry.prompt) == (timezone.localdate(), "What did you notice?")
    page = client.get(entry.get_absolute_url()).text
    assert "What did you notice?" in page
    assert "Only you can read this." in page


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_begins_when_the_writers_does(client, journal, zone):
    """Between these two it is never the same day."""
    client.cookies[ZONE_COOKIE] = zone
    there = timezone.localdate(timezone=ZoneInfo(zone))
    assert client.get(url(journal)).context["today"] == there
    client.post(url(journal, "journal-write"))
    assert Chapter.objects.get().entry_date == there

    wizard = reverse("stories:story-create")
    for step, sent in (("kind", {"mode": "journal"}), ("brief", {}), ("opening", {"title": "Mine", "language": "en"})):
        client.post(wizard, {"step": step, **sent})
    assert Chapter.objects.exclude(story=journal).get().entry_date == there


def test_days_stand_in_their_order_however_they_were_written(client, journal):
    today = timezone.localdate()
    for back in (0, 9, 4, 4):
        client.post(url(journal, "journal-write"), {"day": (today - timedelta(days=back)).isoformat()})

    assert days(journal) == [
        (1, today - timedelta(days=9)),
        (2, today - timedelta(days=4)),
        (3, today),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_tabs_at_once_open_one_entry():
    journal = create_story(mode="journal")
    tabs = Barrier(2)

    def open_today(_: int) -> UUID:
        try:
            tabs.wait(timeout=10)
            return services.open_day(story=journal, author=journal.owner, day=timezone.localdate()).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        opened = set(pool.map(open_today, range(2)))

    assert opened == {Chapter.objects.get().pk}


def test_an_entry_is_called_by_its_day_in_the_storys_language():
    assert (
        services.open_day(
            story=create_story(mode="journal", language="fr"), author=create_user(), day=date(2026, 2, 1)
        ).title
        == "Dimanche 1 février 2026"
    )
    assert (
        services.open_day(story=create_story(mode="journal"), author=create_user(), day=date(2026, 2, 1)).title
        == "Sunday, 1 February 2026"
    )


@pytest.mark.parametrize("day", ["2999-01-01", "1200-01-01"])
def test_a_day_that_has_not_come_takes_nothing(client, journal, day):
    with pytest.raises(NotThatDay):
        services.open_day(story=journal, author=journal.owner, day=date.fromisoformat(day))
    assert client.post(url(journal, "journal-write"), {"day": day})["Location"] == url(journal)
    assert not Chapter.objects.exists()


@pytest.mark.parametrize("sent", [{"day": "yesterday"}, {"prompt": "p" * 501}])
def test_what_cannot_be_read_is_refused(client, journal, sent):
    assert client.post(url(journal, "journal-write"), sent).status_code == 400


def test_the_calendar_shows_what_was_written_and_on_this_day(client, journal):
    today = timezone.localdate()
    create_chapter(story=journal, entry_date=today, content="Three words here.", title="Now")
    try:
        last_year = today.replace(year=today.year - 1)
    except ValueError:
        last_year = today - timedelta(days=365)
    create_chapter(story=journal, entry_date=last_year, content="Then.", title="A year before")

    with CaptureQueriesContext(connection) as queries:
        page = client.get(url(journal)).text
    assert len(queries) <= 10
    assert "3 words" in page
    assert "calendar__day--written" in page
    assert "Go on with today" in page
    assert ("A year before" in page) == (last_year.day == today.day)
    assert "You wrote on 1 day this month" in page


def test_days_in_a_row_are_counted_and_a_gap_is_not_mentioned(client, journal):
    today = timezone.localdate()
    for back in (1, 2, 3, 5):
        create_chapter(story=journal, entry_date=today - timedelta(days=back), content="A line.")
    create_chapter(story=journal, entry_date=today, content="")
    assert "3 days in a row" in client.get(url(journal)).text
    Chapter.objects.filter(entry_date=today - timedelta(days=1)).delete()
    assert "in a row" not in client.get(url(journal)).text


@pytest.mark.parametrize("query", ["?month=2026-13", "?month=<script>", "?skip=-4", "?month=2024-02&skip=3"])
def test_a_month_that_is_none_is_this_one(client, journal, query):
    assert client.get(url(journal) + query).status_code == 200


def test_a_question_stays_the_days_and_another_can_be_had(client, journal):
    today = timezone.localdate()
    ask = {"story_id": journal.pk, "language": "en"}
    assert prompts.prompt_for(day=today, **ask) == prompts.prompt_for(day=today, **ask)
    assert prompts.prompt_for(day=today, skipped=1, **ask) != prompts.prompt_for(day=today, **ask)
    assert prompts.prompt_for(day=today, **ask) in client.get(url(journal)).text.replace("&#x27;", "'")

    entry = create_chapter(story=journal, prompt=prompts.journal_prompts("en")[0])
    choose = reverse("stories:prompt-choose", args=[journal.pk, entry.pk])
    client.post(choose)
    entry.refresh_from_db()
    assert entry.prompt == prompts.journal_prompts("en")[1]
    client.post(choose, {"none": "1"})
    entry.refresh_from_db()
    assert entry.prompt == ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_there_are_questions_for_two_months_and_for_a_life(language):
    asked = prompts.journal_prompts(language)
    assert len(asked) == len(set(asked)) >= 60
    parts = prompts.life_chapters(language)
    questions = [question for part in parts for question in part.questions]
    assert len(parts) >= 10
    assert all(6 <= len(part.questions) <= 10 for part in parts)
    assert len(questions) == len(set(questions)) >= 60
    assert max(map(len, [*asked, *questions])) <= 200
    if language == "fr":
        assert all("\u202f" in one for one in asked if one.endswith("?"))


def test_other_kinds_and_other_people_have_no_such_journal(client, journal):
    novel = create_story(owner=journal.owner)
    assert client.get(url(novel)).status_code == 404
    client.force_login(create_user())
    assert client.get(url(journal)).status_code == 404
    assert client.post(url(journal, "journal-write")).status_code == 404
    client.logout()
    assert client.get(url(journal)).status_code == 302
    assert not Chapter.objects.exists()


def test_methods(client, journal):
    assert client.post(url(journal)).status_code == 405
    assert client.get(url(journal, "journal-write")).status_code == 405
