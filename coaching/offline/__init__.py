"""The offline coach: no model, no cost, and honest about it.

It measures a chapter and asks craft questions from what it finds. Both functions are pure, deterministic and linear;
20,000 words take under a tenth of a second. They hold the processor meanwhile: call them away from an event loop.
"""

from coaching.offline.answer import answer
from coaching.offline.measures import Measures, measure

__all__ = ["Measures", "answer", "measure"]
