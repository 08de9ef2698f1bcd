from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SocialConfig(AppConfig):
    name = "social"
    verbose_name = _("Social")

    def ready(self) -> None:
        """Follow what happens to stories, and have a look at what is shown to everybody."""
        from events.services import subscribe
        from social.services import announcing, flood, listing, news

        for name in listing.STORY_EVENTS:
            subscribe(name, listing.follow_story)
        for name in listing.CHAPTER_EVENTS:
            subscribe(name, listing.follow_chapter)
        for name in flood.LOOKED_AT_ON:
            subscribe(name, flood.look_at_story)
        subscribe("comment.held", flood.take_in_comment)
        subscribe("story.published", announcing.begin_story)
        for name, hear in news.HEARD.items():
            subscribe(name, hear)
