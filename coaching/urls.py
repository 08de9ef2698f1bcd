from django.urls import path

from coaching import views

app_name = "coaching"

urlpatterns = [
    path("stories/<uuid:story_pk>/", views.panel, name="panel"),
    path("stories/<uuid:story_pk>/messages/", views.session_start, name="session-start"),
    path("stories/<uuid:story_pk>/quote/", views.message_quote, name="message-quote"),
    path("sessions/<uuid:pk>/", views.session_detail, name="session-detail"),
    path("sessions/<uuid:pk>/messages/", views.message_create, name="message-create"),
    path("replies/<uuid:pk>/", views.reply_detail, name="reply-detail"),
    path("replies/<uuid:pk>/stop/", views.reply_stop, name="reply-stop"),
    path("replies/<uuid:pk>/insert/", views.reply_insert, name="reply-insert"),
]
