"""What stands around a page, drawn once for all: each gets their own name in it, and nobody else's."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from costory.lib.frames import Frame
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def page(client, path="/library/"):
    return client.get(path).content.decode()


def tokens(html):
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w*)"', html)


def test_each_has_their_own_name_and_token_around_the_page(client):
    ada = create_user(display_name="Ada <b> & \\1 {{ name }}", theme="dark")
    bea = create_user(display_name="Béa", theme="dark", avatar="avatars/0123456789abcdef.webp")
    seen = []
    for person in (ada, bea, ada):
        client.force_login(person)
        seen.append(page(client))
    for html in (seen[0], seen[2]):
        assert '<p class="menu__who">Ada &lt;b&gt; &amp; \\1 {{ name }}</p>' in html
        assert '<span class="avatar" aria-hidden="true">A</span>' in html
        assert "Béa" not in html
    assert '<p class="menu__who">Béa</p>' in seen[1]
    assert f'<img src="{bea.avatar_url}"' in seen[1]
    assert "Ada" not in seen[1]
    # The same secret may open a form twice; another person's never.
    assert all(len(token) == 64 for html in seen for token in tokens(html))
    assert not set(tokens(seen[0])) & set(tokens(seen[1]))
    assert 'value="dark" data-theme-choice="dark" aria-pressed="true"' in seen[1]
    assert '<html lang="en" data-theme="dark" data-theme-owner="account">' in seen[1]
    client.force_login(create_user(theme="light"))
    assert '<html lang="en" data-theme="light" data-theme-owner="account">' in page(client)

    stranger = page(Client())
    assert "menu__who" not in stranger
    assert reverse("account_login") in stranger


def test_the_frame_says_where_one_is_in_the_language_one_reads(client):
    client.force_login(create_user(language="fr"))
    address = "/library/?tag=sea&mode=fiction"
    html = page(client, address)
    assert 'href="/library/" aria-current="page"' in html
    assert html.count('name="next" value="/library/?tag=sea&amp;mode=fiction"') == 2
    assert 'lang="fr" aria-current="true"' in html
    elsewhere = page(client, reverse("accounts:settings"))
    assert 'href="/library/" aria-current="page"' not in elsewhere
    assert f'name="next" value="{reverse("accounts:settings")}"' in elsewhere


def test_a_message_that_waits_is_told_once_on_a_page_that_is_drawn_once(client):
    person = create_user(email="ada@example.org")
    person.set_password("a long password, for once")
    person.save()
    page(client)
    client.post(reverse("account_login"), {"login": "ada@example.org", "password": "a long password, for once"})
    told = page(client)
    assert 'class="toast' in told
    assert 'class="toast ' not in page(client)
    assert 'class="toast"' not in page(client)


def test_a_frame_is_kept_by_its_key_alone():
    frame = Frame("components/_language_choice.html", holes=("here", "csrf_token"))
    seen = {
        (language, here): frame.fill({"here": here, "csrf_token": "t" * 64}, language=language, is_signed_in=False)
        for language in ("en", "fr")
        for here in ("/a", '/"b')
    }
    assert 'lang="en" aria-current="true"' in seen["en", "/a"]
    assert 'lang="fr" aria-current="true"' in seen["fr", '/"b']
    assert 'value="/&quot;b"' in seen["fr", '/"b']
    assert "/a" not in seen["fr", '/"b']
