"""What readers do, and what is kept in step with what writers do."""

from social.services.listing import count_answers, refresh_listing, refresh_listings
from social.services.place import keep_place

__all__ = ["count_answers", "keep_place", "refresh_listing", "refresh_listings"]
