"""A story's outline: its premise, its acts, their beats."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories import services
from stories.forms import BeatForm, MoveForm, PremiseForm
from stories.models import Beat, Story


@require_http_methods(["GET", "HEAD", "POST"])
def story_outline(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The outline; a POST says the premise anew."""
    story = _story(request, pk)
    if request.method != "POST":
        return _outline(request, story)
    form = PremiseForm(request.POST)
    if not form.is_valid():
        return _outline(request, story, premise_form=form, status=422)
    services.revise_story(story=story, premise=form.cleaned_data["premise"])
    messages.success(request, _("Saved."))
    return redirect("stories:story-outline", pk=pk)


@require_POST
def beat_create(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """A beat at the end of an act."""
    story = _story(request, pk)
    form = BeatForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            services.add_beat(story=story, act=said["act"] or 1, title=said["title"], summary=said["summary"])
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect(f"{_address(story)}#act-{said['act'] or 1}")
    return _outline(request, story, beat_form=form, status=422)


@require_POST
def beat_edit(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Another wording of a beat."""
    story, beat = _beat(request, story_pk, pk)
    form = BeatForm(request.POST)
    if not form.is_valid():
        return _outline(request, story, editing=beat, edit_form=form, status=422)
    services.revise_beat(beat=beat, title=form.cleaned_data["title"], summary=form.cleaned_data["summary"])
    return redirect(f"{_address(story)}#beat-{beat.pk}")


@require_POST
def beat_move(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """One place up or down, and from act to act."""
    story, beat = _beat(request, story_pk, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    services.move_beat(beat=beat, **form.cleaned_data)
    return redirect(f"{_address(story)}#beat-{beat.pk}")


@require_POST
def beat_delete(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Take a beat out; its chapter stays."""
    story, beat = _beat(request, story_pk, pk)
    services.delete_beat(beat=beat)
    return redirect(_address(story))


@require_POST
def beat_write(request: AuthedRequest, story_pk: UUID, pk: UUID) -> HttpResponse:
    """Make a chapter of a beat, and open it."""
    _story, beat = _beat(request, story_pk, pk)
    return redirect(services.make_chapter(beat=beat, author=request.user))


@require_POST
def outline_write(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Make chapters of all beats that have none."""
    story = _story(request, pk)
    made = services.make_chapters(story=story, author=request.user)
    said = ngettext("%(count)d chapter was made.", "%(count)d chapters were made.", made) % {"count": made}
    messages.success(request, said)
    return redirect(story)


def _story(request: AuthedRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk)


def _beat(request: AuthedRequest, story_pk: UUID, pk: UUID) -> tuple[Story, Beat]:
    story = _story(request, story_pk)
    return story, get_object_or_404(Beat, pk=pk, story=story)


def _address(story: Story) -> str:
    return f"{story.get_absolute_url()}outline/"


def _outline(
    request: AuthedRequest,
    story: Story,
    *,
    premise_form: PremiseForm | None = None,
    beat_form: BeatForm | None = None,
    editing: Beat | None = None,
    edit_form: BeatForm | None = None,
    status: int = 200,
) -> HttpResponse:
    beats = list(Beat.objects.filter(story=story).select_related("chapter").order_by("act", "position"))
    last = max([beat.act for beat in beats], default=1)
    acts = [
        {"number": act, "beats": [beat for beat in beats if beat.act == act]}
        for act in services.ACTS
        if act <= max(3, min(last + 1, services.ACTS[-1]))
    ]
    context = {
        "story": story,
        "acts": acts,
        "waiting": sum(1 for beat in beats if beat.chapter is None),
        "premise_form": premise_form or PremiseForm(initial={"premise": story.premise}),
        "beat_form": beat_form,
        "editing": editing,
        "edit_form": edit_form,
    }
    return render(request, "stories/story_outline.html", context, status=status)
