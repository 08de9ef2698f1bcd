"""`manage.py seed_answers`: the demo's people talk to each other, once, and never in production."""

import tomllib

import pytest
from django.core.cache import cache
from django.core.management import call_command

from costory.management.commands.seed_answers import SAID
from social.models import Comment, Follow, Like, Listing
from stories.models import Story

pytestmark = pytest.mark.django_db


def test_the_library_is_talked_about_once(settings):
    cache.clear()
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    call_command("seed_answers")
    call_command("seed_answers")

    said = tomllib.loads(SAID.read_text(encoding="utf-8"))
    assert set(said["likes"]) <= set(Story.objects.published().values_list("title", flat=True))
    assert Comment.objects.shown().count() == sum(1 + len(each.get("answers", [])) for each in said["comment"])
    assert Like.objects.count() == sum(map(len, said["likes"].values()))
    assert Follow.objects.count() == sum(map(len, said["follows"].values()))
    assert Listing.objects.get(story__title="The Tuner’s Ledger").comment_count == 4
    call_command("recount", "--check")


def test_nothing_is_said_in_production(settings):
    settings.DEBUG = True
    call_command("seed_demo", verbosity=0)
    settings.DEBUG = False
    call_command("seed_answers")
    assert not Comment.objects.exists()
