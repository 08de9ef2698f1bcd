"""What readers do, and what is kept in step with what writers do."""

from social.services.history import choose_reading, forget_reading, forget_readings
from social.services.listing import count_answers, refresh_listing, refresh_listings
from social.services.place import keep_place
from social.services.shelf import (
    MOST_LISTS,
    MOST_STORIES,
    ListFull,
    MayNotShow,
    TooManyLists,
    UnfitList,
    add_to_list,
    annotate_story,
    create_list,
    delete_list,
    move_in_list,
    open_later_list,
    order_list,
    revise_list,
    set_lists_of_story,
    take_from_list,
)

__all__ = [
    "MOST_LISTS",
    "MOST_STORIES",
    "ListFull",
    "MayNotShow",
    "TooManyLists",
    "UnfitList",
    "add_to_list",
    "annotate_story",
    "choose_reading",
    "count_answers",
    "create_list",
    "delete_list",
    "forget_reading",
    "forget_readings",
    "keep_place",
    "move_in_list",
    "open_later_list",
    "order_list",
    "refresh_listing",
    "refresh_listings",
    "revise_list",
    "set_lists_of_story",
    "take_from_list",
]
