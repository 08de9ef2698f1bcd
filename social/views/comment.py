"""What readers say of a story: read by everybody who reads it, written and kept by those who are signed in."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from costory.lib.api import ApiError, Paging
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest, HtmxRequest
from social import services
from social.forms import CommentForm
from social.models import Comment, Listing
from social.selectors.answers import Conversation, comments_for, converse, converse_in_thread, waiting_for
from social.selectors.reading import shared_story
from social.views.reading import is_asked_of
from social.views.returning import back, here
from stories.models import Chapter, Story

# Who deleted a comment may take that back, and nobody else: the address says who that was, and when.
_PERMIT = signing.Signer(salt="social.comment-restore")


@login_not_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def comment_list(request: HtmxRequest, pk: UUID) -> HttpResponse:
    """A story's comments, those on one chapter of it (?chapter=), or one thread (?thread=)."""
    return _list(request, _story(request, pk), "")


@login_not_required
@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def comments_shared(request: HtmxRequest, token: str) -> HttpResponse:
    """The same, for whoever has the story's link."""
    story = shared_story(token)
    return redirect("social:comment-list", pk=story.pk) if story.is_public else _list(request, story, token)


def _list(request: HtmxRequest, story: Story, token: str) -> HttpResponse:
    if is_asked_of(request, story):
        return redirect(Conversation(story, request.user, token).story_address)
    if thread := request.GET.get("thread"):
        return _render(request, _thread(request, story, _id(thread), token), is_alone=True)
    chapter = _chapter(request, story, request.GET.get("chapter", ""))
    talk = _page(request, story, token, chapter, cursor=request.GET.get("after", ""))
    if request.htmx and request.htmx.target == "more-comments":
        return _render(request, talk, part="threads")
    return _render(request, talk, part="comments" if request.htmx else "")


@login_not_required
@require_safe
def comment_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """To where a comment stands."""
    comment = get_object_or_404(Comment, pk=pk)
    token = request.GET.get("token", "")
    story = _story_or_shared(request, comment, token)
    if not comments_for(story, request.user).filter(pk=pk).exists():
        raise Http404
    return redirect(_place(comment, token))


@require_POST
@vary_on_headers("HX-Request")
def comment_create(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say something of a story, a chapter or a passage, or answer."""
    return _create(request, _story(request, pk), "")


@require_POST
@vary_on_headers("HX-Request")
def comment_create_shared(request: AuthedRequest, token: str) -> HttpResponse:
    """The same, for whoever has the story's link."""
    return _create(request, shared_story(token), token)


def _create(request: AuthedRequest, story: Story, token: str) -> HttpResponse:
    if is_asked_of(request, story):
        return redirect(Conversation(story, request.user, token).story_address)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    said = form.cleaned_data
    parent = chapter = None
    if said["parent"]:
        answered = comments_for(story, request.user).select_related("chapter")
        parent = get_object_or_404(answered, pk=said["parent"])
    elif said["chapter"]:
        chapter = _chapter(request, story, str(said["chapter"]))
    try:
        comment = services.add_comment(
            author=request.user,
            story=story,
            content=said["content"],
            parent=parent,
            chapter=chapter,
            quote=said["quote"],
        )
    except DomainError as refusal:
        about = f"answer-{parent.pk}" if parent is not None else "comment-new"
        written = {"form_id": about, "problem": str(refusal), "content": said["content"], "quote": said["quote"]}
        root_id = (parent.root_id or parent.pk) if parent is not None else None
        return _refuse(request, story, token, root_id=root_id, parent=parent, chapter=chapter, written=written)
    told = _TOLD.get(comment.state)
    if not request.htmx:
        if told is not None:
            messages.info(request, told())
        return redirect(_place(comment, token))
    if comment.root_id is not None:
        response = _render(
            request, _thread(request, story, comment.root_id, token), part="thread", just_said=comment.pk
        )
    else:
        response = _render(request, _page(request, story, token, chapter), part="comments", just_said=comment.pk)
    if told is not None:
        response["HX-Trigger"] = json.dumps({"toast": {"message": told()}})
    return response


_TOLD: dict[str, Callable[[], str]] = {
    Comment.State.WAITING: lambda: _(
        "The author looks at comments first. Yours appears once they have let it through."
    ),
    Comment.State.HELD: lambda: _("Somebody of the house looks at your comment before others read it."),
}


@require_POST
@vary_on_headers("HX-Request")
def comment_edit(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Say it better."""
    token = request.POST.get("token", "")
    comment = _present(pk)
    form = CommentForm(request.POST)
    if comment.author_id != request.user.pk or not form.is_valid():
        raise Http404
    story = _story_or_shared(request, comment, token)
    root_id = comment.root_id or comment.pk
    try:
        services.edit_comment(comment=comment, editor=request.user, content=form.cleaned_data["content"])
    except DomainError as refusal:
        written = {"form_id": f"edit-{pk}", "problem": str(refusal), "content": form.cleaned_data["content"]}
        return _refuse(request, story, token, root_id=root_id, edited=comment, written=written)
    if not request.htmx:
        return redirect(_place(comment, token))
    return _render(request, _thread(request, story, root_id, token), part="thread", just_said=pk)


@require_POST
def comment_delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take a comment away; the message holds the way back."""
    return _act(request, pk, services.delete_comment, "deleter", said=_("The comment is deleted."))


@require_POST
def comment_refuse(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Do not let a waiting comment through; the message holds the way back."""
    return _act(request, pk, services.refuse_comment, "owner", said=_("The comment is refused."))


@require_POST
def comment_release(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let a waiting comment through."""
    return _act(request, pk, services.release_comment, "owner")


@require_POST
def comment_pin(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Have a thread stand before all others, or no longer."""
    return _act(request, pk, services.pin_comment, "owner", is_pinned=request.POST.get("on") != "0")


@require_POST
def comment_freeze(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Let nobody answer in a thread any more, or let them again."""
    return _act(request, pk, services.freeze_thread, "owner", is_frozen=request.POST.get("on") != "0")


@require_POST
def comment_restore(request: AuthedRequest, pk: UUID, permit: str) -> HttpResponse:
    """Take a deleted comment back, as whoever deleted it."""
    comment = get_object_or_404(Comment.objects.select_related("story").filter(story__deleted_at=None), pk=pk)
    if not constant_time_compare(permit, _permit(comment, request)):
        raise Http404
    services.restore_comment(comment=comment, restorer=request.user)
    return redirect(back(request, _place(comment, "")))


@require_safe
def comment_queue(request: AuthedRequest) -> HttpResponse:
    """What waits for an author to let it through, under all their stories, oldest first."""
    rows = waiting_for(request.user)
    try:
        page = Paging(cursor=request.GET.get("after", "")[:1000] or None).page_of(rows, keys=("created_at", "id"))
    except ApiError:
        return redirect("social:comment-queue")
    context = {"comments": page.rows, "following": page.meta.next, "next": request.get_full_path()}
    return render(request, "social/comment_queue.html", context)


def _act(
    request: AuthedRequest,
    pk: UUID,
    service: Callable[..., bool],
    role: str,
    *,
    said: str = "",
    **changes: bool,
) -> HttpResponse:
    """One thing done to a comment; then back to where one was, with what was done and the way back."""
    comment = _present(pk)
    try:
        is_done = service(comment=comment, **{role: request.user}, **changes)
    except (services.NotYours, services.NothingToAnswer) as refusal:
        raise Http404 from refusal
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        if is_done and said:
            comment.refresh_from_db(fields=["deleted_at"])
            undo = reverse("social:comment-restore", args=[pk, _permit(comment, request)])
            messages.success(request, said, extra_tags=undo)
    return redirect(back(request, _place(comment, "")))


def _permit(comment: Comment, request: AuthedRequest) -> str:
    return _PERMIT.signature(f"{comment.pk}:{request.user.pk}:{comment.deleted_at}")


def _present(pk: UUID) -> Comment:
    return get_object_or_404(Comment.objects.select_related("story").filter(story__deleted_at=None), pk=pk)


def _story(request: HttpRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.visible_to(request.user).select_related("owner", "listing"), pk=pk)


def _story_or_shared(request: HttpRequest, comment: Comment, token: str) -> Story:
    if not token:
        return _story(request, comment.story_id)
    story = shared_story(token[:100])
    if story.pk != comment.story_id:
        raise Http404
    return story


def _chapter(request: HttpRequest, story: Story, said: str) -> Chapter | None:
    if not said:
        return None
    readable = Chapter.objects.readable_in(story, request.user).without_text()
    return get_object_or_404(readable, pk=_id(said))


def _id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError as error:
        raise Http404 from error


def _page(request: HttpRequest, story: Story, token: str, chapter: Chapter | None, *, cursor: str = "") -> Conversation:
    try:
        return converse(story, request.user, token=token, chapter=chapter, cursor=cursor)
    except ApiError:
        # A cursor that is none: the list from its beginning.
        return converse(story, request.user, token=token, chapter=chapter)


def _thread(request: HttpRequest, story: Story, root_id: UUID, token: str) -> Conversation:
    talk = converse_in_thread(story, request.user, root_id, token=token)
    if not talk.threads:
        raise Http404
    return talk


def _place(comment: Comment, token: str) -> str:
    """The address of a comment in its thread."""
    home = Conversation(comment.story, AnonymousUser(), token).address
    return f"{home}?{urlencode({'thread': str(comment.root_id or comment.pk)})}#comment-{comment.pk}"


def _refuse(
    request: AuthedRequest,
    story: Story,
    token: str,
    *,
    written: dict[str, Any],
    root_id: UUID | None = None,
    parent: Comment | None = None,
    edited: Comment | None = None,
    chapter: Chapter | None = None,
) -> HttpResponse:
    """The form again, with what was written and why it cannot be so: by itself, or in its page."""
    if request.htmx:
        talk = Conversation(story, request.user, token, chapter)
        context = {"talk": talk, "parent": parent, "edited": edited, "here": here(request), **written}
        response = render(request, "social/_comment_form.html", context, status=422)
        response["HX-Retarget"] = f"#{written['form_id']}"
        response["HX-Reswap"] = "outerHTML"
        return response
    is_alone = root_id is not None
    talk = _thread(request, story, root_id, token) if root_id else _page(request, story, token, chapter)
    return _render(request, talk, is_alone=is_alone, written=written, status=422)


def _render(
    request: HtmxRequest, talk: Conversation, *, part: str = "", status: int = 200, **context: Any
) -> HttpResponse:
    story = talk.story
    shown = {
        "talk": talk,
        "story": story,
        "here": here(request),
        "count": _count(request, story),
        **context,
    }
    template = f"social/comment_list.html#{part}" if part else "social/comment_list.html"
    response = render(request, template, shown, status=status)
    if not story.is_public:
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
    return response


def _count(request: HttpRequest, story: Story) -> int:
    """How many comments there are: as they were read with the story, unless one has just been made."""
    listing = None if request.method == "POST" else getattr(story, "listing", None)
    listing = listing or Listing.objects.filter(pk=story.pk).first()
    return listing.comment_count if listing is not None else 0
