"""The library's search: one `search` in front of PostgreSQL's full text and SQLite's FTS5.

Words are analysed here (`analysis`), the same for both; what is asked is a tree (`matching`) that each database gets
in its own tongue; filters are lexemes of the same index (`marks`). `index` keeps it, `finding` asks it, `spelling`
corrects, `highlighting` shows where.
"""

from social.search.finding import SORTS, SearchPage, search
from social.search.highlighting import highlight, snippet
from social.search.index import index_story, refresh_names, unindex_story
from social.search.marks import LENGTHS, SearchFilters, length_of
from social.search.plan import Sort
from social.search.query import Query, parse

__all__ = [
    "LENGTHS",
    "SORTS",
    "Query",
    "SearchFilters",
    "SearchPage",
    "Sort",
    "highlight",
    "index_story",
    "length_of",
    "parse",
    "refresh_names",
    "search",
    "snippet",
    "unindex_story",
]
