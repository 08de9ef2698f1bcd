from django.urls import path

from stories.views import chapter, revision, story

app_name = "stories"

urlpatterns = [
    path("", story.story_list, name="story-list"),
    path("new/", story.story_create, name="story-create"),
    path("bin/", story.story_bin, name="story-bin"),
    path("<uuid:pk>/", story.story_detail, name="story-detail"),
    path("<uuid:pk>/visibility/", story.story_publish, name="story-publish"),
    path("<uuid:pk>/delete/", story.story_delete, name="story-delete"),
    path("<uuid:pk>/restore/", story.story_restore, name="story-restore"),
    path("<uuid:pk>/chapters/new/", chapter.chapter_create, name="chapter-create"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/", chapter.chapter_edit, name="chapter-edit"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/move/", chapter.chapter_move, name="chapter-move"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/delete/", chapter.chapter_delete, name="chapter-delete"),
    path("<uuid:story_pk>/chapters/<uuid:pk>/restore/", chapter.chapter_restore, name="chapter-restore"),
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
