"""Reading lists: all of one's own, one of them, and which of them a story is in."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from costory.lib.api import ApiError, Paging
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest, HtmxRequest
from social import services
from social.forms import ListNoteForm, ReadingListForm
from social.models import ReadingList
from social.selectors import shelf
from social.selectors.reading import shared_story
from stories.models import Story

# Where the place of what was last taken out of a list is kept, so that it can be put back.
_TAKEN = "taken-from-list"


@require_http_methods(["GET", "HEAD", "POST"])
def reading_list_list(request: AuthedRequest) -> HttpResponse:
    """One's lists; a POST makes a new one."""
    form = ReadingListForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = services.create_list(owner=request.user, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("social:reading-list-detail", pk=made.pk)
    context = {"form": form, "lists": shelf.lists_of(request.user)}
    return render(request, "social/reading_list_list.html", context, status=422 if form.errors else 200)


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def reading_list_detail(request: HtmxRequest, pk: UUID) -> HttpResponse:
    """A list: one's own, or one that is shown to everybody."""
    lists = shelf.reading_lists_visible_to(request.user).select_related("owner")
    return _list(request, get_object_or_404(lists, pk=pk))


@require_safe
@vary_on_headers("HX-Request")
def later_list(request: AuthedRequest) -> HttpResponse:
    """What one wants to read later."""
    return _list(request, shelf.later_list_of(request.user))


@require_POST
def reading_list_revise(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Another name or description of a list, or somebody else who sees it."""
    reading_list = _own(request, pk)
    form = ReadingListForm(request.POST)
    if form.is_valid():
        try:
            services.revise_list(reading_list=reading_list, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(_address(reading_list))
    return _list(request, reading_list, form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def reading_list_delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask whether a list is to go, and let it go."""
    reading_list = _own(request, pk)
    if reading_list.kind == ReadingList.Kind.LATER:
        raise Http404
    if request.method != "POST":
        return render(request, "social/reading_list_delete.html", {"reading_list": reading_list})
    services.delete_list(reading_list=reading_list)
    messages.success(request, _("The list is deleted. The stories in it are where they were."))
    return redirect("social:reading-list-list")


@require_POST
@vary_on_headers("HX-Request")
def list_item_move(request: AuthedRequest, pk: UUID, story_pk: UUID) -> HttpResponse:
    """Up or down by one place."""
    reading_list = _own(request, pk)
    services.move_in_list(reading_list=reading_list, story_id=story_pk, is_up=request.POST.get("way") == "up")
    return _after(request, reading_list, story_pk)


@require_POST
@vary_on_headers("HX-Request")
def list_item_revise(request: AuthedRequest, pk: UUID, story_pk: UUID) -> HttpResponse:
    """Something else said of a story in a list."""
    reading_list = _own(request, pk)
    form = ListNoteForm(request.POST)
    if not form.is_valid():
        return _list(request, reading_list, editing=story_pk, note_form=form, status=422)
    try:
        services.annotate_story(reading_list=reading_list, story_id=story_pk, note=form.cleaned_data["note"])
    except DomainError as refusal:
        form.add_error("note", str(refusal))
        return _list(request, reading_list, editing=story_pk, note_form=form, status=422)
    return _after(request, reading_list, story_pk)


@require_POST
def list_item_remove(request: AuthedRequest, pk: UUID, story_pk: UUID) -> HttpResponse:
    """Take a story out of a list."""
    reading_list = _own(request, pk)
    taken = services.take_from_list(reading_list=reading_list, story_id=story_pk)
    if taken is not None:
        request.session[_TAKEN] = [str(pk), str(story_pk), taken.position, taken.note, taken.share_token]
        undo = reverse("social:list-item-restore", args=[pk, story_pk])
        messages.success(request, _("The story is no longer in the list."), extra_tags=undo)
    return redirect(_address(reading_list))


@require_POST
def list_item_restore(request: AuthedRequest, pk: UUID, story_pk: UUID) -> HttpResponse:
    """Put back what was last taken out of a list, where it was and with its note."""
    reading_list = _own(request, pk)
    taken = request.session.get(_TAKEN)
    if taken is None or taken[:2] != [str(pk), str(story_pk)]:
        raise Http404
    # A story that was withdrawn meanwhile comes back as it left: without a title, until it is shown again.
    story = get_object_or_404(Story, pk=story_pk)
    try:
        words = {"position": taken[2], "note": taken[3], "share_token": taken[4] if len(taken) > 4 else ""}
        services.add_to_list(reading_list=reading_list, story=story, **words)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(_address(reading_list))


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def story_later(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Put a story by to read later (keep=1), or no longer (keep=0). Asked by a page, whether it is."""
    return _keep(request, _story(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def later_shared(request: AuthedRequest, token: str) -> HttpResponse:
    """The same of a story that was opened by its link."""
    story = shared_story(token)
    return _keep(request, story, token="" if story.is_public else token)


def _keep(request: AuthedRequest, story: Story, *, token: str = "") -> HttpResponse:
    if request.method == "POST":
        later = services.open_later_list(owner=request.user)
        try:
            if request.POST.get("keep") == "0":
                services.take_from_list(reading_list=later, story_id=story.pk)
            else:
                services.add_to_list(reading_list=later, story=story, share_token=token)
        except DomainError as refusal:
            messages.error(request, str(refusal))
    if not request.htmx:
        return redirect("social:story-shared", token) if token else redirect(_back(request, story))
    context = {"story": story, "token": token, "is_later": shelf.is_kept_for_later(request.user, story)}
    return render(request, "social/_later.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def story_lists(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Which of one's lists a story is in; a POST changes that, and may make a new one."""
    story = _story(request, pk)
    problem = ""
    if request.method == "POST":
        try:
            services.set_lists_of_story(
                owner=request.user,
                story=story,
                chosen=_ids(request.POST.getlist("list")),
                shown=_ids(request.POST.getlist("shown")),
            )
            if name := request.POST.get("new_name", "").strip():
                made = services.create_list(owner=request.user, name=name)
                services.add_to_list(reading_list=made, story=story)
        except DomainError as refusal:
            problem = str(refusal)
        else:
            if not request.htmx:
                messages.success(request, _("Saved."))
                return redirect(_back(request, story))
    context = {"story": story, "lists": shelf.lists_with(request.user, story), "problem": problem}
    template = "social/story_lists.html#choice" if request.htmx else "social/story_lists.html"
    return render(request, template, context, status=422 if problem else 200)


def _own(request: AuthedRequest, pk: UUID) -> ReadingList:
    return get_object_or_404(ReadingList.objects.select_related("owner"), pk=pk, owner=request.user)


def _story(request: AuthedRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.visible_to(request.user).select_related("owner"), pk=pk)


def _ids(sent: list[str]) -> set[UUID]:
    """The ids among what was sent, however much that is."""
    found = set()
    for each in sent[: services.MOST_LISTS]:
        try:
            found.add(UUID(each))
        except ValueError:
            continue
    return found


def _address(reading_list: ReadingList) -> str:
    if reading_list.kind == ReadingList.Kind.LATER:
        return reverse("social:later-list")
    return reverse("social:reading-list-detail", args=[reading_list.pk])


def _after(request: AuthedRequest, reading_list: ReadingList, story_pk: UUID) -> HttpResponse:
    if request.htmx:
        return _list(request, reading_list)
    after = request.GET.get("after", "")[:1000]
    query = f"?{urlencode({'after': after})}" if after else ""
    return redirect(f"{_address(reading_list)}{query}#story-{story_pk}")


def _back(request: AuthedRequest, story: Story) -> str:
    """The page of this story that the request came from, or its first."""
    home = reverse("social:story-read", args=[story.pk])
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    path = urlsplit(came_from).path if is_ours else ""
    return path if path.startswith(f"{home}chapters/") else home


def _list(request: HtmxRequest, reading_list: ReadingList, *, status: int = 200, **context: Any) -> HttpResponse:
    after = request.GET.get("after", "")[:1000]
    try:
        paging = Paging(limit=shelf.PAGE, cursor=after or None)
        placed, page = shelf.page_of_list(reading_list, request.user, paging=paging)
    except ApiError:
        # A cursor that is none: the list from its beginning.
        after = ""
        placed, page = shelf.page_of_list(reading_list, request.user)
    names = ("name", "description", "is_public")
    shown = {
        "reading_list": reading_list,
        "address": _address(reading_list),
        "is_own": reading_list.owner_id == request.user.pk,
        "is_later": reading_list.kind == ReadingList.Kind.LATER,
        "placed": placed,
        "after": after,
        "earlier": page.meta.previous,
        "later": page.meta.next,
        "form": ReadingListForm(initial={name: getattr(reading_list, name) for name in names}),
        **context,
    }
    template = "social/reading_list_detail.html#stories" if request.htmx else "social/reading_list_detail.html"
    return render(request, template, shown, status=status)
