"""Authors as their readers see them, and those one would rather not meet."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Block, Mute, User
from costory.lib.api import ApiError
from costory.lib.http import AuthedRequest, HtmxRequest
from social import services
from social.cards import cards
from social.selectors.people import open_profile, people_to_avoid, stories_of
from social.selectors.shelf import public_lists_of
from social.views.returning import back


@login_not_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def author_detail(request: HtmxRequest, handle: str) -> HttpResponse:
    """An author's page: who they are, and what they have opened to readers."""
    profile = open_profile(request.user, handle)
    if profile.person.handle != handle:
        return redirect("social:author-detail", handle=profile.person.handle, permanent=True)
    after = request.GET.get("after", "")
    try:
        page = stories_of(profile.person, request.user, cursor=after)
    except ApiError:
        return redirect("social:author-detail", handle=handle)
    context: dict[str, Any] = {
        "profile": profile,
        "author": profile.person,
        "cards": [] if profile.is_blocked else cards(page.rows),
        "following": page.meta.next,
        "is_first": not after,
    }
    if request.htmx and request.htmx.target == "more":
        return render(request, "social/author_detail.html#stories", context)
    context["lists"] = [] if profile.is_blocked or after else public_lists_of(profile.person)
    return render(request, "social/author_detail.html", context)


@require_safe
def people_list(request: AuthedRequest) -> HttpResponse:
    """Whom one has blocked or muted."""
    context = {
        "blocks": Block.objects.filter(blocker=request.user).select_related("blocked").order_by("-created_at"),
        "mutes": Mute.objects.filter(muter=request.user).select_related("muted").order_by("-created_at"),
    }
    return render(request, "social/people_list.html", context)


@require_POST
def person_block(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Have nothing more to do with somebody; the message holds the way back."""
    person = _person(request, pk)
    services.block_person(blocker=request.user, blocked=person)
    said = _("%(name)s can no longer answer or follow you, and is not told.") % {"name": person.name}
    messages.success(request, said, extra_tags=reverse("social:person-unblock", args=[pk]))
    return _after(request)


@require_POST
def person_unblock(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let somebody answer again."""
    services.unblock_person(blocker=request.user, blocked=_person(request, pk))
    return _after(request)


@require_POST
def person_mute(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Read no more of somebody; the message holds the way back."""
    person = _person(request, pk)
    services.mute_person(muter=request.user, muted=person)
    said = _("You read no more of %(name)s, who is not told.") % {"name": person.name}
    messages.success(request, said, extra_tags=reverse("social:person-unmute", args=[pk]))
    return _after(request)


@require_POST
def person_unmute(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Read somebody again."""
    services.unmute_person(muter=request.user, muted=_person(request, pk))
    return _after(request)


def _person(request: AuthedRequest, pk: UUID) -> User:
    return get_object_or_404(people_to_avoid(request.user), pk=pk)


def _after(request: AuthedRequest) -> HttpResponse:
    return redirect(back(request, reverse("social:people-list")))
