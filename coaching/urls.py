from django.urls import path

from coaching.views import continuity, conversation, craft, dispatch, memory, model, proposal, reply, session, structure

app_name = "coaching"

urlpatterns = [
    path("models/", model.model_list, name="model-list"),
    path("processors/", dispatch.processor_list, name="processor-list"),
    path("stories/<uuid:story_pk>/chapters/<uuid:chapter_pk>/craft/", craft.craft_detail, name="craft-detail"),
    path("stories/<uuid:story_pk>/structure/", structure.structure_detail, name="structure-detail"),
    path("stories/<uuid:story_pk>/continuity/", continuity.continuity_detail, name="continuity-detail"),
    path("stories/<uuid:story_pk>/continuity/check/", continuity.continuity_check, name="continuity-check"),
    path("findings/<int:pk>/waive/", continuity.finding_waive, name="finding-waive"),
    path("stories/<uuid:story_pk>/dispatches/", dispatch.dispatch_list, name="dispatch-list"),
    path("stories/<uuid:story_pk>/", conversation.panel, name="panel"),
    path("stories/<uuid:story_pk>/messages/", conversation.session_start, name="session-start"),
    path("stories/<uuid:story_pk>/sessions/", session.session_list, name="session-list"),
    path("stories/<uuid:story_pk>/preview/", conversation.message_preview, name="message-preview"),
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
    path("sessions/<uuid:pk>/revise/", session.session_revise, name="session-revise"),
    path("sessions/<uuid:pk>/archive/", session.session_archive, name="session-archive"),
    path("sessions/<uuid:pk>/delete/", session.session_delete, name="session-delete"),
    path("sessions/<uuid:pk>/restore/", session.session_restore, name="session-restore"),
    path("messages/<uuid:pk>/again/", conversation.message_again, name="message-again"),
    path("messages/<uuid:pk>/show/", conversation.branch_show, name="branch-show"),
    path("replies/<uuid:pk>/feedback/", reply.reply_rate, name="reply-rate"),
    path("replies/<uuid:pk>/", reply.reply_detail, name="reply-detail"),
    path("replies/<uuid:pk>/request/", reply.reply_request, name="reply-request"),
    path("replies/<uuid:pk>/stop/", reply.reply_stop, name="reply-stop"),
    path("replies/<uuid:pk>/insert/", reply.reply_insert, name="reply-insert"),
]
