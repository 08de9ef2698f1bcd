"""What is true of an entry of the codex, and how it stands to others."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import CodexFactForm, CodexRelationForm
from stories.models import CodexEntry, CodexFact, CodexRelation
from stories.selectors.codex import facts_of
from stories.views.codex import chapters_of, entry_or_404, entry_page


@require_POST
def codex_fact_create(request: AuthedRequest, story_pk: UUID, entry_pk: UUID) -> HttpResponse:
    """Note what is true, from one chapter to another."""
    entry = entry_or_404(request, story_pk, entry_pk)
    chapters = chapters_of(entry.story)
    form = CodexFactForm(request.POST, chapters=chapters)
    if form.is_valid():
        try:
            services.add_codex_fact(entry=entry, **form.cleaned_data)
        except DomainError as refusal:
            _refuse(form, refusal)
        else:
            return redirect(f"{entry.get_absolute_url()}#facts")
    return entry_page(request, entry, chapters=chapters, fact_form=form, status=422)


@require_http_methods(["GET", "POST"])
def codex_fact_edit(request: AuthedRequest, story_pk: UUID, entry_pk: UUID, pk: UUID) -> HttpResponse:
    """The entry's page with one of its facts open to be changed; a POST changes it."""
    entry = entry_or_404(request, story_pk, entry_pk)
    fact = _fact(entry, pk)
    chapters = chapters_of(entry.story)
    if request.method != "POST":
        return entry_page(
            request, entry, chapters=chapters, fact=fact, fact_form=CodexFactForm.of(fact, chapters=chapters)
        )
    form = CodexFactForm(request.POST, chapters=CodexFactForm.choice(fact, chapters=chapters))
    if form.is_valid():
        try:
            services.revise_codex_fact(fact=fact, **form.cleaned_data)
        except DomainError as refusal:
            _refuse(form, refusal)
        else:
            return redirect(f"{entry.get_absolute_url()}#facts")
    return entry_page(request, entry, chapters=chapters, fact=fact, fact_form=form, status=422)


@require_POST
def codex_fact_delete(request: AuthedRequest, story_pk: UUID, entry_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a fact back; the page it leads to can note it again."""
    entry = entry_or_404(request, story_pk, entry_pk)
    fact = _fact(entry, pk)
    services.delete_codex_fact(fact=fact)
    request.session["removed_fact"] = {
        "entry": str(entry.pk),
        "text": fact.text,
        "holds_from": str(fact.holds_from_id or ""),
        "holds_until": str(fact.holds_until_id or ""),
    }
    return redirect(f"{entry.get_absolute_url()}#facts")


@require_POST
def codex_relation_create(request: AuthedRequest, story_pk: UUID, entry_pk: UUID) -> HttpResponse:
    """Say how an entry stands to another."""
    entry = entry_or_404(request, story_pk, entry_pk)
    others = entry.story.codex_entries.present().exclude(pk=entry.pk).defer("description").order_by("name", "id")
    form = CodexRelationForm(request.POST, others=others)
    if form.is_valid():
        try:
            services.relate_codex_entries(entry=entry, **form.cleaned_data)
        except DomainError as refusal:
            _refuse(form, refusal)
        else:
            return redirect(f"{entry.get_absolute_url()}#relations")
    return entry_page(request, entry, relation_form=form, status=422)


@require_POST
def codex_relation_delete(request: AuthedRequest, story_pk: UUID, entry_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a relation back, from either side."""
    entry = entry_or_404(request, story_pk, entry_pk)
    services.delete_codex_relation(relation=get_object_or_404(CodexRelation.objects.touching(entry), pk=pk))
    return redirect(f"{entry.get_absolute_url()}#relations")


def _fact(entry: CodexEntry, pk: UUID) -> CodexFact:
    return get_object_or_404(facts_of(entry), pk=pk)


def _refuse(form: CodexFactForm | CodexRelationForm, refusal: DomainError) -> None:
    field = refusal.details.get("field")
    form.add_error(field if field in form.fields else None, str(refusal))
