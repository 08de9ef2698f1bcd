from django.urls import include, path

from stories.views import (
    arrangement,
    asked,
    chapter,
    codex,
    codex_fact,
    codex_panel,
    export,
    manuscript,
    note,
    page,
    revision,
    story,
    wizard,
)

app_name = "stories"

codex_urls = [
    path("", codex.codex, name="codex"),
    path("new/", codex.codex_entry_create, name="codex-entry-create"),
    path("<uuid:pk>/", codex.codex_entry_edit, name="codex-entry-edit"),
    path("<uuid:pk>/delete/", codex.codex_entry_delete, name="codex-entry-delete"),
    path("<uuid:pk>/restore/", codex.codex_entry_restore, name="codex-entry-restore"),
    path("<uuid:pk>/picture/", codex.codex_entry_picture, name="codex-entry-picture"),
    path("<uuid:entry_pk>/facts/", codex_fact.codex_fact_create, name="codex-fact-create"),
    path("<uuid:entry_pk>/facts/<uuid:pk>/", codex_fact.codex_fact_edit, name="codex-fact-edit"),
    path("<uuid:entry_pk>/facts/<uuid:pk>/delete/", codex_fact.codex_fact_delete, name="codex-fact-delete"),
    path("<uuid:entry_pk>/relations/", codex_fact.codex_relation_create, name="codex-relation-create"),
    path("<uuid:entry_pk>/relations/<uuid:pk>/delete/", codex_fact.codex_relation_delete, name="codex-relation-delete"),
]
codex_panel_urls = [
    path("", codex_panel.codex_panel, name="codex-panel"),
    path("new/", codex_panel.codex_panel_create, name="codex-panel-create"),
    path("mentions/", codex_panel.codex_panel_mentions, name="codex-panel-mentions"),
    path("<uuid:pk>/", codex_panel.codex_panel_entry, name="codex-panel-entry"),
]
note_urls = [
    path("", note.note_list, name="note-list"),
    path("<uuid:pk>/", note.note_revise, name="note-revise"),
    path("<uuid:pk>/done/", note.note_finish, name="note-finish"),
    path("<uuid:pk>/delete/", note.note_delete, name="note-delete"),
]

urlpatterns = [
    path("", story.story_list, name="story-list"),
    path("new/", wizard.story_create, name="story-create"),
    path("new/discard/", wizard.draft_discard, name="draft-discard"),
    path("import/", manuscript.import_create, name="import-create"),
    path("import/<uuid:pk>/", manuscript.import_detail, name="import-detail"),
    path("import/<uuid:pk>/discard/", manuscript.import_discard, name="import-discard"),
    path("bin/", story.story_bin, name="story-bin"),
    path("<uuid:pk>/", story.story_detail, name="story-detail"),
    path("<uuid:pk>/export/", export.story_export, name="story-export"),
    path("<uuid:pk>/export/file/", export.story_download, name="story-download"),
    path("<uuid:pk>/disclosure/", export.story_disclosure, name="story-disclosure"),
    path("<uuid:pk>/journal/", asked.journal, name="journal"),
    path("<uuid:pk>/journal/write/", asked.journal_write, name="journal-write"),
    path("<uuid:pk>/interview/", asked.interview, name="interview"),
    path("<uuid:pk>/interview/answer/", asked.interview_answer, name="interview-answer"),
    path("<uuid:pk>/visibility/", story.story_publish, name="story-publish"),
    path("<uuid:pk>/delete/", story.story_delete, name="story-delete"),
    path("<uuid:pk>/restore/", story.story_restore, name="story-restore"),
    path("<uuid:pk>/chapters/new/", arrangement.chapter_create, name="chapter-create"),
    path("<uuid:pk>/chapters/order/", arrangement.chapter_reorder, name="chapter-reorder"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/", chapter.chapter_edit, name="chapter-edit"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/preview/", page.chapter_preview, name="chapter-preview"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/provenance/", page.chapter_provenance, name="chapter-provenance"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/merged/", chapter.chapter_merge, name="chapter-merge"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/snapshot/", revision.snapshot_create, name="snapshot-create"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/prompt/", asked.prompt_choose, name="prompt-choose"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/move/", arrangement.chapter_move, name="chapter-move"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/rename/", arrangement.chapter_rename, name="chapter-rename"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/status/", arrangement.chapter_status, name="chapter-status"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/delete/", arrangement.chapter_delete, name="chapter-delete"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/restore/", arrangement.chapter_restore, name="chapter-restore"),
    path("<uuid:story_pk>/chapters/<uuid:chapter_pk>/revisions/", revision.revision_list, name="revision-list"),
    path(
        "<uuid:story_pk>/chapters/<uuid:chapter_pk>/revisions/<uuid:pk>/",
        revision.revision_detail,
        name="revision-detail",
    ),
    path(
        "<uuid:story_pk>/chapters/<uuid:chapter_pk>/revisions/<uuid:pk>/restore/",
        revision.revision_restore,
        name="revision-restore",
    ),
    path(
        "<uuid:story_pk>/chapters/<uuid:chapter_pk>/revisions/<uuid:pk>/name/",
        revision.revision_name,
        name="revision-name",
    ),
    path("<uuid:story_pk>/codex/", include(codex_urls)),
    path("<uuid:story_pk>/chapters/<uuid:chapter_pk>/notes/", include(note_urls)),
    path("<uuid:story_pk>/chapters/<uuid:chapter_pk>/codex/", include(codex_panel_urls)),
]
