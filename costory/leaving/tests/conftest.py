"""Somebody who has something of everything."""

import io
import uuid

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from PIL import Image

import billing.services
import events.services
from accounts import services
from accounts.models import Block, Mute, User
from coaching.models import BeatPlace, Dispatch, Finding, Message, Proposal, Reply, Session, Summary
from costory.lib.pictures import clean_picture
from social.models import (
    Appeal,
    Author,
    Case,
    Comment,
    Decision,
    Follow,
    Like,
    ModeratorReading,
    Notification,
    NotificationChoice,
    ReadChapter,
    ReadDay,
    ReaderSettings,
    Reading,
    ReadingList,
    ReadingListItem,
    ReadSource,
    Report,
)
from stories.models import (
    Beat,
    CodexEntry,
    CodexFact,
    CodexRelation,
    ImportDraft,
    Insertion,
    Note,
    Photograph,
    Revision,
    Story,
    StoryDraft,
    StoryTag,
    Tag,
)
from tests.factories import create_chapter, create_story, create_user


def create_picture():
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(written, "PNG")
    return clean_picture(ContentFile(written.getvalue(), name="x.png"))


def create_rich_person(**overrides) -> User:
    """A person with rows in every table of theirs, and three pictures."""
    person = create_user(**{"bio": "I write at night.", "avatar": create_picture(), **overrides})
    services.issue_token(user=person, name="My script", scopes=["read"])
    story = create_story(
        owner=person, title="L’été à Ar-Men", visibility=Story.Visibility.PUBLIC, share_token=uuid.uuid4().hex
    )
    reply_id = uuid.uuid4()
    chapter = create_chapter(
        story=story, content="Gone *at last*.\n\nThe gulls stood about.", content_html="<p>Gone</p>", title="Un"
    )
    chapter.provenance = [[5, "human"], [34, "coach", str(reply_id)]]
    chapter.save()
    create_chapter(story=story, content="The second.", title="Deux")
    Revision.objects.create(
        chapter=chapter,
        author=person,
        version=1,
        kind="coach",
        title=chapter.title,
        content=chapter.content,
        provenance=chapter.provenance,
        reply_id=reply_id,
    )
    Note.objects.create(chapter=chapter, body="Check the tide tables.")
    Beat.objects.create(story=story, position=1, title="Arrival", chapter=chapter)
    Photograph.objects.create(chapter=chapter, position=1, image=create_picture(), caption="The lamp")
    one = CodexEntry.objects.create(story=story, name="Éléna", aliases=["Léna"], picture=create_picture())
    other = CodexEntry.objects.create(story=story, name="The lamp", kind="thing")
    CodexFact.objects.create(entry=one, text="Afraid of water", holds_from=chapter)
    CodexRelation.objects.create(entry=one, other=other, label="keeps")
    StoryDraft.objects.create(owner=person, answers={"mode": "journal"})
    ImportDraft.objects.create(owner=person, contents={"title": "x"})
    session = Session.objects.create(story=story, user=person, chapter=chapter, mode="narrative")
    message = Message.objects.create(session=session, content="Is the opening too slow?")
    reply = Reply.objects.create(
        id=reply_id,
        session=session,
        message=message,
        request_key="k",
        model="m",
        content="Try **this**.",
        state="done",
        cost_micros=0,
        ended_at=message.created_at,
    )
    Session.objects.filter(pk=session.pk).update(head=message)
    Proposal.objects.create(reply=reply, story=story, user=person, chapter=chapter, kind="rewrite", passage="at last")
    Summary.objects.create(chapter=chapter, text="They leave.", text_sha256=Summary.digest(chapter.content))
    BeatPlace.objects.create(story=story, form="memoir", beat="break", chapter=chapter)
    Finding.objects.create(
        story=story,
        origin="rule",
        kind="place",
        explanation="Here they are gone, there they stand about.",
        first_chapter=chapter,
        first_quote="Gone",
        first_start=0,
        second_chapter=chapter,
        second_quote="stood",
        second_start=26,
        fingerprint="f" * 64,
    )
    Dispatch.objects.create(
        reply=reply,
        packed=Dispatch.pack(b'{"model":"m"}'),
        size_bytes=13,
        processor="openrouter.ai",
        is_zero_retention=True,
        sent_at=message.created_at,
    )
    Insertion.objects.create(story=story, reply_id=reply_id, text="The gulls stood about.")
    add_what_readers_have(person, story)
    billing.services.grant_signup(user=person)
    billing.services.open_hold(user=person, amount_micros=10_000, cause=f"reply:{reply_id}")
    events.services.record("person.signed_up", person_id=person.pk, subject=person)
    return person


def add_what_readers_have(person: User, story: Story) -> None:
    """A row in every table of a reader's, about their own story, which is as good as another's here."""
    other = create_user()
    StoryTag.objects.create(story=story, tag=Tag.objects.get_or_create(slug="sea", defaults={"name": "Sea"})[0])
    Block.objects.create(blocker=person, blocked=other)
    Mute.objects.create(muter=person, muted=other)
    Author.objects.create(user=person)
    Like.objects.create(story=story, user=person)
    Follow.objects.create(follower=person, author=other)
    comment = Comment.objects.create(story=story, author=person, content="I wept.")
    Reading.objects.create(reader=person, story=story, read_at=comment.created_at)
    ReaderSettings.objects.create(user=person)
    reading_list = ReadingList.objects.create(owner=person, name="For winter")
    ReadingListItem.objects.create(reading_list=reading_list, story=story, position=1)
    Notification.objects.create(user=person, kind="like", actor=other, story=story, cause="like:1")
    NotificationChoice.objects.create(user=person, kind="like")
    case = Case.objects.create(kind="comment", target_id=comment.pk, person_id=person.pk)
    Report.objects.create(case=case, reason="spam", explanation="Adverts", reporter=person)
    decision = Decision.objects.create(
        case=case,
        person_id=person.pk,
        action="warn",
        ground="terms",
        clause="Advertising",
        facts="A link",
        origin="report",
        moderator_id=other.pk,
    )
    Appeal.objects.create(decision=decision, person_id=person.pk, text="It was no advert.")
    ModeratorReading.objects.create(moderator_id=other.pk, person_id=person.pk, case=case)
    day = comment.created_at.date()
    ReadDay.objects.create(story=story, day=day, reads=3)
    ReadSource.objects.create(story=story, day=day, host="forum.example", reads=3)
    ReadChapter.objects.create(story=story, day=day, position=1, began=3, stopped=3)


@pytest.fixture(autouse=True)
def _no_attempts_counted() -> None:
    """Logins are counted in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def person(db) -> User:
    return create_rich_person(email="jeanne@example.org", handle="jeanne", display_name="Jeanne")
