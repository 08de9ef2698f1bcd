"""The page being written."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import comparison, prompts, services
from stories.forms import ChapterForm, MergeForm
from stories.models import Chapter, CodexEntry, Revision, Story
from stories.selectors.desk import chapter_to_save, chapter_to_write
from stories.services import ContentTooLong, StaleRevision
from stories.templatetags.studio import studio_words
from stories.views.arrangement import chapter_list_html, mark_current
from stories.views.folding import folded


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def chapter_edit(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """The chapter in its studio; a POST saves it from the version it names, or says that it came too late."""
    if request.method != "POST":
        chapter = _chapter(request, story_pk, pk)
        is_closed = services.is_closed_to(chapter=chapter, story=chapter.story, author=request.user)
        return _studio(request, chapter, ChapterForm.of(chapter), is_closed=is_closed)
    chapter = _of_story(chapter_to_save(request.user, pk), story_pk)
    form = ChapterForm(request.POST)
    if not form.is_valid():
        return _studio(request, chapter, form, status=422)
    try:
        words = {**form.cleaned_data}
        kind = Revision.Kind.MERGE if words.pop("is_merged") else Revision.Kind.EDIT
        if words.pop("is_taken_back"):
            chapter.released_at = services.withhold_chapter(chapter=chapter).released_at
        chapter = services.revise_chapter(chapter=chapter, author=request.user, kind=kind, **words)
    except StaleRevision as conflict:
        return _studio(request, conflict.chapter, form, conflict=conflict, status=409)
    except services.Suspended:
        return _studio(request, chapter, form, is_closed=True, status=403)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _studio(request, chapter, form, status=413 if isinstance(refusal, ContentTooLong) else 422)
    if not request.htmx:
        messages.success(request, _("Saved."))
        return redirect(chapter)
    return render(request, "stories/chapter_edit.html#editor-status", {"chapter": chapter, "is_saved": True})


@require_POST
@vary_on_headers("HX-Request")
def chapter_merge(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """A text that came too late and the stored one, brought together where they do not touch: shown, not saved."""
    chapter = _chapter(request, story_pk, pk)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    mine, base = form.cleaned_data["content"], form.cleaned_data["base"]
    if not base and (version := form.cleaned_data["base_version"]):
        base = services.text_at(chapter=chapter, version=version)
    merged = comparison.merge(base, mine, chapter.content) if base else None
    context = {
        "chapter": chapter,
        "story": chapter.story,
        "title": form.cleaned_data["title"],
        "merged": merged,
        "pieces": folded(comparison.compare(chapter.content, merged)) if merged is not None else [],
    }
    template = "stories/chapter_merge.html#merge" if request.htmx else "stories/chapter_merge.html"
    return render(request, template, context)


def _chapter(request: AuthedRequest, story_pk: UUID, pk: UUID) -> Chapter:
    return _of_story(chapter_to_write(request.user, pk), story_pk)


def _of_story(chapter: Chapter | None, story_pk: UUID) -> Chapter:
    if chapter is None or chapter.story_id != story_pk:
        raise Http404
    return chapter


def _studio(
    request: AuthedRequest,
    chapter: Chapter,
    form: ChapterForm,
    *,
    conflict: StaleRevision | None = None,
    is_closed: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"chapter": chapter, "story": chapter.story, "form": form, "conflict": conflict}
    context["is_closed"] = is_closed
    if conflict is not None:
        pieces = comparison.compare(chapter.content, form.cleaned_data["content"])
        context["mine"] = [piece for piece in pieces if piece.kind != comparison.REMOVED]
        context["theirs"] = [piece for piece in pieces if piece.kind != comparison.ADDED]
    if request.htmx:
        # The writer's own text stays where it is; only what is to be said about it comes.
        fragment = "conflict" if conflict is not None else "closed" if status == 403 else "editor-status"
        return render(request, f"stories/chapter_edit.html#{fragment}", context, status=status)
    # One token for all of the page's forms: each call masks it anew.
    context["csrf_token"] = get_token(request)
    if chapter.story.mode == Story.Mode.ROLEPLAY:
        cast = chapter.story.codex_entries.present().filter(kind=CodexEntry.Kind.CHARACTER)
        context["cast"] = cast.exclude(played_by=CodexEntry.Player.COACH).only("name").order_by("name")[:50]
    if chapter.story.mode == Story.Mode.LEGACY:
        answered = set(Chapter.objects.filter(story=chapter.story, deleted_at=None).values_list("prompt", flat=True))
        context["next_question"] = prompts.question_after(
            prompt=chapter.prompt, language=chapter.story.language, answered=answered
        )
    context["words"] = studio_words(
        chapter,
        form,
        chapter_list=mark_current(chapter_list_html(chapter.story), chapter),
        csrf_token=context["csrf_token"],
        is_conflict=conflict is not None,
    )
    return render(request, "stories/chapter_edit.html", context, status=status)
