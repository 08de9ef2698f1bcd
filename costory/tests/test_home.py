import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from stories.services import set_visibility
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db


def page(client: Client, **headers: str) -> str:
    response = client.get("/", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_meets_the_front_door(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    # What stands on the shelf.
    with django_assert_num_queries(1):
        html = page(client)

    assert 'href="/accounts/signup/"' in html
    assert 'data-theme="auto"' in html


def test_the_front_door_shows_what_anybody_may_read_in_the_visitors_language(client: Client) -> None:
    for title, language in (("The Lighthouse", "en"), ("Le phare", "fr"), ("Taken back", "en")):
        story = create_story(title=title, language=language)
        create_chapter(story=story)
        story = set_visibility(story=story, visibility="public", rating="everyone")
    assert "Taken back" in page(client)
    set_visibility(story=story, visibility="private")

    html = page(client)

    assert "The Lighthouse" in html
    assert "Le phare" not in html
    assert "Taken back" not in html
    assert "Le phare" in page(client, accept_language="fr")


def test_credit_is_promised_only_where_it_is_given(client: Client, settings) -> None:
    promise = "comes with some credit"
    settings.SIGNUP_GRANT_MICROS = 1_000_000
    assert promise in page(client)
    settings.SIGNUP_GRANT_MICROS = 0
    assert promise not in page(client)


def test_the_front_door_says_when_no_model_is_connected(client: Client, settings) -> None:
    settings.COACH_ONLINE = False
    assert "No language model is connected" in page(client)
    settings.COACH_ONLINE = True
    assert "No language model is connected" not in page(client)


def test_the_page_names_its_language(client: Client) -> None:
    assert '<html lang="fr"' in page(client, accept_language="fr")


def test_an_empty_desk_offers_the_kinds_of_stories(client: Client) -> None:
    client.force_login(create_user())

    html = page(client)

    assert "/studio/new/?mode=journal" in html
    assert "story-list" not in html


def test_the_desk_shows_ones_own_stories_and_where_one_left_off(client: Client) -> None:
    user = create_user()
    story = create_story(owner=user, title="Ar-Men", word_count=18_430)
    chapter = create_chapter(story=story, title="The thaw", content="Gone. " * 200 + "The gulls stood about.")
    create_chapter(title="Not mine")
    client.force_login(user)

    html = page(client)

    assert story.get_absolute_url() in html
    assert chapter.get_absolute_url() in html
    assert "The gulls stood about." in html
    assert "18,634 words" in html
    assert "Not mine" not in html
    assert "The Lighthouse" not in html


def test_the_desk_asks_as_much_for_six_stories_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = create_user()
    client.force_login(user)
    for _number in range(6):
        create_chapter(story=create_story(owner=user))

    # Session, person, stories, the latest chapter.
    with django_assert_num_queries(4):
        page(client)


def test_a_hostile_title_stays_text(client: Client) -> None:
    user = create_user(display_name="<script>alert(1)</script>")
    create_chapter(story=create_story(owner=user, title="<img src=x>"), content="<b>bold</b>")
    client.force_login(user)

    html = page(client)

    assert "<img src=x>" not in html
    assert "<b>bold</b>" not in html
    assert "<script>alert" not in html
