from django.urls import path

from social.views import (
    answer,
    comment,
    feed,
    history,
    library,
    moderation,
    news,
    people,
    place,
    readers,
    shelf,
    taking,
)
from social.views import reading as views

app_name = "social"

urlpatterns = [
    path("read/setup/", place.page_setup, name="page-setup"),
    path("read/grown-up/", place.grown_up, name="grown-up"),
    path("stories/<uuid:pk>/place/", place.place_keep, name="place-keep"),
    path("stories/<uuid:pk>/whole/", views.whole_read, name="whole-read"),
    path("s/<slug:token>/cover/", library.cover_shared, name="cover-shared"),
    path("s/<slug:token>/whole/", views.whole_shared, name="whole-shared"),
    path("library/", library.library, name="library"),
    path("stories/<uuid:pk>/cover/", library.story_cover, name="story-cover"),
    path("stories/<uuid:pk>/", views.story_read, name="story-read"),
    path("stories/<uuid:pk>/chapters/<int:number>/", views.chapter_read, name="chapter-read"),
    path("stories/<uuid:pk>/photographs/<uuid:photograph_pk>/", views.photograph_read, name="photograph-read"),
    path("s/<slug:token>/photographs/<uuid:photograph_pk>/", views.photograph_shared, name="photograph-shared"),
    path("s/<slug:token>/", views.story_shared, name="story-shared"),
    path("s/<slug:token>/chapters/<int:number>/", views.chapter_shared, name="chapter-shared"),
    # Who reads, in numbers, for authors.
    path("studio/<uuid:story>/readers/", readers.story_readers, name="story-readers"),
]

shelf_urls = [
    path("lists/", shelf.reading_list_list, name="reading-list-list"),
    path("lists/later/", shelf.later_list, name="later-list"),
    path("lists/<uuid:pk>/", shelf.reading_list_detail, name="reading-list-detail"),
    path("lists/<uuid:pk>/revise/", shelf.reading_list_revise, name="reading-list-revise"),
    path("lists/<uuid:pk>/delete/", shelf.reading_list_delete, name="reading-list-delete"),
    path("lists/<uuid:pk>/stories/<uuid:story_pk>/move/", shelf.list_item_move, name="list-item-move"),
    path("lists/<uuid:pk>/stories/<uuid:story_pk>/note/", shelf.list_item_revise, name="list-item-revise"),
    path("lists/<uuid:pk>/stories/<uuid:story_pk>/remove/", shelf.list_item_remove, name="list-item-remove"),
    path("lists/<uuid:pk>/stories/<uuid:story_pk>/restore/", shelf.list_item_restore, name="list-item-restore"),
    path("stories/<uuid:pk>/later/", shelf.story_later, name="story-later"),
    path("s/<slug:token>/later/", shelf.later_shared, name="later-shared"),
    path("stories/<uuid:pk>/lists/", shelf.story_lists, name="story-lists"),
    path("history/", history.history, name="history"),
    path("history/<uuid:story_pk>/forget/", history.history_forget, name="history-forget"),
    path("history/empty/", history.history_empty, name="history-empty"),
    path("history/pause/", history.history_pause, name="history-pause"),
    path("settings/reading/", history.reader_settings, name="reader-settings"),
]
urlpatterns += shelf_urls

moderation_urls = [
    path("s/<slug:token>/report/", moderation.report_shared, name="report-shared"),
    path("report/received/", moderation.report_received, name="report-received"),
    path("report/<slug:kind>/<uuid:pk>/", moderation.report_create, name="report-create"),
    path("moderation/decisions/", moderation.decision_list, name="decision-list"),
    path("moderation/decisions/<uuid:pk>/", moderation.decision_detail, name="decision-detail"),
]
urlpatterns += moderation_urls

# What programs read, and what is taken along.
program_urls = [
    path("feeds/stories/<uuid:pk>/", feed.story_feed, name="story-feed"),
    path("feeds/@<slug:handle>/", feed.author_feed, name="author-feed"),
    path("feeds/tags/<str:slug>/", feed.tag_feed, name="tag-feed"),
    path("opds/", feed.opds_root, name="opds-root"),
    path("opds/kinds/", feed.opds_kinds, name="opds-kinds"),
    path("opds/languages/", feed.opds_languages, name="opds-languages"),
    path("opds/stories/", feed.opds_stories, name="opds-stories"),
    path("opds/search/", feed.opds_search, name="opds-search"),
    path("opds/search.xml", feed.opds_description, name="opds-description"),
    path("sitemap.xml", feed.sitemap_index, name="sitemap-index"),
    path("sitemaps/stories-<int:number>-of-<int:parts>.xml", feed.sitemap_part, name="sitemap-part"),
    path("sitemaps/authors-<int:number>-of-<int:parts>.xml", feed.sitemap_authors, name="sitemap-authors"),
    path("stories/<uuid:pk>/download.<slug:kind>", taking.story_download, name="story-download"),
    path("s/<slug:token>/download.<slug:kind>", taking.download_shared, name="download-shared"),
    path("stories/<uuid:pk>/card.<slug:kind>", taking.story_card, name="story-card"),
    path("stories/<uuid:pk>/cover.png", taking.cover_drawn, name="cover-drawn"),
]
urlpatterns += program_urls

answer_urls = [
    path("stories/<uuid:pk>/like/", answer.story_like, name="story-like"),
    path("stories/<uuid:pk>/comments/", comment.comment_list, name="comment-list"),
    path("stories/<uuid:pk>/comments/new/", comment.comment_create, name="comment-create"),
    path("s/<slug:token>/like/", answer.like_shared, name="like-shared"),
    path("s/<slug:token>/comments/", comment.comments_shared, name="comments-shared"),
    path("s/<slug:token>/comments/new/", comment.comment_create_shared, name="comment-create-shared"),
    path("comments/<uuid:pk>/", comment.comment_detail, name="comment-detail"),
    path("comments/<uuid:pk>/edit/", comment.comment_edit, name="comment-edit"),
    path("comments/<uuid:pk>/delete/", comment.comment_delete, name="comment-delete"),
    path("comments/<uuid:pk>/restore/<slug:permit>/", comment.comment_restore, name="comment-restore"),
    path("comments/<uuid:pk>/release/", comment.comment_release, name="comment-release"),
    path("comments/<uuid:pk>/refuse/", comment.comment_refuse, name="comment-refuse"),
    path("comments/<uuid:pk>/pin/", comment.comment_pin, name="comment-pin"),
    path("comments/<uuid:pk>/freeze/", comment.comment_freeze, name="comment-freeze"),
    path("studio/comments/", comment.comment_queue, name="comment-queue"),
    path("@<str:handle>/", people.author_detail, name="author-detail"),
    path("people/<uuid:pk>/follow/", answer.author_follow, name="author-follow"),
    path("people/<uuid:pk>/block/", people.person_block, name="person-block"),
    path("people/<uuid:pk>/unblock/", people.person_unblock, name="person-unblock"),
    path("people/<uuid:pk>/mute/", people.person_mute, name="person-mute"),
    path("people/<uuid:pk>/unmute/", people.person_unmute, name="person-unmute"),
    path("settings/people/", people.people_list, name="people-list"),
]
urlpatterns += answer_urls

news_urls = [
    path("notifications/", news.notification_list, name="notification-list"),
    path("notifications/<int:pk>/", news.notification_open, name="notification-open"),
    path("notifications/read/", news.notification_see, name="notification-see"),
    path("notifications/badge/", news.notification_badge, name="notification-badge"),
    path("notifications/unsubscribe/<str:token>/", news.unsubscribe, name="unsubscribe"),
    path("settings/notifications/", news.notification_settings, name="notification-settings"),
]
urlpatterns += news_urls
