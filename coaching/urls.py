from django.urls import path

from coaching.views import conversation

app_name = "coaching"

urlpatterns = [
    path("stories/<uuid:story_pk>/", conversation.panel, name="panel"),
    path("stories/<uuid:story_pk>/messages/", conversation.session_start, name="session-start"),
    path("stories/<uuid:story_pk>/quote/", conversation.message_quote, name="message-quote"),
    path("sessions/<uuid:pk>/", conversation.session_detail, name="session-detail"),
    path("sessions/<uuid:pk>/messages/", conversation.message_create, name="message-create"),
    path("replies/<uuid:pk>/", conversation.reply_detail, name="reply-detail"),
    path("replies/<uuid:pk>/stop/", conversation.reply_stop, name="reply-stop"),
    path("replies/<uuid:pk>/insert/", conversation.reply_insert, name="reply-insert"),
]
