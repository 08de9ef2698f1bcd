"""Erasing somebody: asked for, taken back, done once, whole or not at all, and the ledger still adds up."""

import threading
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import billing.services
from accounts import services
from accounts.models import User
from billing.models import Entry, Hold, SignupGrant, Wallet
from billing.reconciliation import discrepancies
from coaching.models import Message, Reply, Session
from coaching.services.settlement import Outcome, end_reply
from costory.leaving import StaffStays, ask_for_erasure, erase_person, keep_account, purge_erased
from costory.leaving.tests.conftest import create_rich_person
from events.models import Event
from stories.models import Photograph, Story
from tests.factories import PASSWORD, create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db

# What was decided stays on record, like what happened: it names people by an id that leads nowhere any more.
OUTLIVES_PEOPLE = {"social.case", "social.decision", "social.appeal", "social.moderatorreading"}
LATER = timedelta(days=14, minutes=1)


def log_in(client: Client, person: User) -> None:
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def prove(client: Client) -> None:
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def asked_long_ago(person: User) -> None:
    User.objects.filter(pk=person.pk).update(erasure_requested_at=timezone.now() - LATER)


def adds_up() -> bool:
    return list(discrepancies(stale_after=timedelta(days=1))) == []


# --- The pages ---------------------------------------------------------------------------------------------------


def test_the_password_is_asked_before_anything_is_said(client: Client, person: User):
    log_in(client, person)
    for method in (client.get, client.post):
        answer = method("/settings/data/erasure/")
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_reauthenticate"))
    person.refresh_from_db()
    assert person.erasure_requested_at is None


def test_it_says_what_goes_and_asks_whether_it_is_meant(client: Client, person: User):
    log_in(client, person)
    prove(client)

    page = client.get("/settings/data/erasure/").text
    assert "your story, with its chapters" in page
    assert "€1.00" in page

    assert client.post("/settings/data/erasure/").status_code == 422
    person.refresh_from_db()
    assert person.erasure_requested_at is None


def test_an_account_that_is_closed_shows_one_page_and_the_way_back(
    client: Client, person: User, django_capture_on_commit_callbacks
):
    elsewhere = Client()
    log_in(elsewhere, person)
    log_in(client, person)
    prove(client)
    token, secret = services.issue_token(user=person, name="x", scopes=["read"])
    story = Story.objects.get(owner=person)
    reading = reverse("social:story-read", args=[story.pk])
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get(reading).status_code == 200
    assert client.get("/api/v1/auth/me", headers=bearer).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/settings/data/erasure/", {"is_meant": "on"})

    assert answer["Location"] == "/settings/data/closed/"
    assert "will be gone for good" in client.get("/settings/data/closed/").text
    for path in ("/", "/studio/", "/settings/", "/billing/", story.get_absolute_url(), reading):
        assert client.get(path)["Location"] == "/settings/data/closed/"
    fragment = {"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/data/closed/"}
    assert client.get("/billing/badge/", headers=fragment).status_code == 204
    fragment["HX-Current-URL"] = "http://testserver/studio/"
    assert client.get("/billing/badge/", headers=fragment)["HX-Redirect"] == "/settings/data/closed/"
    assert client.get("/api/v1/stories").status_code == 403
    assert Client().get("/api/v1/auth/me", headers=bearer).status_code == 401
    assert Client().get(reading).status_code == 404
    assert Client().get(reverse("social:story-shared", args=[story.share_token])).status_code == 404
    assert elsewhere.get("/settings/")["Location"].startswith("/accounts/login/")
    assert client.get("/settings/data/archive.zip").getvalue().startswith(b"PK")
    assert mail.outbox[-1].to == ["jeanne@example.org"]
    assert "closed" in mail.outbox[-1].subject

    assert client.post("/settings/data/closed/")["Location"] == "/"
    assert client.get("/studio/").status_code == 200
    assert Client().get(reading).status_code == 200
    assert Client().get("/api/v1/auth/me", headers=bearer).status_code == 200
    assert token.revoked_at is None


def test_one_can_come_back_after_logging_out(client: Client, person: User):
    ask_for_erasure(person=person)
    log_in(client, person)
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/settings/data/closed/"
    client.post("/settings/data/closed/")
    person.refresh_from_db()
    assert person.erasure_requested_at is None


def test_the_api_says_that_the_account_is_about_to_go(client: Client, person: User):
    ask_for_erasure(person=person)
    wish = {"email": person.email, "password": PASSWORD}
    assert client.post("/api/v1/auth/login", wish, content_type="application/json").status_code == 403


def test_the_way_back_is_nobodys_who_did_not_leave(client: Client):
    client.force_login(create_user())
    assert client.get("/settings/data/closed/")["Location"] == "/settings/data/"


@pytest.mark.parametrize("path", ["/settings/data/", "/settings/data/erasure/", "/settings/data/closed/"])
def test_anonymous_is_led_to_the_login(client: Client, path: str):
    assert client.get(path)["Location"].startswith("/accounts/login/")


# --- Asking and taking back --------------------------------------------------------------------------------------


def test_asking_twice_does_not_put_the_day_off(person: User):
    first = ask_for_erasure(person=person).erasure_requested_at
    assert ask_for_erasure(person=person).erasure_requested_at == first
    assert Event.objects.filter(name="person.asked_for_erasure").count() == 1


def test_whoever_keeps_the_account_in_time_is_not_erased(person: User):
    asked_long_ago(person)
    keep_account(person=person)
    assert purge_erased() == 0
    assert User.objects.filter(pk=person.pk).exists()


def test_nobody_is_erased_before_the_day(person: User):
    ask_for_erasure(person=person)
    assert purge_erased() == 0
    User.objects.update(erasure_requested_at=timezone.now() - timedelta(days=13, hours=23))
    assert purge_erased() == 0
    asked_long_ago(person)
    assert purge_erased() == 1
    assert purge_erased() == 0


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_staff_stays(right: str):
    person = create_user(**{right: True})
    for leave in (ask_for_erasure, erase_person):
        with pytest.raises(StaffStays):
            leave(person=person)
    asked_long_ago(person)
    assert purge_erased() == 0
    assert User.objects.filter(pk=person.pk).exists()


# --- Erasing -----------------------------------------------------------------------------------------------------


def test_all_that_is_theirs_goes_and_nothing_of_others(person: User, django_capture_on_commit_callbacks):
    stranger = create_rich_person(email="stranger@example.org", handle="stranger")
    address, key = person.email, str(person.pk)
    log_in(Client(), person)
    files = [Photograph.objects.get(chapter__story__owner=person).image.name, person.avatar.name]
    theirs = Photograph.objects.get(chapter__story__owner=stranger).image.name

    with django_capture_on_commit_callbacks(execute=True):
        assert erase_person(person=person)

    assert not User.objects.filter(email=address).exists()
    for model in apps.get_models():
        if model._meta.app_label in {"events", "sessions"} or model._meta.label_lower in OUTLIVES_PEOPLE:
            continue
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = field.value_from_object(row)
                if isinstance(field, models.TextField | models.CharField) and not field.primary_key:
                    assert address not in str(value)
                if field.is_relation or isinstance(field, models.UUIDField):
                    assert str(value) != key
    assert not any(default_storage.exists(str(name)) for name in files)
    assert default_storage.exists(str(theirs))
    assert Story.objects.get().owner == stranger
    assert not UserSession.objects.filter(user_id=key).exists()
    assert mail.outbox[-1].to == [address]


def test_the_ledger_stays_without_an_identity_and_adds_up(person: User):
    wallet = Wallet.objects.get(user=person)
    balance = wallet.balance_micros
    assert adds_up()

    erase_person(person=person)

    wallet.refresh_from_db()
    assert (wallet.user_id, wallet.balance_micros, wallet.held_micros) == (None, balance, 0)
    assert Entry.objects.get().wallet == wallet
    assert not Hold.objects.open().exists()
    assert SignupGrant.objects.get().wallet is None
    assert adds_up()


def test_the_same_address_comes_back_without_a_second_gift(person: User):
    erase_person(person=person)
    again = create_user(email="Jeanne@example.org")
    assert billing.services.grant_signup(user=again) is None


def test_a_second_time_finds_nobody(person: User):
    twin = User.objects.get(pk=person.pk)
    assert erase_person(person=person)
    assert not erase_person(person=twin)
    assert Event.objects.filter(name="person.erased").count() == 1


def test_half_way_is_not_at_all(person: User):
    files = [Photograph.objects.get().image.name, person.avatar.name]
    twin = User.objects.get(pk=person.pk)

    with transaction.atomic():
        erase_person(person=twin)
        # As if the power were cut before the commit.
        transaction.set_rollback(True)

    person.refresh_from_db()
    assert Story.objects.filter(owner=person).exists()
    assert Hold.objects.open().filter(wallet__user=person).exists()
    assert all(default_storage.exists(str(name)) for name in files)
    assert adds_up()


def create_running_reply(person: User) -> Reply:
    chapter = create_chapter(story=create_story(owner=person))
    session = Session.objects.create(story=chapter.story, user=person, mode="narrative")
    message = Message.objects.create(session=session, content="Go on?")
    reply = Reply(session=session, message=message, request_key="r", model="m", ceiling_micros=50_000)
    reply.hold = billing.services.open_hold(user=person, amount_micros=50_000, cause=f"reply:{reply.pk}")
    reply.state, reply.claimed_by, reply.heartbeat_at = Reply.State.RUNNING, "a-process", timezone.now()
    reply.save()
    return reply


def test_during_a_reply_its_hold_is_given_back_and_its_end_finds_nothing(person: User):
    reply = create_running_reply(person)

    erase_person(person=person)

    assert not Hold.objects.open().exists()
    outcome = Outcome(state=Reply.State.DONE, content="Late.", was_sent=True)
    assert not end_reply(reply_id=reply.pk, outcome=outcome, claimed_by="a-process")
    assert adds_up()


@pytest.mark.django_db(transaction=True)
def test_at_the_same_time_with_another_and_with_the_end_of_a_reply():
    person = create_user()
    billing.services.grant_signup(user=person)
    reply = create_running_reply(person)
    asked_long_ago(person)
    start, erased, faults = threading.Barrier(5), [], []

    def run(act) -> None:
        try:
            start.wait()
            act()
        except BaseException as fault:  # noqa: BLE001  Whatever a thread meets is what the test is about.
            faults.append(fault)
        finally:
            connection.close()

    def end() -> None:
        outcome = Outcome(state=Reply.State.DONE, content="Just in time.", provider_cost_usd=None)
        end_reply(reply_id=reply.pk, outcome=outcome, claimed_by="a-process")

    acts = [lambda: erased.append(purge_erased())] * 4 + [end]
    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []
    assert sum(erased) == 1
    assert not User.objects.filter(pk=person.pk).exists()
    assert not Hold.objects.open().exists()
    assert adds_up()


# --- Commands ----------------------------------------------------------------------------------------------------


def test_by_command(person: User, capsys):
    call_command("erase_user", "jeanne@example.org")
    assert "Closed" in capsys.readouterr().out
    assert User.objects.filter(pk=person.pk).exists()

    asked_long_ago(person)
    call_command("purge_erased")
    assert "1 accounts erased." in capsys.readouterr().out

    other = create_user(email="other@example.org")
    call_command("erase_user", "other@example.org", "--now")
    assert not User.objects.filter(pk__in=[person.pk, other.pk]).exists()

    create_user(email="boss@example.org", is_staff=True)
    for who in ("boss@example.org", "nobody@example.org"):
        with pytest.raises(CommandError):
            call_command("erase_user", who, "--now")
    assert User.objects.filter(email="boss@example.org").exists()
