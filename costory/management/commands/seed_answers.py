"""`manage.py seed_answers`: what the demo's people say of each other's stories, while DEBUG is on."""

import tomllib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

import social.services
from accounts.models import User
from social.models import Comment, Like
from stories.models import Story

SAID = Path(__file__).resolve().parent.parent / "demo" / "answers.toml"


class Command(BaseCommand):
    help = "Let the demo's people like and discuss each other's stories, once. Does nothing while DEBUG is off."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG or Comment.objects.exists() or Like.objects.exists():
            return
        people = {
            user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith="@costory.example")
        }
        stories = {story.title: story for story in Story.objects.published().filter(owner__in=people.values())}
        with transaction.atomic():
            self._answer(tomllib.loads(SAID.read_text(encoding="utf-8")), people, stories)

    def _answer(self, said: dict[str, Any], people: dict[str, User], stories: dict[str, Story]) -> None:
        """Whoever or whatever somebody has taken out of the demo is passed over."""
        for comment in said["comment"]:
            story = stories.get(comment["story"])
            if story is None:
                continue
            parent = None
            for words in [comment, *comment.get("answers", [])]:
                if words["by"] in people:
                    parent = social.services.add_comment(
                        author=people[words["by"]], story=story, content=words["text"], parent=parent
                    )
        for title, names in said["likes"].items():
            for name in names:
                if title in stories and name in people:
                    social.services.like_story(user=people[name], story=stories[title])
        for follower, authors in said["follows"].items():
            for author in authors:
                if follower in people and author in people:
                    social.services.follow_author(follower=people[follower], author=people[author])
