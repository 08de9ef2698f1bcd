"""Who moderates."""

from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.models import User

MODERATORS: Final = "Moderators"
# The queue, what can be decided there, and the record of it. Nothing else: no story, no wallet, no conversation.
RIGHTS: Final = ("view_case", "decide_case", "view_decision")


@transaction.atomic
def ensure_moderators() -> Group:
    """The group of moderators, with exactly its rights, whatever somebody gave or took meanwhile."""
    group, _is_new = Group.objects.get_or_create(name=MODERATORS)
    group.permissions.set(Permission.objects.filter(content_type__app_label="social", codename__in=RIGHTS))
    return group


@transaction.atomic
def appoint_moderator(*, person: User) -> User:
    """Let somebody into the admin as a moderator. Repeatable."""
    person.groups.add(ensure_moderators())
    if not person.is_staff:
        person.is_staff = True
        person.save(update_fields=["is_staff", "updated_at"])
    return person


@transaction.atomic
def dismiss_moderator(*, person: User) -> User:
    """Take the rights of a moderator from somebody; who has no others leaves the admin. Repeatable."""
    person.groups.remove(ensure_moderators())
    if not (person.is_superuser or person.groups.exists() or person.user_permissions.exists()):
        person.is_staff = False
        person.save(update_fields=["is_staff", "updated_at"])
    return person
