"""Who and what a text names: entries of a codex found by name and alias, in French and in English."""

from stories.mentions.lexicon import MOST_NAMESAKES, MOST_WORDS, Lexicon, Mention, Named, find_mentions, fold, key_of

__all__ = [
    "MOST_NAMESAKES",
    "MOST_WORDS",
    "Lexicon",
    "Mention",
    "Named",
    "find_mentions",
    "fold",
    "key_of",
]
