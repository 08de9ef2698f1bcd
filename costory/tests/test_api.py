"""The API as programs meet it: envelope, callers, idempotency, and each operation's happy and sad paths."""

import json
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

import accounts.services
import billing.services
from accounts.models import ApiToken, IdempotencyKey, User
from billing.models import Wallet
from coaching.models import Reply
from coaching.tests.conftest import coach_server, model_server
from stories.models import Revision, Story
from tests.factories import PASSWORD, create_chapter, create_story, create_user
from tests.model_server import ModelServer
from tests.servers import ServerThread

__all__ = ["coach_server", "model_server"]

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    """Attempts are counted in the cache, which no transaction rolls back."""
    cache.clear()


def bearer(user: User, *scopes: str) -> dict[str, str]:
    secret = accounts.services.issue_token(user=user, name="test", scopes=scopes or ("read", "write", "spend"))[1]
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def user() -> User:
    return create_user(display_name="Anna")


@pytest.fixture
def call(client: Client, user: User) -> Call:
    """Send JSON as this person; returns status and document."""
    headers = bearer(user)

    def send(method: str, path: str, body: Any = None, **extra: Any) -> tuple[int, Any]:
        answer = client.generic(
            method,
            V1 + path,
            data=b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={**headers, **extra.pop("headers", {})},
            **extra,
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None

    return send


def code(document: Any) -> str:
    assert document["success"] is False
    assert document["error"]["message"]
    return str(document["error"]["code"])


# --- Envelope and callers ---


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/auth/me"),
        ("GET", "/stories"),
        ("POST", "/stories"),
        ("GET", "/billing/credits"),
        ("GET", "/ai/models"),
        ("POST", "/ai/estimate"),
    ],
)
def test_without_a_caller_it_is_401(client: Client, method: str, path: str):
    answer = client.generic(method, V1 + path, data="{}", content_type="application/json")

    assert answer.status_code == 401
    assert code(answer.json()) == "unauthenticated"


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic abc", "Bearer", "Bearer \u00e9"])
def test_a_wrong_token_is_401(client: Client, header: str):
    assert client.get(f"{V1}/auth/me", headers={"Authorization": header}).status_code == 401


def test_expired_and_revoked_tokens_open_nothing(client: Client, user: User):
    headers = bearer(user)
    assert client.get(f"{V1}/auth/me", headers=headers).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{V1}/auth/me", headers=headers).status_code == 401


def test_a_token_without_the_scope_is_403(client: Client, user: User):
    answer = client.post(f"{V1}/stories", data="{}", content_type="application/json", headers=bearer(user, "read"))

    assert answer.status_code == 403
    assert code(answer.json()) == "forbidden"


def test_a_session_calls_with_its_csrf_token(user: User):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)

    assert browser.get(f"{V1}/auth/me").status_code == 200
    refused = browser.post(f"{V1}/stories", data={"title": "T", "mode": "fiction"}, content_type="application/json")
    assert refused.status_code == 403


def test_unknown_addresses_methods_and_bodies(call: Call):
    assert code(call("GET", "/nothing/here")[1]) == "not_found"
    status, document = call("PUT", "/auth/me", {})
    assert (status, code(document)) == (405, "method_not_allowed")
    status, document = call("POST", "/stories", "not an object")
    assert (status, code(document)) == (422, "validation_error")


def test_a_body_that_is_not_json(client: Client, user: User):
    answer = client.post(f"{V1}/stories", data=b"{", content_type="application/json", headers=bearer(user))

    assert (answer.status_code, code(answer.json())) == (422, "validation_error")


@pytest.mark.parametrize(
    "body",
    [
        {"title": "T", "mode": "fiction", "unknown": 1},
        {"title": "T", "mode": "novel"},
        {"title": 5, "mode": "fiction"},
        {"title": "", "mode": "fiction"},
        {"title": "x" * 201, "mode": "fiction"},
        {"title": "a\x00b", "mode": "fiction"},
        {"title": "a\ud800b", "mode": "fiction"},
        {"mode": "fiction"},
    ],
)
def test_input_is_strict(call: Call, body: dict[str, Any]):
    status, document = call("POST", "/stories", body)

    assert (status, code(document)) == (422, "validation_error")
    assert not Story.objects.exists()


def test_messages_are_in_the_callers_language(call: Call, user: User):
    user.language = "fr"
    user.save()
    english = call("GET", f"/stories/{uuid.uuid4()}", headers={"Accept-Language": "en"})[1]["error"]["message"]

    assert english  # The French text is checked by the catalogue's own gate.


# --- Accounts ---


def test_register_log_in_and_out(client: Client):
    person = {"email": "Nina@Example.org", "password": PASSWORD, "display_name": "Nina"}
    answer = client.post(f"{V1}/auth/register", data=person, content_type="application/json")
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert data["token_type"] == "Bearer"
    assert data["user"]["balance_micros"] == 1_000_000
    assert data["user"]["subscription_tier"] == "free"
    me = client.get(f"{V1}/auth/me", headers={"Authorization": f"Bearer {data['access_token']}"})
    assert me.json()["data"] == data["user"]

    login = {"email": "nina@example.org", "password": PASSWORD}
    token = client.post(f"{V1}/auth/login", data=login, content_type="application/json").json()["data"]["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post(f"{V1}/auth/logout", headers=headers).status_code == 204
    assert client.get(f"{V1}/auth/me", headers=headers).status_code == 401


def test_whoever_registers_here_logs_in_on_the_page(client: Client):
    person = {"email": "nina@example.org", "password": PASSWORD}
    client.post(f"{V1}/auth/register", data=person, content_type="application/json")

    page = client.post("/accounts/login/", {"login": "nina@example.org", "password": PASSWORD})

    assert page.status_code == 302
    assert client.get("/studio/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password", "expected"),
    [("no-address", PASSWORD, 422), ("a@example.org", "short", 422), ("a@example.org", "1234567890", 422)],
)
def test_what_cannot_register(client: Client, email: str, password: str, expected: int):
    body = {"email": email, "password": password}

    assert client.post(f"{V1}/auth/register", data=body, content_type="application/json").status_code == expected
    assert not User.objects.exists()


def test_a_taken_address_is_a_conflict(client: Client, user: User):
    body = {"email": user.email.upper(), "password": PASSWORD}
    answer = client.post(f"{V1}/auth/register", data=body, content_type="application/json")

    assert (answer.status_code, code(answer.json())) == (409, "conflict")


def test_failed_logins_are_limited_by_account_and_by_address(client: Client, user: User):
    body = {"email": user.email, "password": "wrong-password"}
    statuses = [
        client.post(f"{V1}/auth/login", data=body, content_type="application/json").status_code for _ in range(6)
    ]
    assert statuses == [401] * 5 + [429]
    right = client.post(
        f"{V1}/auth/login", data={**body, "password": PASSWORD}, content_type="application/json", REMOTE_ADDR="10.0.0.9"
    )
    assert right.status_code == 429
    assert right["Retry-After"]


def test_the_profile_changes_what_is_sent(call: Call, user: User):
    status, document = call("PATCH", "/profiles/me", {"bio": "I write.", "handle": "anna-writes"})

    assert status == 200
    assert (document["data"]["bio"], document["data"]["display_name"]) == ("I write.", "Anna")
    assert call("PATCH", "/profiles/me", {"handle": "Not A Handle"})[0] == 422
    create_user(handle="taken")
    assert call("PATCH", "/profiles/me", {"handle": "taken"})[0] == 409


# --- Stories and chapters ---


def test_a_story_and_its_chapters(call: Call):
    status, document = call("POST", "/stories", {"title": "The Lighthouse", "mode": "fiction", "era": "historical"})
    assert status == 201
    story = document["data"]
    assert (story["visibility"], story["share_url"], story["era"]) == ("private", None, "historical")

    status, document = call("POST", f"/stories/{story['id']}/chapters", {"title": "One", "content": "It was night."})
    assert status == 201
    chapter = document["data"]
    saved = call("PUT", f"/chapters/{chapter['id']}", {"content": "It was day.", "version": chapter["version"]})[1]
    assert saved["data"]["content"] == "It was day."
    assert saved["data"]["title"] == "One"

    status, stale = call("PUT", f"/chapters/{chapter['id']}", {"content": "Lost?", "version": chapter["version"]})
    assert (status, code(stale)) == (409, "conflict")
    assert stale["error"]["details"]["content"] == "It was day."
    assert stale["error"]["details"]["version"] == saved["data"]["version"]
    assert Revision.objects.filter(content="Lost?").exists()

    listed = call("GET", f"/stories/{story['id']}/chapters")[1]
    assert [row["id"] for row in listed["data"]] == [chapter["id"]]
    assert listed["meta"] == {"limit": 20, "next": None, "previous": None, "total": 1}


def test_order_restore_bin_and_publish(call: Call, user: User):
    story = create_story(owner=user)
    first, second = create_chapter(story=story), create_chapter(story=story)
    ids = [str(second.pk), str(first.pk)]

    ordered = call("POST", f"/stories/{story.pk}/chapters/order", {"chapter_ids": ids})[1]["data"]
    assert [row["id"] for row in ordered] == ids
    assert call("POST", f"/stories/{story.pk}/chapters/order", {"chapter_ids": ids[:1]})[0] == 422

    shared = call("PATCH", f"/stories/{story.pk}/publish", {"visibility": "link"})[1]["data"]
    assert shared["share_url"].startswith("http://testserver/s/")
    assert call("DELETE", f"/stories/{story.pk}")[0] == 204
    assert call("GET", f"/stories/{story.pk}")[0] == 404
    assert call("POST", f"/stories/{story.pk}/restore")[0] == 200
    assert call("GET", f"/stories/{story.pk}")[0] == 200


def test_a_revision_is_restored_and_can_be_undone(call: Call, user: User):
    chapter = create_chapter(story=create_story(owner=user))
    call("PUT", f"/chapters/{chapter.pk}", {"content": "A long first text. " * 20, "version": 1})
    call("PUT", f"/chapters/{chapter.pk}", {"content": "Short.", "version": 2})
    revisions = call("GET", f"/chapters/{chapter.pk}/revisions")[1]["data"]
    old = next(row for row in revisions if row["content"].startswith("A long"))

    status, document = call("POST", f"/chapters/{chapter.pk}/revisions/{old['id']}/restore")

    assert status == 200
    assert document["data"]["content"] == old["content"]
    assert any(row["content"] == "Short." for row in call("GET", f"/chapters/{chapter.pk}/revisions")[1]["data"])


def test_a_strangers_things_do_not_exist(call: Call):
    chapter = create_chapter(content="A secret.")
    story = chapter.story
    for method, path, body in [
        ("GET", f"/stories/{story.pk}", None),
        ("PATCH", f"/stories/{story.pk}", {"title": "Mine"}),
        ("PUT", f"/stories/{story.pk}", {"title": "Mine", "mode": "fiction"}),
        ("DELETE", f"/stories/{story.pk}", None),
        ("POST", f"/stories/{story.pk}/restore", None),
        ("PATCH", f"/stories/{story.pk}/publish", {"visibility": "public"}),
        ("GET", f"/stories/{story.pk}/chapters", None),
        ("POST", f"/stories/{story.pk}/chapters", {}),
        ("POST", f"/stories/{story.pk}/chapters/order", {"chapter_ids": [str(chapter.pk)]}),
        ("GET", f"/chapters/{chapter.pk}", None),
        ("PUT", f"/chapters/{chapter.pk}", {"content": "Mine", "version": 1}),
        ("DELETE", f"/chapters/{chapter.pk}", None),
        ("GET", f"/chapters/{chapter.pk}/revisions", None),
        ("POST", f"/chapters/{chapter.pk}/revisions/{uuid.uuid4()}/restore", None),
        ("POST", "/ai/sessions", {"story_id": str(story.pk), "mode": "narrative"}),
        ("GET", f"/ai/sessions/{uuid.uuid4()}", None),
        ("POST", f"/ai/replies/{uuid.uuid4()}/stop", None),
        ("POST", "/ai/estimate", {"session_id": str(uuid.uuid4()), "content": "?"}),
    ]:
        status, document = call(method, path, body)
        assert (status, code(document)) == (404, "not_found"), (method, path)
    chapter.refresh_from_db()
    assert chapter.content == "A secret."


def test_pages_of_a_list_by_cursor_and_by_number(call: Call, user: User):
    for number in range(5):
        create_story(owner=user, title=f"Story {number}")
    create_story(title="Not mine")
    first = call("GET", "/stories?limit=2&sort=title")[1]
    second = call("GET", f"/stories?limit=2&sort=title&cursor={first['meta']['next']}")[1]
    back = call("GET", f"/stories?limit=2&sort=title&cursor={second['meta']['previous']}")[1]

    assert [row["title"] for row in first["data"] + second["data"]] == [f"Story {n}" for n in range(4)]
    assert back["data"] == first["data"]
    assert [row["title"] for row in call("GET", "/stories?limit=2&sort=title&page=3")[1]["data"]] == ["Story 4"]
    for query in ("limit=0", "limit=101", "page=51", "page=0", "cursor=forged", f"cursor={first['meta']['next']}x"):
        status, document = call("GET", f"/stories?{query}")
        assert (status, code(document)) == (422, "validation_error"), query
    other_list = call("GET", f"/billing/entries?cursor={first['meta']['next']}")
    assert other_list[0] == 422


def test_the_library_holds_what_is_public(call: Call, user: User):
    create_story(title="Private")
    public = create_story(title="Public", visibility="public")
    titles = [row["title"] for row in call("GET", "/stories?visibility=public")[1]["data"]]

    assert titles == ["Public"]
    assert call("GET", f"/stories/{public.pk}")[1]["data"]["share_url"] is None


# --- Money ---


def test_credits_and_ledger(call: Call, user: User):
    billing.services.grant_credits(user=user, amount_micros=1_000, reason="Gift", cause="test:1")
    billing.services.open_hold(user=user, amount_micros=400, cause="reply:x")

    assert call("GET", "/billing/credits")[1]["data"] == {
        "balance_micros": 1_000,
        "held_micros": 400,
        "available_micros": 600,
        "lifetime_spent_micros": 0,
        "currency": "EUR",
    }
    entry = call("GET", "/billing/entries")[1]["data"][0]
    assert (entry["kind"], entry["amount_micros"], entry["balance_after_micros"]) == ("grant", 1_000, 1_000)


# --- Idempotency ---


def test_the_same_key_gives_the_first_answer_again(call: Call):
    key = {"Idempotency-Key": "abc"}
    body = {"title": "Once", "mode": "fiction"}
    first, second = (call("POST", "/stories", body, headers=key) for _ in range(2))

    assert first == second
    assert Story.objects.count() == 1
    status, document = call("POST", "/stories", {**body, "title": "Twice"}, headers=key)
    assert (status, code(document)) == (409, "conflict")


def test_a_refusal_is_repeated_too_and_a_crash_is_tried_again(call: Call, user: User):
    key = {"Idempotency-Key": "abc"}
    assert call("POST", "/stories", {"title": "", "mode": "fiction"}, headers=key)[0] == 422
    assert IdempotencyKey.objects.get().status == 422

    body = {"title": "After the crash", "mode": "fiction"}
    call("POST", "/stories", body, headers={"Idempotency-Key": "crashed"})
    Story.objects.all().delete()
    row = IdempotencyKey.objects.filter(key="crashed")
    row.update(status=None, body="")
    assert call("POST", "/stories", body, headers={"Idempotency-Key": "crashed"})[0] == 409
    row.update(created_at=timezone.now() - timedelta(minutes=2))
    assert call("POST", "/stories", body, headers={"Idempotency-Key": "crashed"})[0] == 201
    assert Story.objects.count() == 1


def test_anothers_key_is_not_mine(call: Call, client: Client):
    other = create_user()
    body = {"title": "Theirs", "mode": "fiction"}
    client.post(
        f"{V1}/stories", data=body, content_type="application/json", headers={**bearer(other), "Idempotency-Key": "k"}
    )

    assert call("POST", "/stories", {**body, "title": "Mine"}, headers={"Idempotency-Key": "k"})[0] == 201


# --- The coach, over a real socket ---


@pytest.fixture
def coach(coach_server: ServerThread, model_server: ModelServer, transactional_db: None) -> Iterator[httpx.Client]:
    person = create_user()
    billing.services.grant_credits(user=person, amount_micros=5_000_000, reason="test", cause=f"test:{person.pk}")
    story = create_story(owner=person)
    create_chapter(story=story, content="The lamp faltered.")
    url = coach_server.url + V1
    with httpx.Client(base_url=url, headers=bearer(person), timeout=20, trust_env=False) as api:
        session = api.post("/ai/sessions", json={"story_id": str(story.pk), "mode": "narrative"})
        assert session.status_code == 201
        api.headers["X-Session"] = session.json()["data"]["id"]
        yield api


def messages(api: httpx.Client) -> str:
    return f"/ai/sessions/{api.headers['X-Session']}/messages"


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_reply(coach: httpx.Client):
    estimate = coach.post("/ai/estimate", json={"session_id": coach.headers["X-Session"], "content": "Well?"}).json()
    answer = coach.post(messages(coach), json={"content": "Well?"})

    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["message"]["content"] == "Well?"
    assert (data["reply"]["role"], data["reply"]["status"]) == ("assistant", "done")
    assert 0 < data["cost_micros"] <= estimate["data"]["ceiling_micros"]
    assert data["balance_micros"] == 5_000_000 - data["cost_micros"] == Wallet.objects.get().balance_micros
    session = coach.get(f"/ai/sessions/{coach.headers['X-Session']}").json()["data"]
    assert session["messages"] == [data["message"], data["reply"]]
    assert coach.get("/ai/models").json()["data"][0]["prompt_price_micros"] == 4_140


@pytest.mark.django_db(transaction=True)
def test_streaming_a_reply(coach: httpx.Client):
    with coach.stream(
        "POST", messages(coach), json={"content": "Well?"}, headers={"Accept": "text/event-stream"}
    ) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        body = answer.read().decode()
    blocks = [dict(line.split(": ", 1) for line in b.splitlines() if ": " in line) for b in body.split("\n\n")]
    text = "".join(json.loads(block["data"])["text"] for block in blocks if block.get("event") == "delta")
    last = json.loads(next(block["data"] for block in blocks if block.get("event") == "done"))

    assert last["reply"]["content"] == text != ""
    assert last["cost_micros"] == last["reply"]["cost_micros"] > 0


@pytest.mark.django_db(transaction=True)
def test_a_key_makes_it_act_once(coach: httpx.Client, model_server: ModelServer):
    key = {"Idempotency-Key": "once"}
    first = coach.post(messages(coach), json={"content": "Well?"}, headers=key)
    second = coach.post(messages(coach), json={"content": "Well?"}, headers=key)
    other = coach.post(messages(coach), json={"content": "Something else"}, headers=key)

    assert first.json() == second.json()
    assert (other.status_code, code(other.json())) == (409, "conflict")
    assert len(model_server.chats) == Reply.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("scenario", "status"), [("503", 502), ("402", 502), ("cut", 502)])
def test_what_goes_wrong_upstream(coach: httpx.Client, model_server: ModelServer, scenario: str, status: int):
    model_server.script(scenario)
    answer = coach.post(messages(coach), json={"content": "Well?"})

    assert (answer.status_code, code(answer.json())) == (status, "upstream_unavailable")
    assert Wallet.objects.get().held_micros == 0


@pytest.mark.django_db(transaction=True)
def test_without_credits_it_is_402(coach: httpx.Client):
    Wallet.objects.update(is_frozen=True)
    answer = coach.post(messages(coach), json={"content": "Well?"})

    assert (answer.status_code, code(answer.json())) == (402, "insufficient_credits")
    assert answer.json()["error"]["details"]["needed_micros"] > 0
    assert coach.post(messages(coach), json={"content": "Well?", "model": "no/such"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_stopping_over_http(coach: httpx.Client, model_server: ModelServer):
    model_server.script("steady-600x20")
    with coach.stream(
        "POST", messages(coach), json={"content": "Well?"}, headers={"Accept": "text/event-stream"}
    ) as answer:
        body = ""
        for piece in answer.iter_text():
            if not body:
                assert coach.post(f"/ai/replies/{Reply.objects.get().pk}/stop").status_code == 200
            body += piece
    assert "event: stopped" in body


# --- The document ---


def test_the_document_and_its_reader(client: Client):
    document = client.get(f"{V1}/openapi.json").json()
    reader = client.get(f"{V1}/docs")

    assert reader.status_code == 200
    assert "Form: <code>archive</code>" in reader.text
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert "422" in operation["responses"], path
            assert operation["operationId"] in reader.text
            assert method in {"get", "post", "put", "patch", "delete"}
