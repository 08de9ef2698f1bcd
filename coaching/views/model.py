"""The models a writer can choose among."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from coaching import catalogue
from costory.lib.http import AuthedRequest


@require_GET
def model_list(request: AuthedRequest) -> HttpResponse:
    """What each costs in plain words and is good at, and what took the place of those that are gone."""
    offers = catalogue.offers() if settings.COACH_ONLINE else []
    return render(request, "coaching/model_list.html", {"offers": offers, "retired": catalogue.retired()})
