import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.conf import settings as house
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import Client
from django.urls import resolve

from accounts.idempotency import KEPT as ANSWERS_KEPT
from accounts.models import ERASURE_PAUSE
from costory import legal
from costory.lib.http import ZONE_COOKIE
from stories.models import BIN_TIME, Story
from stories.services.purge import KEPT as THROWN_AWAY_KEPT
from tests.factories import create_user

LANGUAGES = ("en", "fr")
TEXTS = [pytest.param(name, language, id=f"{name} {language}") for name in legal.NAMES for language in LANGUAGES]


class Outline(HTMLParser):
    """The headings of a page, the places in it, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.places: set[str] = set()
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if place := named.get("id"):
            assert place not in self.places, f"{place} stands twice"
            self.places.add(place)
        if tag == "a":
            self.links.append(named.get("href") or "")


def source(name: str, language: str) -> str:
    return (legal.FILES / language / f"{name}.md").read_text()


def page(client: Client, name: str, language: str = "en") -> str:
    response = client.get(f"/legal/{name}/", headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def section(name: str, language: str, part: str) -> str:
    return next(one.html for one in legal.document(name, language).sections if one.name == part)


@pytest.mark.parametrize(("name", "language"), TEXTS)
def test_a_page_is_its_file_whole(client: Client, name: str, language: str):
    # Without a database: it asks nothing of one.
    html = page(client, name, language)
    outline = Outline(html)
    text = source(name, language)

    assert f'<html lang="{language}"' in html
    assert re.search("A lawyer must read|relu par un avocat", html)
    assert not re.findall(r"\{[A-Z_]+\}|\{#|here\.invalid", html)
    # One first heading, and none below it that skips a level.
    assert outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert outline.headings.count(2) == len(re.findall("^## ", text, re.MULTILINE)) + 1
    for link in outline.links:
        address = urlsplit(link)
        if link.startswith("#"):
            assert link[1:] in outline.places
        elif not address.scheme:
            match = resolve(address.path)
            if match.view_name == "legal-page" and address.fragment:
                named = {part.name for part in legal.document(match.kwargs["name"], language).sections}
                assert address.fragment in named


@pytest.mark.parametrize("name", legal.NAMES)
def test_both_languages_say_the_same_things_in_the_same_places(name: str):
    pairs = zip(*(re.split("^## ", source(name, language), flags=re.MULTILINE) for language in LANGUAGES), strict=True)
    for english, french in pairs:
        for what in (r"\{[^}]+\}", r"^[-#>*]", r"\*\*|\]\(", r"\b(?:20[0-9/]{2,}|L?[0-9]+-[0-9]+)\b"):
            found = [re.findall(what, part, re.MULTILINE) for part in (english, french)]
            assert sorted(found[0]) == sorted(found[1]), english[:60]
        # Guillemets and high marks keep their blank with them.
        assert not re.search(r" [:;?!»]|« |'", french)


def test_what_the_operator_has_not_said_is_a_blank_and_what_they_said_is_shown_as_text(client: Client, settings):
    for name in legal.BLANKS:
        setattr(settings, name, "")
    html = page(client, "contact")
    assert "[to be filled in by the operator: name of the publisher, with its legal form]" in html
    assert "mailto:" not in html

    for name in legal.BLANKS:
        setattr(settings, name, f'<b onclick="{name}">*Us* & Co')
    settings.LEGAL_EMAIL = "us&them@costory.example"
    for name in legal.NAMES:
        html = page(client, name)
        assert "legal__blank" not in html
        assert "<b onclick" not in html
    html = page(client, "contact")
    assert "&lt;b onclick=&quot;LEGAL_NAME&quot;&gt;*Us* &amp; Co" in html
    assert '<a href="mailto:us&amp;them@costory.example">us&amp;them@costory.example</a>' in html


def test_every_blank_is_asked_for_somewhere():
    used = {found for name in legal.NAMES for found in re.findall(r"\{(LEGAL_[A-Z_]+)\}", source(name, "en"))}
    assert used == set(legal.BLANKS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_cookies_and_times_are_those_of_the_program(language: str):
    days, hours = {"en": ("days", "hours"), "fr": ("jours", "heures")}[language]
    cookies, kept = (section("privacy", language, part).replace("&nbsp;", " ") for part in ("cookies", "retention"))

    names = {house.SESSION_COOKIE_NAME, house.CSRF_COOKIE_NAME, house.LANGUAGE_COOKIE_NAME, ZONE_COOKIE}
    names = {name.removeprefix("__Host-") for name in names} | {CookieStorage.cookie_name}
    assert set(re.findall("<strong>(.+?)</strong>", cookies)) == names
    assert f"{house.SESSION_COOKIE_AGE // 86_400} {days}" in cookies
    assert f"{ERASURE_PAUSE.days} {days}" in kept
    assert BIN_TIME == THROWN_AWAY_KEPT
    assert kept.count(f"{BIN_TIME.days} {days}") >= 2
    assert f"{ANSWERS_KEPT // timedelta(hours=1)} {hours}" in kept


def test_the_ratings_are_those_an_author_chooses_from():
    said = re.findall("<strong>(.+?)</strong>", section("moderation", "en", "mature"))
    assert said == [str(label) for label in Story.Rating.labels]


def test_the_privacy_notice_names_who_handles_a_part_of_it(client: Client, settings):
    settings.COACH_ONLINE = True
    settings.OPENROUTER_DIALECT = "openrouter"
    settings.SENTRY_DSN = ""
    html = page(client, "privacy")
    assert "OpenRouter (" in html
    assert "Sentry" not in html

    settings.SENTRY_DSN = "https://key@errors.costory.example/1"
    assert "Sentry (errors.costory.example)" in page(client, "privacy")


@pytest.mark.django_db  # The front page shows stories.
@pytest.mark.once
def test_the_index_and_every_page_lead_there(client: Client):
    index = Outline(client.get("/legal/").content.decode())
    front = Outline(client.get("/").content.decode())

    assert index.headings.count(1) == 1
    assert {f"/legal/{name}/" for name in legal.NAMES} <= set(index.links) & set(front.links)
    assert client.get("/legal/nothing/").status_code == 404


@pytest.mark.django_db
def test_whoever_signs_up_is_told_what_they_agree_to(client: Client):
    html = client.get("/accounts/signup/").content.decode()
    form = html[html.index("<h1") :]

    assert '<a href="/legal/terms/">' in form
    assert '<a href="/legal/privacy/">' in form
    assert "at least 15" in form


@pytest.mark.django_db
def test_a_closed_account_can_still_read_how_to_reach_the_house(client: Client):
    client.force_login(create_user(erasure_requested_at=datetime.now(UTC)))

    assert "legal__text" in page(client, "contact")


def test_security_txt_says_whom_to_tell(client: Client, settings):
    def fields() -> dict[str, str]:
        response = client.get("/.well-known/security.txt")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        return dict(line.split(": ", 1) for line in response.content.decode().splitlines())

    settings.LEGAL_EMAIL, settings.APP_URL = "us@costory.example\nPolicy: elsewhere", "https://costory.example"
    assert fields()["Contact"] == "mailto:us@costory.example Policy: elsewhere"
    settings.LEGAL_EMAIL = ""
    told = fields()
    assert told["Contact"] == "https://costory.example/legal/contact/"
    assert told["Canonical"] == "https://costory.example/.well-known/security.txt"
    left = datetime.strptime(told["Expires"], "%Y-%m-%dT%H:%M:%S%z") - datetime.now(UTC)
    assert timedelta(days=30) < left < timedelta(days=365)


def test_search_engines_are_kept_from_what_is_somebodys(client: Client, settings):
    settings.APP_URL = "https://costory.example"
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert lines[-1] == "Sitemap: https://costory.example/sitemap.xml"
    refused = {line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")}
    assert refused == {"/studio/", "/coach/", "/settings/", "/billing/", "/api/", "/s/", "/admin/", "/accounts/"}
