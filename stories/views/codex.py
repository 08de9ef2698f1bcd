"""The codex of a story: all of it, and one entry with what is known of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from costory.lib.pictures import picture_response
from stories import services
from stories.forms import CodexEntryForm, CodexFactForm, CodexRelationForm, CodexSearchForm
from stories.models import Chapter, CodexEntry, CodexFact, Story
from stories.selectors.codex import facts_of, found_by, namesakes, relations_of
from stories.services import MentionCounts

HEADINGS = {
    CodexEntry.Kind.CHARACTER: gettext_lazy("Characters"),
    CodexEntry.Kind.PLACE: gettext_lazy("Places"),
    CodexEntry.Kind.THING: gettext_lazy("Things"),
    CodexEntry.Kind.FACT: gettext_lazy("Facts"),
}


@require_GET
@vary_on_headers("HX-Request")
def codex(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Everybody and everything in a story, by kind, with how often each chapter names them."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    entries = list(story.codex_entries.present().order_by("name", "id"))
    chapters = chapters_of(story)
    counts = services.count_mentions(story=story, entries=entries, chapters=chapters)
    search = CodexSearchForm(request.GET)
    found = found_by(search.terms(), entries)
    context = {
        "story": story,
        "search": search,
        "groups": [
            (heading, [_line(entry, chapters, counts) for entry in found if entry.kind == kind])
            for kind, heading in HEADINGS.items()
        ],
        "has_entries": bool(entries),
        "found_count": len(found),
        "is_counting": bool(counts.waiting),
    }
    if request.htmx:
        return render(request, "stories/codex.html#codex-entries", context)
    binned = list(CodexEntry.objects.in_bin_of(request.user).filter(story=story).order_by("-deleted_at"))
    removed = request.GET.get("deleted", "")
    context |= {"binned": binned, "removed": next((entry for entry in binned if str(entry.pk) == removed), None)}
    return render(request, "stories/codex.html", context)


@require_http_methods(["GET", "POST"])
def codex_entry_create(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """A new entry."""
    story = get_object_or_404(Story.objects.editable_by(request.user), pk=story_pk)
    if request.method != "POST":
        first = {name: request.GET[name][:120] for name in ("name", "kind") if name in request.GET}
        return render(
            request,
            "stories/codex_entry_create.html",
            {"story": story, "form": CodexEntryForm(story=story, initial=first)},
        )
    form = CodexEntryForm(request.POST, request.FILES, story=story)
    if form.is_valid():
        try:
            with transaction.atomic():
                entry = services.create_codex_entry(story=story, **form.words())
                if picture := form.cleaned_data["picture"]:
                    services.set_codex_picture(entry=entry, picture=picture)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(entry)
    return render(request, "stories/codex_entry_create.html", {"story": story, "form": form}, status=422)


@require_http_methods(["GET", "POST"])
def codex_entry_edit(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """An entry with all that is known of it; a POST changes what it says."""
    entry = entry_or_404(request, story_pk, pk)
    if request.method != "POST":
        return entry_page(request, entry)
    form = CodexEntryForm(request.POST, request.FILES, story=entry.story, entry=entry)
    if form.is_valid():
        try:
            with transaction.atomic():
                services.revise_codex_entry(entry=entry, **form.words())
                if picture := form.cleaned_data["picture"]:
                    services.set_codex_picture(entry=entry, picture=picture)
                elif form.cleaned_data.get("is_picture_removed"):
                    services.set_codex_picture(entry=entry, picture=None)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            entry.refresh_from_db()
        else:
            messages.success(request, _("Saved."))
            return redirect(entry)
    return entry_page(request, entry, form=form, status=422)


@require_POST
def codex_entry_delete(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Take an entry out of the codex; the page it leads to offers it back."""
    entry = entry_or_404(request, story_pk, pk)
    services.delete_codex_entry(entry=entry)
    return redirect(f"{reverse('stories:codex', args=[story_pk])}?deleted={entry.pk}")


@require_POST
def codex_entry_restore(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Have a deleted entry back."""
    deleted = CodexEntry.objects.in_bin_of(request.user).select_related("story")
    entry = get_object_or_404(deleted, pk=pk, story=story_pk)
    try:
        services.restore_codex_entry(entry=entry)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("stories:codex", story_pk=story_pk)
    messages.success(request, _("It is back in the codex."))
    return redirect(entry)


@require_GET
def codex_entry_picture(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """An entry's picture, for the writer's eyes only."""
    return picture_response(entry_or_404(request, story_pk, pk).picture)


def entry_or_404(request: AuthedRequest, story_pk: UUID, pk: UUID) -> CodexEntry:
    """An entry of one's own."""
    editable = CodexEntry.objects.editable_by(request.user).select_related("story")
    return get_object_or_404(editable, pk=pk, story=story_pk)


def chapters_of(story: Story) -> list[Chapter]:
    """The story's chapters in order, without their text."""
    return list(story.chapters.filter(deleted_at=None).without_text().order_by("position"))


def entry_page(
    request: AuthedRequest,
    entry: CodexEntry,
    *,
    form: CodexEntryForm | None = None,
    chapters: list[Chapter] | None = None,
    fact: CodexFact | None = None,
    fact_form: CodexFactForm | None = None,
    relation_form: CodexRelationForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of an entry. `fact` is the one being changed, in `fact_form`."""
    story = entry.story
    entries = list(story.codex_entries.present().defer("description").order_by("name", "id"))
    others = [other for other in entries if other.pk != entry.pk]
    chapters = chapters_of(story) if chapters is None else chapters
    counts = services.count_mentions(story=story, entries=entries, chapters=chapters)
    context: dict[str, Any] = {
        "entry": entry,
        "story": story,
        "form": form or CodexEntryForm(story=story, entry=entry),
        "facts": list(facts_of(entry)),
        "fact_in_hand": fact,
        "fact_form": fact_form or CodexFactForm(chapters=chapters),
        "relations": relations_of(entry),
        "relation_form": relation_form or (CodexRelationForm(others=others) if others else None),
        "namesakes": namesakes(entries).get(entry.pk, []),
        "line": _line(entry, chapters, counts),
        "is_counting": bool(counts.waiting),
        "removed_fact": request.session.pop("removed_fact", None) if request.method == "GET" else None,
    }
    return render(request, "stories/codex_entry_edit.html", context, status=status)


def _line(entry: CodexEntry, chapters: list[Chapter], counts: MentionCounts) -> dict[str, Any]:
    """An entry with the chapters that name it, each with how often."""
    by_chapter = counts.of(entry)
    named = [(chapter, by_chapter[chapter.pk]) for chapter in chapters if chapter.pk in by_chapter]
    return {"entry": entry, "chapters": named, "total": sum(count for _chapter, count in named)}
