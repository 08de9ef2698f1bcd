"""Searching a library of 10 thousand, 100 thousand and a million stories, on a PostgreSQL of its own.

    python -m bench.search [--sizes 10000,100000,1000000] [--words 40] [--keep DIR]

The stories are made by the database from a Zipf vocabulary (the tenth word is ten times rarer than the first): title,
description and two passages of text, each drawn from 20,000 of its kind, 120 words in all. Common are the words of
ranks 1 to 30, which a third to two thirds of all stories hold; rare are those of the last half of the vocabulary.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.postgres import throwaway_cluster

SIZES = (10_000, 100_000, 1_000_000)
VOCABULARY = 60_000
PASSAGES = 20_000
RANKS = {"rare": (30_000, 60_000), "middle": (300, 3_000), "common": (1, 30)}

PREPARE = """
    SET synchronous_commit = off;
    CREATE FUNCTION bench_word(rank bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
        SELECT substr(translate(md5(rank::text), '0123456789abcdef', 'bcdfghjklmnpqrtv'), 1, 5 + (rank % 4)::int)
    $$;
    -- The sum of 1/k is a logarithm: an even chance on it is Zipf's. The ten first are small words, left out.
    CREATE FUNCTION bench_rank() RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT floor(11 * exp(random() * ln({vocabulary} / 11.0)))::bigint - 10
    $$;
    CREATE TABLE bench_word AS SELECT rank, bench_word(rank) AS word FROM generate_series(1, {vocabulary}) rank;
    CREATE UNIQUE INDEX ON bench_word (rank);
    CREATE TABLE bench_drawn AS
        SELECT number, place, word
        FROM (SELECT number, place, bench_rank() AS rank
              FROM generate_series(0, {passages} - 1) number, generate_series(1, 70) place OFFSET 0) drawn
        JOIN bench_word USING (rank);
    CREATE TABLE bench_passage AS
        SELECT number,
            string_agg(format('%s:%sA', word, place), ' ') FILTER (WHERE place <= 5)::tsvector AS title,
            string_agg(format('^%s', word), ' ') FILTER (WHERE place <= 5)::tsvector AS leading,
            string_agg(format('%s:%sC', word, place), ' ') FILTER (WHERE place BETWEEN 6 AND 20)::tsvector AS about,
            string_agg(format('%s:%s', word, place), ' ') FILTER (WHERE place > 20)::tsvector AS words
        FROM bench_drawn GROUP BY number;
    DROP TABLE bench_drawn;
    CREATE UNIQUE INDEX ON bench_passage (number);
    INSERT INTO accounts_user (id, password, is_superuser, email, handle, display_name, avatar, bio, is_public,
            language, theme, is_active, is_staff, created_at, updated_at)
        SELECT gen_random_uuid(), '', false, n || '@example.org', 'writer' || n, '', '', '', true, '', 'auto', true,
            false, now(), now() FROM generate_series(1, 1000) n;
    CREATE TABLE bench_owner AS SELECT row_number() OVER () - 1 AS number, id FROM accounts_user;
    CREATE UNIQUE INDEX ON bench_owner (number);
"""
# Stories {first} to {last}, over three years: what each is made of, then the rows.
GROW = {
    "facts": """
    CREATE UNLOGGED TABLE bench_story AS
        SELECT number, gen_random_uuid() AS id, now() - random() * interval '1095 days' AS published_at,
            (ARRAY['fiction', 'journal', 'legacy', 'roleplay'])[1 + floor(random() * 4)] AS mode,
            (ARRAY['en', 'fr'])[1 + floor(random() * 2)] AS language,
            (ARRAY['everyone', 'everyone', 'everyone', 'teen', 'teen', 'mature', 'explicit'])[1 + floor(random() * 7)]
                AS rating,
            (ARRAY['short', 'medium', 'long'])[1 + floor(random() * 3)] AS length,
            random() < 0.3 AS is_complete,
            'tag' || floor(exp(random() * ln(2000)))::int AS tag,
            floor(random() * 1000)::int AS owner, floor(power(random(), 6) * 500)::int AS likes,
            ARRAY(SELECT floor(random() * {passages})::int + 0 * number FROM generate_series(1, 4)) AS passages
        FROM generate_series({first}, {last}) number
    """,
    "stories": """
    INSERT INTO stories_story (id, owner_id, title, description, mode, language, visibility, theme, purpose, era,
            writing_style, pov, word_count, chapter_count, created_at, updated_at, published_at, rating, is_complete)
        SELECT s.id, o.id, 'A story', '', mode, language, 'public', 'other', '', '', '', '', 1000, 1, published_at,
            published_at, published_at, rating, is_complete
        FROM bench_story s JOIN bench_owner o ON o.number = s.owner
    """,
    "listings": """
    INSERT INTO social_listing (story_id, is_listed, mode, theme, language, rating, is_complete, tags, words, chapters,
            published_at, released_at, refreshed_at, like_count, comment_count, read_count, trend)
        SELECT id, true, mode, 'other', language, rating, is_complete, '[]', 1000, 1, published_at, published_at,
            now(), likes, 0, 0, (extract(epoch FROM published_at) + likes * 10000)::bigint FROM bench_story
    """,
    "documents": """
    INSERT INTO social_searchdocument (story_id, published_at, released_at, fingerprint, vocabulary, vector, head)
        SELECT s.id, s.published_at, s.published_at, '', '[]',
            title.title || about.about || one.words || other.words || title.leading || concat_ws(' ',
                format('''=l:%s'' ''=m:%s'' ''=th:other''', s.language, s.mode),
                format('''=r:%s'' ''=w:%s'' ''=tag:%s''', s.rating, s.length, s.tag),
                CASE WHEN s.is_complete THEN '''=c''' END,
                format('''=p:%s''', to_char(s.published_at AT TIME ZONE 'UTC', 'IYYYIW')),
                format('^writer%s writer%s:6B', s.owner, s.owner))::tsvector,
            title.title || about.about
        FROM bench_story s
        JOIN bench_passage title ON title.number = s.passages[1]
        JOIN bench_passage about ON about.number = s.passages[2]
        JOIN bench_passage one ON one.number = s.passages[3]
        JOIN bench_passage other ON other.number = s.passages[4]
        ORDER BY s.published_at
    """,
    "": "DROP TABLE bench_story",
}
TABLES = ("stories_story", "social_listing", "social_searchdocument")
WARM = """
    WITH tables AS (
        SELECT oid, reltoastrelid FROM pg_class WHERE oid::regclass::text IN ({tables})
    ), all_tables AS (
        SELECT oid FROM tables UNION SELECT reltoastrelid FROM tables WHERE reltoastrelid <> 0
    )
    SELECT pg_prewarm(oid) FROM all_tables
    UNION ALL SELECT pg_prewarm(indexrelid) FROM pg_index WHERE indrelid IN (SELECT oid FROM all_tables)
"""
# As docs/deploy.md has it; and nothing of a database that lives for one run has to outlive a crash.
QUARTER_OF_MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 2**20
CLUSTER = (
    *(f"shared_buffers={QUARTER_OF_MEMORY}MB", "random_page_cost=1.1", "jit=off"),
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=16GB", "autovacuum=off"),
    *("wal_level=minimal", "max_wal_senders=0"),
)


def fill(first: int, last: int, *, vocabulary: int = VOCABULARY, passages: int = PASSAGES) -> None:
    """Add stories from number `first` to `last`; the first ones with what all are made from."""
    if first == 1:
        step("words", PREPARE.format(vocabulary=vocabulary, passages=passages))
    step("", "SET work_mem = '512MB'; SET maintenance_work_mem = '2GB'")
    # Building an index is quicker than keeping it.
    indexes = rows(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid::regclass::text = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [list(TABLES)],
    )
    for name, _definition in indexes:
        step("", f"DROP INDEX {name}")
    for name, statement in GROW.items():
        step(name, statement.format(first=first, last=last, passages=passages))
    step("", "SET CONSTRAINTS ALL IMMEDIATE")
    for name, definition in indexes:
        step(f"index {name}", definition)


def grow(first: int, last: int) -> None:
    """Add stories, and let the database look at them."""
    # What refers to what is known to be there: a million checks of it would take longer than the rows.
    step("", "SET session_replication_role = replica")
    fill(first, last)
    for table in ("accounts_user", *TABLES):
        step(f"look at {table}", f"VACUUM (ANALYZE) {table}")


def warm() -> None:
    """Have in memory what a server that has run for a day has there; where pg_prewarm is not to be had, nothing."""
    if rows("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_prewarm'", []):
        step("", "CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        step("taken into memory", WARM.format(tables=", ".join(f"'{table}'" for table in (*TABLES, "accounts_user"))))


def step(name: str, statement: str) -> None:
    """Have it done, and say how long it took."""
    from django.db import connection

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    if name:
        print(f"{name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)


def rows(question: str, params: list[Any]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question, params)
        return cursor.fetchall()


def milliseconds(question: Callable[[], Any], server: Path) -> tuple[float, float]:
    """How long the question takes, and how long two processors worked for it: this process and the server's."""
    worked, begun = _worked(server), time.perf_counter()
    question()
    return (time.perf_counter() - begun) * 1000, (_worked(server) - worked) * 1000


def _worked(server: Path) -> float:
    return time.process_time() + int(server.read_text().split()[0]) / 1e9


def measure(size: int, words: int) -> list[dict[str, Any]]:
    """The 95th percentile of each kind of question, over so many words."""
    from django.db import connection

    from social.search import SORTS, SearchFilters, search

    chance = random.Random(size)
    filters = {
        "without filters": lambda: SearchFilters(),
        "with common filters": lambda: SearchFilters(language="en", ratings=("everyone", "teen"), is_complete=True),
        "with a rare filter": lambda: SearchFilters(tags=(f"tag{chance.randrange(500, 2000)}",)),
    }
    rows = []
    for kind, (least, most) in RANKS.items():
        with connection.cursor() as cursor:
            cursor.execute("SELECT word FROM bench_word WHERE rank BETWEEN %s AND %s", [least, most])
            known = [row[0] for row in cursor.fetchall()]
        for sort, (name, chosen) in product(SORTS, filters.items()):
            totals: list[int] = []

            def ask(sort: Any = sort, chosen: Any = chosen, known: Any = known, totals: Any = totals) -> None:
                totals.append(search(chance.choice(known), filters=chosen(), sort=sort).total or 0)

            figures = timed(ask, words)
            label = {"size": size, "word": kind, "sort": sort, "filters": name}
            rows.append({**label, **figures, "found": median(totals)})
    return rows + others(size, words, chance)


def timed(question: Callable[[], Any], count: int) -> dict[str, float]:
    """So many times the question, after three to warm up."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    for _ in range(3):
        question()
    spent, worked = zip(*(milliseconds(question, server) for _ in range(count)), strict=True)
    return {
        "p95": quantiles(spent, n=20)[-1],
        "median": median(spent),
        "worst": max(spent),
        "cpu": quantiles(worked, n=20)[-1],
    }


def others(size: int, words: int, chance: random.Random) -> list[dict[str, Any]]:
    """Several words, a phrase, an exclusion, the beginning of a word, and a page deep down."""
    from django.db import connection

    from social.search import search

    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM bench_word WHERE rank < 3000 ORDER BY rank")
        known = [row[0] for row in cursor.fetchall()]

    def draw(most: int) -> str:
        return str(known[chance.randrange(most)])

    cursors = [search(draw(30), sort="new", limit=100).next_cursor for _ in range(10)]
    questions: dict[str, Callable[[], Any]] = {
        "two common words": lambda: search(f"{draw(100)} {draw(100)}"),
        "three common words, newest": lambda: search(f"{draw(50)} {draw(50)} {draw(50)}", sort="new"),
        "a phrase of common words": lambda: search(f'"{draw(100)} {draw(100)}"'),
        "a common word without another": lambda: search(f"{draw(50)} -{draw(50)}"),
        "everything without a word": lambda: search(f"-{draw(50)}"),
        "the first three letters of a word": lambda: search(draw(3000)[:3]),
        "the first letter of a word": lambda: search(draw(3000)[:1]),
        "a word that nobody knows": lambda: search(draw(3000)[::-1] + "zw"),
        "the next page, newest": lambda: search(draw(30), sort="new", cursor=chance.choice(cursors)),
    }
    return [{"size": size, "question": name, **timed(question, words)} for name, question in questions.items()]


def run(sizes: tuple[int, ...], words: int = 40, keep: str = "") -> list[dict[str, Any]]:
    """In a process of its own, on a database of its own."""
    command = [sys.executable, "-m", "bench.search", "--sizes", ",".join(map(str, sizes)), "--words", str(words)]
    command += ["--keep", keep] if keep else []
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.search")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--words", type=int, default=40, help="of each kind")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the database there; what it holds is not made anew"
    )
    options = parser.parse_args()
    with throwaway_cluster(settings=CLUSTER, kept_in=options.keep) as database_url:
        from bench.__main__ import environment

        environment(database_url)
        import django
        from django.core.management import call_command
        from django.db import connection

        django.setup()
        call_command("migrate", verbosity=0)
        for size in map(int, options.sizes.split(",")):
            begun = time.perf_counter()
            held = rows("SELECT count(*) FROM social_searchdocument", [])[0][0]
            if held > size:
                parser.error(f"{options.keep} holds {held} stories already")
            if held < size:
                grow(held + 1, size)
                print(f"{size} stories made in {time.perf_counter() - begun:.0f} s", file=sys.stderr)
            warm()
            for row in measure(size, options.words):
                print(json.dumps(row), flush=True)
        connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
