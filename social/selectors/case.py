"""What a case is about, in words and addresses, and how it stands after what was decided."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from social.models import Case, Comment, Decision
from stories.models import Story

# How a decision leaves a story and a comment. What is not here leaves it as it is.
STANDING_AFTER = {
    Decision.Action.HOLD: Story.Standing.HELD,
    Decision.Action.RESTRICT: Story.Standing.RESTRICTED,
    Decision.Action.HIDE: Story.Standing.HIDDEN,
    Decision.Action.REMOVE: Story.Standing.REMOVED,
}
STATE_AFTER = {Decision.Action.HOLD: Comment.State.HELD, Decision.Action.HIDE: Comment.State.HIDDEN}


def address_of(case: Case) -> str:
    """Where the thing of a case is, as a report names it; never an address that opens what is not public."""
    if case.kind == Case.Kind.PROFILE:
        handle = User.objects.filter(pk=case.target_id).values_list("handle", flat=True).first()
        return f"{settings.APP_URL}/@{handle}/" if handle else ""
    story_id = case.target_id
    if case.kind == Case.Kind.COMMENT:
        story_id = Comment.objects.filter(pk=case.target_id).values_list("story_id", flat=True).first() or story_id
    return f"{settings.APP_URL}{reverse('social:story-read', args=[story_id])}"


def subject_of(case: Case) -> str:
    """The thing of a case in words for whoever owns it: a story's title, the beginning of a comment."""
    return subjects_of([case]).get(case.target_id, "")


def subjects_of(cases: Iterable[Case]) -> dict[UUID, str]:
    """The things of cases in words for whoever owns them, by what they are about; those that are gone are left out."""
    targets = {case.target_id: case.kind for case in cases}
    stories = [target for target, kind in targets.items() if kind == Case.Kind.STORY]
    comments = [target for target, kind in targets.items() if kind == Case.Kind.COMMENT]
    titles = Story.objects.filter(pk__in=stories).values_list("pk", "title")
    beginnings = Comment.objects.filter(pk__in=comments).values_list("pk", Left("content", 120))
    return {**dict(titles), **dict(beginnings)}


def decisions_in_force(case: Case) -> QuerySet[Decision]:
    """What was decided of a case and not lifted, in order."""
    return (
        Decision.objects.filter(case=case, lifted_by=None)
        .exclude(action=Decision.Action.LIFT)
        .order_by("created_at", "id")
    )


def standing_after(decisions: Iterable[Decision]) -> Story.Standing:
    """How a story stands after these decisions, in their order. Any that a person takes ends a machine's hold."""
    standing = before = Story.Standing.CLEAR
    for decision in decisions:
        if decision.action in STANDING_AFTER:
            before = standing if standing != Story.Standing.HELD else before
            standing = STANDING_AFTER[Decision.Action(decision.action)]
        elif standing == Story.Standing.HELD:
            standing = before
    return standing


def state_after(case: Case, decisions: Iterable[Decision]) -> Comment.State:
    """How a comment stands after these decisions: hidden, held, or as its story's author had it."""
    own = Decision.objects.filter(case=case, former__in=[Comment.State.SHOWN, Comment.State.WAITING])
    former = own.order_by("-created_at").values_list("former", flat=True).first()
    before = Comment.State(former) if former else Comment.State.SHOWN
    state = before
    for decision in decisions:
        if decision.action in STATE_AFTER:
            state = STATE_AFTER[Decision.Action(decision.action)]
        elif state == Comment.State.HELD:
            state = before
    return state


def suspended_until(person: User) -> datetime | None:
    """Until when somebody is suspended, after all that was decided and not lifted."""
    ends = Decision.objects.filter(
        person_id=person.pk, action=Decision.Action.SUSPEND, lifted_by=None, ends_at__gt=timezone.now()
    )
    return ends.order_by("-ends_at").values_list("ends_at", flat=True).first()


def is_banned(person: User) -> bool:
    """Whether a decision that was not lifted has closed somebody's account."""
    return Decision.objects.filter(person_id=person.pk, action=Decision.Action.BAN, lifted_by=None).exists()


def deciders() -> QuerySet[User]:
    """Everybody who may decide on what was reported."""
    codename = {"codename": "decide_case", "content_type__app_label": "social"}
    by_group = Q(**{f"groups__permissions__{name}": value for name, value in codename.items()})
    by_person = Q(**{f"user_permissions__{name}": value for name, value in codename.items()})
    return User.objects.filter(
        Q(is_superuser=True) | by_group | by_person, is_active=True, is_staff=True, erasure_requested_at=None
    ).distinct()
