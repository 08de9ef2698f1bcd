"""Finding stories: what is found, in which order, by whom, and that nothing a reader types is more than words."""

import importlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import stories.services
from social import forms
from social.models import Listing, SearchDocument, SearchTypo, SearchWord
from social.search import SearchFilters, Sort, index_story, length_of, refresh_names, search, unindex_story
from stories.models import Story, StoryTag, Tag
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


def publish(text: str = "", *, tags: tuple[str, ...] = (), **fields: Any) -> Story:
    """A published story in the index, with one released chapter."""
    fields.setdefault("published_at", timezone.now())
    story = create_story(visibility="public", **fields)
    for position, name in enumerate(tags):
        tag, _ = Tag.objects.get_or_create(slug=name, defaults={"name": name})
        StoryTag.objects.create(story=story, tag=tag, position=position)
    create_chapter(story=story, content=text)
    assert index_story(story)
    return story


def titles(query: str, **options: Any) -> list[str]:
    ids = search(query, **options).story_ids
    named = dict(Story.objects.filter(pk__in=ids).values_list("pk", "title"))
    return [named[pk] for pk in ids]


@pytest.fixture
def shelf() -> dict[str, Story]:
    sea = publish(
        "Les chevaux couraient sur la grève. L’été finissait ; c’était l’œuvre d’un cœur fatigué.",
        title="Le Phare d'Eckmühl",
        description="Un gardien, une tempête, arc-en-ciel.",
        language="fr",
        mode="journal",
        rating="teen",
        tags=("mer", "bretagne"),
    )
    lamp = publish(
        "She was sailing home. The keepers' lamps burned; the old man and the sea said nothing.",
        title="The Lighthouse Keeper",
        description="A keeper counts the ships.",
        theme="mystery",
        is_complete=True,
        tags=("sea", "lighthouses"),
        owner=create_user(display_name="Anaïs Nguyễn", handle="anais"),
    )
    tea = publish("Nothing but cups.", title="Thé au jasmin", language="fr", theme="romance", rating="mature")
    return {"sea": sea, "lamp": lamp, "tea": tea}


SEA, LAMP, TEA = "Le Phare d'Eckmühl", "The Lighthouse Keeper", "Thé au jasmin"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        # Without accents and case, by an author's name, by a tag, by the text.
        ("eckmuhl", [SEA]),
        ("PHARE", [SEA]),
        ("tempete", [SEA]),
        ("nguyen", [LAMP]),
        ("@anais", [LAMP]),
        ("bretagne", [SEA]),
        # Stems of each language, and a French word with no language chosen.
        ("cheval", [SEA]),
        ("sailed", [LAMP]),
        ("phares", [SEA]),
        ("lamp", [LAMP]),
        # Elisions, ligatures, hyphens.
        ("l’été", [SEA]),
        ("ete", [SEA]),
        ("oeuvre coeur", [SEA]),
        ("ŒUVRE d'un cœur", [SEA]),
        ("arcenciel", [SEA]),
        ("arc-en-ciel", [SEA]),
        # The last word's beginning; only the last one's.
        ("lightho", [LAMP]),
        ("keeper ligh", [LAMP]),
        ("jas", [TEA]),
        ("finiss", [SEA]),
        # In order, and in no other; small words count as places.
        ('"old man and the sea"', [LAMP]),
        ('"man old"', []),
        ('"lighthouse keeper"', [LAMP]),
        ('"keeper lighthouse"', []),
        ("keeper lighthouse", [LAMP]),
        # Without.
        ("keeper -sailing", []),
        ("keeper -phare", [LAMP]),
        ('mer -"arc en ciel"', []),
        ("-keeper -mer", [TEA]),
        # Small words say nothing, but where there is nothing else; tea is no article.
        ("the keeper of the lighthouse", [LAMP]),
        ("the", [LAMP, TEA]),
        ("thé", [TEA]),
        ("le", [SEA]),
        ("apres la tempete", [SEA]),
    ],
)
def test_words_find_their_stories(shelf, query, found):
    assert sorted(titles(query)) == sorted(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"language": "fr"}, {SEA, TEA}),
        ({"mode": "journal"}, {SEA}),
        ({"theme": "romance"}, {TEA}),
        ({"ratings": ["everyone", "teen"]}, {SEA, LAMP}),
        ({"ratings": ["everyone", "teen", "mature"]}, {SEA, LAMP, TEA}),
        ({"ratings": ["teen"]}, {SEA}),
        ({"length": "short"}, {SEA, LAMP, TEA}),
        ({"length": "long"}, set()),
        ({"is_complete": True}, {LAMP}),
        ({"tags": ["mer", "bretagne"]}, {SEA}),
        ({"tags": ["mer", "sea"]}, set()),
        ({"without_tags": ["mer", "sea"]}, {TEA}),
        ({"updated_since": datetime(2020, 1, 1, tzinfo=UTC)}, {SEA, LAMP, TEA}),
        ({"updated_since": datetime(2120, 1, 1, tzinfo=UTC)}, set()),
        ({"tags": ["'\\ \x00|!(" + "x" * 5000]}, set()),
    ],
)
@pytest.mark.parametrize("sort", ["relevance", "new"])
def test_filters_narrow(shelf, filters, found, sort):
    # Every story but none with this word.
    assert set(titles("-xylophone", filters=SearchFilters(**filters), sort=sort)) == found


def test_a_title_weighs_more_than_a_tag_and_a_text(shelf):
    publish("Nothing.", title="Notes", description="Of a lighthouse keeper I knew.")
    publish("He saw the lighthouse keeper.", title="Fog")
    publish("Nothing.", title="Lighthouse", tags=("keeper",))
    publish("Nothing.", title="The lighthouse keeper and his very long title of many words")
    found = titles("lighthouse keeper")
    assert found[0] == LAMP
    assert found[3:] == ["Notes", "Fog"]


HOSTILE = [
    *(
        "",
        " ",
        "*",
        "***",
        '"',
        '""',
        "'",
        "''",
        "\\",
        "%",
        "%s",
        "%(wanted)s",
        "{",
        "}",
        ":",
        ":*",
        "!",
        "&",
        "|",
        "<->",
    ),
    *(
        "a:* & !b | (c <-> d)",
        "title:sea",
        "NEAR(sea keeper)",
        "sea AND",
        "OR",
        "NOT",
        "sea*",
        "^sea",
        "-",
        "--",
        "- sea",
    ),
    *("=l:fr", "=tag:mer", "col : sea", "'; DROP TABLE social_searchdocument; --", "\x00", "sea\x00keeper", "\ud800"),
    *(
        "🐱",
        "é" * 10_000,
        "a " * 10_000,
        '"' * 10_000,
        "(" * 10_000,
        "x" * 10_000,
        "le la les",
        "\u202eשלום עולם",
        "مَرْحَبًا",
    ),
    *("東京", "-" * 200, "a-" * 100, "'s", "l'", "qu'", "𝔣𝔯𝔞𝔨", "ﷺ", "⑴", "\u200b", "٣", "½", "İ", "ß", "_", "__a__"),
]


@pytest.mark.parametrize("sort", ["relevance", "new", "trending", "loved"])
def test_no_query_is_an_error_or_more_than_words(shelf, sort):
    for query in HOSTILE:
        page = search(query, sort=sort)
        assert len(page.story_ids) <= 3, query
    assert search("=tag:mer zzz", sort=sort).story_ids == []
    assert SearchDocument.objects.count() == 3


def test_a_long_query_is_cut_and_says_so(shelf):
    assert titles("keeper " * 12) == [LAMP]
    assert search("keeper " * 13).query.is_truncated
    assert search("keeper" + " " * 300 + "xylophone").story_ids == search("keeper").story_ids
    assert not search("keeper").query.is_truncated


def test_what_is_not_public_is_in_no_index(shelf):
    for change in (
        {"visibility": "private"},
        {"visibility": "link", "share_token": "t"},
        {"standing": "hidden"},
        {"standing": "restricted"},
        {"deleted_at": timezone.now()},
    ):
        story = publish("A secretword.", title="Hiddenword", tags=("hush",))
        assert titles("secretword") == ["Hiddenword"]
        Story.objects.filter(pk=story.pk).update(**change)
        # At once, even before the index has heard of it; and then there is nothing left of it.
        assert titles("secretword") == []
        assert not index_story(story)
        assert not SearchDocument.objects.filter(story=story).exists()
        assert not SearchWord.objects.filter(form="hiddenword").exists()
        assert not SearchTypo.objects.filter(word="hiddenword").exists()
        assert search("hidenword").corrected == ""
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM social_searchtext WHERE social_searchtext MATCH 'secretword'")
                assert cursor.fetchone() == (0,)


def test_only_released_chapters_are_found(shelf):
    story = shelf["lamp"]
    create_chapter(story=story, content="An unwritten dragon.", released_at=None)
    later = create_chapter(story=story, content="A planned griffin.", released_at=timezone.now() + timedelta(days=1))
    create_chapter(story=story, content="A thrown chimera.", deleted_at=timezone.now())
    index_story(story)
    assert titles("dragon") == titles("griffin") == titles("chimera") == []
    later.released_at = timezone.now()
    later.save()
    index_story(story)
    assert titles("griffin") == [LAMP]
    # A story without any is in no list.
    assert not index_story(create_story(visibility="public", title="Griffin", published_at=timezone.now()))


def test_the_index_follows_and_does_nothing_twice(shelf):
    story = shelf["tea"]
    story.title = "Café noir"
    story.save()
    index_story(story)
    assert titles("jasmin") == []
    assert titles("cafe") == ["Café noir"]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        index_story(story)
    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    unindex_story(story.pk)
    unindex_story(story.pk)
    assert titles("cafe") == []


def test_what_happens_to_a_story_is_followed():
    writer = create_user()
    story = stories.services.create_story(owner=writer, title="The secret garden", mode="fiction")
    chapter = stories.services.create_chapter(story=story, author=writer, content="A robin sang.")
    assert titles("robin") == []
    stories.services.set_visibility(story=story, visibility="public", rating="everyone")
    assert titles("robin") == ["The secret garden"]
    stories.services.withhold_chapter(chapter=chapter)
    assert titles("robin") == []
    stories.services.release_chapter(chapter=chapter)
    stories.services.delete_story(story=story)
    assert titles("robin") == []


def test_an_author_s_new_name_is_found(shelf):
    author = shelf["lamp"].owner
    author.display_name = "Zelda Quist"
    author.save()
    assert titles("zelda") == []
    assert refresh_names() == 1
    assert titles("zelda") == [LAMP]
    assert titles("nguyen") == []
    # Something else of theirs has changed: the story is looked at once.
    author.save()
    assert (refresh_names(), refresh_names()) == (1, 0)


def test_an_erased_story_leaves_nothing(shelf):
    shelf["sea"].delete()
    assert titles("phare") == []
    call_command("rebuild_search", verbosity=0)
    assert not SearchWord.objects.filter(form="phare").exists()
    assert titles("keeper") == [LAMP]


def test_pages_follow_each_other_without_gap_or_repetition():
    start = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(9):
        story = publish("keeper", title=f"Keeper {number}", published_at=start + timedelta(days=number // 2))
        Listing.objects.create(
            story=story, is_listed=True, refreshed_at=start, trend=number % 3, like_count=(number * 5) % 4
        )
    newest = [f"Keeper {number}" for number in range(8, -1, -1)]
    for sort in ("relevance", "new", "trending", "loved"):
        found: list[str] = []
        cursor = ""
        for _ in range(4):
            page = search("keeper", sort=sort, cursor=cursor, limit=4)
            assert page.total == (None if cursor else 9)
            found += [Story.objects.get(pk=pk).title for pk in page.story_ids]
            if not (cursor := page.next_cursor):
                break
        assert sorted(found) == sorted(newest), sort
        if sort == "new":
            assert found == newest
        if sort == "trending":
            assert [int(title[-1]) % 3 for title in found] == [2, 2, 2, 1, 1, 1, 0, 0, 0]
        # A cursor of another order, or of nobody's, begins at the beginning.
        for other in (
            "x",
            "W10",
            "bnVsbA",
            search("keeper", sort="new", limit=1).next_cursor if sort != "new" else "é",
        ):
            assert len(search("keeper", sort=sort, cursor=other, limit=9).story_ids) == 9


@pytest.mark.parametrize(
    ("typed", "meant", "found"),
    [
        ("phrae", "phare", [SEA]),
        ("lightouse", "lighthouse", [LAMP]),
        ("lihgthuose", "lighthouse", [LAMP]),
        ("the lighthosue kepper", "the lighthouse keeper", [LAMP]),
        ("tampete", "tempête", [SEA]),
        ("bretange", "bretagne", [SEA]),
        ("eckmull", "eckmühl", [SEA]),
        ("jazmin", "jasmin", [TEA]),
        ("tpemeet", "", []),
        ("zzz", "", []),
        ("keeper xylophone", "", []),
    ],
)
def test_a_misspelt_word_finds_what_was_meant(shelf, typed, meant, found):
    page = search(typed)
    assert page.corrected == meant
    assert titles(typed) == found


def test_a_correction_goes_on_over_the_pages(shelf):
    publish("", title="A lighthouse")
    first = search("lightouse", limit=1)
    second = search("lightouse", limit=1, cursor=first.next_cursor)
    assert (first.corrected, second.corrected) == ("lighthouse", "lighthouse")
    assert len({*first.story_ids, *second.story_ids}) == 2


def test_a_search_takes_few_queries(shelf):
    with CaptureQueriesContext(connection) as queries:
        search("keeper")
    # Once for titles, authors and tags, once for the beginning of any word, because there was little.
    assert len(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        search('"lighthouse keeper"')
    assert len(queries) == 1


def test_a_length_is_the_library_s():
    for name, (least, limit) in forms.LENGTHS.items():
        assert length_of(least) == name
        assert limit is None or length_of(limit - 1) == name


def test_stories_may_be_left_out(shelf):
    among = Story.objects.published().exclude(owner=shelf["lamp"].owner)
    assert search("keeper", among=among).story_ids == []
    assert search("keeper", among=Story.objects.none()).story_ids == []


def test_a_book_of_any_length_is_taken():
    words = " ".join(f"word{number}" for number in range(20_000))
    book = publish(f"{words} finale", title="A long book", language="fr")
    assert search('"word2 word3"').story_ids == search("word19999 finale").story_ids == [book.pk]
    # More than a tsvector holds: what comes first is found.
    vast = " ".join(f"{'x' * 58}{number}" for number in range(20_000))
    other = publish(f"first {vast}", title="A vast book")
    assert search("first").story_ids == [other.pk]


@pytest.mark.postgres
def test_in_a_large_library_the_newest_are_looked_through_first():
    """Five thousand stories and more: the index is asked week by week, and finds what reading all of them does."""
    # By its name: the bench is not typed, and mypy follows imports.
    bench = importlib.import_module("bench.search")
    bench.fill(1, 5_500, vocabulary=400, passages=60)
    with connection.cursor() as cursor:
        for rank in (1, 30, 390):
            cursor.execute("SELECT word FROM bench_word WHERE rank = %s", [rank])
            word = cursor.fetchone()[0]
            cursor.execute(
                "SELECT story_id FROM social_searchdocument WHERE vector @@ %s::tsquery ORDER BY published_at DESC",
                [f"'{word}' & '=l:fr'"],
            )
            newest = [row[0] for row in cursor.fetchall()]
            filters = SearchFilters(language="fr")
            found, cursor_of_page = [], ""
            for _ in range(3):
                page = search(f'"{word}"', sort="new", filters=filters, cursor=cursor_of_page, limit=40)
                found += page.story_ids
                cursor_of_page = page.next_cursor
            assert found == newest[:120]
            for sort in ("relevance", "trending", "loved"):
                page = search(f'"{word}"', sort=sort, filters=filters, limit=40)
                assert page.total == min(len(newest), 1001)
                assert set(page.story_ids) <= set(newest)
                assert len(page.story_ids) == min(len(newest), 40)
        cursor.execute("SELECT word FROM bench_word WHERE rank IN (1, 2)")
        one, other = (row[0] for row in cursor.fetchall())
        cursor.execute(
            "SELECT story_id FROM social_searchdocument WHERE vector @@ %s::tsquery ORDER BY published_at DESC LIMIT 9",
            [f"'{one}' <-> '{other}'"],
        )
        assert search(f'"{one} {other}"', sort="new", limit=9).story_ids == [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT story_id FROM social_searchdocument WHERE vector @@ %s", [f"'{one}' <-> '{other}'"])
        assert set(search(f'"{one} {other}"').story_ids) <= {row[0] for row in cursor.fetchall()}
        # However it is looked for, by what readers gave the same comes first: each story of the order looked at, all
        # that is found met with in the order, or sorted.
        orders: dict[Sort, str] = {"trending": "trend", "loved": "like_count"}
        for name, column in orders.items():
            cursor.execute("SELECT story_id FROM social_searchdocument WHERE vector @@ %s", [f"'{one}'"])
            hits = Listing.objects.filter(pk__in=[row[0] for row in cursor.fetchall()])
            expected = list(hits.order_by(f"-{column}", "-pk").values_list("pk", flat=True)[:60])
            ways = {"looked at": (0, 0, 0), "met": (10**6, 0, 10**6), "sorted": (10**6, 10**6, 10**6)}
            for way, thresholds in ways.items():
                given = [f"'{one}'", None, None, None, None, 60, *thresholds, 20_000, 1_001]
                cursor.callproc(f"social_search_{name}", given)
                rows = [(value, story_id) for story_id, value, _total in cursor.fetchall() if story_id]
                assert [story_id for _value, story_id in sorted(rows, reverse=True)][:60] == expected, way
            first_page = search(f'"{one}"', sort=name, limit=40)
            rest = search(f'"{one}"', sort=name, limit=20, cursor=first_page.next_cursor)
            assert first_page.story_ids + rest.story_ids == expected
