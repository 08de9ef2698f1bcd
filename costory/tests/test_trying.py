"""A stranger's paragraph: what they are told, that nothing of it stays, and how it becomes a first chapter."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import User
from costory.trying.keeping import prune_sessions
from costory.trying.notes import Paragraph
from costory.trying.views import sample
from events.models import Event
from stories.models import Chapter, Story
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db

TEXT = "The hall smelled of rain and of old rain. She felt that the stairs were longer. " * 4


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    cache.clear()


def test_a_stranger_is_told_what_was_found_and_nothing_is_stored(client: Client, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = client.post("/try/", {"text": sample("en")})

    html = response.content.decode()
    assert response.status_code == 200
    assert "<mark>Her heart skipped a beat</mark>" in html
    assert "has been said very often" in html
    assert 'formaction="/try/keep/"' in html
    assert "no-store" in response["Cache-Control"]
    assert "sessionid" not in response.cookies
    assert not client.session.keys()


def test_the_coach_answers_in_the_visitors_language_whatever_the_texts(client: Client) -> None:
    french = client.post("/try/", {"text": sample("en")}, headers={"accept-language": "fr"}).content.decode()
    assert "a déjà beaucoup servi" in french
    english = client.post("/try/", {"text": sample("fr")}, headers={"accept-language": "en"}).content.decode()
    assert "<mark>Son sang se glaça</mark>" in english
    assert "has been said very often" in english


def test_a_fragment_is_the_answer_alone(client: Client) -> None:
    html = client.post("/try/", {"text": TEXT}, headers={"hx-request": "true"}).content.decode()
    assert html.lstrip().startswith('<div class="try__answer" id="answer">')
    assert "<textarea" not in html


def test_a_few_words_are_not_judged(client: Client) -> None:
    html = client.post("/try/", {"text": "She felt cold. She felt old."}).content.decode()
    assert "Too short to say anything of it" in html
    assert "That is 6 words" in html
    assert "<mark>" not in html
    assert 'formaction="/try/keep/"' in html


@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "a" * 5_001, "ok\0"])
@pytest.mark.parametrize("address", ["/try/", "/try/keep/"])
def test_what_cannot_be_read_is_refused_with_the_words_still_there(client: Client, address: str, text: str) -> None:
    response = client.post(address, {"text": text})
    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert not Session.objects.exists()


def test_a_line_break_counts_once(client: Client) -> None:
    assert client.post("/try/", {"text": "ab\r\n" * 1_666}).status_code == 200


def test_hostile_words_stay_words(client: Client) -> None:
    text = f"<script>alert(1)</script> {{{{ 7|add:7 }}}} <img src=x onerror=alert(1)> {sample('en')}"
    html = client.post("/try/", {"text": text}).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "{{ 7|add:7 }}" in html


def test_who_sounds_in_danger_is_told_who_can_be_called(client: Client) -> None:
    text = f"I want to die. I have decided to kill myself tonight. {TEXT}"
    assert "it is taken seriously" in client.post("/try/", {"text": text}).content.decode()
    assert "taken seriously" not in client.post("/try/", {"text": TEXT}).content.decode()
    # However little it is, nobody is told that it is too little.
    short = client.post("/try/", {"text": "I want to die."}).content.decode()
    assert short.index("Before anything else") < short.index("it is taken seriously")
    assert "Too short" not in short
    assert "below forty words" not in short


@pytest.mark.parametrize(("address", "most"), [("/try/", 30), ("/try/keep/", 10)])
def test_one_address_is_slowed_down_and_told_for_how_long(client: Client, address: str, most: int) -> None:
    answers = [client.post(address, {"text": ""}, REMOTE_ADDR="192.0.2.7") for _ in range(most)]
    assert {answer.status_code for answer in answers} == {422}

    refused = client.post(address, {"text": TEXT}, REMOTE_ADDR="192.0.2.7")
    assert refused.status_code == 429
    assert refused["Retry-After"] == "60"
    assert TEXT.strip() in refused.content.decode()
    fragment = client.post(address, {"text": TEXT}, REMOTE_ADDR="192.0.2.7", headers={"hx-request": "true"})
    assert (fragment.status_code, "Wait a minute" in fragment["HX-Trigger"]) == (429, True)
    assert client.post(address, {"text": ""}, REMOTE_ADDR="192.0.2.8").status_code == 422


def test_a_foreign_page_cannot_post_here() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/try/", {"text": TEXT}).status_code == 403
    assert strict.post("/try/keep/", {"text": TEXT}).status_code == 403


@pytest.mark.parametrize("is_verified_by_mail", [False, True])
def test_a_kept_paragraph_is_the_first_chapter_after_sign_up(
    client: Client, settings, mailoutbox, *, is_verified_by_mail: bool
) -> None:
    if is_verified_by_mail:
        settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
        settings.EMAIL_CONFIGURED = True
    kept = client.post("/try/keep/", {"text": TEXT})
    assert kept["Location"] == "/accounts/signup/"
    assert "Your paragraph is kept" in client.get("/accounts/signup/").content.decode()
    assert TEXT.strip() in client.get("/").content.decode()
    assert timedelta(hours=23) < Session.objects.get().expire_date - timezone.now() <= timedelta(days=1)

    signed_up = client.post("/accounts/signup/", {"email": "neu@costory.example", "password1": PASSWORD})

    chapter = Chapter.objects.get(story__owner__email="neu@costory.example")
    assert chapter.content == TEXT.strip()
    assert chapter.story.visibility == Story.Visibility.PRIVATE
    assert chapter.story.language == "en"
    assert chapter.story.title.startswith("The hall smelled of rain")
    assert "kept_paragraph" not in client.session
    if not is_verified_by_mail:
        assert signed_up["Location"] == chapter.get_absolute_url()
        assert client.session.get_expiry_age() > timedelta(days=7).total_seconds()


def test_a_kept_paragraph_follows_somebody_who_has_an_account(client: Client) -> None:
    user = create_user()
    client.post("/try/keep/", {"text": TEXT})
    # Signing up with an address that is taken makes no account, and takes nothing away.
    client.post("/accounts/signup/", {"email": user.email, "password1": PASSWORD})
    assert not Chapter.objects.exists()

    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.get("/")

    assert Chapter.objects.get().story.owner == user


def test_somebody_signed_in_begins_at_once(client: Client) -> None:
    client.force_login(create_user())
    response = client.post("/try/keep/", {"text": TEXT}, headers={"hx-request": "true"})
    assert response["HX-Redirect"] == Chapter.objects.get().get_absolute_url()


def test_what_nobody_came_back_for_is_forgotten(client: Client) -> None:
    client.post("/try/keep/", {"text": TEXT})
    assert prune_sessions() == 0
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert prune_sessions() == 1
    assert not Session.objects.exists()
    assert not User.objects.exists()
    assert not Event.objects.exists()


def test_marks_never_overlap_and_lose_no_letter() -> None:
    for text in (sample("en"), sample("fr"), TEXT, "He was. " * 60, "😀 " * 90 + sample("en")):
        for language in ("en", "fr"):
            paragraph = Paragraph(text, language)
            assert "".join(stretch.text for stretch in paragraph.stretches) == text
            firsts = [stretch.number for stretch in paragraph.stretches if stretch.is_first]
            assert len(firsts) == len(set(firsts)) <= len(paragraph.notes)
