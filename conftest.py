"""What every test stands on: no network but loopback, clean tables, a browser, and real servers."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import network
from tests.chromium import find_chromium, launch
from tests.epubcheck import find_java
from tests.servers import ServerProcess, ServerThread

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django import DjangoDbBlocker

# Playwright's synchronous API runs an event loop in this thread, which Django would take for an async caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
# Tests have many replies under way; the bound has tests of its own. For servers that are processes of their own.
os.environ["REPLIES_AT_ONCE"] = "10000"
# And open every page there is, from one address; this bound has a test of its own too.
os.environ["PAGES_A_MINUTE"] = "0"

CHROMIUM_NOT_FOUND = "NOT TESTED IN A BROWSER: no Chromium on this machine."
JAVA_NOT_FOUND = "E-BOOKS NOT CHECKED: EPUBCheck wants Java, and there is none on this machine."
BROWSER_WAITS_MS = 30_000
APPEND_ONLY_TABLES = ("events_event", "billing_entry", "social_decision", "social_moderatorreading")


# --- Network -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _network_off() -> Iterator[None]:
    """Refuse every connection and every look-up that would leave the machine."""
    with network.loopback_only():
        yield


@pytest.fixture(autouse=True)
def _language_of_the_house() -> Iterator[None]:
    """What a request in this thread has chosen must not be the next test's language."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(autouse=True)
def _as_many_replies_as_a_test_wants(settings: Any) -> None:
    """The same in this process, whose settings were read before that."""
    settings.REPLIES_AT_ONCE = 10_000
    settings.PAGES_A_MINUTE = 0


# --- Database ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep SQLite's test database in a file, as in production: memory shared by threads has other locks."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """End what threads and servers left connected, so that PostgreSQL lets the test database go."""
    from django.db import connection

    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def empties_the_database(item: pytest.Item) -> bool:
    """Whether pytest-django flushes the tables after this test instead of rolling back."""
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(marker and marker.kwargs.get("transaction"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Lift the append-only rule while SQLite's tables are emptied, which it does with DELETE, and put it back."""
    if not empties_the_database(item):
        return (yield)
    from django.db import connection

    from costory.lib import append_only

    if connection.vendor != "sqlite":
        return (yield)
    from pytest_django.plugin import blocking_manager_key

    with item.config.stash[blocking_manager_key].unblock():
        for table in APPEND_ONLY_TABLES:
            append_only.remove(connection, table)
        try:
            return (yield)
        finally:
            # After the last test the database itself is gone.
            for table in APPEND_ONLY_TABLES if nextitem else ():
                append_only.install(connection, table)
            connection.close()


# --- Servers -----------------------------------------------------------------------------------------------------


@pytest.fixture
def live_asgi(transactional_db: None) -> Iterator[ServerThread]:
    """The product's one entry under uvicorn in a thread of this process, on the test's own database."""
    from costory.asgi import application

    with ServerThread(application) as server:
        yield server


@pytest.fixture
def server_process(transactional_db: None, tmp_path: Path) -> Iterator[type[ServerProcess]]:
    """Start the product as a process of its own on the test's database: `server = server_process(env={…})`.

    For what a thread cannot show: SIGKILL, SIGTERM, a second worker, a restart. Every one started is stopped.
    """
    started: list[ServerProcess] = []

    def start(**options: Any) -> ServerProcess:
        server = ServerProcess(log_path=tmp_path / f"server-{len(started)}.log", **options)
        started.append(server)
        return server.start()

    yield start  # type: ignore[misc]  # Called like the class, so that its options need no second signature.
    for server in started:
        server.stop()


# --- Browser -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser(_network_off: None) -> Iterator[Browser]:
    """The system's Chromium, which resolves no name but localhost."""
    from playwright.sync_api import expect, sync_playwright

    # A busy machine is slow, not wrong: what does not come at all fails all the same.
    expect.set_options(timeout=BROWSER_WAITS_MS)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def browser_context(browser: Browser, live_asgi: ServerThread) -> Iterator[BrowserContext]:
    """A fresh visitor of the live server: English, desktop. A test may open further ones with `browser.new_context`."""
    context = browser.new_context(base_url=live_asgi.url, locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(BROWSER_WAITS_MS)
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    """A page of that visitor."""
    return browser_context.new_page()


# --- What was left out -------------------------------------------------------------------------------------------


def browser_is_left_out(config: pytest.Config) -> bool:
    """Whether tests that need a browser would run if there were one."""
    return find_chromium() is None and config.option.markexpr != "not browser"


def pytest_configure(config: pytest.Config) -> None:
    """With REQUIRE_BROWSER=1, leaving the browser out is a failure; with REQUIRE_JAVA=1, leaving EPUBCheck out."""
    if os.environ.get("REQUIRE_JAVA") == "1" and find_java() is None:
        raise pytest.UsageError(JAVA_NOT_FOUND)
    if os.environ.get("REQUIRE_BROWSER") == "1" and browser_is_left_out(config):
        raise pytest.UsageError(CHROMIUM_NOT_FOUND)


def wants_postgres(item: pytest.Item) -> bool:
    """Whether PostgreSQL may answer differently from SQLite, on which all tests run.

    To whoever does not ask for the tables pytest-django refuses them.
    """
    if item.get_closest_marker("once"):
        return False
    from django.test import SimpleTestCase

    in_class = getattr(item, "cls", None)
    return bool(
        item.get_closest_marker("django_db")
        or {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        or (in_class and issubclass(in_class, SimpleTestCase))
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this machine or this pass cannot test, and drive the browser last."""
    from django.conf import settings

    # Playwright's loop counts as running in this thread from its start to its end, and no other can run beside it.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    if on_postgres:
        config.hook.pytest_deselected(items=[item for item in items if not wants_postgres(item)])
        items[:] = [item for item in items if wants_postgres(item)]
    for item in items:
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="runs in the PostgreSQL pass"))
        if item.get_closest_marker("java") and find_java() is None:
            item.add_marker(pytest.mark.skip(reason=JAVA_NOT_FOUND))
        if item.get_closest_marker("browser") and find_chromium() is None:
            item.add_marker(pytest.mark.skip(reason=CHROMIUM_NOT_FOUND))
        if item.get_closest_marker("browser"):
            # As Playwright's runner is set up in CI. What needed it is named in the summary: it wants understanding.
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it loudly; the summary is the one place that neither -q nor several workers silence."""
    if browser_is_left_out(config):
        terminalreporter.write_line(f"!!! {CHROMIUM_NOT_FOUND} !!!", red=True, bold=True)
    if find_java() is None:
        terminalreporter.write_line(f"!!! {JAVA_NOT_FOUND} !!!", red=True, bold=True)
