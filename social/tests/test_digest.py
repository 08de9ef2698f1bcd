"""The day's e-mail: once, in one's language, of what may still be seen, and ended by one click without a login."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from social import services
from social.models import Follow, Notification, NotificationChoice
from social.services.digest import last_hour
from stories.models import Story
from stories.services import release_chapter, set_visibility
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


class BrokenBackend(EmailBackend):
    """A mail server that takes nothing."""

    def send_messages(self, messages):
        raise ConnectionRefusedError


@pytest.fixture(autouse=True)
def _mail_is_configured(settings):
    settings.EMAIL_CONFIGURED = True


def person(**fields: object) -> User:
    user = create_user(**fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def happened(user: User, title: str = "The lamp", **fields: object) -> Story:
    """A comment on a story of theirs, before the hour of the last mail."""
    story = create_story(owner=user, title=title, visibility="public")
    services.add_comment(author=create_user(display_name="Rosa <i>"), story=story, content="Oh.")
    age()
    return story


def letter() -> tuple[Any, str, str]:
    """The first mail that was sent: itself, what it says, and that in HTML."""
    sent: Any = mail.outbox[0]
    return sent, str(sent.body), str(sent.alternatives[0][0])


def age() -> None:
    Notification.objects.update(created_at=last_hour(timezone.now()) - timedelta(minutes=1))


def test_a_mail_says_what_happened_once_and_how_to_end_it():
    user = person()
    happened(user, "The <b>lamp</b>")
    assert services.mail_digests() == 1
    assert services.mail_digests() == 0

    sent, body, html = letter()
    assert len(mail.outbox) == 1
    assert sent.to == [user.email]
    assert sent.subject == "CoStory · 1 thing happened"
    assert "Rosa <i> has commented on “The <b>lamp</b>”" in body
    assert "Rosa &lt;i&gt; has commented on “The &lt;b&gt;lamp&lt;/b&gt;”" in html
    assert "<b>" not in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(r"<http://testserver/notifications/unsubscribe/\S+/>", sent.extra_headers["List-Unsubscribe"])
    # What happens next waits for the next day's mail.
    services.add_comment(author=create_user(), story=Story.objects.get(), content="Ah.")
    assert services.mail_digests() == 0


def test_it_is_in_the_reader_s_language():
    user = person(language="fr")
    happened(user)
    services.mail_digests()
    assert '<html lang="fr">' in letter()[2]


def test_nothing_is_mailed_of_what_may_not_be_seen_any_more_nor_later():
    user = person()
    gone = create_story(title="Withdrawn", visibility="public")
    Follow.objects.create(follower=user, author=gone.owner)
    create_chapter(story=gone, content="x")
    services.announce_chapters()
    happened(user, "Shown")
    set_visibility(story=gone, visibility="private")
    services.mail_digests()
    _sent, body, html = letter()
    assert "Shown" in body
    assert "Withdrawn" not in body + html
    set_visibility(story=gone, visibility="public")
    assert services.mail_digests() == 0


@pytest.mark.parametrize("why", ["no mail server", "not confirmed", "leaving", "closed", "like", "old", "not chosen"])
def test_nobody_is_written_to_who_is_not_to_be(settings, why):
    user = person()
    if why == "like":
        services.like_story(user=create_user(), story=create_story(owner=user, visibility="public"))
        age()
    else:
        happened(user)
    if why == "no mail server":
        settings.EMAIL_CONFIGURED = False
    elif why == "not confirmed":
        EmailAddress.objects.update(verified=False)
    elif why == "leaving":
        User.objects.filter(pk=user.pk).update(erasure_requested_at=timezone.now())
    elif why == "closed":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif why == "old":
        Notification.objects.update(created_at=timezone.now() - timedelta(days=20))
    elif why == "not chosen":
        services.choose_news(user=user, kind=Kind.COMMENT, by_mail=False)
    assert services.mail_digests() == 0
    assert mail.outbox == []


def test_a_mail_that_is_refused_is_tried_again_and_keeps_nobody_else_from_theirs(settings):
    happened(person())
    happened(person())
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.BrokenBackend"
    assert services.mail_digests() == 0
    settings.EMAIL_BACKEND = backend
    assert services.mail_digests() == 2
    assert services.mail_digests() == 0


def test_one_click_ends_it_without_a_login_and_a_look_does_not():
    user = person()
    happened(user)
    services.mail_digests()
    sent, body, _html = letter()
    stop = sent.extra_headers["List-Unsubscribe"].strip("<>")
    one = body.partition("this: A comment on my story ")[2].split()[0]
    stranger = Client(enforce_csrf_checks=True)

    page = stranger.get(one)
    assert "Stop these e-mails?" in page.text
    assert user.email not in page.text
    assert page["Referrer-Policy"] == "no-referrer"
    assert not NotificationChoice.objects.exists()
    for _time in range(2):
        assert "No more of these e-mails" in stranger.post(one, {"List-Unsubscribe": "One-Click"}).text
    assert list(NotificationChoice.objects.values_list("kind", "in_page", "by_mail")) == [("comment", True, False)]
    for _time in range(2):
        assert stranger.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert NotificationChoice.objects.filter(user=user, by_mail=False, in_page=True).count() == 5
    happened(user)
    assert services.mail_digests() == 0
    assert Notification.objects.filter(user=user).count() == 2


def test_a_forged_link_ends_nothing():
    user, other = person(), person()
    token = services.unsubscribe_token(user=user, kind="comment")
    stranger = Client()
    forged = [
        token[:-1] + ("x" if token[-1] != "x" else "y"),
        token.replace(str(user.pk), str(other.pk)),
        token.replace(".comment", "."),
        services.unsubscribe_token(user=user, kind="moderation"),
        "x",
    ]
    for each in forged:
        for method in (stranger.get, stranger.post):
            assert method(f"/notifications/unsubscribe/{each}/").status_code == 404
    assert not NotificationChoice.objects.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_processes_tell_each_once():
    author = create_user()
    story = create_story(owner=author, visibility="public")
    people = [person() for _ in range(6)]
    for reader in people:
        services.follow_author(follower=reader, author=author)
    release_chapter(chapter=create_chapter(story=story, released_at=None))
    start = Barrier(4)

    def sweep(_number: int) -> None:
        try:
            start.wait()
            services.announce_chapters()
            start.wait()
            age()
            start.wait()
            services.mail_digests()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sweep, range(4)))
    assert Notification.objects.filter(kind="chapter").count() == 6
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted(reader.email for reader in people)
