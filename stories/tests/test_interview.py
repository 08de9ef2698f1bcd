"""The interview of a life: questions, answers that become chapters, questions of one's own."""

import pytest
from django.test import Client
from django.urls import reverse

from stories import prompts
from stories.models import Chapter, Story
from tests.factories import create_chapter, create_story, create_user

pytestmark = pytest.mark.django_db
QUESTION = prompts.life_chapters("en")[0].questions[0]


@pytest.fixture
def legacy(client: Client) -> Story:
    story = create_story(mode="legacy", title="What Grandmother told me")
    client.force_login(story.owner)
    return story


def url(story: Story, name: str = "interview") -> str:
    return reverse(f"stories:{name}", args=[story.pk])


def answer(client: Client, story: Story, question: str):
    return client.post(url(story, "interview-answer"), {"question": question})


def test_an_answer_is_a_chapter_with_its_question_above_it(client, legacy):
    response = answer(client, legacy, QUESTION)

    chapter = Chapter.objects.get()
    assert response["Location"] == chapter.get_absolute_url()
    assert (chapter.prompt, chapter.title) == (QUESTION, QUESTION)
    assert 'class="asked__question"' in client.get(chapter.get_absolute_url()).text


def test_the_next_question_stands_above_the_page_until_all_are_answered(client, legacy):
    questions = [question for part in prompts.life_chapters("en") for question in part.questions]
    chapter = create_chapter(story=legacy, prompt=questions[0])
    create_chapter(story=legacy, prompt=questions[1])
    page = client.get(chapter.get_absolute_url())
    assert page.context["next_question"] == questions[2]
    assert 'name="question" value="' in page.text
    last = {"prompt": questions[-1], "language": "en"}
    assert prompts.question_after(answered=set(questions[1:]), **last) == questions[0]
    assert prompts.question_after(answered=set(questions), **last) == ""


def test_who_is_asked_is_shown(client, legacy):
    assert "Whose life is it?" in client.get(url(legacy)).text
    Story.objects.filter(pk=legacy.pk).update(description="Marguerite, my <i>grandmother</i>.")
    assert "Marguerite, my &lt;i&gt;grandmother" in client.get(url(legacy)).text


def test_the_same_question_is_answered_once(client, legacy):
    assert answer(client, legacy, QUESTION)["Location"] == answer(client, legacy, f" {QUESTION} ")["Location"]
    assert Chapter.objects.count() == 1


def test_answered_ones_are_marked_and_own_ones_listed(client, legacy):
    create_chapter(story=legacy, prompt=QUESTION, content="In a kitchen.")
    answer(client, legacy, "What was the dog <b>called</b>?")
    page = client.get(url(legacy)).text

    assert "1 of 6" in page
    assert "Read the answer" in page
    assert "Your own questions" in page
    assert "What was the dog &lt;b&gt;called&lt;/b&gt;?" in page


@pytest.mark.parametrize("question", ["", "   ", "\x00", "q" * 501, "q" * 10_000])
def test_a_question_must_be_one(client, legacy, question):
    assert answer(client, legacy, question).status_code == 422
    assert not Chapter.objects.exists()


def test_a_french_life_is_asked_in_french(client, legacy):
    Story.objects.filter(pk=legacy.pk).update(language="fr")
    assert "L’enfance" in client.get(url(legacy)).text


def test_other_kinds_and_other_people_have_no_such_interview(client, legacy):
    assert client.get(url(create_story(owner=legacy.owner))).status_code == 404
    client.force_login(create_user())
    assert client.get(url(legacy)).status_code == 404
    assert answer(client, legacy, QUESTION).status_code == 404
    client.logout()
    assert answer(client, legacy, QUESTION).status_code == 302
    assert not Chapter.objects.exists()


def test_methods(client, legacy):
    assert client.post(url(legacy)).status_code == 405
    assert client.get(url(legacy, "interview-answer")).status_code == 405
