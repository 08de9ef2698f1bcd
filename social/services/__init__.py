"""What readers do, and what is kept in step with what writers do."""

from social.services.listing import count_answers, refresh_listing, refresh_listings

__all__ = ["count_answers", "refresh_listing", "refresh_listings"]
