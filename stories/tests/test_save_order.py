"""Saves as a bad network delivers them: late, twice, in reverse order, from two tabs. Every text can be reached."""

from itertools import permutations

import pytest
from django.test import Client

from stories.models import Chapter, Revision
from stories.services import create_chapter, revise_chapter
from tests.factories import create_story

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
START = "\n\n  She came. 👩‍👩‍👧‍👦 \u202eשלום\u202c «\u202foui\u202f» \u2028end  \n"
# What two tabs send that were opened on the same version: a save, one on leaving while that is under way, another's.
ONE, LEAVING, OTHER = (1, f"{START}One."), (1, f"{START}One. And on."), (1, f"{START}Other.")
# The next one, from the version that the first was answered with.
TWO = (2, f"{START}One. Two.")


@pytest.fixture
def chapter(client: Client) -> Chapter:
    story = create_story()
    client.force_login(story.owner)
    return create_chapter(story=story, author=story.owner, title="Night", content=START)


def send(client: Client, chapter: Chapter, save: tuple[int, str]) -> int:
    words = {"version": save[0], "title": "Night", "content": save[1]}
    return client.post(chapter.get_absolute_url(), words, headers=HTMX).status_code


def reachable(chapter: Chapter) -> set[str]:
    return {row.text for row in Revision.objects.filter(chapter=chapter).select_related("chapter")}


@pytest.mark.parametrize("order", sorted(set(permutations([ONE, LEAVING, OTHER, ONE]))))
def test_in_whatever_order_they_arrive(client: Client, chapter: Chapter, order: tuple[tuple[int, str], ...]):
    versions = [1]
    for save in order:
        before = Chapter.objects.get(pk=chapter.pk)
        status = send(client, chapter, save)
        after = Chapter.objects.get(pk=chapter.pk)
        versions.append(after.version)
        if status == 200:
            assert after.content == save[1]
        else:
            # Too late, or too early: nothing of what is stored changes, and what came is set aside.
            assert status == 409
            assert (after.content, after.version) == (before.content, before.version)
            assert save[1] in reachable(chapter)

    assert versions == sorted(versions)
    stored = Chapter.objects.get(pk=chapter.pk)
    assert (stored.content, stored.version) == (order[0][1], 2)
    assert {ONE[1], LEAVING[1], OTHER[1]} <= reachable(chapter)
    for revision in chapter.revisions.select_related("chapter"):
        assert sum(run[0] for run in revision.runs) == len(revision.text)


def test_a_later_save_that_arrives_first_is_taken_when_it_is_sent_again(client: Client, chapter: Chapter):
    assert [send(client, chapter, save) for save in (TWO, ONE, TWO, ONE, TWO)] == [409, 200, 200, 409, 200]

    chapter.refresh_from_db()
    assert (chapter.content, chapter.version) == (TWO[1], 3)


def test_two_tabs_that_save_the_same_are_no_conflict(client: Client, chapter: Chapter):
    assert [send(client, chapter, save) for save in (ONE, ONE, ONE)] == [200, 200, 200]

    assert Chapter.objects.get(pk=chapter.pk).version == 2
    assert not Revision.objects.filter(kind=Revision.Kind.CONFLICT).exists()


def test_the_same_late_text_is_set_aside_once(client: Client, chapter: Chapter):
    read = Chapter.objects.select_related("story").get(pk=chapter.pk)
    revise_chapter(chapter=read, author=read.story.owner, version=1, content="Theirs.")

    assert [send(client, chapter, OTHER) for _ in range(5)] == [409] * 5

    assert Revision.objects.filter(kind=Revision.Kind.CONFLICT).count() == 1
    assert Chapter.objects.get(pk=chapter.pk).content == "Theirs."


def test_what_is_stored_is_what_was_sent_letter_by_letter(client: Client, chapter: Chapter):
    text = "".join(chr(code) for code in range(0x20, 0x3100) if code != 0x7F) + "👩‍👩‍👧‍👦🏳️‍🌈\U000e0067\ufffe\U0010ffff"
    assert send(client, chapter, (1, text)) == 200

    assert Chapter.objects.get(pk=chapter.pk).content == text
