"""An archive holds everything and opens nothing; taken in elsewhere, it is the same again."""

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import ApiToken, User
from billing.models import Entry, Wallet
from coaching.models import Reply
from costory.leaving.archive import write_archive
from costory.leaving.belongings import BELONGINGS
from costory.leaving.restoring import BadArchive, take_in_archive
from costory.leaving.tests.conftest import create_rich_person
from stories.models import Chapter, Photograph, Story
from tests.factories import create_story, create_user

pytestmark = pytest.mark.django_db


def archive_of(person: User) -> io.BytesIO:
    target = io.BytesIO()
    write_archive(person=person, target=target)
    target.seek(0)
    return target


def records(source: io.BytesIO, label: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(source) as archive:
        return [json.loads(line) for line in archive.read(f"records/{label}.jsonl").splitlines()]


def altered(source: io.BytesIO, name: str, change) -> io.BytesIO:
    """The same archive with one of its files replaced by `change` of it, or left out where that is None."""
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            content = change(old.read(entry)) if entry == name else old.read(entry)
            if content is not None:
                new.writestr(entry, content)
    target.seek(0)
    return target


def story_of(source: io.BytesIO) -> dict[str, Any]:
    """The one story's own archive."""
    with zipfile.ZipFile(source) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".costory.json")]
        document: dict[str, Any] = json.loads(archive.read(name))
    return document


def test_everything_is_in_it(person: User):
    source = archive_of(person)

    for belonging in BELONGINGS:
        if not belonging.is_in_story:
            assert len(records(source, belonging.label)) == belonging.of(person).count()
    with zipfile.ZipFile(source) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert [name for name in names if name.startswith("files/")] == [f"files/{person.avatar.name}"]
        [book] = [name for name in names if name.endswith(".md")]
        assert "## Un\n\nGone *at last*.\n\nThe gulls stood about.\n" in archive.read(book).decode()
    whole = json.dumps(story_of(source), ensure_ascii=False)
    for words in (
        *("Gone *at last*", "The second.", "Check the tide tables.", "Arrival", "The lamp", "Éléna", "Léna"),
        *("Afraid of water", "keeps", "Is the opening too slow?", "Try **this**."),
    ):
        assert words in whole


def test_nothing_in_it_opens_anything_or_is_anybody_elses(person: User):
    stranger = create_rich_person(email="stranger@example.org")
    source = archive_of(person)
    with zipfile.ZipFile(source) as archive:
        text = "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())

    assert person.password not in text
    assert ApiToken.objects.get(user=person).digest not in text
    assert str(stranger.pk) not in text
    assert "stranger@example.org" not in text


def test_it_is_downloaded_by_its_owner(client: Client, person: User):
    assert client.get("/settings/data/archive.zip")["Location"].startswith("/accounts/login/")
    client.force_login(person)

    answer = client.get("/settings/data/archive.zip")

    assert answer["Content-Type"] == "application/zip"
    assert 'filename="costory-jeanne-' in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as archive:
        assert archive.testzip() is None


def test_taken_in_elsewhere_it_is_the_same_again(person: User):
    source = archive_of(person)
    other = create_user(bio="")

    assert take_in_archive(person=other, source=source) == 1

    for belonging in BELONGINGS:
        if belonging.is_in_story:
            assert belonging.of(other).count() == belonging.of(person).count(), belonging.label
    was, now = story_of(source), story_of(archive_of(other))
    assert [chapter["content"] for chapter in was["chapters"]] == [chapter["content"] for chapter in now["chapters"]]
    reply = Reply.objects.get(session__user=other)
    chapter = Chapter.objects.get(story__owner=other, position=1)
    assert chapter.provenance[1] == [34, "coach", str(reply.pk)]
    photograph = Photograph.objects.get(chapter=chapter)
    assert default_storage.exists(str(photograph.image.name))
    other.refresh_from_db()
    assert other.bio == "I write at night."
    assert default_storage.exists(str(other.avatar.name))
    assert other.avatar.name != person.avatar.name


def test_no_door_and_no_purse_is_opened_by_it(person: User):
    other = create_user()
    take_in_archive(person=other, source=archive_of(person))

    story = Story.objects.get(owner=other)
    assert (story.visibility, story.share_token) == ("private", None)
    assert not Wallet.objects.filter(user=other).exists()
    assert Entry.objects.count() == 1
    assert not ApiToken.objects.filter(user=other).exists()
    other.refresh_from_db()
    assert (other.bio, other.is_staff) == ("I write at night.", False)


def test_it_can_be_taken_in_twice_and_beside_what_it_came_from(person: User):
    source = archive_of(person)
    for _again in range(2):
        take_in_archive(person=person, source=source)
    assert Story.objects.filter(owner=person).count() == 3


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("manifest.json", lambda content: None),
        ("manifest.json", lambda content: b'{"format": "costory-account", "version": 99}'),
        ("manifest.json", lambda content: b"[]"),
        ("stories/002 The last.costory.json", lambda content: content[: len(content) // 2]),
        ("stories/002 The last.costory.json", lambda content: content.replace(b'"fiction"', b'"nonsense"')),
        ("records/accounts.user.jsonl", lambda content: content.replace(b'"auto"', b'"neon"')),
        ("records/accounts.user.jsonl", lambda content: None),
    ],
)
def test_a_damaged_archive_leaves_nothing_behind(person: User, name: str, change):
    create_story(owner=person, title="The last")
    source = altered(archive_of(person), name, change)
    other = create_user()
    folders = ("photographs", "codex", "avatars")
    pictures = [set(default_storage.listdir(folder)[1]) for folder in folders]

    with pytest.raises(BadArchive):
        take_in_archive(person=other, source=source)

    assert not Story.objects.filter(owner=other).exists()
    assert [set(default_storage.listdir(folder)[1]) for folder in folders] == pictures


def test_a_picture_that_is_a_script_is_refused(person: User):
    name = f"files/{person.avatar.name}"
    source = altered(archive_of(person), name, lambda content: b"<script>alert(1)</script>")
    other = create_user()
    with pytest.raises(BadArchive):
        take_in_archive(person=other, source=source)
    assert not Story.objects.filter(owner=other).exists()


def test_a_bomb_is_refused_before_it_is_unpacked():
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("stories/001 Bomb.costory.json", "w") as entry,
    ):
        for _megabyte in range(101):
            entry.write(b"0" * 1_000_000)
    assert target.tell() < 1_000_000
    with pytest.raises(BadArchive, match="too large"):
        take_in_archive(person=create_user(), source=target)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_refused(content: bytes):
    with pytest.raises(BadArchive):
        take_in_archive(person=create_user(), source=io.BytesIO(content))


def test_by_command(person: User, tmp_path, capsys):
    file = tmp_path / "jeanne.zip"
    call_command("export_user", "JEANNE@example.org", str(file))
    other = create_user(email="other@example.org")

    call_command("import_user", "other@example.org", str(file))

    assert "1 stories taken in" in capsys.readouterr().out
    assert Story.objects.get(owner=other).title == "L’été à Ar-Men"
    with pytest.raises(CommandError):
        call_command("export_user", "jeanne@example.org", str(file))
    with pytest.raises(CommandError):
        call_command("import_user", "other@example.org", str(tmp_path / "nowhere.zip"))
    with pytest.raises(CommandError):
        call_command("export_user", "nobody@example.org", str(tmp_path / "nobody.zip"))
