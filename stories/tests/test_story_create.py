"""A new story in three steps: each answer kept, taken up where it was left, one story at the end."""

import pytest
from django.test import Client

from accounts.models import User
from stories.models import Chapter, Story, StoryDraft
from tests.factories import create_user

pytestmark = pytest.mark.django_db
URL = "/studio/new/"
OPENING = {"title": "The lighthouse", "language": "en"}


@pytest.fixture
def user(client: Client) -> User:
    user = create_user()
    client.force_login(user)
    return user


def answer(client: Client, step: str, **answers: str):
    return client.post(URL, {"step": step, **answers})


def begin(client: Client, *, mode: str = "fiction", brief: dict[str, str] | None = None, **opening: str):
    answer(client, "kind", mode=mode)
    answer(client, "brief", **(brief or {}))
    return answer(client, "opening", **{**OPENING, **opening})


@pytest.mark.parametrize("mode", Story.Mode.values)
def test_three_answers_open_the_first_page(client, user, mode):
    response = begin(client, mode=mode)

    story = Story.objects.get()
    chapter = Chapter.objects.get()
    assert response.status_code == 302
    assert response["Location"] == chapter.get_absolute_url()
    assert (story.owner, story.mode, story.visibility, chapter.story) == (user, mode, "private", story)
    assert not StoryDraft.objects.exists()


def test_the_whole_brief_and_the_first_sentence_are_kept(client, user):
    brief = {
        "theme": "mystery",
        "is_real": "false",
        "purpose": "community-read",
        "era": "historical",
        "writing_style": "poetic",
        "pov": "third",
    }
    begin(client, brief=brief, language="fr", description="A keeper.\r\nA winter.", opening="La lampe s’éteignit.")

    story = Story.objects.get()
    assert (story.description, story.premise) == ("A keeper.\nA winter.", "A keeper.\nA winter.")
    assert story.is_real is False
    assert (story.theme, story.purpose, story.era) == ("mystery", "community-read", "historical")
    assert (story.writing_style, story.pov, story.language) == ("poetic", "third", "fr")
    assert Chapter.objects.get().content == "La lampe s’éteignit."
    assert story.word_count == 3


def test_it_resumes_where_it_was_left(client, user):
    answer(client, "kind", mode="journal")
    answer(client, "brief", writing_style="light")

    page = client.get(URL).text
    assert "Step 3 of 3" in page
    assert "goes on where you left it" in page
    assert "What is your journal called?" in page
    assert 'value="light"' in client.get(f"{URL}?step=brief").text.replace(" checked", "")


def test_going_back_keeps_what_was_written_even_where_it_is_not_whole(client, user):
    answer(client, "kind", mode="fiction")
    answer(client, "brief")
    response = answer(client, "opening", go="back", title="", description="A keeper.", language="en")

    assert response["Location"] == f"{URL}?step=brief"
    assert "A keeper." in client.get(f"{URL}?step=opening").text


def test_a_step_cannot_be_reached_before_the_kind_is_known(client, user):
    assert "Step 1 of 3" in client.get(f"{URL}?step=opening").text
    assert "Step 1 of 3" in client.get(f"{URL}?step=%3Cscript%3E").text


def test_the_kind_may_be_chosen_on_the_way(client, user):
    assert (
        'value="journal" id="id_mode_1" required checked'
        in client.get(f"{URL}?mode=journal").text.replace(" aria-describedby", "")
        or 'value="journal"' in client.get(f"{URL}?mode=journal").text.partition("checked")[0].rpartition("<input")[2]
    )


def test_a_kind_that_is_none_is_not_chosen(client, user):
    response = client.get(f"{URL}?mode=%3Cscript%3E")

    assert response.status_code == 200
    assert "<script>" not in response.text.partition("<main")[2]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "\x00"},
        {"title": "t" * 201},
        {"title": "t" * 10_000},
        {"language": "tlh"},
        {"description": "d" * 2001},
        {"opening": "o" * 5001},
    ],
)
def test_what_is_wrong_is_said_and_kept_on_screen_and_nothing_is_made(client, user, wrong):
    response = begin(client, **wrong)

    assert response.status_code == 422
    assert "errorlist" in response.text
    assert not Story.objects.exists()


@pytest.mark.parametrize(
    ("step", "wrong"),
    [("kind", {}), ("kind", {"mode": "opera"}), ("brief", {"theme": "nothing"}), ("brief", {"is_real": "perhaps"})],
)
def test_a_step_answered_wrongly_does_not_go_on(client, user, step, wrong):
    answer(client, "kind", mode="fiction")
    response = answer(client, step, **wrong)

    assert response.status_code == 422
    assert "errorlist" in response.text


def test_twice_is_one_story(client, user):
    begin(client)
    again = answer(client, "opening", **OPENING)

    assert Story.objects.count() == 1
    assert again.status_code == 422
    assert "has begun already" in again.text


def test_beginning_again_forgets_the_answers(client, user):
    answer(client, "kind", mode="legacy")
    assert client.post(f"{URL}discard/")["Location"] == URL
    assert client.post(f"{URL}discard/").status_code == 302
    assert not StoryDraft.objects.exists()


def test_a_draft_is_its_owners_alone(client, user):
    answer(client, "kind", mode="legacy")
    client.force_login(create_user())
    assert "Step 1 of 3" in client.get(URL).text
    client.post(f"{URL}discard/")
    assert StoryDraft.objects.count() == 1


def test_nobody_makes_a_story_for_another(client, user):
    begin(client, owner=str(create_user().pk), visibility="public", deleted_at="2020-01-01")

    story = Story.objects.get()
    assert (story.owner, story.visibility, story.deleted_at) == (user, "private", None)


def test_markup_stays_text(client, user):
    answer(client, "kind", mode="fiction")
    answer(client, "opening", go="back", title="<script>x</script>", opening="</textarea><b>", language="en")
    page = client.get(f"{URL}?step=opening").text
    assert "<script>x" not in page
    assert "&lt;/textarea&gt;&lt;b&gt;" in page


def test_anonymous_makes_nothing(client):
    assert answer(client, "kind", mode="fiction").status_code == 302
    assert client.post(f"{URL}discard/").status_code == 302
    assert not StoryDraft.objects.exists()


def test_other_methods_are_refused(client, user):
    assert client.put(URL).status_code == 405
    assert client.get(f"{URL}discard/").status_code == 405
