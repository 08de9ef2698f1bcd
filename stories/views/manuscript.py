"""A manuscript from elsewhere: read, looked at, and only then taken in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from costory.lib import markdown
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import importing, services
from stories.forms import ManuscriptForm, TakeInForm
from stories.models import ImportDraft, Story

BEGINNING = 280


@require_http_methods(["GET", "HEAD", "POST"])
def import_create(request: AuthedRequest) -> HttpResponse:
    """Read a file or a pasted text; nothing of it is written yet."""
    story = _into(request)
    if request.method != "POST":
        return _ask(request, ManuscriptForm(), story)
    form = ManuscriptForm(request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, form, story, status=422)
    file = form.cleaned_data["file"]
    try:
        if file:
            manuscript = importing.read_manuscript(file_name=file.name, content=file.read())
        else:
            manuscript = importing.read_pasted(form.cleaned_data["text"])
    except importing.CannotRead as refusal:
        form.add_error("file" if file else "text", str(refusal))
        return _ask(request, form, story, status=422)
    draft = services.keep_import(owner=request.user, file_name=file.name if file else "", manuscript=manuscript)
    address = redirect("stories:import-detail", pk=draft.pk)
    if story is not None:
        address["Location"] += f"?story={story.pk}"
    return address


@require_http_methods(["GET", "HEAD", "POST"])
def import_detail(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What was found: chapter by chapter, and what could not be read. A POST takes it in."""
    draft = ImportDraft.objects.filter(pk=pk, owner=request.user).first()
    if draft is None and request.method == "POST":
        messages.info(request, _("This manuscript has been decided on already."))
        return redirect("stories:story-list")
    draft = draft or get_object_or_404(ImportDraft, pk=pk, owner=request.user)
    story = _into(request)
    first = {"title": draft.contents["title"], "mode": Story.Mode.FICTION, "language": get_language()}
    form = TakeInForm(request.POST if request.method == "POST" else None, initial=first)
    if story is not None:
        for field in form.fields.values():
            field.required = False
            field.widget = forms.HiddenInput()
    parts = draft.contents["parts"]
    chosen = _chosen(request, parts)
    if request.method != "POST" or not form.is_valid() or not chosen:
        if request.method == "POST" and not chosen:
            form.add_error(None, _("Choose at least one chapter."))
        return _show(request, draft, form, story, status=422 if form.errors else 200)
    said = form.cleaned_data if story is None else {}
    try:
        taken = services.take_in(draft=draft, chosen=chosen, story=story, **said)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, draft, form, story, status=422)
    if taken is None:
        return redirect("stories:story-list")
    messages.success(request, _("The manuscript is in. Nobody but you can read it."))
    return redirect(taken)


@require_POST
def import_discard(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Take nothing in."""
    services.discard_import(draft=get_object_or_404(ImportDraft, pk=pk, owner=request.user))
    return redirect("stories:story-list")


def _into(request: AuthedRequest) -> Story | None:
    """The story at whose end the manuscript is to go, where one is named."""
    named = request.POST.get("story") or request.GET.get("story")
    if not named:
        return None
    try:
        pk = UUID(named)
    except ValueError:
        return None
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk)


def _chosen(request: AuthedRequest, parts: list[dict[str, Any]]) -> list[services.Chosen]:
    return [
        services.Chosen(
            place=place,
            title=request.POST.get(f"title-{place}", part["title"])[: services.MAX_TITLE_CHARACTERS],
            is_joined=request.POST.get(f"join-{place}") == "on",
        )
        for place, part in enumerate(parts)
        if request.POST.get(f"take-{place}") == "on"
    ]


def _ask(request: AuthedRequest, form: ManuscriptForm, story: Story | None, *, status: int = 200) -> HttpResponse:
    return render(request, "stories/import_create.html", {"form": form, "into": story}, status=status)


def _show(
    request: AuthedRequest, draft: ImportDraft, form: TakeInForm, story: Story | None, *, status: int = 200
) -> HttpResponse:
    parts = [
        {
            "place": place,
            "title": request.POST.get(f"title-{place}", part["title"]),
            "words": markdown.word_count(part["content"]),
            "beginning": part["content"][:BEGINNING],
            "is_longer": len(part["content"]) > BEGINNING,
            "is_taken": request.method != "POST" or request.POST.get(f"take-{place}") == "on",
            "is_joined": request.POST.get(f"join-{place}") == "on",
        }
        for place, part in enumerate(draft.contents["parts"])
    ]
    context = {
        "draft": draft,
        "form": form,
        "into": story,
        "parts": parts,
        "words": sum(int(part["words"]) for part in parts),
        "left_out": [_left_out(kind, count) for kind, count in draft.contents["left_out"].items()],
        "notices": draft.contents["notices"],
    }
    return render(request, "stories/import_detail.html", context, status=status)


def _left_out(kind: str, count: int) -> str:
    """What was not taken over, in words."""
    words = {
        "pictures": ngettext("%(count)d picture", "%(count)d pictures", count),
        "footnotes": ngettext("%(count)d footnote", "%(count)d footnotes", count),
        "comments": ngettext("%(count)d comment", "%(count)d comments", count),
        "tables": ngettext("%(count)d table", "%(count)d tables", count),
        "missing": ngettext(
            "%(count)d page the book names and does not hold", "%(count)d pages the book names and does not hold", count
        ),
    }
    return words[kind] % {"count": count}
