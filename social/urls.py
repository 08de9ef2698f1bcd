from django.urls import path

from social.views import library, place
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
]
