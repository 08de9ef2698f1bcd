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
from stories.models import Chapter, CodexEntry, Insertion, Photograph, Revision, Story
from tests.factories import create_user

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


def test_everything_is_in_it(person: User):
    source = archive_of(person)

    for belonging in BELONGINGS:
        assert len(records(source, belonging.label)) == belonging.of(person).count()
    with zipfile.ZipFile(source) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len([name for name in names if name.startswith("files/")]) == 3
        [book] = [name for name in names if name.startswith("stories/")]
        assert "## Un\n\nGone *at last*.\n\nThe gulls stood about.\n" in archive.read(book).decode()
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["records"]["stories.chapter"] == 2


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

    counts = take_in_archive(person=other, source=source)

    assert counts["stories.chapter"] == 2
    again = archive_of(other)
    ids = {"id", "pk"} | {"owner_id", "user_id", "author_id", "story_id", "chapter_id", "session_id", "message_id"}
    ids |= {"entry_id", "other_id", "holds_from_id", "holds_until_id", "reply_id", "hold_id"}
    given = {"image", "picture", "visibility", "share_token", "published_at", "provenance"}
    for belonging in BELONGINGS:
        if belonging.is_taken_in:
            was, now = (
                sorted(
                    json.dumps({key: value for key, value in record.items() if key not in ids | given}, sort_keys=True)
                    for record in records(document, belonging.label)
                )
                for document in (source, again)
            )
            assert was == now, belonging.label


def test_what_names_each_other_still_does(person: User):
    other = create_user()
    take_in_archive(person=other, source=archive_of(person))

    reply = Reply.objects.get(session__user=other)
    chapter = Chapter.objects.get(story__owner=other, position=1)
    assert chapter.provenance == [[5, "human"], [33, "coach", str(reply.pk)]]
    assert Revision.objects.get(chapter=chapter).reply_id == reply.pk
    assert Insertion.objects.get(story__owner=other).reply_id == reply.pk
    assert Revision.objects.get(chapter=chapter).author == other
    assert CodexEntry.objects.get(story__owner=other, name="Éléna").facts.get().holds_from == chapter
    assert "<em>at last</em>" in chapter.content_html
    photograph = Photograph.objects.get(chapter=chapter)
    assert (photograph.width, photograph.height) == (40, 30)
    assert default_storage.exists(str(photograph.image.name))
    assert photograph.image.name != Photograph.objects.get(chapter__story__owner=person).image.name


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
        ("records/stories.chapter.jsonl", lambda content: content[: len(content) // 2]),
        ("records/stories.chapter.jsonl", lambda content: content.replace(b'"draft"', b'"nonsense"')),
        ("records/stories.chapter.jsonl", lambda content: content.replace(b'"Un"', b'"' + b"x" * 201 + b'"')),
        ("records/stories.story.jsonl", lambda content: None),
        ("records/stories.photograph.jsonl", lambda content: b"[]\n"),
        ("records/coaching.reply.jsonl", lambda content: content.replace(b'"position": 1', b'"position": "x"') + b"{"),
    ],
)
def test_a_damaged_archive_leaves_nothing_behind(person: User, name: str, change):
    source = altered(archive_of(person), name, change)
    other = create_user()
    pictures = set(default_storage.listdir("photographs")[1])

    with pytest.raises(BadArchive):
        take_in_archive(person=other, source=source)

    assert not Story.objects.filter(owner=other).exists()
    assert set(default_storage.listdir("photographs")[1]) == pictures


def test_a_picture_that_is_a_script_is_refused(person: User):
    name = f"files/{Photograph.objects.get().image.name}"
    source = altered(archive_of(person), name, lambda content: b"<script>alert(1)</script>")
    with pytest.raises(BadArchive):
        take_in_archive(person=create_user(), source=source)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_refused(content: bytes):
    with pytest.raises(BadArchive):
        take_in_archive(person=create_user(), source=io.BytesIO(content))


def test_by_command(person: User, tmp_path, capsys):
    file = tmp_path / "jeanne.zip"
    call_command("export_user", "JEANNE@example.org", str(file))
    other = create_user(email="other@example.org")

    call_command("import_user", "other@example.org", str(file))

    assert "1 stories" in capsys.readouterr().out
    assert Story.objects.get(owner=other).title == "L’été à Ar-Men"
    with pytest.raises(CommandError):
        call_command("export_user", "jeanne@example.org", str(file))
    with pytest.raises(CommandError):
        call_command("import_user", "other@example.org", str(tmp_path / "nowhere.zip"))
    with pytest.raises(CommandError):
        call_command("export_user", "nobody@example.org", str(tmp_path / "nobody.zip"))
