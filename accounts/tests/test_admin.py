"""What operators see of people, and who may give rights."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts import services
from accounts.models import User
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def create_operator() -> User:
    operator = create_user(is_staff=True)
    names = ["view_user", "change_user", "view_apitoken", "change_apitoken", "delete_apitoken"]
    operator.user_permissions.set(Permission.objects.filter(codename__in=names, content_type__app_label="accounts"))
    return operator


def address(person: User) -> str:
    return f"/admin/accounts/user/{person.pk}/change/"


def test_the_admin_has_no_login_of_its_own(client: Client):
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")

    answer = client.post("/admin/login/", {"username": "x@example.org", "password": "x"})
    assert answer["Location"].startswith("/accounts/login/")


def test_whoever_is_not_staff_stays_outside(client: Client):
    client.force_login(create_user())
    assert client.get("/admin/login/?next=/admin/").status_code == 403
    assert client.get("/admin/accounts/user/").status_code == 302


def test_only_a_superuser_gives_rights(client: Client):
    person = create_user()
    rights = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "user_permissions": ["1"]}

    client.force_login(create_operator())
    assert client.get(address(person)).status_code == 200
    client.post(address(person), rights)
    person.refresh_from_db()
    assert (person.is_active, person.is_staff, person.is_superuser) == (True, False, False)
    assert not person.user_permissions.exists()

    client.force_login(create_user(is_staff=True, is_superuser=True))
    client.post(address(person), rights)
    person.refresh_from_db()
    assert (person.is_staff, person.is_superuser) == (True, True)


def test_an_operator_closes_a_writers_account_but_not_a_colleagues(client: Client):
    writer, colleague = create_user(), create_user(is_staff=True, is_superuser=True)
    client.force_login(create_operator())

    client.post(address(writer), {})
    client.post(address(colleague), {})

    writer.refresh_from_db()
    colleague.refresh_from_db()
    assert not writer.is_active
    assert colleague.is_active


def test_nobody_is_removed_by_hand(client: Client):
    person = create_user()
    client.force_login(create_user(is_staff=True, is_superuser=True))
    assert client.post(f"/admin/accounts/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_a_key_is_read_without_what_opens(client: Client):
    token, secret = services.issue_token(user=create_user(), name="My script", scopes=["read"])
    client.force_login(create_operator())

    page = client.get(f"/admin/accounts/apitoken/{token.pk}/change/").text

    assert "My script" in page
    assert token.digest not in page
    assert secret not in page
    assert client.post(f"/admin/accounts/apitoken/{token.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post(f"/admin/accounts/apitoken/{token.pk}/delete/", {"post": "yes"}).status_code == 403
