from django.urls import path

from coaching.views import conversation, memory, proposal

app_name = "coaching"

urlpatterns = [
    path("stories/<uuid:story_pk>/", conversation.panel, name="panel"),
    path("stories/<uuid:story_pk>/messages/", conversation.session_start, name="session-start"),
    path("stories/<uuid:story_pk>/quote/", conversation.message_quote, name="message-quote"),
    path("stories/<uuid:story_pk>/memory/", memory.memory_detail, name="memory-detail"),
    path("stories/<uuid:story_pk>/memory/wait/", memory.memory_wait, name="memory-wait"),
    path("stories/<uuid:story_pk>/memory/offer/", memory.summary_offer, name="summary-offer"),
    path("stories/<uuid:story_pk>/memory/summaries/", memory.summary_create, name="summary-create"),
    path("stories/<uuid:story_pk>/memory/<uuid:chapter_pk>/", memory.summary_revise, name="summary-revise"),
    path("stories/<uuid:story_pk>/proposals/", proposal.proposal_list, name="proposal-list"),
    path("stories/<uuid:story_pk>/proposals/quote/", proposal.proposal_quote, name="proposal-quote"),
    path("proposals/<uuid:pk>/", proposal.proposal_detail, name="proposal-detail"),
    path("proposals/<uuid:pk>/accept/", proposal.proposal_accept, name="proposal-accept"),
    path("proposals/<uuid:pk>/verdict/", proposal.proposal_decide, name="proposal-decide"),
    path("sessions/<uuid:pk>/", conversation.session_detail, name="session-detail"),
    path("sessions/<uuid:pk>/messages/", conversation.message_create, name="message-create"),
    path("replies/<uuid:pk>/", conversation.reply_detail, name="reply-detail"),
    path("replies/<uuid:pk>/request/", conversation.reply_request, name="reply-request"),
    path("replies/<uuid:pk>/stop/", conversation.reply_stop, name="reply-stop"),
    path("replies/<uuid:pk>/insert/", conversation.reply_insert, name="reply-insert"),
]
