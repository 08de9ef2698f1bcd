"""The codex beside the page: who is named in this chapter, and one entry as it stands here."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import QuickEntryForm
from stories.models import Chapter, CodexEntry
from stories.selectors.codex import facts_at, facts_of, passages_of, places_in_browser, relations_of


@require_GET
@vary_on_headers("HX-Request")
def codex_panel(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """Entries named in this chapter, the most often named first; then the others."""
    return _panel(request, _chapter(request, story_pk, chapter_pk))


@require_POST
@vary_on_headers("HX-Request")
def codex_panel_create(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> HttpResponse:
    """A new entry from what is selected in the text; it opens beside the page."""
    chapter = _chapter(request, story_pk, chapter_pk)
    form = QuickEntryForm(request.POST)
    if form.is_valid():
        try:
            entry = services.create_codex_entry(story=chapter.story, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return _entry(request, chapter, entry)
    return _panel(request, chapter, form=form, status=422)


@require_GET
@vary_on_headers("HX-Request")
def codex_panel_entry(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID, pk: UUID) -> HttpResponse:
    """An entry as it stands at this chapter, and where the chapter names it."""
    chapter = _chapter(request, story_pk, chapter_pk)
    editable = CodexEntry.objects.editable_by(request.user)
    return _entry(request, chapter, get_object_or_404(editable, pk=pk, story=story_pk))


@require_GET
def codex_panel_mentions(request: AuthedRequest, story_pk: UUID, chapter_pk: UUID) -> JsonResponse:
    """Where the chapter's text as it is stored names anybody, for the marks behind the page: in UTF-16 units."""
    chapter = _chapter(request, story_pk, chapter_pk, with_text=True)
    entries = chapter.story.codex_entries.present().defer("description")
    lexicon = services.lexicon_of(story=chapter.story, entries=entries)
    spans = dict.fromkeys((mention.start, mention.end) for mention in lexicon.find(chapter.content))
    places = places_in_browser(chapter.content, [place for span in spans for place in span])
    return JsonResponse(
        {
            "version": chapter.version,
            "length": places_in_browser(chapter.content, [len(chapter.content)])[0],
            "ranges": list(zip(places[::2], places[1::2], strict=True)),
        }
    )


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID, *, with_text: bool = False) -> Chapter:
    editable = Chapter.objects.editable_by(request.user).select_related("story")
    return get_object_or_404(editable if with_text else editable.without_text(), pk=pk, story=story_pk)


def _panel(
    request: AuthedRequest, chapter: Chapter, *, form: QuickEntryForm | None = None, status: int = 200
) -> HttpResponse:
    entries = list(chapter.story.codex_entries.present().defer("description").order_by("name", "id"))
    counts = services.count_mentions(story=chapter.story, entries=entries, chapters=[chapter])
    here = counts.by_chapter.get(chapter.pk, {})
    named = sorted((entry for entry in entries if entry.pk in here), key=lambda entry: -here[entry.pk])
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "named": [(entry, here[entry.pk]) for entry in named],
        "others": [entry for entry in entries if entry.pk not in here],
        "form": form or QuickEntryForm(),
    }
    return _render(request, context, status=status)


def _entry(request: AuthedRequest, chapter: Chapter, entry: CodexEntry) -> HttpResponse:
    entries = list(chapter.story.codex_entries.present().defer("description"))
    facts = list(facts_of(entry))
    here = facts_at(facts, chapter)
    entry.story = chapter.story
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "entry": entry,
        "facts": here,
        "facts_elsewhere": len(facts) - len(here),
        "relations": relations_of(entry),
        "passages": passages_of(entry, chapter=chapter, entries=entries),
    }
    return _render(request, context)


def _render(request: AuthedRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    template = "stories/codex_panel.html#codex-panel" if request.htmx else "stories/codex_panel.html"
    return render(request, template, context, status=status)
