"""Every address of the house."""

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.i18n import set_language

from accounts.views import person_avatar
from costory import legal, views
from costory.api import api_docs, api_unknown, api_urls
from costory.archive import views as archive
from costory.leaving import pages
from costory.trying import views as trying

# The admin has no login of its own: one door, with its throttle, its second factor and its passkeys.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # As allauth documents it.

urlpatterns = [
    path("", views.home, name="home"),
    path("try/", trying.paragraph_try, name="paragraph-try"),
    path("try/keep/", trying.paragraph_keep, name="paragraph-keep"),
    path("accounts/", include("allauth.urls")),
    path("settings/", include("accounts.urls")),
    path("settings/data/", pages.account_archive, name="account-archive"),
    path("settings/data/archive.zip", pages.account_archive_download, name="account-archive-download"),
    path("settings/data/erasure/", pages.erasure_request, name="erasure-request"),
    path("settings/data/closed/", pages.erasure_cancel, name="erasure-cancel"),
    path("avatars/<uuid:pk>/", person_avatar, name="person-avatar"),
    path("studio/import/archive/", archive.archive_import, name="archive-import"),
    path("studio/<uuid:pk>/archive/", archive.story_archive, name="story-archive"),
    path("studio/", include("stories.urls")),
    path("coach/", include("coaching.urls")),
    path("billing/", include("billing.urls")),
    path("", include("social.urls")),
    path("api/v1/docs", api_docs, name="api-docs"),
    path("api/v1/", api_urls),
    re_path(r"^api/v1/(?P<path>[\s\S]*)$", api_unknown, name="api-unknown"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
    path("admin/", admin.site.urls),
    path("legal/", legal.legal_index, name="legal-index"),
    path("legal/<slug:name>/", legal.legal_page, name="legal-page"),
    path(".well-known/security.txt", legal.security_txt, name="security-txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", legal.robots_txt, name="robots-txt"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

if settings.DEBUG:
    urlpatterns += [path("styleguide/", views.styleguide, name="styleguide")]
