"""What does not fit together in a story: checks by rule, and what is asked of a model and believed of its answer.

Pure code: no database, no network. `check` takes the chapters in their order of reading and gives every contradiction
it is sure of; `prompt.messages` is what a model is sent, `parse` and `verify` take its answer in; `explain` puts a
finding in words.
"""

from coaching.continuity.answer import FINDINGS_SCHEMA, Claim, parse, unwaived, verify
from coaching.continuity.checking import check
from coaching.continuity.findings import EXPLANATIONS, KINDS, Finding, Known, KnownFact, Passage, Quote, explain

__all__ = [
    "EXPLANATIONS",
    "FINDINGS_SCHEMA",
    "KINDS",
    "Claim",
    "Finding",
    "Known",
    "KnownFact",
    "Passage",
    "Quote",
    "check",
    "explain",
    "parse",
    "unwaived",
    "verify",
]
