"""Pages that belong to no app: the front door, the style page, and whether the house stands."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Right
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_safe

from costory.specimens import specimens
from costory.trying.forms import ParagraphForm
from costory.trying.keeping import kept_text
from social.cards import cards
from social.forms.library import Filters
from social.selectors.library import library_page
from stories.models import Chapter, Story

# Enough of a chapter's end to remember where one was.
LAST_LINES_LENGTH = 420
# What of the library stands at the front door.
SHELF = 4


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The landing page, or the desk of somebody who is signed in."""
    user = request.user
    if not user.is_authenticated:
        landing = {
            "has_signup_grant": settings.SIGNUP_GRANT_MICROS > 0,
            "form": ParagraphForm(initial={"text": kept_text(request)}),
            "shelf": _shelf(request),
        }
        return render(request, "home/landing.html", landing)
    stories = list(Story.objects.editable_by(user)[:6])
    latest_chapter = (
        Chapter.objects.editable_by(user)
        .without_text()
        .annotate(last_lines=Right("content", LAST_LINES_LENGTH))
        .select_related("story")
        .order_by("-updated_at", "-id")
        .first()
    )
    return render(request, "home/desk.html", {"stories": stories, "latest_chapter": latest_chapter})


def _shelf(request: HttpRequest) -> list[SafeString]:
    """What is read most at the moment, in the visitor's language."""
    look = Filters(language=get_language() or settings.LANGUAGE_CODE, sort="trending")
    return cards(library_page(look, request.user, cursor="", limit=SHELF).rows)


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look that no page has told of the icon: beside feeds, files and the admin."""
    return redirect(static("img/favicon.svg"))


@login_not_required
@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, while DEBUG is on."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "styleguide.html", specimens())


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and every migration stands; 503 otherwise, without saying more than which."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Exception:  # noqa: BLE001  Whatever the driver raises, the answer is the same.
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    if pending:
        return JsonResponse({"status": "unavailable", "migrations": len(pending)}, status=503)
    return JsonResponse({"status": "ok"})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token has gone stale: say so and show the way back, keeping the reason for the log."""
    return render(request, "403_csrf.html", status=403)
