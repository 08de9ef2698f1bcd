"""What is read now: the score by which "trending" sorts, and how it ages.

    score = 1000 · log2(1 + 3·likes + 2·comments + reads/10) + 1000 · hours / 48

`hours` are those from 2020 to the story's publication. Every doubling of what readers give a story is worth two days
of youth: a story of the day before yesterday stands beside a new one when twice as much was made of it. A score only
grows with what it counts, never with time, so it is written when something is counted and an index keeps the order;
it ages because what is published later begins higher.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
HALF_LIFE: Final = timedelta(hours=48)
LIKE, COMMENT, READ = 3.0, 2.0, 0.1
SCALE: Final = 1000


def trend_score(*, likes: int, comments: int, reads: int, published_at: datetime) -> int:
    """The score as a whole number, larger for what is read now."""
    response = 1 + LIKE * likes + COMMENT * comments + READ * reads
    return round(SCALE * (math.log2(response) + (published_at - EPOCH) / HALF_LIFE))
