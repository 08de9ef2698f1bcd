"""What operators see of stories."""

import pytest
from django.test import Client
from django.utils import timezone

from stories.services import create_chapter
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
URL = "/admin/stories/story/"


@pytest.fixture
def _operator(client: Client) -> None:
    client.force_login(create_user(is_staff=True, is_superuser=True))


@pytest.mark.usefixtures("_operator")
def test_a_private_story_shows_no_word_of_its_own(client):
    story = create_story(title="My secret winter", description="Nobody knows")
    create_chapter(story=story, author=story.owner, title="Untold", content="It was I")
    public = create_story(title="The lighthouse", visibility="public")

    listed = client.get(URL).content.decode()
    shown = client.get(f"{URL}{story.pk}/change/")

    assert shown.status_code == 403
    assert str(story.pk) in listed
    assert public.title in listed
    for words in ("My secret winter", "Nobody knows", "Untold", "It was I"):
        assert words not in listed


@pytest.mark.usefixtures("_operator")
def test_a_story_is_found_by_its_title_where_everybody_reads_it(client):
    story = create_story(title="My open winter", visibility="public")
    others = [
        create_story(title="My winter, mine alone"),
        create_story(title="Winter, thrown away", visibility="public", deleted_at=timezone.now()),
        create_story(title="Winter, hidden", visibility="public", standing="hidden"),
        create_story(title="Another", visibility="public"),
    ]

    found = client.get(f"{URL}?q=winter").content.decode()

    assert story.title in found
    assert [other.title for other in others if str(other.pk) in found] == []
    listed = client.get(URL).content.decode()
    assert [other.title for other in others[:3] if other.title in listed] == []
    assert str(others[0].pk) in client.get(f"{URL}?q={others[0].owner.handle}").content.decode()


@pytest.mark.usefixtures("_operator")
@pytest.mark.parametrize(
    "address",
    [
        f"{URL}?share_token__startswith=a",
        f"{URL}?title__startswith=My",
        f"{URL}?premise__icontains=murder",
        "/admin/accounts/user/?password__startswith=argon",
        "/admin/accounts/user/?email__startswith=a",
        "/admin/accounts/apitoken/?digest__startswith=0",
    ],
)
def test_no_list_is_probed_for_what_it_does_not_show(client, address):
    create_story(title="My secret winter", visibility="link", share_token="abc")
    assert client.get(address).status_code == 400
    assert client.get(f"{URL}?mode__exact=fiction").status_code == 200


def test_it_is_for_operators(client):
    client.force_login(create_user())

    assert client.get(URL).status_code == 302
