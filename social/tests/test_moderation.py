"""Reporting, deciding and appealing, from one end to the other."""

import html
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Block, User
from costory.leaving import erase_person
from costory.lib.errors import DomainError
from events.models import Event
from social import services
from social.models import Appeal, Case, Comment, Decision, Letter, Listing, ModeratorReading, Notification, Report
from social.selectors.case import standing_after
from social.services import Reasons
from stories.models import Chapter, Story
from stories.services import create_chapter, create_story, revise_chapter, set_visibility
from tests.factories import create_user

pytestmark = pytest.mark.django_db

WHY = Reasons(
    ground="terms", clause="Moderation rules: harassment", facts="It names a neighbour.", statement="He is real."
)
SECRET = "The lamp went out at *Ar-Men*, and nobody’s hand had touched it."


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def moderator() -> User:
    return services.appoint_moderator(person=create_user(handle="judge"))


def published(*, visibility: str = "public", text: str = SECRET, **owner: object) -> Story:
    story = create_story(owner=create_user(**owner), title="The lighthouse", mode="fiction", rating="everyone")
    create_chapter(story=story, author=story.owner, title="One", content=text)
    create_chapter(story=story, author=story.owner, title="Kept back", content="A draft that nobody saw.")
    story = set_visibility(story=story, visibility=visibility)
    Chapter.objects.filter(story=story, title="Kept back").update(released_at=None)
    return story


def commented(story: Story, content: str = "I wept.", **fields: object) -> Comment:
    Listing.objects.filter(pk=story.pk).update(comment_count=1)
    return Comment.objects.create(story=story, author=create_user(), content=content, **fields)


def reported(thing: Story | Comment | User, by: User | None = None, **said: Any) -> Case:
    kind = {Story: "story", Comment: "comment", User: "profile"}[type(thing)]
    said = {"reason": "harassment", "explanation": "He is my neighbour.", **said}
    services.file_report(kind=kind, target_id=thing.pk, reporter=by or create_user(), **said)
    return Case.objects.get(kind=kind, target_id=thing.pk)


def report_page(kind: str, thing: Story | Comment | User, query: str = "") -> str:
    return reverse("social:report-create", args=[kind, thing.pk]) + query


def screen(case: Case) -> str:
    return reverse("admin:social_case_change", args=[case.pk])


def act(client: Client, case: Case, action: str, **fields: str) -> int:
    """Press an action's button with its ground; returns the status."""
    said = {"ground": "terms", "clause": WHY.clause, "facts": WHY.facts, "statement": WHY.statement, **fields}
    address = reverse("admin:social_case_decide", args=[case.pk, action])
    return client.post(address, {f"{action}-{name}": value for name, value in said.items()}).status_code


# --- Who may report what -----------------------------------------------------------------------------------------


@pytest.mark.once
def test_one_reports_what_one_sees_and_nothing_else(client: Client):
    public, private, link = published(), published(visibility="private"), published(visibility="link")
    stranger, owner = Client(), Client()
    owner.force_login(private.owner)
    client.force_login(create_user())
    token = f"?token={link.share_token}"
    waiting, hidden = commented(public, state="waiting"), commented(public, state="hidden")
    author, closed, blocker = create_user(is_public=True), create_user(is_public=False), create_user(is_public=True)
    Block.objects.create(blocker=blocker, blocked=User.objects.get(pk=client.session["_auth_user_id"]))

    for visitor in (client, stranger):
        assert visitor.get(report_page("story", public)).status_code == 200
        assert visitor.get(report_page("story", link, token)).status_code == 200
        assert visitor.get(report_page("comment", commented(public))).status_code == 200
        assert visitor.get(report_page("comment", commented(link), token)).status_code == 200
        assert visitor.get(report_page("profile", author)).status_code == 200
        for kind, thing, query in (
            ("story", private, ""),
            ("story", link, ""),
            ("story", link, "?token=another"),
            ("story", public, f"?chapter={Chapter.objects.get(story=public, title='Kept back').pk}"),
            ("comment", waiting, ""),
            ("comment", hidden, ""),
            ("comment", commented(private), ""),
            ("comment", commented(link), ""),
            ("profile", closed, ""),
            ("chapter", public, ""),
        ):
            assert visitor.get(report_page(kind, thing, query)).status_code == 404
            said = {"reason": "spam", "explanation": "x", "token": query.rpartition("token=")[2]}
            if "chapter" not in query:
                assert visitor.post(report_page(kind, thing), said).status_code == 404
    assert client.get(report_page("profile", blocker)).status_code == 404
    client.force_login(public.owner)
    assert client.get(report_page("comment", waiting)).status_code == 200
    assert not Report.objects.exists()


@pytest.mark.once
def test_what_is_read_says_where_to_report_it(client: Client):
    public, link = published(), published(visibility="link")
    for address in (
        reverse("social:story-read", args=[public.pk]),
        reverse("social:chapter-read", args=[public.pk, 1]),
        reverse("social:story-shared", args=[link.share_token]),
        reverse("social:chapter-shared", args=[link.share_token, 1]),
    ):
        found = re.search(r'href="([^"]*/report/[^"]*)"', client.get(address).text)
        assert found
        form = client.get(html.unescape(found[1]))
        assert form.status_code == 200
        assert address.startswith("/stories/") or str(link.pk) not in form.text
    said = {"reason": "child-abuse", "explanation": "x", "is_in_good_faith": "on"}
    shared = reverse("social:report-shared", args=[link.share_token])
    assert client.post(shared, said).status_code == 302
    assert Report.objects.get().case.target_id == link.pk
    assert client.post(reverse("social:report-shared", args=["x"]), said).status_code == 404
    client.force_login(public.owner)
    assert "/report/" not in client.get(reverse("social:story-read", args=[public.pk])).text


@pytest.mark.once
def test_one_does_not_report_oneself(client: Client):
    story = published()
    client.force_login(story.owner)
    answer = client.post(report_page("story", story), {"reason": "spam", "explanation": "x"})
    assert answer.status_code == 422
    assert not Case.objects.filter(is_open=True).exists()


@pytest.mark.once
def test_a_stranger_gives_a_name_and_good_faith_unless_a_child_is_in_danger(client: Client):
    story = published()
    said = {"reason": "privacy", "explanation": "My address stands in it.", "quote": "at Ar-Men"}
    complete = {**said, "name": "Yann", "email": "yann@example.org", "is_in_good_faith": "on"}
    for missing in ("name", "email", "is_in_good_faith", "explanation", "reason"):
        answer = client.post(report_page("story", story), {**complete, missing: ""})
        assert answer.status_code == 422
    assert client.post(report_page("story", story), {**complete, "website": "http://x"}).status_code == 302
    assert not Report.objects.exists()

    assert client.post(report_page("story", story), complete)["Location"] == reverse("social:report-received")
    assert client.get(reverse("social:report-received")).status_code == 200
    nameless = {"reason": "child-abuse", "explanation": "It is of a child.", "is_in_good_faith": "on"}
    assert client.post(report_page("story", story), nameless).status_code == 302

    named, unnamed = Report.objects.order_by("created_at")
    assert (named.reporter_name, named.reporter_email, named.quote) == ("Yann", "yann@example.org", "at Ar-Men")
    assert (unnamed.reporter_name, unnamed.reporter_email) == ("", "")
    case = Case.objects.get()
    assert (case.report_count, case.severity, case.is_open) == (2, 100, True)


def test_the_same_person_adds_to_what_they_said_and_a_flood_is_refused(client: Client):
    story, reporter = published(), create_user()
    reported(story, reporter, reason="spam", explanation="Adverts.")
    reported(story, reporter, reason="danger", explanation="And a threat.")
    report = Report.objects.get()
    assert report.reason == "danger"
    assert "Adverts." in report.explanation
    assert "And a threat." in report.explanation
    assert Case.objects.get().report_count == 1

    client.force_login(reporter)
    answers = [client.post(report_page("story", story), {"reason": "spam", "explanation": "x"}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [302] * 8 + [429] * 2


# --- Deciding ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "standing"),
    [("warn", "clear"), ("restrict", "restricted"), ("hide", "hidden"), ("remove", "removed")],
)
def test_a_story_is_decided_on_and_the_decision_lifted(
    client: Client, moderator: User, action: str, standing: str, django_capture_on_commit_callbacks
):
    story, reporter = published(language="fr"), create_user()
    case = reported(story, reporter)
    client.force_login(moderator)
    assert act(client, case, action, facts="") == 422
    assert act(client, case, action, clause="") == 422
    assert not Decision.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        assert act(client, case, action) == 302

    story.refresh_from_db()
    case.refresh_from_db()
    decision = Decision.objects.get()
    assert story.standing == standing
    assert story.listing.is_listed == (standing == "clear")
    assert Client().get(reverse("social:story-read", args=[story.pk])).status_code == (
        200 if standing in ("clear", "restricted") else 404
    )
    assert (case.is_open, case.report_count, Report.objects.get().decision) == (False, 0, decision)
    assert (decision.moderator_id, decision.origin, decision.facts) == (moderator.pk, "report", WHY.facts)
    assert Event.objects.filter(name="decision.taken", person_id=moderator.pk).count() == 1
    assert Notification.objects.get(user=story.owner).cause == f"decision:{decision.pk}"
    letters = {letter.to[0]: letter for letter in mail.outbox}
    assert WHY.statement in letters[story.owner.email].body
    assert WHY.clause in letters[story.owner.email].body
    assert str(decision.pk) in letters[story.owner.email].body
    assert reporter.email not in letters[story.owner.email].body
    assert moderator.handle not in letters[story.owner.email].body
    assert WHY.facts not in letters[reporter.email].body

    undo = reverse("admin:social_case_undo", args=[case.pk, decision.pk])
    assert client.post(undo, {f"{decision.pk}-facts": "It was another man."}).status_code == 302
    assert client.post(undo, {f"{decision.pk}-facts": "Again."}).status_code == 422
    story.refresh_from_db()
    assert story.standing == "clear"
    assert story.listing.is_listed
    assert Decision.objects.get(lifts=decision).action == "lift"


def test_later_decisions_outlive_the_lifting_of_earlier_ones(moderator: User):
    story = published()
    case = reported(story)
    restricted = services.decide(case=case, moderator=moderator, action="restrict", reasons=WHY)
    hold = Decision(case=case, action="hold")
    release = Decision(case=case, action="dismiss")
    assert standing_after([restricted, hold]) == "held"
    assert standing_after([restricted, hold, release]) == "restricted"
    removed = services.decide(case=case, moderator=moderator, action="remove", reasons=WHY)
    rated = services.decide(case=case, moderator=moderator, action="rate", reasons=WHY, rating="mature")
    story.refresh_from_db()
    assert (story.standing, story.rating) == ("removed", "mature")
    services.undo(decision=restricted, moderator=moderator, reasons=WHY)
    services.undo(decision=rated, moderator=moderator, reasons=WHY)
    story.refresh_from_db()
    assert (story.standing, story.rating) == ("removed", "everyone")
    services.undo(decision=removed, moderator=moderator, reasons=WHY)
    story.refresh_from_db()
    assert story.standing == "clear"


def test_a_comment_is_hidden_and_counted_right(moderator: User):
    story = published()
    comment = commented(story)
    decision = services.decide(case=reported(comment), moderator=moderator, action="hide", reasons=WHY)
    comment.refresh_from_db()
    assert comment.state == "hidden"
    assert Listing.objects.get(pk=story.pk).comment_count == 0
    services.undo(decision=decision, moderator=moderator, reasons=WHY)
    comment.refresh_from_db()
    assert comment.state == "shown"
    assert Listing.objects.get(pk=story.pk).comment_count == 1


def test_an_account_is_suspended_and_closed_but_not_a_colleagues(client: Client, moderator: User):
    author = create_user(is_public=True)
    case = reported(author)
    client.force_login(moderator)
    assert act(client, case, "suspend", days="") == 422
    assert act(client, case, "suspend", days="7") == 302
    author.refresh_from_db()
    assert author.is_suspended
    assert act(client, case, "ban") == 302
    assert not User.objects.get(pk=author.pk).is_active
    for decision in Decision.objects.filter(lifts=None):
        services.undo(decision=decision, moderator=moderator, reasons=WHY)
    author.refresh_from_db()
    assert (author.is_active, author.is_suspended) == (True, False)
    hidden = services.decide(case=case, moderator=moderator, action="hide", reasons=WHY)
    assert not User.objects.get(pk=author.pk).is_public
    services.undo(decision=hidden, moderator=moderator, reasons=WHY)
    author.refresh_from_db()
    assert author.is_public

    colleague = create_user(is_staff=True, is_public=True)
    assert act(client, reported(colleague), "ban") == 422
    own = Case.objects.create(kind="profile", target_id=moderator.pk, person_id=moderator.pk)
    assert act(client, own, "dismiss") == 422
    assert act(client, case, "restrict") == 403


@pytest.mark.once
def test_a_report_is_dismissed_without_a_word_to_whom_it_was_about(
    client: Client, moderator: User, django_capture_on_commit_callbacks
):
    story, reporter = published(), create_user(language="fr")
    case = reported(story, reporter)
    client.force_login(moderator)
    with django_capture_on_commit_callbacks(execute=True):
        assert act(client, case, "dismiss", ground="none", clause="") == 302
    assert [letter.to for letter in mail.outbox] == [[reporter.email]]
    assert not Notification.objects.exists()
    client.force_login(story.owner)
    assert client.get(reverse("social:decision-detail", args=[Decision.objects.get().pk])).status_code == 404
    assert str(Decision.objects.get().pk) not in client.get(reverse("social:decision-list")).text


# --- What stands on record ---------------------------------------------------------------------------------------


def test_nobody_changes_what_stands_on_record(client: Client, moderator: User):
    case = reported(published(visibility="public"))
    services.open_text(case=case, moderator=moderator)
    decision = services.decide(case=case, moderator=moderator, action="hide", reasons=WHY)
    for rows in (Decision.objects.filter(pk=decision.pk), ModeratorReading.objects.all()):
        for change in (lambda rows=rows: rows.update(created_at=timezone.now()), lambda rows=rows: rows.delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
    client.force_login(create_user(is_staff=True, is_superuser=True))
    page = reverse("admin:social_decision_change", args=[decision.pk])
    assert client.get(page).status_code == 200
    for name in ("decision", "moderatorreading"):
        record = client.get(reverse(f"admin:social_{name}_changelist")).text
        assert f"@{moderator.handle}" in record
        assert screen(case) in record
    assert client.post(page, {"facts": "x"}).status_code == 403
    assert client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.once
def test_a_moderator_has_exactly_their_rights(client: Client, moderator: User):
    story = published()
    client.force_login(moderator)
    assert moderator.get_all_permissions() == {"social.view_case", "social.decide_case", "social.view_decision"}
    assert client.get("/admin/").status_code == 200
    # The way to it stands in their menu, and in nobody else's.
    queue = reverse("admin:social_case_changelist")
    assert queue in client.get("/library/").text
    stranger = Client()
    stranger.force_login(create_user())
    assert queue not in stranger.get("/library/").text
    for path in ("stories/story", "billing/wallet", "billing/entry", "coaching/coachmodel", "accounts/user"):
        assert client.get(f"/admin/{path}/").status_code == 403
    assert client.get("/admin/social/moderatorreading/").status_code == 403
    onlooker = create_user(is_staff=True)
    client.force_login(onlooker)
    case = reported(story)
    assert client.get(screen(case)).status_code == 403
    assert act(client, case, "dismiss") == 403
    call_command("moderators", appoint=onlooker.email, dismiss=moderator.email)
    moderator.refresh_from_db()
    assert (act(client, case, "warn"), moderator.is_staff) == (302, False)


@pytest.mark.parametrize("visibility", ["private", "link"])
def test_what_is_not_everybodys_is_opened_on_record_or_not_at_all(client: Client, moderator: User, visibility: str):
    story = published(visibility="link")
    place = Chapter.objects.get(story=story, title="One")
    case = reported(story, token=story.share_token, chapter_id=place.pk, quote="the lamp went out at Ar-Men")
    if visibility == "private":
        set_visibility(story=story, visibility="private")
    client.force_login(moderator)
    words = ("The lamp went out", "The lighthouse")

    queue, page = client.get(reverse("admin:social_case_changelist")).text, client.get(screen(case)).text
    assert str(case.pk) in queue
    for word in words:
        assert word not in queue
        assert word not in page
    assert not ModeratorReading.objects.exists()

    read = reverse("admin:social_case_read", args=[case.pk])
    shown = client.post(read, {"chapter": place.pk}).text
    assert "<mark" in shown
    assert "The lamp went out at *Ar-Men</mark>" in shown
    assert "A draft that nobody saw" not in shown
    reading = ModeratorReading.objects.get()
    assert (reading.moderator_id, reading.person_id, reading.chapter_id) == (moderator.pk, story.owner_id, place.pk)
    assert reading.report == Report.objects.get()
    draft = Chapter.objects.get(story=story, title="Kept back")
    assert client.post(read, {"chapter": draft.pk}).status_code == 302
    assert client.get(read).status_code == 405

    services.decide(case=case, moderator=moderator, action="dismiss", reasons=WHY)
    assert "The lamp" not in client.post(read, {"chapter": place.pk}, follow=True).text
    assert ModeratorReading.objects.count() == 1


def test_the_queue_shows_what_is_grave_first_in_few_queries(
    client: Client, moderator: User, django_assert_max_num_queries
):
    light, grave = published(), published()
    reported(light, reason="rating")
    reported(light, reason="other")
    reported(grave, reason="child-abuse")
    reported(commented(light, content="Buy <b>now</b>"), reason="spam")
    client.force_login(moderator)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("admin:social_case_changelist")).text
    first, last = (page.index(str(Case.objects.get(target_id=story.pk).pk)) for story in (grave, light))
    assert first < last
    assert "Buy &lt;b&gt;now" in page
    decided = Case.objects.get(target_id=light.pk)
    services.decide(case=decided, moderator=moderator, action="dismiss", reasons=WHY)
    queue = reverse("admin:social_case_changelist")
    assert str(decided.pk) not in client.get(queue).text
    assert str(decided.pk) in client.get(f"{queue}?state=done").text
    assert client.get(f"{queue}?reason=spam&kind__exact=comment&by=people&state=all").status_code == 200
    with django_assert_max_num_queries(24):
        assert client.get(screen(decided)).status_code == 200


# --- Letters -----------------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(("language", "greeting"), [("en", "Hello,"), ("fr", "Bonjour")])
def test_letters_are_in_the_receivers_language_and_go_once(
    moderator: User, language: str, greeting: str, settings, django_capture_on_commit_callbacks
):
    story, reporter = published(language=language), create_user(language=language)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    # Nobody listens there.
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True):
        case = reported(story, reporter)
    assert Letter.objects.filter(sent_at=None).count() == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert services.send_due_letters() == 0
    Letter.objects.update(created_at=timezone.now() - timedelta(hours=1), tried_at=timezone.now() - timedelta(hours=1))
    assert services.send_due_letters() == 1
    assert services.send_due_letters() == 0
    with django_capture_on_commit_callbacks(execute=True):
        decision = services.decide(case=case, moderator=moderator, action="suspend", days=3, reasons=WHY)
        services.appeal(decision=decision, person=story.owner, text="It is invented.")
    with django_capture_on_commit_callbacks(execute=True):
        services.decide_appeal(appeal=Appeal.objects.get(), moderator=moderator, outcome="upheld", answer="He is not.")

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted([reporter.email] * 2 + [story.owner.email] * 3)
    for letter in mail.outbox:
        assert greeting in letter.body
    assert not Letter.objects.filter(sent_at=None).exists()


# --- Appeals -----------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_only_whom_it_concerns_appeals_and_somebody_else_decides(client: Client, moderator: User):
    story, other = published(), services.appoint_moderator(person=create_user())
    case = reported(story)
    decision = services.decide(case=case, moderator=moderator, action="hide", reasons=WHY)
    page = reverse("social:decision-detail", args=[decision.pk])
    for stranger in (None, create_user(), moderator):
        visitor = Client()
        if stranger:
            visitor.force_login(stranger)
        for address in (page, f"{page}?permit=x"):
            assert visitor.get(address).status_code == 404
            assert visitor.post(address, {"text": "Mine!"}).status_code == 404
    client.force_login(story.owner)
    told = client.get(reverse("social:decision-list")).text
    assert page in told
    assert story.title in told
    assert WHY.statement in client.get(page).text
    assert client.post(page, {"text": " "}).status_code == 422
    assert client.post(page, {"text": "He is invented."}).status_code == 302
    assert client.post(page, {"text": "Twice."}).status_code == 422
    appeal = Appeal.objects.get()
    case.refresh_from_db()
    assert (case.is_open, case.has_appeal) == (True, True)

    answer = {f"{appeal.pk}-outcome": "overturned", f"{appeal.pk}-answer": "You are right."}
    address = reverse("admin:social_case_appeal", args=[case.pk, appeal.pk])
    client.force_login(moderator)
    assert "He is invented." in client.get(screen(case)).text
    assert client.post(address, answer).status_code == 422
    client.force_login(other)
    assert client.post(address, answer).status_code == 302
    assert client.post(address, answer).status_code == 422
    story.refresh_from_db()
    case.refresh_from_db()
    assert (story.standing, case.is_open, case.has_appeal) == ("clear", False, False)
    client.force_login(story.owner)
    assert "You are right." in client.get(page).text


@pytest.mark.once
def test_whoever_is_banned_appeals_by_the_link_in_the_letter_for_half_a_year(
    client: Client, moderator: User, django_capture_on_commit_callbacks
):
    author = create_user(is_public=True)
    case = reported(author)
    with django_capture_on_commit_callbacks(execute=True):
        decision = services.decide(case=case, moderator=moderator, action="ban", reasons=WHY)
    letter = next(letter for letter in mail.outbox if letter.to == [author.email])
    address = letter.body[letter.body.index("/moderation/decisions/") :].split()[0]
    answer = client.get(address)
    assert WHY.statement in answer.text
    assert (answer["Referrer-Policy"], answer["Cache-Control"]) == ("same-origin", "private, no-store")
    assert client.post(address, {"text": "I was hacked."}).status_code == 302
    assert Appeal.objects.get().person_id == author.pk
    old = Decision(case=case, person_id=author.pk, action="hide", created_at=timezone.now() - timedelta(days=184))
    assert not old.is_appealable
    assert decision.is_appealable


# --- Holds -------------------------------------------------------------------------------------------------------


def test_a_flood_of_links_waits_for_a_look_and_appears_after_it(client: Client, moderator: User):
    links = " ".join(f"https://shop{number}.example/buy" for number in range(8))
    story = published(text=f"Buy now. {links}")
    story.refresh_from_db()
    assert story.standing == "held"
    reading = reverse("social:story-read", args=[story.pk])
    assert Client().get(reading).status_code == 404
    hold = Decision.objects.get()
    assert (hold.action, hold.moderator_id, hold.origin) == ("hold", None, "machine")
    client.force_login(story.owner)
    assert "waits for somebody to look" in client.get(story.get_absolute_url()).text
    assert "No person has decided yet" in client.get(reverse("social:decision-detail", args=[hold.pk])).text
    assert Chapter.objects.filter(story=story, deleted_at=None).count() == 2

    case = Case.objects.get(target_id=story.pk)
    services.decide(case=case, moderator=moderator, action="dismiss", reasons=WHY)
    assert Client().get(reading).status_code == 200
    assert Notification.objects.filter(user=story.owner).count() == 2
    set_visibility(story=story, visibility="private")
    set_visibility(story=story, visibility="public")
    assert Client().get(reading).status_code == 200


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        ("\n\n".join(["Buy our wonderful lamps, the best lamps of all the coast!"] * 12), True),
        ("\n\n".join(f"Night {number}: the wind turned and the boats came home." for number in range(40)), False),
        ("Sources: https://a.example https://b.example www.c.example\n\n" + "word " * 900, False),
        ("http://testserver/stories/1 " * 9, False),
        ("\n\n".join(["Nevermore."] * 40), False),
    ],
)
def test_what_looks_like_a_flood_and_what_does_not(text: str, is_held: bool):
    story = published(text=text)
    story.refresh_from_db()
    assert (story.standing == "held") is is_held


def test_a_flood_that_is_written_after_publishing_is_found_by_the_next_round():
    story = published()
    chapter = Chapter.objects.get(story=story, title="One")
    links = " ".join(f"https://shop{number}.example/buy" for number in range(8))
    revise_chapter(chapter=chapter, author=story.owner, content=links, version=chapter.version)
    assert services.look_at_changed_stories() == 1
    services.refresh_listings()
    assert services.look_at_changed_stories() == 0
    story.refresh_from_db()
    assert story.standing == "held"
    assert not story.listing.is_listed


@pytest.mark.parametrize(("policy", "state", "count"), [("open", "shown", 1), ("moderated", "waiting", 0)])
def test_a_comment_full_of_links_waits_and_comes_back_as_it_would_have_been(
    client: Client, moderator: User, policy: str, state: str, count: int
):
    story = published()
    Story.objects.filter(pk=story.pk).update(comment_policy=policy)
    story.refresh_from_db()
    author = create_user()
    comment = services.add_comment(
        author=author, story=story, content="http://a.example http://b.example http://c.example"
    )
    assert comment.state == "held"
    case = Case.objects.get(kind="comment")
    client.force_login(moderator)
    assert "http://a.example" not in client.get(reverse("admin:social_case_changelist")).text
    read = client.post(reverse("admin:social_case_read", args=[case.pk]))
    assert "http://a.example" in read.text
    client.force_login(author)
    told = client.get(reverse("social:decision-list")).text
    assert "waits for somebody to look at it" in told
    services.decide(case=case, moderator=moderator, action="dismiss", reasons=WHY)
    comment.refresh_from_db()
    assert comment.state == state
    assert Listing.objects.get(pk=story.pk).comment_count == count


# --- Leaving, and the API ----------------------------------------------------------------------------------------


def test_erased_people_leave_facts_that_lead_to_nobody(moderator: User):
    story, reporter = published(), create_user()
    case = reported(story, reporter)
    services.decide(case=case, moderator=moderator, action="hide", reasons=WHY)
    erase_person(person=reporter)
    erase_person(person=story.owner)
    report = Report.objects.get()
    assert (report.reporter, report.explanation) == (None, "He is my neighbour.")
    assert Decision.objects.get().facts == WHY.facts
    assert services.forget_reporters() == 0
    client = Client()
    client.force_login(moderator)
    assert "no longer there" in client.get(screen(case)).text


def test_a_strangers_name_goes_half_a_year_after_the_decision(moderator: User):
    case = reported(published())
    report = Report.objects.get()
    Report.objects.filter(pk=report.pk).update(reporter=None, reporter_name="Yann", reporter_email="y@example.org")
    old = Decision.objects.create(
        case=case,
        person_id=case.person_id,
        action="warn",
        ground="law",
        clause="x",
        facts="x",
        origin="report",
        moderator_id=moderator.pk,
        created_at=timezone.now() - timedelta(days=184),
    )
    assert services.forget_reporters() == 0
    Report.objects.filter(pk=report.pk).update(state="decided", decision=old)
    assert services.forget_reporters() == 1
    report.refresh_from_db()
    assert (report.reporter_name, report.reporter_email) == ("", "")


@pytest.mark.once
def test_a_program_reports(client: Client):
    story = published()
    comment, hidden = commented(story), published(visibility="private")
    said = {"reason": "spam", "explanation": "Adverts."}

    def post(path: str, **body: str):
        return client.post(f"/api/v1{path}", {**said, **body}, content_type="application/json")

    assert post(f"/stories/{story.pk}/report").status_code == 401
    client.force_login(create_user())
    answer = post(f"/stories/{story.pk}/report", chapter_id=str(Chapter.objects.get(story=story, title="One").pk))
    assert answer.status_code == 201
    assert answer.json()["data"]["state"] == "open"
    assert post(f"/stories/{story.pk}/report").json()["data"]["id"] == answer.json()["data"]["id"]
    assert post(f"/comments/{comment.pk}/report").status_code == 201
    assert post(f"/stories/{hidden.pk}/report").status_code == 404
    assert post(f"/stories/{story.pk}/report", reason="dull").status_code == 422
    assert post(f"/stories/{story.pk}/report", chapter_id="x").status_code == 422
    statuses = [post(f"/stories/{story.pk}/report").status_code for _ in range(9)]
    assert statuses[-1] == 429
    client.force_login(comment.author)
    assert post(f"/comments/{comment.pk}/report").status_code == 409


def test_the_database_holds_what_the_rules_say():
    """A machine only holds; whatever restricts has its clause; what is lifted is lifted once."""
    assert connection.vendor in ("sqlite", "postgresql")
    case = Case.objects.create(kind="story", target_id=create_user().pk, person_id=create_user().pk)
    right = {"case": case, "person_id": case.person_id, "ground": "terms", "clause": "x", "facts": "x"}
    for wrong in (
        {**right, "action": "remove", "origin": "machine", "moderator_id": None},
        {**right, "action": "hide", "origin": "own", "moderator_id": case.pk, "clause": ""},
        {**right, "action": "hide", "origin": "own", "moderator_id": case.pk, "ground": "none"},
        {**right, "action": "suspend", "origin": "own", "moderator_id": case.pk},
        {**right, "action": "lift", "origin": "own", "moderator_id": case.pk},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Decision.objects.create(**wrong)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_what_many_do_at_once_is_done_once():
    """Eight reports make one case; of two moderators one dismisses; a story is closed while it is decided on."""
    story, judge = published(), services.appoint_moderator(person=create_user())
    readers = [create_user() for _ in range(8)]

    def at_once(*works: Callable[[], object]) -> list[object]:
        gate = threading.Barrier(len(works))

        def work(one: Callable[[], object]) -> object:
            gate.wait(10)
            try:
                return one()
            except DomainError as refusal:
                return refusal
            finally:
                connection.close()

        with ThreadPoolExecutor(len(works)) as pool:
            return list(pool.map(work, works))

    at_once(*(partial(reported, story, reader) for reader in readers))
    case = Case.objects.get()
    assert (case.report_count, Report.objects.count()) == (8, 8)

    decide = partial(services.decide, case=case, moderator=judge, action="dismiss", reasons=WHY)
    answers = at_once(decide, decide)
    assert sorted(type(answer).__name__ for answer in answers) == ["Decision", "NotPossible"]

    for _round in range(3):
        reported(story, create_user())
        show = partial(set_visibility, story=story, visibility="private")
        answers = at_once(partial(services.decide, case=case, moderator=judge, action="warn", reasons=WHY), show)
        assert not [answer for answer in answers if isinstance(answer, Exception)]
        set_visibility(story=story, visibility="public")
