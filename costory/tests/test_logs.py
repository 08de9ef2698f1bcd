"""A real server's log: JSON on every line, uvicorn's too, and nothing of what people wrote, were sent or are called."""

import json
import logging
import sys
from typing import Any

import httpx
import pytest

from costory.logs import JsonFormatter, RequestIdFilter, ScrubFilter, scrub
from tests.broken_house import STORY
from tests.servers import ServerProcess

WORDS = ("lighthouse", "keeper")
BROKEN = {
    "DJANGO_SETTINGS_MODULE": "tests.broken_settings",
    "DEBUG": "0",
    "SECRET_KEY": "a-key-for-this-server-only",
    "SSL_REDIRECT": "0",
    "ALLOWED_HOSTS": "127.0.0.1",
    "LOG_LEVEL": "DEBUG",
}


@pytest.fixture
def broken_server(server_process: Any) -> ServerProcess:
    server: ServerProcess = server_process(env=BROKEN, application="tests.broken_house:application")
    return server


def lines_of(server: ServerProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.log.splitlines()]


@pytest.mark.django_db(transaction=True)
def test_no_log_and_no_page_repeats_what_failed(broken_server: ServerProcess):
    with httpx.Client(base_url=broken_server.url, trust_env=False) as browser:
        answer = browser.get("/broken/")
        outside = browser.get("/broken-outside/")
        browser.get("/broken-task/")
        browser.get("/lines/")
        browser.get("/s/a-secret-token-of-a-story/")
        browser.get("/accounts/password/reset/key/1-secret-key/?token=abcdef")
    broken_server.stop()

    assert answer.status_code == outside.status_code == 500
    assert "Traceback" not in answer.text + outside.text
    assert not any(word in answer.text + outside.text for word in WORDS)
    assert '<html lang="en"' in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]

    lines = lines_of(broken_server)
    assert not any(word in broken_server.log for word in WORDS)
    assert not any(secret in broken_server.log for secret in ("anna@example.org", "a-secret-token", "1-secret-key"))
    loggers = {line["logger"] for line in lines}
    assert {"django.request", "uvicorn.error", "asyncio", "costory.elsewhere"} <= loggers
    (failure,) = [line for line in lines if line["logger"] == "django.request" and line["level"] == "ERROR"]
    assert failure["request_id"] == answer.headers["X-Request-ID"]
    assert "RuntimeError" in failure["exc_info"]
    assert "broken_house.py" in failure["exc_info"]
    (seen_by_uvicorn,) = [line for line in lines if "Exception in ASGI application" in line["message"]]
    assert "RuntimeError" in seen_by_uvicorn["exc_info"]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("Not Found: /s/abc-DEF_123/chapters/2/", "Not Found: /s/[secret]/chapters/2/"),
        ("/accounts/confirm-email/MQ:1x:abc/ gone", "/accounts/confirm-email/[secret]/ gone"),
        ("/accounts/password/reset/key/1-abc/", "/accounts/password/reset/key/[secret]/"),
        ("/stories/1/ and /studio/", "/stories/1/ and /studio/"),
    ],
)
def test_addresses_that_open_something_lose_what_opens(line: str, left: str):
    assert scrub(line) == left


def test_what_is_hung_on_a_record_is_scrubbed_too():
    record = logging.makeLogRecord(
        {"name": "costory", "levelname": "INFO", "msg": "x", "path": "/s/abc/", "who": {"mail": "anna@example.org"}}
    )
    assert RequestIdFilter().filter(record)
    assert ScrubFilter().filter(record)

    line = json.loads(JsonFormatter().format(record))

    assert line["path"] == "/s/[secret]/"
    assert "anna" not in str(line["who"])


def test_a_traceback_names_its_causes_without_their_words():
    try:
        try:
            int(STORY)
        except ValueError as error:
            raise RuntimeError(STORY) from error
    except RuntimeError:
        record = logging.getLogger("costory").makeRecord(
            "costory", logging.ERROR, __file__, 1, "failed", (), exc_info=sys.exc_info()
        )

    shown = JsonFormatter().format(record)

    assert "RuntimeError" in shown
    assert "ValueError" in shown
    assert not any(word in shown for word in WORDS)
