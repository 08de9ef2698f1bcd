"""Counting reads: once for each story, reader and day, and nobody can be followed from one day to the next."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models
from django.db.models import Sum
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from costory.housekeeping import CHORES
from social.models import Listing, ReadChapter, ReadDay, ReadKey, ReadSource, ReadToday
from social.services import count_read, fold_reads, note_arrival, recount, refresh_listing
from social.services.read import MOST_HOSTS
from social.visitors import ReadFacts, facts_of, is_program, reading_day, source_of
from stories.models import Story
from tests.attacks import ATTACKS
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"


def published(chapters: int = 3) -> Story:
    story = create_story(visibility="public", published_at=timezone.now())
    for number in range(chapters):
        create_chapter(story=story, title=f"No. {number + 1}", content="Words.")
    refresh_listing(story=story)
    return story


def facts(reader: str = "somebody", *, days_ago: int = 0, source: str = "direct") -> ReadFacts:
    return ReadFacts(day=reading_day() - timedelta(days=days_ago), reader=reader, source=source)


def visit(client: Client, story: Story, number: int = 1, **options: Any) -> None:
    headers = {"user-agent": FIREFOX, **options.pop("headers", {})}
    response = client.get(f"/stories/{story.pk}/chapters/{number}/", headers=headers, **options)
    assert response.status_code == 200


def reads(story: Story) -> int:
    return Listing.objects.get(pk=story.pk).read_count


# --- Who is counted ----------------------------------------------------------------------------------------------


def test_a_read_is_counted_once_a_day_for_each_reader(client):
    story, other = published(), published()
    before = Listing.objects.get(pk=story.pk).trend

    for number in (1, 2, 1, 3):
        visit(client, story, number)
    client.get(f"/stories/{story.pk}/whole/", headers={"user-agent": FIREFOX})
    assert reads(story) == 1
    assert Listing.objects.get(pk=story.pk).trend > before

    visit(client, story, headers={"user-agent": IPHONE})
    visit(client, story, REMOTE_ADDR="203.0.113.9")
    visit(client, other)
    assert (reads(story), reads(other)) == (3, 1)
    assert set(client.cookies) <= {"costory-csrf"}

    assert count_read(story_id=story.pk, chapter_position=1, facts=facts(days_ago=1))
    assert not count_read(story_id=story.pk, chapter_position=2, facts=facts(days_ago=1))
    assert count_read(story_id=story.pk, chapter_position=1, facts=facts())
    assert reads(story) == 5


def test_somebody_signed_in_is_one_wherever_they_read():
    story, reader = published(), create_user()
    for agent in (FIREFOX, IPHONE):
        client = Client()
        client.force_login(reader)
        visit(client, story, headers={"user-agent": agent}, REMOTE_ADDR=f"192.0.2.{len(agent)}")

    assert reads(story) == 1


def test_a_house_s_address_is_one_although_its_end_changes():
    story = published()
    visit(Client(), story, REMOTE_ADDR="2001:db8:1:2::a")
    visit(Client(), story, REMOTE_ADDR="2001:db8:1:2:ffff::b")
    visit(Client(), story, REMOTE_ADDR="2001:db8:1:3::a")

    assert reads(story) == 2


def test_one_s_own_visits_programs_and_what_is_loaded_ahead_are_not_counted(client):
    story = published()
    own = Client()
    own.force_login(story.owner)
    visit(own, story)
    for agent in ("", "curl/8.5.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"):
        visit(client, story, headers={"user-agent": agent})
    visit(client, story, headers={"sec-purpose": "prefetch;prerender"})
    visit(client, story, headers={"x-moz": "prefetch"})
    client.head(f"/stories/{story.pk}/chapters/1/", headers={"user-agent": FIREFOX})
    client.get(f"/stories/{story.pk}/chapters/99/", headers={"user-agent": FIREFOX})
    client.get(f"/stories/{story.pk}/", headers={"user-agent": FIREFOX})

    assert reads(story) == 0
    assert not ReadToday.objects.exists()
    visit(client, story)
    assert reads(story) == 1


def test_a_story_shared_by_its_link_is_counted_too(client):
    story = published()
    Story.objects.filter(pk=story.pk).update(visibility="link", share_token="a-token-to-share")

    client.get("/s/a-token-to-share/chapters/2/", headers={"user-agent": FIREFOX})

    assert reads(story) == 1


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, False),
        (IPHONE, False),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT_X20_PRO) AppleWebKit/537.36 Chrome/139.0.0.0 Mobile", False),
        ("Lynx/2.9.0 libwww-FM/2.14", True),
        ("Lynx/2.9.0", False),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/9.80) Presto/2.12", False),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            True,
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/139.0.0.0", True),
        ("facebookexternalhit/1.1", True),
        ("python-httpx/0.28", True),
        ("x" * 100_000, True),
    ],
)
def test_programs_are_known_by_what_they_say(agent, expected):
    assert is_program(agent) is expected


# --- What it costs -----------------------------------------------------------------------------------------------


def test_a_read_is_one_statement_and_the_same_again_is_none(client):
    story = published()
    count_read(story_id=story.pk, chapter_position=1, facts=facts("to have the key"))

    def statements(position: int, who: ReadFacts) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            count_read(story_id=story.pk, chapter_position=position, facts=who)
        transactions = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
        return [query["sql"].strip() for query in queries if not query["sql"].startswith(transactions)]

    first = statements(1, facts())
    assert len(first) == 4
    assert first[0].startswith("INSERT INTO social_readtoday")
    assert all("social_listing" in statement for statement in first[1:])
    assert len(statements(2, facts())) == 1
    assert statements(1, facts()) == []
    assert statements(2, facts()) == []
    assert statements(1, replace(facts("a program"), is_person=False)) == []


def test_a_page_is_shown_whatever_becomes_of_its_count(client, caplog):
    story = published()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE social_readtoday RENAME TO social_elsewhere")

    visit(client, story)

    assert "was not counted" in caplog.text
    assert "127.0.0.1" not in caplog.text
    assert Listing.objects.get(pk=story.pk).read_count == 0


def test_a_story_that_is_gone_is_counted_nowhere():
    assert not count_read(story_id=uuid4(), chapter_position=1, facts=facts())
    assert not ReadToday.objects.exists()


# --- Who they are ------------------------------------------------------------------------------------------------


def test_no_row_leads_to_a_reader():
    """No key to a person; the same reader is another in each story and on each day; nothing of what they are told."""
    for model in (ReadKey, ReadToday, ReadDay, ReadSource, ReadChapter):
        relations = {field.related_model for field in model._meta.get_fields() if field.is_relation}
        assert relations <= {Story}
        assert User not in relations
        assert not [field for field in model._meta.get_fields() if isinstance(field, models.DateTimeField)]
    stories, reader = [published(), published()], create_user()
    client = Client()
    client.force_login(reader)
    for story in stories:
        visit(client, story, REMOTE_ADDR="203.0.113.77")
        count_read(story_id=story.pk, chapter_position=1, facts=facts(f"user {reader.pk}", days_ago=1))

    rows = list(ReadToday.objects.values())
    assert len({row["digest"] for row in rows}) == 4
    told = repr(rows) + repr(list(ReadKey.objects.values()))
    for secret in (str(reader.pk), reader.pk.hex, reader.email, "203.0.113.77", "Firefox"):
        assert secret not in told
    assert "somebody" not in repr(facts())


def test_nobody_is_left_when_the_day_is_over():
    story = published(5)
    for reader, positions in {"a": (1, 2, 3), "b": (1,), "c": (3, 5, 4), "d": (0,)}.items():
        for position in positions:
            count_read(story_id=story.pk, chapter_position=position, facts=facts(reader, days_ago=1))
    note_arrival(story_id=story.pk, facts=facts("e", days_ago=1, source="example.org"))
    count_read(story_id=story.pk, chapter_position=2, facts=facts("of today"))
    yesterday = reading_day() - timedelta(days=1)

    assert fold_reads in CHORES
    assert fold_reads() == 5
    assert fold_reads() == 0

    assert list(ReadToday.objects.values_list("day", flat=True)) == [reading_day()]
    assert list(ReadKey.objects.values_list("day", flat=True)) == [reading_day()]
    assert list(ReadDay.objects.values_list("story", "day", "reads")) == [(story.pk, yesterday, 4)]
    assert list(ReadSource.objects.values_list("host", "reads")) == [("direct", 4)]
    chapters = ReadChapter.objects.order_by("position").values_list("position", "began", "stopped")
    assert list(chapters) == [(0, 1, 1), (1, 2, 1), (3, 1, 1), (5, 0, 1)]
    assert reads(story) == 5


def test_who_is_late_is_added_to_the_day_that_was_folded():
    story = published()
    for reader in "abc":
        count_read(story_id=story.pk, chapter_position=1, facts=facts(reader, days_ago=1, source="a.example"))
    fold_reads()
    count_read(story_id=story.pk, chapter_position=1, facts=facts("late", days_ago=1, source="a.example"))
    fold_reads()

    assert ReadDay.objects.get().reads == 4
    assert ReadSource.objects.get().reads == 4
    assert (ReadChapter.objects.get().began, ReadChapter.objects.get().stopped) == (4, 4)


def test_of_few_readers_no_source_is_kept():
    story = published()
    for reader in "ab":
        count_read(story_id=story.pk, chapter_position=1, facts=facts(reader, days_ago=1, source="a.example"))
    fold_reads()

    assert ReadDay.objects.get().reads == 2
    assert not ReadSource.objects.exists()


def test_a_day_has_so_many_sources_and_no_more():
    story = published()
    ReadToday.objects.bulk_create(
        ReadToday(
            story=story,
            day=reading_day() - timedelta(days=1),
            digest=f"{number:032x}",
            first_position=1,
            last_position=1,
            host="often.example" if number < 50 else f"host{number}.example",
        )
        for number in range(700)
    )

    assert fold_reads() == 700

    assert ReadSource.objects.count() <= MOST_HOSTS
    assert ReadSource.objects.aggregate(Sum("reads"))["reads__sum"] == 700
    assert ReadSource.objects.get(host="often.example").reads == 50
    assert ReadSource.objects.get(host="others").reads > 400


def test_counts_are_set_right_again():
    story, untouched = published(), published()
    for reader in "abc":
        count_read(story_id=story.pk, chapter_position=1, facts=facts(reader, days_ago=1))
    fold_reads()
    count_read(story_id=story.pk, chapter_position=1, facts=facts())
    note_arrival(story_id=story.pk, facts=facts("not a read", source="a.example"))
    assert recount() == []
    Listing.objects.filter(pk=story.pk).update(read_count=17)

    assert [(wrong.said, wrong.found) for wrong in recount()] == [(17, 4)]
    assert (reads(story), reads(untouched)) == (4, 0)


# --- Where from --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("referrer", "source"),
    [
        ("", "direct"),
        ("https://testserver/library/?q=x", "here"),
        ("https://testserver:8443/", "here"),
        ("https://www.Example.org:8080/a/page?q=private#x", "example.org"),
        ("https://somebody@example.org./", "example.org"),
        ("android-app://com.example.mail/", "com.example.mail"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
        # Cyrillic within Latin, what is no letter, what does not say itself again, what cannot be read.
        ("https://xn--pple-43d.com/", "xn--pple-43d.com"),
        ("https://xn--ls8h.example/", "xn--ls8h.example"),
        ("https://xn--.example/", "others"),
        ("https://xn--99999999999.example/", "xn--99999999999.example"),
        ("https://192.168.1.7/inbox", "others"),
        ("https://[2001:db8::1]/", "others"),
        ("https://[", "others"),
        ("https://intranet/", "others"),
        ("https://here/", "others"),
        ("javascript:alert(1)", "others"),
        ("data:text/html,x", "others"),
        ("https://a.example\x00.evil.example/", "others"),
        ("https://\u202eelpmaxe.org/", "others"),
        (f"https://{'a' * 60}.{'b' * 60}.example/", f"{'a' * 60}.{'b' * 39}"),
        (f"https://{'a.' * 50_000}example/", "others"),
    ],
)
def test_a_source_is_a_host_and_no_more(referrer, source):
    assert source_of(referrer, "testserver") == source


def test_hostile_headers_are_counted_like_others_and_kept_nowhere():
    story = published()
    hostile = [*ATTACKS, "https://a\nb/", "\u200b", "https://" + "é" * 5000, "x" * 100_000]
    counted = 0
    for attack in hostile:
        for referrer in (attack, f"https://{attack}/", f"https://evil.example/{attack}"):
            counted += 1
            headers = {"referer": referrer, "user-agent": f"{counted} {attack}"}
            request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=attack)
            request.user = AnonymousUser()
            told = replace(facts_of(request), is_person=True)
            assert count_read(story_id=story.pk, chapter_position=1, facts=told), attack

    assert reads(story) == counted == ReadToday.objects.count()
    hosts = set(ReadToday.objects.values_list("host", flat=True))
    assert hosts == {"others", "evil.example"}


def test_who_comes_by_the_title_page_comes_from_where_they_came_there(client):
    story = published()
    agent = {"user-agent": FIREFOX}
    client.get(f"/stories/{story.pk}/", headers={**agent, "referer": "https://forum.example/thread/1"})
    assert reads(story) == 0

    visit(client, story, 1, headers={"referer": f"http://testserver/stories/{story.pk}/"})

    assert reads(story) == 1
    assert ReadToday.objects.get().host == "forum.example"


# --- At once -----------------------------------------------------------------------------------------------------


def at_once(call, crowd: int) -> list[Any]:
    start = threading.Barrier(crowd)

    def run(number: int) -> Any:
        try:
            start.wait()
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(crowd) as pool:
        return list(pool.map(run, range(crowd)))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_exactly():
    """Twelve requests of four readers, then two houses that clean up at once."""
    story = published()
    yesterday = [facts(f"reader {number}", days_ago=1, source="a.example") for number in range(4)]

    counted = at_once(
        lambda number: count_read(story_id=story.pk, chapter_position=1 + number // 4, facts=yesterday[number % 4]), 12
    )

    assert sum(counted) == 4
    assert reads(story) == 4
    assert ReadToday.objects.count() == 4
    assert set(ReadToday.objects.values_list("first_position", "last_position")) == {(1, 3)}

    assert sum(at_once(lambda _: fold_reads(), 3)) == 4
    assert ReadDay.objects.get().reads == 4
    assert ReadSource.objects.get().reads == 4
    assert ReadChapter.objects.aggregate(Sum("began"), Sum("stopped")) == {"began__sum": 4, "stopped__sum": 4}
    assert not ReadToday.objects.exists()
    assert recount() == []
