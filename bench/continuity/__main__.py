"""`python -m bench.continuity`: how many planted contradictions are found, and how many that are none.

    python -m bench.continuity                      the checks by rule: free, no network
    python -m bench.continuity --model [SLUG]       a model, through OPENROUTER_BASE_URL, as the product asks it
        --limit N   only the first N passages of each kind of file
        --yes       do not ask before spending

With --model the most it can cost is shown first, from the catalogue's prices, and nothing is sent without a yes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.continuity", description="Score the continuity checks.")
    parser.add_argument("--model", nargs="?", const="", help="score this model, or the one that is configured")
    parser.add_argument("--limit", type=int, default=0, help="only so many planted and clean passages per language")
    parser.add_argument("--yes", action="store_true", help="do not ask before spending")
    parser.add_argument("--verbose", action="store_true", help="list what was missed and what was wrong")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "costory.settings")
    import django

    django.setup()
    from django.conf import settings

    from bench.continuity.asking import score_model
    from bench.continuity.passages import load
    from bench.continuity.scoring import score
    from coaching.continuity import check

    samples = load()
    if options.limit:
        counts: Counter[tuple[str, bool]] = Counter()
        for sample in list(samples):
            counts[sample.language, bool(sample.kind)] += 1
            if counts[sample.language, bool(sample.kind)] > options.limit:
                samples.remove(sample)
    if options.model is None:
        result = score((sample, check(sample.chapters, sample.codex, language=sample.language)) for sample in samples)
    else:
        model = options.model or settings.OPENROUTER_MODEL
        scored = asyncio.run(score_model(model, samples, is_agreed=options.yes))
        if scored is None:
            return 1
        result = scored
    print(result.table())
    if options.verbose:
        print("\nMissed:", ", ".join(result.missed) or "nothing")
        for name, finding in result.false:
            print(f"Wrong in {name}: {finding.kind} · {finding.first.text} / {finding.second.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
