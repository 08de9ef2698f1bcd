"""Whatever a page of the studio can do, a program can: docs/api.md says how, page by page, and is held to it here.

So are the coach's pages of what it sees in a story.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver
from pydantic import BaseModel

from costory.api import api

TABLE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
ROW = re.compile(r"^\| `(?P<page>[a-z:-]+)` \| (?P<operations>[^|]*)\| (?P<said>[^|]*)\|$", re.MULTILINE)
OPERATION = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]+)`")
HELD = (
    "studio/",
    "coach/stories/<uuid:story_pk>/continuity/",
    "coach/stories/<uuid:story_pk>/structure/",
    "coach/findings/",
)


class Row(NamedTuple):
    """A page, what stands for it, and what is to be known."""

    page: str
    operations: list[tuple[str, str]]
    said: str


def rows() -> list[Row]:
    found = ROW.finditer(TABLE.read_text())
    return [Row(row["page"], OPERATION.findall(row["operations"]), row["said"].strip()) for row in found]


def pages(resolver: URLResolver, route: str = "", space: str = "") -> Iterator[tuple[str, bool]]:
    """The name of every address that is held to it, and whether something is sent there."""
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from pages(entry, here, f"{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and here.startswith(HELD):
            request = RequestFactory().generic("BREW", "/")
            request.user = AnonymousUser()
            refused = entry.callback(request, **dict.fromkeys(entry.pattern.converters))
            yield f"{space}{entry.name}", "POST" in refused["Allow"]


@cache
def operations() -> set[tuple[str, str]]:
    paths = api.get_openapi_schema(path_prefix="/")["paths"]
    return {(method.upper(), path) for path, methods in paths.items() for method in methods}


def test_every_page_of_the_studio_has_a_line_and_no_line_is_of_another():
    listed = [row.page for row in rows()]
    assert len(listed) == len(set(listed)), "a page is listed twice"
    assert set(listed) == {name for name, _takes in pages(get_resolver())}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.page)
def test_what_stands_for_a_page_exists_or_there_is_a_reason(row):
    assert row.operations or len(row.said) > 20, "neither an operation nor a reason"
    assert set(row.operations) <= operations()


def test_a_page_that_takes_something_has_an_operation_that_does():
    takes = {name for name, takes in pages(get_resolver()) if takes}
    for row in rows():
        writes = {method for method, _path in row.operations} - {"GET"}
        if row.operations:
            assert bool(writes) >= (row.page in takes), f"{row.page}: a program can look, and do nothing"


def test_every_line_of_the_table_is_understood():
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| `")]
    assert len(lines) == len(rows()) > 60


def shapes(kind: type[BaseModel] = BaseModel) -> Iterator[type[BaseModel]]:
    for shape in kind.__subclasses__():
        if ".api" in shape.__module__ and "[" not in shape.__name__:
            yield shape
        yield from shapes(shape)


def test_no_two_shapes_of_the_document_have_one_name():
    homes: dict[str, set[str]] = {}
    for shape in shapes():
        homes.setdefault(shape.__name__, set()).add(shape.__module__)
    assert len(homes) > 80
    # The document knows a shape by its name alone: one of two would be taken for the other.
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
