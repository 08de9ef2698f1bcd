"""What every answer carries, what a production start demands, and what no log may hold."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
import sentry_sdk
from django.test import Client
from sentry_sdk.transport import Transport

from costory.logs import _scrub_event, scrub
from tests.factories import PASSWORD, create_user
from tests.servers import ServerProcess, ServerThread

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/nowhere/", "/api/v1/stories", "/healthz"])
def test_headers_of_every_answer(client: Client, path: str):
    headers = client.get(path).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert len(headers["X-Request-ID"]) >= 8


@pytest.mark.django_db
def test_private_pages_are_kept_by_no_cache(client: Client):
    client.force_login(create_user())

    assert client.get("/studio/")["Cache-Control"] == "private, no-store"


def production(**overrides: str) -> dict[str, str]:
    return {
        "DEBUG": "0",
        "SECRET_KEY": "a-long-production-secret",
        "APP_URL": "https://costory.example",
        "ALLOWED_HOSTS": "costory.example,127.0.0.1",
        "TRUST_PROXY": "1",
        **overrides,
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.once
def test_a_production_server(server_process: Any, tmp_path: Path):
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    # The API's readers that Ninja brings along are shown on no page, and take four times as long as all the rest.
    command += ["--ignore", "ninja"]
    # A folder of its own: the other tests' servers read the usual one at this moment.
    static = {"STATIC_ROOT": str(tmp_path / "static")}
    env = {**os.environ, **production(), **static, "DJANGO_SETTINGS_MODULE": "costory.settings"}
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    server: ServerProcess = server_process(env=production(**static))
    with httpx.Client(base_url=server.url, trust_env=False, headers={"Host": "costory.example"}) as browser:
        assert browser.get("/healthz").status_code == 200
        plain = browser.get("/accounts/login/")
        assert plain.status_code == 301
        assert plain.headers["Location"].startswith("https://costory.example/")
        secure = browser.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"})
        assert secure.status_code == 200
        assert "max-age=63072000; includeSubDomains; preload" in secure.headers["Strict-Transport-Security"]
        cookies = secure.headers["Set-Cookie"]
        assert cookies.startswith("__Host-costory-csrf=")
        assert "Secure" in cookies
        assert "HttpOnly" in cookies
        assert "SameSite=Lax" in cookies
        elsewhere = browser.get("/", headers={"Host": "evil.example", "X-Forwarded-Proto": "https"})
        assert elsewhere.status_code == 400
        missing = browser.get("/nowhere/", headers={"X-Forwarded-Proto": "https"})
        assert missing.status_code == 404
        assert "Traceback" not in missing.text


def test_a_missing_secret_stops_the_start_by_name():
    env = {**os.environ, **production(SECRET_KEY=""), "DJANGO_SETTINGS_MODULE": "costory.settings"}
    said = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert said.returncode != 0
    assert "SECRET_KEY is not set" in said.stderr


@pytest.mark.django_db
def test_the_session_changes_at_login_and_others_end_with_the_password(client: Client):
    user = create_user(email="anna@example.org")
    other = Client()
    other.force_login(user)
    client.get("/accounts/login/")
    before = client.cookies.get("costory-session")
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert client.cookies["costory-session"].value != (before.value if before else "")

    user.set_password("another-long-password")
    user.save()
    assert other.get("/studio/").status_code == 302


@pytest.mark.django_db
def test_nobody_is_led_elsewhere_after_login(client: Client):
    user = create_user()
    answer = client.post("/accounts/login/?next=https://evil.example/", {"login": user.email, "password": PASSWORD})

    assert "evil.example" not in answer["Location"]


# --- Logs ---


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("mail to anna.b+x@example.org failed", "anna"),
        ("GET /coach/replies/1/stream/?permit=abc:def-123 404", "abc"),
        ("Authorization: Bearer cst_abcdefghijkl", "cst_abc"),
        ("key " + "sk-or-" + "v1-0123456789abcdef", "0123456789"),
    ],
)
def test_secrets_are_taken_out_of_a_line(line: str, secret: str):
    assert secret in line
    assert secret not in scrub(line)


def test_a_servers_log_is_json_and_holds_no_story(live_log: str):
    assert "SECRET STORY TEXT" not in live_log
    assert "anna@example.org" not in live_log
    lines = [json.loads(line) for line in live_log.splitlines() if line.startswith("{")]
    assert lines
    assert all({"time", "level", "logger", "message", "request_id"} <= set(line) for line in lines)


@pytest.fixture
def live_log(capfd: pytest.CaptureFixture[str]) -> str:
    """What is logged when something fails whose message quotes what a writer wrote."""
    code = (
        "import django, logging; django.setup()\n"
        "log = logging.getLogger('costory.test')\n"
        "log.info('hello %s', 'anna@example.org')\n"
        "try:\n    raise ValueError('SECRET STORY TEXT')\n"
        "except ValueError:\n    log.exception('it failed')\n"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "costory.settings", "DEBUG": "1", "LOG_LEVEL": "INFO"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stderr


class _Kept(Transport):
    """A transport that keeps what would have been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Any] = []

    def capture_envelope(self, envelope: Any) -> None:
        self.sent.append(envelope)


def test_sentry_gets_frames_and_no_words():
    kept = _Kept()
    client = sentry_sdk.Client(
        dsn="http://key@127.0.0.1/1", transport=kept, before_send=_scrub_event, default_integrations=False
    )
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        # Put together here, because the lines of source around a frame are sent, and may be.
        story = " ".join(["SECRET", "STORY", "TEXT"])
        try:
            int(story)
        except ValueError as error:
            sentry_sdk.capture_exception(error)
    client.close()

    sent = str([item.payload.get_bytes() for envelope in kept.sent for item in envelope.items])
    assert "ValueError" in sent
    assert "SECRET STORY TEXT" not in sent


@pytest.mark.django_db(transaction=True)
def test_the_request_id_of_the_proxy_is_kept_and_a_strange_one_is_not(live_asgi: ServerThread):
    given = httpx.get(f"{live_asgi.url}/healthz", headers={"X-Request-ID": "from-the-proxy-1"}, trust_env=False)
    strange = httpx.get(f"{live_asgi.url}/healthz", headers={"X-Request-ID": "x y<script>"}, trust_env=False)

    assert given.headers["X-Request-ID"] == "from-the-proxy-1"
    assert "script" not in strange.headers["X-Request-ID"]


@pytest.mark.django_db(transaction=True)
def test_the_server_is_healthy_and_ready(live_asgi: ServerThread):
    for path in ("/healthz", "/readyz"):
        assert httpx.get(live_asgi.url + path, trust_env=False).json() == {"status": "ok"}
