"""The benchmark of planted contradictions: its data are sound, and the rules do not get worse at it."""

import asyncio
import json
from collections import Counter

import pytest

from bench.continuity.asking import score_model
from bench.continuity.passages import load
from bench.continuity.scoring import score
from coaching.continuity import FINDINGS_SCHEMA, KINDS, Finding, Quote, check
from tests.model_scenarios import Scenario

SAMPLES = load()
# What docs/benchmarks.md says. A rule that finds less, or something where nothing is, has to be argued for there.
RECALL = {"en": 0.90, "fr": 0.90}


def findings(sample):
    return check(sample.chapters, sample.codex, language=sample.language)


def test_there_are_forty_of_each_half_of_them_french():
    counts = Counter((sample.language, bool(sample.kind)) for sample in SAMPLES)
    assert set(counts.values()) == {20}
    assert len(counts) == 4
    assert len({sample.id for sample in SAMPLES}) == 80


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_a_passage_is_well_formed(sample):
    assert 70 <= sum(len(chapter.text.split()) for chapter in sample.chapters) <= 250
    if sample.kind:
        assert sample.kind in KINDS
        for quote in (sample.first, sample.second):
            assert sum(chapter.text.count(quote) for chapter in sample.chapters) == 1
    else:
        assert sample.trap


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.id)
def test_the_rules_find_nothing_where_nothing_is_planted(sample):
    assert [finding for finding in findings(sample) if not (sample.kind and sample.is_found_by(finding))] == []


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_rules_find_as_much_as_is_written_down(language):
    result = score((sample, findings(sample)) for sample in SAMPLES if sample.language == language)
    assert result.recall() >= RECALL[language], result.missed
    assert result.precision() == 1


def test_the_score_counts_what_is_wrong():
    planted, clean = SAMPLES[0], next(sample for sample in SAMPLES if not sample.kind)
    place = planted.span(planted.first)
    wrong = Finding("age", place, place, "x")
    elsewhere = Quote(clean.chapters[0].chapter_id, 0, 5, clean.chapters[0].text[:5])
    right = Finding(planted.kind, planted.span(planted.second), place, "x")
    result = score([(planted, [wrong, right]), (clean, [Finding("age", elsewhere, elsewhere, "x")])])
    assert result.recall() == 1
    assert result.precision() == pytest.approx(1 / 3)
    assert "| **precision** | 33 %" in result.table()


def test_a_model_is_scored_as_the_product_asks_it(model_server, capsys):
    planted, clean = SAMPLES[0], next(sample for sample in SAMPLES if not sample.kind)
    found = {
        "kind": planted.kind,
        "first": {"chapter": 1, "quote": planted.first},
        "second": {"chapter": 1, "quote": planted.second},
        "explanation": "Two spellings.",
        "confidence": "high",
    }
    made_up = found | {"second": {"chapter": 1, "quote": "words that stand nowhere"}}
    content = json.dumps({"findings": [found, made_up]})
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    document = json.dumps({"id": "gen-1", "model": "test/normal", "choices": [choice]}).encode()
    model_server.script(Scenario(body=document, headers=(("Content-Type", "application/json"),)), "prose-20x0")
    result = asyncio.run(score_model("test/normal", [planted, clean], is_agreed=True, at_once=1))
    assert result is not None
    assert (result.recall(), result.precision()) == (1, 1)
    said = capsys.readouterr()
    assert "at most 0." in said.out
    assert "1 finding(s) not verbatim" in said.err
    asked = model_server.chats[0].json
    assert asked["response_format"]["json_schema"]["schema"] == FINDINGS_SCHEMA
    assert planted.first in asked["messages"][1]["content"]
