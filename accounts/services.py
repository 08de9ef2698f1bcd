"""Every write about people.

No events here: accounts and events stand side by side, and neither imports the other. That somebody signed up is
recorded where the two meet (costory.adapters); a key is its own record.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User
from costory.lib.errors import DomainError

TOKEN_LIFE = timedelta(days=90)
# What others read of somebody.
PROFILE_WORDS = ("handle", "display_name", "bio")


class Suspended(DomainError):
    """Somebody who is suspended shows nothing new to others."""

    code: ClassVar[str] = "forbidden"


def change_preferences(*, user: User, theme: str = "", language: str = "") -> User:
    """Keep the theme and the language somebody chose; what is empty stays as it was."""
    if theme:
        user.theme = theme
    if language:
        user.language = language
    user.save(update_fields=["theme", "language", "updated_at"])
    return user


@transaction.atomic
def revise_profile(*, user: User, **changes: object) -> User:
    """Change what somebody says about themselves; the fields are those of the profile form. Raises Suspended."""
    stored = User.objects.get(pk=user.pk)
    is_shown = any(name in changes and changes[name] != getattr(stored, name) for name in PROFILE_WORDS)
    if stored.is_suspended and (is_shown or (changes.get("is_public") and not stored.is_public)):
        raise Suspended(_("Your account is suspended: for now, your profile cannot be changed."))
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=[*changes, "updated_at"])
    return user


@transaction.atomic
def change_avatar(*, user: User, picture: "File[bytes] | None") -> User:
    """Give somebody another picture, one that clean_picture has made anew, or none. The old file goes at commit.

    Raises Suspended for another picture.
    """
    person = User.objects.select_for_update().get(pk=user.pk)
    if picture is not None and person.is_suspended:
        raise Suspended(_("Your account is suspended: for now, your profile cannot be changed."))
    former, storage = person.avatar.name, person.avatar.storage
    person.avatar = picture
    person.save(update_fields=["avatar", "updated_at"])
    if former:
        transaction.on_commit(lambda: storage.delete(former))
    return person


@transaction.atomic
def issue_token(*, user: User, name: str, scopes: Sequence[str], life: timedelta = TOKEN_LIFE) -> tuple[ApiToken, str]:
    """Make a key to the API. The secret is returned here and nowhere else: only its digest is stored."""
    secret = ApiToken.new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=ApiToken.digest_of(secret),
        scopes=sorted({str(scope) for scope in scopes}),
        expires_at=timezone.now() + life,
    )
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken) -> None:
    """Make a key open nothing any more. Repeating it is harmless."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
