"""The page on which an author sees how many read, and no one of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from social.models import ReadChapter, ReadDay, ReadSource, ReadToday
from social.selectors.readers import reader_figures
from social.services import count_answers, refresh_listing
from social.visitors import reading_day
from stories.models import Story
from tests.attacks import ATTACKS, faults_in
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = create_story(visibility="public")
    for title in ("Night", "Dawn", "Day"):
        create_chapter(story=story, title=title, content="Words.")
    refresh_listing(story=story)
    return story


def address(story: Story, days: str = "") -> str:
    return reverse("social:story-readers", args=[story.pk]) + (f"?days={days}" if days else "")


def read_on(story: Story, days_ago: int, reads: int, sources: dict[str, int], chapters: dict[int, tuple[int, int]]):
    day = reading_day() - timedelta(days=days_ago)
    ReadDay.objects.create(story=story, day=day, reads=reads)
    for host, count in sources.items():
        ReadSource.objects.create(story=story, day=day, host=host, reads=count)
    for position, (began, stopped) in chapters.items():
        ReadChapter.objects.create(story=story, day=day, position=position, began=began, stopped=stopped)
    count_answers(story_id=story.pk, reads=reads)


def read_today(story: Story, reads: int, *, first: int = 1, last: int = 1, host: str = "direct"):
    known = ReadToday.objects.count()
    ReadToday.objects.bulk_create(
        ReadToday(
            story=story,
            day=reading_day(),
            digest=f"{known + number:032x}",
            first_position=first,
            last_position=last,
            host=host,
        )
        for number in range(reads)
    )
    count_answers(story_id=story.pk, reads=reads)


def test_days_sources_and_chapters(client, story):
    read_on(story, 3, 10, {"forum.example": 6, "direct": 4}, {1: (10, 4), 2: (0, 1), 3: (0, 5)})
    read_on(story, 40, 7, {"forum.example": 7}, {1: (7, 7)})
    read_today(story, 3, first=2, last=3, host="news.example")

    figures = reader_figures(story, days=30, today=reading_day())

    assert (figures.total, figures.today, figures.most) == (13, 3, 10)
    assert len(figures.bars) == 30
    assert [(bar.reads, bar.height) for bar in figures.bars if bar.reads] == [(10, 100), (3, 30)]
    assert [(bar.host, bar.reads) for bar in figures.sources] == [
        ("forum.example", 6),
        ("direct", 4),
        ("news.example", 3),
    ]
    assert figures.unsaid == 0
    assert [(bar.position, bar.reached, bar.stopped) for bar in figures.chapters] == [(1, 10, 4), (2, 9, 1), (3, 8, 8)]
    assert [bar.is_last for bar in figures.chapters] == [False, False, True]
    assert reader_figures(story, days=90, today=reading_day()).total == 20

    client.force_login(story.owner)
    page = client.get(address(story)).content.decode()
    for words in ("forum.example", "news.example", "Dawn", "Since the beginning", "<dd>20</dd>", "<svg"):
        assert words in page
    assert not faults_in(page)
    assert "<dd>20</dd>" in client.get(address(story, "90")).content.decode()


def test_it_is_the_author_s_alone(client, story):
    assert client.get(address(story)).status_code == 302
    client.force_login(create_user())
    assert client.get(address(story)).status_code == 404
    client.force_login(create_user(is_staff=True, is_superuser=True))
    assert client.get(address(story)).status_code == 404
    client.force_login(story.owner)
    assert client.get(address(story)).status_code == 200
    assert client.post(address(story)).status_code == 405
    assert address(story) in client.get(story.get_absolute_url()).content.decode()
    Story.objects.filter(pk=story.pk).update(deleted_at=story.updated_at)
    assert client.get(address(story)).status_code == 404


@pytest.mark.parametrize("days", ["0", "-1", "31", "99999999999999999999", "x", "30'", "%00"])
def test_a_period_that_is_none_is_the_shortest(client, story, days):
    read_today(story, 3)
    client.force_login(story.owner)

    assert 'aria-current="page">30 days' in client.get(address(story, days)).content.decode()


def test_of_few_nothing_is_told_but_their_number(client, story):
    read_today(story, 2, first=1, last=3, host="only.example")
    client.force_login(story.owner)

    page = client.get(address(story)).content.decode()

    assert "<dd>2</dd>" in page
    assert "only.example" not in page
    assert "Dawn" not in page
    assert page.count("would be") == 2

    read_today(story, 1, host="third.example")
    page = client.get(address(story)).content.decode()
    assert "only.example" in page
    assert "Dawn" in page


def test_days_of_few_among_others_keep_their_sources(client, story):
    read_on(story, 2, 2, {}, {1: (2, 2)})
    read_on(story, 3, 3, {"forum.example": 3}, {1: (3, 3)})
    client.force_login(story.owner)

    assert "2 reads more fell on days with fewer than 3" in client.get(address(story)).content.decode()


def test_before_anybody_came(client, story):
    client.force_login(story.owner)
    assert "No reads yet" in client.get(address(story)).content.decode()
    assert "<table" not in client.get(address(story)).content.decode()

    Story.objects.filter(pk=story.pk).update(visibility="private")
    assert "Nobody but you can read this story" in client.get(address(story)).content.decode()


def test_chapters_that_are_gone_whole_pages_and_many_sources(client, story):
    sources = {f"host{number}.example": 2 for number in range(30)} | {"others": 5, "here": 1}
    read_on(story, 1, 66, sources, {0: (3, 1), 1: (63, 50), 9: (0, 15)})
    client.force_login(story.owner)

    page = client.get(address(story)).content.decode()
    figures = reader_figures(story, days=30, today=reading_day())

    assert "All chapters on one page" in page
    assert "no longer there" in page
    assert sum(bar.reads for bar in figures.sources) == 66
    assert len(figures.sources) <= 21
    assert figures.sources[-1].host == "others"


def test_what_a_source_says_of_itself_does_nothing(client, story):
    """The counting refuses such hosts; should one be in the database all the same, it is words."""
    read_on(story, 1, 5, {attack[:100].replace("\x00", "").replace("\ud83d", ""): 1 for attack in ATTACKS}, {1: (5, 5)})
    client.force_login(story.owner)

    assert not faults_in(client.get(address(story)).content.decode())


def test_the_queries_do_not_grow_with_readers(client, story):
    client.force_login(story.owner)
    read_on(story, 1, 3, {"a.example": 3}, {1: (3, 3)})

    with CaptureQueriesContext(connection) as few:
        client.get(address(story))
    for days_ago in range(2, 60):
        read_on(story, days_ago, 5, {"a.example": 3, "b.example": 2}, {1: (5, 3), 2: (0, 2)})
    read_today(story, 50)
    with CaptureQueriesContext(connection) as many:
        client.get(address(story, "365"))

    # Session, person, story; then days, readers of today, sources, chapters counted, chapters named.
    assert len(few) == len(many) == 8
