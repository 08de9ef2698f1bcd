"""`make bench`: every speed budget as a ratio to a floor measured in the same run; medians of three rounds.

    python -m bench [--rounds 3] [--write]

With --write the table goes into docs/benchmarks.md. It wants a machine with nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from tests.postgres import throwaway_cluster

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "benchmarks.md"
MARK = "<!-- the last run; written by `python -m bench --write` -->\n"

Row = tuple[str, str, str, str]


def environment(database_url: str) -> None:
    """As in production, on plain http: no DEBUG, hashed static files, a real PostgreSQL that syncs."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="costory.settings",
        DATABASE_URL=database_url,
        DEBUG="0",
        SECRET_KEY="bench",
        APP_URL="http://127.0.0.1",
        ALLOWED_HOSTS="127.0.0.1",
        SSL_REDIRECT="0",
        LOG_LEVEL="ERROR",
        EMAIL_URL="",
        SENTRY_DSN="",
        REDIS_URL="",
        # One person asks for hundreds of replies at once here.
        REPLIES_AT_ONCE="1000000",
        # And opens thousands of pages.
        PAGES_A_MINUTE="0",
    )


def rounds(count: int, measure: Callable[[], float]) -> float:
    return median(measure() for _ in range(count))


def streams(count: int, database_url: str) -> list[Row]:
    from bench import streams as bench
    from bench.machine import free_port

    port = free_port()
    with bench.model_server(port) as model:
        floor = [bench.pass_through(model.url, replies=100) for _ in range(count)]
        bench.reset(model.url)
        product = [bench.whole_product(model.url, replies=100, database_url=database_url) for _ in range(count)]
        own = bench.own_wait(model.url)
        bench.reset(model.url)
        many = [bench.whole_product(model.url, replies=500, workers=2, database_url=database_url) for _ in range(count)]
    base = median(run.cpu_per_chunk for run in floor)
    ours = median(run.cpu_per_chunk for run in product)
    posts = median(run.cpu_per_chunk_with_posts for run in product)
    p50, p95 = (median(getattr(run, name) - own for run in product) for name in ("first_p50", "first_p95"))
    worst = max(many, key=lambda run: run.failures)
    many95 = median(run.first_p95 - own for run in many)
    threads, connections = max(run.threads for run in many), max(run.connections for run in many)
    growth = max(run.growth_mb for run in many)
    return [
        (
            "CPU per streamed chunk, 100 replies: permission, claim, checkpoints, settlement ÷ httpx pass-through",
            "≤ 0.8",
            f"{ours / base:.2f}",
            f"{ours:.0f} ÷ {base:.0f} µs",
        ),
        (
            "the same with the 100 page POSTs that write messages and open holds",
            "≤ 0.8",
            f"{posts / base:.2f}",
            f"{posts:.0f} ÷ {base:.0f} µs",
        ),
        ("added time to first token, 100 replies, one worker", "p50 ≤ 5 ms", f"{p50:.1f} ms", f"model's own {own:.1f}"),
        ("", "p95 ≤ 15 ms", f"{p95:.1f} ms", ""),
        ("500 replies, two workers: failures", "0", str(worst.failures), ""),
        ("— added time to first token", "p95 ≤ 150 ms", f"{many95:.0f} ms", ""),
        ("— threads per worker", "≤ 16", str(threads), ""),
        ("— database connections, both workers", "≤ 20", str(connections), ""),
        ("— growth of the larger worker", "≤ 80 MB", f"{growth:.0f} MB", ""),
    ]


def ledger(count: int, database_url: str) -> list[Row]:
    from bench import ledger as bench

    people = bench.prepare()
    rows = []
    for name, ids, target in (("1,000 wallets", people, "≥ 0.4"), ("one hot wallet", people[:1], "≥ 0.6")):
        floor = rounds(count, lambda ids=ids: bench.pgbench(database_url, wallets=len(ids)))  # type: ignore[misc]  # A default binds it now.
        ours = rounds(count, lambda ids=ids: bench.services(ids))  # type: ignore[misc]  # The same.
        label = f"hold + settle, {name}, 8 clients ÷ pgbench with the same SQL"
        rows.append((label, target, f"{ours / floor:.2f}", f"{ours:.0f} ÷ {floor:.0f} a second"))
    return rows


def pages(count: int) -> list[Row]:
    from bench import pages as bench
    from bench import people

    writer = people.create(1, model="test/none")[0]
    rows = []
    for name, path in (("empty page", "/healthz"), ("signed-in shelf", "/studio/")):
        headers = {key: value for key, value in writer.headers.items() if key == "Cookie"}
        floor = rounds(count, lambda path=path, headers=headers: bench.through_gunicorn(path, headers))  # type: ignore[misc]  # The same.
        ours = rounds(count, lambda path=path, headers=headers: bench.through_the_entry(path, headers))  # type: ignore[misc]  # The same.
        label = f"pages through the product's entry, {name} ÷ gunicorn sync"
        rows.append((label, "≥ 0.9", f"{ours / floor:.2f}", f"{ours:.0f} ÷ {floor:.0f} a second"))
    return rows


def studio(count: int) -> list[Row]:
    from bench import people
    from bench import studio as bench
    from coaching.models import Session

    writer = people.create(1, model="test/none")[0]
    address = bench.prepare(Session.objects.get(pk=writer.session_id).user_id)
    headers = {"Cookie": writer.headers["Cookie"]}
    runs = sorted((bench.measure(address, headers) for _ in range(count)), key=lambda run: run.ratio)
    run = runs[len(runs) // 2]
    with_brotli, with_gzip = bench.compressed(bench.scripts(bench.page(address, headers)))
    label = (
        "studio page, signed in, 60 chapters of 2,000 words ÷ empty view of a bare Django project, CPU of the server"
    )
    weight = f"gzip {with_gzip / 1000:.1f} kB"
    return [
        (label, "≤ 12", f"{run.ratio:.1f}", f"{run.studio:.0f} ÷ {run.floor:.0f} µs"),
        ("— ÷ the product's own empty page", "", f"{run.own_ratio:.1f}", f"{run.own_floor:.0f} µs"),
        ("JavaScript sent to the studio, all of it, brotli", "≤ 60 kB", f"{with_brotli / 1000:.1f} kB", weight),
    ]


def library(count: int) -> list[Row]:
    from bench import library as bench
    from bench import people
    from coaching.models import Session

    reader = people.create(1, model="test/none")[0]
    asked = bench.prepare(Session.objects.get(pk=reader.session_id).user_id)
    headers = {"Cookie": reader.headers["Cookie"], **bench.STRANGER}
    runs = [bench.measure(asked, headers) for _ in range(count)]
    floor, own = median(run.floor for run in runs), median(run.own_floor for run in runs)
    cost = {name: median(run.pages[name] for run in runs) for name in runs[0].pages}
    rows = []
    for name, label, target in (
        ("list", "library page, 24 cards, signed in ÷ empty view of a bare Django project, CPU of the server", "≤ 6"),
        ("list, anonymous", "— anonymous", "≤ 1.5"),
        ("chapter", "reading page, 3,000 words, with like, place and comment count, signed in ÷ empty view", "≤ 10"),
        ("chapter, anonymous", "— anonymous", "≤ 2"),
    ):
        ratio = median(run.pages[name] / run.floor for run in runs)
        quick = median(run.pages[name] / run.quick_floor for run in runs)
        figures = f"{cost[name]:.0f} ÷ {floor:.0f} µs; {quick:.1f} through the product's own threads under both"
        rows.append((label, target, f"{ratio:.1f}", figures))
    depth = median(run.pages["deep"] / run.pages["list"] for run in runs)
    wait = median(run.deep_ms / run.first_ms for run in runs)
    waits = ", ".join(f"{median(getattr(run, name) for run in runs):.1f}" for name in ("deep_ms", "first_ms"))
    return [
        *rows,
        ("the product's own empty page ÷ empty view", "", f"{own / floor:.1f}", f"{own:.0f} µs"),
        ("library page at half the depth of 20,000 stories ÷ the first, CPU of the server", "≤ 2", f"{depth:.2f}", ""),
        ("— time to its last byte, one reader", "≤ 2", f"{wait:.2f}", f"{waits} ms"),
    ]


def mentions(count: int) -> list[Row]:
    from bench import mentions as bench

    whole = rounds(count, lambda: bench.milliseconds(words=5_000))
    longer = rounds(count, lambda: bench.milliseconds(words=50_000))
    label = "names of a codex of 300 entries found in 5,000 words, the codex read first"
    growth = f"10 times the words take {longer / whole:.1f} times as long"
    return [(label, "≤ 20 ms", f"{whole:.1f} ms", growth)]


def autosave(count: int) -> list[Row]:
    from bench import autosave as bench
    from bench import provenance

    people = bench.prepare()
    naive = [bench.measure(people, is_naive=True) for _ in range(count)]
    ours = [bench.measure(people, is_naive=False) for _ in range(count)]
    floor, rate = (median(run.rate for run in runs) for runs in (naive, ours))
    p95 = median(run.p95 for run in ours)
    naive_cpu, cpu = (median(run.cpu for run in runs) for runs in (naive, ours))
    label = "autosave of a draft of 20 kB, 8 writers: version, provenance, revisions ÷ naive lock, insert, update"
    rows = [
        (label, "≥ 1.5", f"{rate / floor:.2f}", f"{rate:.0f} ÷ {floor:.0f} a second"),
        ("— p95", "≤ 25 ms", f"{p95:.1f} ms", f"naive {median(run.p95 for run in naive):.1f}"),
        (
            "— processor time of the naive one ÷ ours, Python and its backend",
            "",
            f"{naive_cpu / cpu:.2f}",
            f"{naive_cpu:.2f} ÷ {cpu:.2f} ms",
        ),
    ]
    for name, milliseconds in provenance.measure():
        rows.append((f"provenance of {name}, 50,000 words", "≤ 15 ms", f"{milliseconds:.2f} ms", ""))
    return rows


def context(count: int) -> list[Row]:
    from bench import context as bench

    rows: list[Row] = []
    for has_summaries, name in ((False, "without summaries"), (True, "with a summary of each chapter")):
        session_id = bench.prepare(has_summaries=has_summaries)
        runs = [bench.measure(session_id) for _ in range(count)]
        cpu, wall = median(run[0] for run in runs), median(run[1] for run in runs)
        label = f"what the model is sent, built for 120,000 words and 300 codex entries, {name}"
        rows.append((label, "≤ 60 ms, ≤ 12 queries", f"{wall:.0f} ms, {runs[0][2]} queries", f"{cpu:.0f} ms of CPU"))
    return rows


def offline(count: int) -> list[Row]:
    from bench import offline as bench

    return [
        (
            f"the offline coach on 5,000 words of {name}",
            "≤ 300 ms",
            f"{time:.0f} ms",
            f"ten times the words: {ten:.1f} ×",
        )
        for name, time, ten in bench.measure(count)
    ]


def epub(count: int) -> list[Row]:
    from bench import epub as bench

    story_id = bench.prepare()
    runs = [bench.measure(story_id) for _ in range(count)]
    seconds, peak, growth = (median(run[place] for run in runs) for place in range(3))
    return [
        ("EPUB of 120,000 words in 60 chapters", "≤ 2 s", f"{seconds:.2f} s", ""),
        ("— memory of the process", "≤ 100 MB", f"{peak:.0f} MB", f"{growth:.0f} MB came with the book"),
    ]


def search(sizes: tuple[int, ...], keep: str) -> list[Row]:
    from bench import search as bench

    found = bench.run(sizes, keep=keep)
    rows: list[Row] = []
    for size in sizes:
        here = [row for row in found if row["size"] == size]
        for word in bench.RANKS:
            kinds = [row for row in here if row.get("word") == word]
            worst = max(kinds, key=lambda row: row["p95"])
            by_sort = {
                sort: max(row["p95"] for row in kinds if row["sort"] == sort)
                for sort in ("relevance", "new", "trending", "loved")
            }
            label = f"search p95, {size:,} stories, {word} words: the slowest order and filter"
            figures = ", ".join(f"{sort} {p95:.0f}" for sort, p95 in by_sort.items())
            cpu = max(row["cpu"] for row in kinds)
            rows.append((label, "≤ 50 ms", f"{worst['p95']:.0f} ms", f"{figures}; {cpu:.0f} of CPU"))
        others = [row for row in here if "question" in row]
        worst = max(others, key=lambda row: row["p95"])
        figures = ", ".join(f"{row['question']} {row['p95']:.0f}" for row in others)
        cpu = max(row["cpu"] for row in others)
        label = "— several words, phrases, beginnings, next page"
        rows.append((label, "≤ 50 ms", f"{worst['p95']:.0f} ms", f"{figures}; {cpu:.0f} of CPU"))
    return rows


def table(rows: list[Row], count: int) -> str:
    from bench.machine import describe

    now = datetime.now(UTC)
    head = f"{now:%Y-%m-%d %H:%M} UTC · {describe()} · medians of {count} round(s)\n\n"
    lines = ["| what | target | measured | figures |", "|---|---|---|---|"]
    return head + "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)]) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the speed budgets.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("--only", help="a part of it: streams, ledger, pages, …")
    parser.add_argument("--sizes", default="10000,100000,1000000", help="of the library that is searched")
    parser.add_argument(
        "--keep", default="", metavar="DIR", help="keep the library that is searched there, for another run"
    )
    options = parser.parse_args()
    with throwaway_cluster(is_durable=True) as database_url:
        environment(database_url)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        parts: dict[str, Callable[[], list[Row]]] = {
            "streams": lambda: streams(options.rounds, database_url),
            "ledger": lambda: ledger(options.rounds, database_url),
            "pages": lambda: pages(options.rounds),
            "studio": lambda: studio(options.rounds),
            "library": lambda: library(options.rounds),
            "mentions": lambda: mentions(options.rounds),
            "autosave": lambda: autosave(options.rounds),
            "epub": lambda: epub(options.rounds),
            "context": lambda: context(options.rounds),
            "offline": lambda: offline(options.rounds),
            "search": lambda: search(tuple(map(int, options.sizes.split(","))), options.keep),
        }
        if options.only not in {None, *parts}:
            parser.error(f"--only takes one of {', '.join(parts)}")
        rows = [row for name, part in parts.items() if options.only in {None, name} for row in part()]
        text = table(rows, options.rounds)
    print(text)
    if options.write:
        before = TABLE.read_text().partition(MARK)[0] if TABLE.exists() else "# Benchmarks\n\n"
        TABLE.write_text(before + MARK + "\n" + text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
