"""Loving a story, following its author."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from costory.lib.errors import DomainError
from costory.lib.http import AuthedRequest
from social import services
from social.models import Author, Follow, Like, Listing
from social.selectors.people import authors_for
from social.selectors.reading import shared_story
from social.views.returning import back
from stories.models import Story


@require_POST
@vary_on_headers("HX-Request")
def story_like(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Love a story, or no longer."""
    story = get_object_or_404(Story.objects.visible_to(request.user), pk=pk)
    return _like(request, story, reverse("social:story-read", args=[pk]))


@require_POST
@vary_on_headers("HX-Request")
def like_shared(request: AuthedRequest, token: str) -> HttpResponse:
    """Love a story whose link one has, or no longer."""
    return _like(request, shared_story(token), reverse("social:story-shared", args=[token]))


def _like(request: AuthedRequest, story: Story, story_address: str) -> HttpResponse:
    problem = ""
    try:
        if request.POST.get("liked") == "0":
            services.unlike_story(user=request.user, story=story)
        else:
            services.like_story(user=request.user, story=story)
    except DomainError as refusal:
        problem = str(refusal)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(back(request, story_address))
    context = {
        "like_address": request.path,
        "like_count": Listing.objects.filter(pk=story.pk).values_list("like_count", flat=True).first() or 0,
        "is_liked": Like.objects.filter(user=request.user, story=story).exists(),
        "may_like": not problem,
        "problem": problem,
    }
    return render(request, "social/_like.html", context, status=422 if problem else 200)


@require_POST
@vary_on_headers("HX-Request")
def author_follow(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Follow an author, or no longer."""
    author = get_object_or_404(authors_for(request.user), pk=pk)
    problem = ""
    try:
        if request.POST.get("followed") == "0":
            services.unfollow_author(follower=request.user, author=author)
        else:
            services.follow_author(follower=request.user, author=author)
    except DomainError as refusal:
        problem = str(refusal)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(back(request, reverse("social:author-detail", args=[author.handle])))
    context = {
        "author": author,
        "follower_count": Author.objects.filter(pk=pk).values_list("follower_count", flat=True).first() or 0,
        "is_followed": Follow.objects.filter(follower=request.user, author=author).exists(),
        "problem": problem,
    }
    return render(request, "social/_follow.html", context, status=422 if problem else 200)
