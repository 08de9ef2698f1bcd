from django.urls import path

from stories.views import arrangement, chapter, revision, story

app_name = "stories"

urlpatterns = [
    path("", story.story_list, name="story-list"),
    path("new/", story.story_create, name="story-create"),
    path("bin/", story.story_bin, name="story-bin"),
    path("<uuid:pk>/", story.story_detail, name="story-detail"),
    path("<uuid:pk>/visibility/", story.story_publish, name="story-publish"),
    path("<uuid:pk>/delete/", story.story_delete, name="story-delete"),
    path("<uuid:pk>/restore/", story.story_restore, name="story-restore"),
    path("<uuid:pk>/chapters/new/", arrangement.chapter_create, name="chapter-create"),
    path("<uuid:pk>/chapters/order/", arrangement.chapter_reorder, name="chapter-reorder"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/", chapter.chapter_edit, name="chapter-edit"),
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
]
