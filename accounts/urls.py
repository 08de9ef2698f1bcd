from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.settings, name="settings"),
    path("avatar/", views.avatar_update, name="avatar-update"),
    path("avatar/remove/", views.avatar_remove, name="avatar-remove"),
    path("security/", views.security, name="security"),
    path("keys/", views.token_list, name="token-list"),
    path("tokens/", views.token_create, name="token-create"),
    path("tokens/<uuid:pk>/revoke/", views.token_revoke, name="token-revoke"),
    path("preferences/", views.preferences_update, name="preferences-update"),
]
