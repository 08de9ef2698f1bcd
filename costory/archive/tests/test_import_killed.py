"""A server that dies while a story comes in: nothing of it is there, and it can be taken in again."""

import os
import subprocess
import sys

import pytest

from costory.archive.story import export_story, import_story
from stories.models import Chapter, Revision, Story
from stories.services import create_chapter
from tests.factories import create_story, create_user
from tests.servers import current_database_url

DYING_IMPORT = """
import os, signal, sys
import django
django.setup()
from django.db import connection
from accounts.models import User
from costory.archive.story import import_story

left = int(sys.argv[3])

def die(execute, sql, params, many, context):
    global left
    if sql.lstrip().upper().startswith(("INSERT", "UPDATE")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)

owner = User.objects.get(pk=sys.argv[1])
with connection.execute_wrapper(die), open(sys.argv[2], "rb") as file:
    import_story(owner=owner, content=file.read())
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_nothing(tmp_path):
    story = create_story()
    for number in range(3):
        create_chapter(story=story, author=story.owner, content=f"Chapter {number}.")
    path = tmp_path / "story.json"
    with export_story(story) as file:
        path.write_bytes(file.read())
    reader = create_user()
    environment = {**os.environ, "DATABASE_URL": current_database_url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}

    # At the story, at its revisions, and at the last statement: the event.
    for statement in (1, 5, 7):
        command = [sys.executable, "-c", DYING_IMPORT, str(reader.pk), str(path), str(statement)]
        died = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert died.returncode == -9, died.stderr
        assert (Story.objects.count(), Chapter.objects.count(), Revision.objects.count()) == (1, 3, 3)

    copy = import_story(owner=reader, content=path.read_bytes())
    assert copy.chapters.count() == 3
