"""`manage.py seed_demo`: the demo of `make run`, made once, through the services, and never in production."""

import pytest
from django.core.management import call_command

from accounts.models import User
from billing.models import Entry, Wallet
from coaching.management.commands.seed_demo import ADMIN, CREDIT_MICROS, LIBRARY, TEXTS, WRITER, DemoStory
from stories.models import Chapter, CodexFact, Story
from stories.services import count_mentions

pytestmark = pytest.mark.django_db


def test_the_demo_is_made_once(settings):
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    call_command("seed_demo", verbosity=0)
    writer = User.objects.get(email=WRITER[0])
    assert writer.check_password(WRITER[1])
    assert not writer.is_staff
    assert User.objects.get(email=ADMIN[0]).is_superuser
    assert Wallet.objects.get(user=writer).balance_micros == CREDIT_MICROS
    assert Entry.objects.of(writer).count() == 1
    assert Story.objects.editable_by(writer).count() == len(list(TEXTS.glob("*.md")))
    assert set(Story.objects.values_list("language", flat=True)) == {"fr", "en"}
    assert User.objects.count() == 5


def test_the_library_is_alive_and_a_serial_goes_on(settings):
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    shown = Story.objects.published().exclude(owner__email=WRITER[0])
    assert shown.count() == len(list(LIBRARY.glob("*.md"))) == 5
    assert {story.owner.is_public for story in shown} == {True}
    assert all(story.rating and story.tags.exists() for story in shown)
    assert shown.values("owner").distinct().count() == 3
    serial = Story.objects.get(title="Le bureau des vents")
    assert not serial.is_complete
    assert Chapter.objects.filter(story=serial).readable().count() == serial.chapter_count - 1 == 4


def test_a_demo_from_before_there_was_a_library_gets_one(settings):
    settings.DEBUG = True
    User.objects.create_user(*WRITER)
    call_command("seed_demo", verbosity=0)
    assert Story.objects.published().count() == 5
    assert not Story.objects.filter(owner__email=WRITER[0]).exists()


def test_chapters_stand_in_order_with_their_text_and_totals(settings):
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    story = Story.objects.get(title="The Tide Clerk")
    assert story.is_public
    chapters = list(Chapter.objects.filter(story=story).order_by("position"))
    assert [chapter.title for chapter in chapters] == ["Low water", "What was on the floor", "The errand"]
    assert all("<p>" in chapter.content_html for chapter in chapters)
    assert story.word_count == sum(chapter.word_count for chapter in chapters) > 500


def test_the_codex_of_a_demo_story_names_whom_its_chapters_name(settings):
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    for path in TEXTS.glob("*.toml"):
        story = Story.objects.get(title=DemoStory.read(path.with_suffix(".md")).fields["title"])
        entries = list(story.codex_entries.all())
        counts = count_mentions(story=story, entries=entries, chapters=list(story.chapters.all()))
        assert all(counts.of(entry) for entry in entries)
        assert CodexFact.objects.filter(entry__story=story, holds_from__isnull=False).exists()


def test_nothing_is_made_in_production(settings, capsys):
    settings.DEBUG = False
    call_command("seed_demo")
    assert not User.objects.exists()
    assert "DEBUG is off" in capsys.readouterr().out


@pytest.mark.parametrize(
    "path", [*sorted(TEXTS.glob("*.md")), *sorted(LIBRARY.glob("*.md"))], ids=lambda path: path.stem
)
def test_every_demo_story_is_complete(path):
    demo = DemoStory.read(path)
    assert demo.chapters
    assert all(title and len(text.split()) > 60 for title, text in demo.chapters)
    # A French mark never stands alone at the start of a line.
    if demo.fields["language"] == "fr":
        assert not any(f" {mark}" in text for _, text in demo.chapters for mark in ";:!?»")
        assert "« " not in path.read_text(encoding="utf-8")
