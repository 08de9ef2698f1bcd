"""Who is there: the session and the person of a request, each read by a statement that is ready.

Nearly every page begins with these two rows, and the ORM takes a third of a page's time to ask for them. Everything
else stays Django's: how a session is written, renewed and ended, and what becomes of a person who is not to be let in.
"""

from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from costory.lib.statement import SOME_WORD, SOMEBODY, SOMETIME, Statement


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read by a statement that is ready."""

    def load(self) -> dict[str, Any]:
        """What is kept under this key. One that has ended, or is none, opens nothing and is not used again."""
        key = self.session_key or ""
        # Django makes them of letters and digits. A cookie may hold what no database takes.
        if key.isascii() and key.isalnum():
            row = _session().first({SOME_WORD: key, SOMETIME: timezone.now()})
            if row is not None:
                return self.decode(row[0])
        self._session_key = None
        return {}


class PersonMiddleware(AuthenticationMiddleware):
    """As Django's: `request.user` is the person of the session, and is asked for when it is needed."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]  # It stands for one.


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    # By the name that Django's own middleware keeps it under.
    if not hasattr(request, "_cached_user"):
        request._cached_user = person_of(request) or auth.get_user(request)  # type: ignore[attr-defined]  # The same.
    found: User | AnonymousUser = request._cached_user  # type: ignore[attr-defined]  # The same.
    return found


def person_of(request: HttpRequest) -> User | None:
    """Whoever is signed in beyond doubt. None leaves the case to `django.contrib.auth.get_user`.

    That is: nobody, a session sealed with a former SECRET_KEY, of a password that was changed, of an account that is
    closed, or through a door that there is no longer.
    """
    session = request.session
    try:
        key, door, seal = session[auth.SESSION_KEY], session[auth.BACKEND_SESSION_KEY], session[auth.HASH_SESSION_KEY]
        row = _person().first({SOMEBODY: UUID(key)})
    except (KeyError, ValueError):
        return None
    if row is None or door not in settings.AUTHENTICATION_BACKENDS:
        return None
    person = User.from_db("default", _COLUMNS, row)
    if not person.is_active or not seal or not constant_time_compare(seal, person.get_session_auth_hash()):
        return None
    return person


_COLUMNS = tuple(field.attname for field in User._meta.concrete_fields)


@cache
def _session() -> Statement:
    return Statement(
        Session.objects.filter(session_key=SOME_WORD, expire_date__gt=SOMETIME).values_list("session_data")
    )


@cache
def _person() -> Statement:
    return Statement(User.objects.filter(pk=SOMEBODY).values_list(*_COLUMNS))
