"""The pages on which somebody takes their things along, or goes."""

import tempfile

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from billing.selectors import wallet_summary
from costory.leaving.archive import archive_name, write_archive
from costory.leaving.erasure import StaffStays, ask_for_erasure, keep_account
from costory.leaving.forms import ErasureForm
from costory.lib import money
from costory.lib.http import AuthedRequest
from stories.models import Story

# An archive larger than this waits on disk, not in memory, until it is sent.
IN_MEMORY = 5_000_000


@require_GET
def account_archive(request: AuthedRequest) -> HttpResponse:
    """What one can take along, and the way out."""
    return render(request, "accounts/archive.html")


@require_GET
def account_archive_download(request: AuthedRequest) -> FileResponse:
    """Everything, as a file."""
    # Closed by the answer, which Django closes when it was sent.
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  The answer outlives this function.
    write_archive(person=request.user, target=target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=archive_name(request.user), content_type="application/zip")


@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth carries no types.
def erasure_request(request: AuthedRequest) -> HttpResponse:
    """Say plainly what goes, ask whether that is meant, begin the 14 days. The password was asked for just before."""
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            ask_for_erasure(person=request.user, kept_session=request.session.session_key or "")
        except StaffStays as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("erasure-cancel")
    stories = Story.objects.filter(owner=request.user)
    summary = wallet_summary(request.user)
    context = {
        "form": form,
        "story_count": stories.count(),
        "balance": money.format_micros(
            summary.balance_micros,
            language=request.LANGUAGE_CODE or settings.LANGUAGE_CODE,
            currency=summary.currency,
            is_exact=True,
        )
        if summary.balance_micros
        else "",
    }
    return render(request, "accounts/erasure_request.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def erasure_cancel(request: AuthedRequest) -> HttpResponse:
    """The one page of an account that is about to be erased: until when, and the way back."""
    if request.user.erasure_requested_at is None:
        return redirect("account-archive")
    if request.method == "POST":
        keep_account(person=request.user)
        messages.success(request, _("Your account stays, and everything in it. Welcome back."))
        return redirect("home")
    return render(request, "accounts/erasure_cancel.html", {"erased_at": request.user.erased_at})
