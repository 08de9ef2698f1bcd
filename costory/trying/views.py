"""A stranger asks the offline coach about a paragraph, and may keep it to go on writing."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from costory.trying.forms import ParagraphForm
from costory.trying.keeping import begin_story, keep, kept_text
from costory.trying.notes import Paragraph

_SAMPLES: Final = Path(__file__).parent / "samples"
_WAIT_SECONDS: Final = 60


@cache
def sample(language: str) -> str:
    """A paragraph for whoever has none at hand, with something in it to find."""
    path = _SAMPLES / f"{language}.txt"
    return (path if path.exists() else _SAMPLES / "en.txt").read_text(encoding="utf-8").strip()


@login_not_required
@sensitive_post_parameters("text")
@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def paragraph_try(request: HttpRequest) -> HttpResponse:
    """Read a paragraph and say what was found. Nothing of it is stored."""
    language = get_language() or "en"
    if request.method != "POST":
        text = sample(language) if "sample" in request.GET else kept_text(request)
        return _page(request, ParagraphForm(initial={"text": text}))
    if not ratelimit.consume(request, action="paragraph_try"):
        return _refusal(request)
    form = ParagraphForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _page(request, form, Paragraph(form.cleaned_data["text"], language))


@login_not_required
@sensitive_post_parameters("text")
@never_cache
@vary_on_headers("HX-Request")
@require_POST
def paragraph_keep(request: HttpRequest) -> HttpResponse:
    """Put the paragraph by and lead on to sign-up; for somebody signed in, begin the story at once."""
    if not ratelimit.consume(request, action="paragraph_keep"):
        return _refusal(request)
    form = ParagraphForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    text = form.cleaned_data["text"]
    if request.user.is_authenticated:
        url = begin_story(owner=request.user, text=text).get_absolute_url()
    else:
        keep(request, text)
        url = resolve_url("account_signup")
    return HttpResponseClientRedirect(url) if _is_fragment(request) else redirect(url)


def _is_fragment(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]  # django-htmx sets it.


def _page(
    request: HttpRequest, form: ParagraphForm, paragraph: Paragraph | None = None, *, status: int = 200
) -> HttpResponse:
    template = "home/_try_form.html#answer" if _is_fragment(request) else "home/try.html"
    return render(request, template, {"form": form, "paragraph": paragraph}, status=status)


def _refusal(request: HttpRequest) -> HttpResponse:
    """Too many from one address: the words stay in the form, and how long to wait is said."""
    message = _("Many paragraphs came from your address just now. Wait a minute, then ask again: your text stays here.")
    if _is_fragment(request):
        toast = json.dumps({"toast": {"message": message, "level": "error"}})
        return HttpResponse(message, status=429, headers={"Retry-After": str(_WAIT_SECONDS), "HX-Trigger": toast})
    form = ParagraphForm(initial={"text": request.POST.get("text", "")})
    response = render(request, "home/try.html", {"form": form, "refusal": message}, status=429)
    response["Retry-After"] = str(_WAIT_SECONDS)
    return response
