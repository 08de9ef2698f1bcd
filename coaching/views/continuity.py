"""What does not fit together in a story: found by rule for nothing, by a model at a price, waived by the writer."""

import uuid
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching import exchanges, findings, services
from coaching.forms import PanelForm
from coaching.models import ContinuityCheck, Finding
from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from stories.models import Chapter, Story


@require_GET
@vary_on_headers("HX-Request")
def continuity_detail(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """What was found in the story, or in one chapter, and what it would cost to have a model look."""
    story = _story(request, story_pk)
    return _page(request, story, _chapter(request, story))


@require_POST
@vary_on_headers("HX-Request")
def continuity_check(request: AuthedRequest, story_pk: UUID) -> HttpResponse:
    """Read by rule; with `model` asked for, let a model read as well."""
    story = _story(request, story_pk)
    chapter = _chapter(request, story)
    refusal = None
    services.check_continuity(story=story, chapter=chapter)
    if "with_model" in request.POST:
        key = request.POST.get("request_key", "")[:64] or uuid.uuid4().hex
        try:
            services.ask_continuity(user=request.user, story=story, chapter=chapter, request_key=key)
        except DomainError as error:
            refusal = error
    if request.htmx:
        response = _page(request, story, chapter, refusal=refusal)
        response["HX-Trigger"] = "wallet-changed"
        return response
    if refusal is not None:
        messages.error(request, str(refusal))
    return redirect(_url(story, chapter))


@require_POST
@vary_on_headers("HX-Request")
def finding_waive(request: AuthedRequest, pk: int) -> HttpResponse:
    """Say that a finding is meant so, or take that back."""
    finding = get_object_or_404(Finding.objects.of(request.user).select_related("story"), pk=pk)
    services.waive_finding(finding=finding, is_waived=request.POST.get("waived") != "0")
    story = finding.story
    chapter = _chapter(request, story)
    return _page(request, story, chapter) if request.htmx else redirect(_url(story, chapter))


def _story(request: AuthedRequest, pk: UUID) -> Story:
    return get_object_or_404(Story.objects.editable_by(request.user), pk=pk)


def _chapter(request: AuthedRequest, story: Story) -> Chapter | None:
    """The chapter that is asked about; none is the whole story."""
    form = PanelForm(request.POST if request.method == "POST" else request.GET)
    form.is_valid()
    pk = form.cleaned_data.get("chapter")
    if pk is None:
        return None
    return get_object_or_404(Chapter.objects.editable_by(request.user).filter(story=story), pk=pk)


def _url(story: Story, chapter: Chapter | None) -> str:
    url = reverse("coaching:continuity-detail", args=[story.pk])
    return f"{url}?chapter={chapter.pk}" if chapter is not None else url


def _page(
    request: AuthedRequest, story: Story, chapter: Chapter | None, *, refusal: DomainError | None = None
) -> HttpResponse:
    checks = ContinuityCheck.objects.filter(story=story, chapter=chapter).select_related("reply")
    last = checks.first()
    asked = checks.exclude(reply=None).defer("reply__request").first()
    reply = asked.reply if asked is not None else None
    price = ""
    if settings.COACH_ONLINE and (reply is None or reply.is_finished):
        try:
            quote = services.quote_continuity(user=request.user, story=story, chapter=chapter).quote
            price = exchanges.price(quote.ceiling_micros)
        except DomainError:
            price = ""
    found = findings.found_in(story, chapter)
    dropped = ""
    if asked is not None and asked.dropped:
        dropped = ngettext(
            "%(count)s remark of the model was left out: what it quoted does not stand in the text.",
            "%(count)s remarks of the model were left out: what they quoted does not stand in the text.",
            asked.dropped,
        ) % {"count": asked.dropped}
    context = {
        "story": story,
        "chapter": chapter,
        "last": last,
        "reply": reply,
        "exchange": exchanges.Exchange(reply) if reply is not None else None,
        "is_reading": reply is not None and not reply.is_finished,
        "found": [row for row in found if not row.is_waived],
        "waived": [row for row in found if row.is_waived],
        "dropped": dropped,
        "price": price,
        "refusal": refusal,
        "key": uuid.uuid4().hex,
        "title": _("Continuity of the story") if chapter is None else _("Continuity of the chapter"),
    }
    template = "coaching/continuity.html#continuity" if request.htmx else "coaching/continuity.html"
    return render(request, template, context)
