import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def page(client: Client, **headers: str) -> str:
    response = client.get("/", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_visitor_meets_the_front_door(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        html = page(client)

    assert 'href="/accounts/signup/"' in html
    assert 'data-theme="auto"' in html


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
