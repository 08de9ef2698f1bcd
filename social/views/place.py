"""What a reader tells while reading: where they are, how the page is set, that they are grown up."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from costory.lib.http import AuthedRequest
from social.forms.place import PlaceForm
from social.page_setup import PageSetup, PageSetupForm
from social.selectors.reading import open_story
from social.services.place import keep_place
from social.views.reading import GROWN_UP_KEY
from stories.models import Chapter


@require_POST
def place_keep(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Remember the paragraph a reader has come to. What cannot be a place is passed over."""
    book = open_story(request.user, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    entry, _previous, _following = book.around(form.cleaned_data["chapter"])
    if form.cleaned_data["is_older"] and book.place is not None:
        return HttpResponse(status=204)
    chapter = get_object_or_404(Chapter.objects.without_text(), pk=entry.chapter.pk)
    keep_place(
        reader=request.user,
        chapter=chapter,
        paragraph=form.cleaned_data["paragraph"],
        is_finished=form.cleaned_data["is_finished"],
    )
    return HttpResponse(status=204)


@login_not_required
@require_POST
def page_setup(request: HttpRequest) -> HttpResponse:
    """Set the page as this browser's reader likes it. What is not sent or unknown stays."""
    setup = PageSetup.of(request)
    form = PageSetupForm({**vars(setup), **request.POST.dict()})
    if form.is_valid():
        setup = PageSetup(**form.cleaned_data)
    response = redirect(_back(request))
    setup.keep(response, is_secure=request.is_secure())
    return response


@login_not_required
@require_POST
def grown_up(request: HttpRequest) -> HttpResponse:
    """Remember for this session that the reader knows what is for grown-up readers."""
    request.session[GROWN_UP_KEY] = True
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page of ours that was left for this, else the library."""
    address = request.POST.get("next", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return "/library/"
