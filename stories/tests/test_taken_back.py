"""Thrown away and taken back: notes, photographs, a split, a joining."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from costory.lib.pictures import clean_picture
from stories import services
from stories.models import Chapter, Note, Photograph
from stories.services import ChangedSince
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TEXT = "One began.\n\n\n  Two followed, and the lamp went out.\n\nThree ended.\n"


@pytest.fixture
def chapter() -> Chapter:
    story = create_story()
    chapter = services.create_chapter(story=story, author=story.owner, title="Night", content=TEXT)
    services.create_chapter(story=story, author=story.owner, title="Day", content="After.")
    return Chapter.objects.select_related("story").get(pk=chapter.pk)


@pytest.fixture
def writer(client: Client, chapter: Chapter) -> Client:
    client.force_login(chapter.story.owner)
    return client


def picture() -> Any:
    written = io.BytesIO()
    Image.new("RGB", (20, 10), "teal").save(written, "PNG")
    return clean_picture(ContentFile(written.getvalue(), name="x.png"))


def add(chapter: Chapter) -> Photograph:
    return services.add_photograph(chapter=chapter, image=picture(), caption="The lamp")


def test_a_note_is_taken_back_from_the_message(writer: Client, chapter: Chapter):
    note = services.add_note(chapter=chapter, body="Check the tide.")
    address = [chapter.story_id, chapter.pk, note.pk]
    answer = writer.post(reverse("stories:note-delete", args=address), headers=HTMX)
    restore = reverse("stories:note-restore", args=address)
    assert "Check the tide." not in answer.text
    assert restore in answer["HX-Trigger"]
    assert not Note.objects.exists()
    assert "Check the tide." in writer.post(restore, headers=HTMX).text
    assert writer.post(restore, headers=HTMX).status_code == 404
    page = writer.post(reverse("stories:note-delete", args=address), follow=True)
    assert restore in page.text


def test_a_photograph_is_served_nowhere_until_it_is_taken_back(writer: Client, chapter: Chapter):
    first, second = add(chapter), add(chapter)
    address = [chapter.story_id, chapter.pk, first.pk]
    page = writer.post(reverse("stories:photograph-delete", args=address), follow=True)
    restore = reverse("stories:photograph-restore", args=address)
    assert restore in page.text
    image = reverse("stories:photograph-image", args=address)
    assert writer.get(image).status_code == 404
    assert default_storage.exists(str(first.image.name))
    third = add(chapter)
    writer.post(restore)
    assert writer.get(image).status_code == 200
    order = list(Photograph.objects.filter(chapter=chapter).order_by("position").values_list("pk", flat=True))
    assert order == [second.pk, third.pk, first.pk]


def test_after_thirty_days_they_are_forgotten_with_their_files(
    chapter: Chapter, django_capture_on_commit_callbacks: Any
):
    photograph, note = add(chapter), services.add_note(chapter=chapter, body="Old.")
    services.delete_photograph(photograph=photograph)
    services.delete_note(note=note)
    assert services.purge_thrown_away() == 0
    long_ago = timezone.now() - timedelta(days=31)
    Photograph.thrown_away.update(deleted_at=long_ago)
    Note.thrown_away.update(deleted_at=long_ago)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.purge_thrown_away() == 2
    assert not default_storage.exists(str(photograph.image.name))
    assert Chapter.objects.get(pk=chapter.pk).content == TEXT


def split(chapter: Chapter) -> Chapter:
    return services.split_chapter(
        chapter=chapter, author=chapter.story.owner, version=chapter.version, position=TEXT.index("Two")
    )


def test_a_split_is_taken_back_to_the_letter(writer: Client, chapter: Chapter):
    note = services.add_note(chapter=chapter, body="Why?", position=TEXT.index("lamp"))
    runs = Chapter.objects.get(pk=chapter.pk).runs
    url = reverse("stories:chapter-split", args=[chapter.story_id, chapter.pk])
    page = writer.post(url, {"version": chapter.version, "position": TEXT.index("Two")}, follow=True)
    new = Chapter.objects.get(story=chapter.story_id, position=2)
    undo = reverse("stories:chapter-unsplit", args=[chapter.story_id, new.pk, chapter.version + 1])
    assert undo in page.text
    assert writer.post(undo)["Location"] == chapter.get_absolute_url()
    whole = Chapter.objects.get(pk=chapter.pk)
    assert (whole.content, whole.runs) == (TEXT, runs)
    note.refresh_from_db()
    assert (note.chapter_id, note.position) == (chapter.pk, TEXT.index("lamp"))
    titles = Chapter.objects.filter(story=chapter.story_id, deleted_at=None).order_by("position")
    assert [row.title for row in titles] == ["Night", "Day"]
    assert writer.post(undo).status_code == 404


@pytest.mark.parametrize("half", ["first", "second"])
def test_not_when_something_was_written_since(chapter: Chapter, half: str):
    new = split(chapter)
    first = Chapter.objects.select_related("story").get(pk=chapter.pk)
    version = first.version
    changed = first if half == "first" else new
    services.revise_chapter(
        chapter=changed, author=chapter.story.owner, version=changed.version, content=changed.content + " More."
    )
    with pytest.raises(ChangedSince):
        services.undo_split(chapter=new, author=chapter.story.owner, version=version)
    assert Chapter.objects.filter(story=chapter.story_id, deleted_at=None).count() == 3


def test_a_joining_is_taken_back_to_the_letter(writer: Client, chapter: Chapter):
    second = Chapter.objects.get(story=chapter.story_id, position=2)
    beside = (
        services.add_note(chapter=chapter, body="Astray.", position=9_000),
        services.add_note(chapter=second, body="Whose?", position=3),
    )
    pictures = add(chapter), add(second)
    url = reverse("stories:chapter-join", args=[chapter.story_id, chapter.pk])
    page = writer.post(url, {"version": chapter.version}, follow=True)
    undo = next(str(message.extra_tags) for message in page.context["messages"])
    assert f'action="{undo}"' in page.text

    assert writer.post(undo)["Location"] == chapter.get_absolute_url()
    stored = list(Chapter.objects.filter(story=chapter.story_id, deleted_at=None).order_by("position"))
    assert [(row.pk, row.title, row.content) for row in stored] == [
        (chapter.pk, "Night", TEXT),
        (second.pk, "Day", "After."),
    ]
    things: list[Note | Photograph] = [*beside, *pictures]
    for kept, home in zip(things, [chapter.pk, second.pk] * 2, strict=True):
        kept.refresh_from_db()
        assert kept.chapter_id == home
    assert (beside[1].position, pictures[1].position) == (3, 1)
    chapter.story.refresh_from_db()
    assert (chapter.story.chapter_count, chapter.story.word_count) == (2, 12)


@pytest.mark.parametrize("since", ["written", "taken out", "astray"])
def test_a_joining_is_not_taken_back_over_what_came_since(writer: Client, chapter: Chapter, since: str):
    second = Chapter.objects.get(story=chapter.story_id, position=2)
    author = chapter.story.owner
    joined = services.merge_chapters(chapter=chapter, author=author, version=chapter.version)
    whole = joined.chapter
    if since == "written":
        services.revise_chapter(chapter=whole, author=author, version=2, content=whole.content + " More.")
    elif since == "taken out":
        services.restore_chapter(chapter=second)
    else:
        second = services.create_chapter(story=chapter.story, author=author, content="Something else.")
        services.delete_chapter(chapter=second)
    kept = list(Chapter.objects.order_by("pk").values_list("pk", "content", "position", "version"))
    undo = reverse("stories:chapter-unjoin", args=[chapter.story_id, chapter.pk, second.pk, 2, joined.last_picture])
    page = writer.post(undo, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert list(Chapter.objects.order_by("pk").values_list("pk", "content", "position", "version")) == kept


def test_nobody_elses(client: Client, chapter: Chapter):
    note, photograph = services.add_note(chapter=chapter, body="Mine."), add(chapter)
    services.delete_note(note=note)
    services.delete_photograph(photograph=photograph)
    new = split(chapter)
    client.force_login(create_user())
    for name, address in (
        ("note-restore", [chapter.story_id, chapter.pk, note.pk]),
        ("photograph-restore", [chapter.story_id, chapter.pk, photograph.pk]),
        ("chapter-unsplit", [chapter.story_id, new.pk, 2]),
        ("chapter-unjoin", [chapter.story_id, chapter.pk, new.pk, 2, 0]),
    ):
        assert client.post(reverse(f"stories:{name}", args=address)).status_code == 404
