"""Pages of a list by keyset: the cursor says where the page before ended, so that page 1,000 costs what page 1 does."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from django.core import signing
from django.db import models
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from costory.lib.api.envelope import ApiError, Meta

M = TypeVar("M", bound=models.Model)

MAX_PAGE = 50
_SIGNER = signing.Signer(salt="api.cursor")


class _RowComparison(Func):
    """`(a, b) < (x, y)` as one comparison, which an index on (a, b) answers; two joined by OR it does not."""

    output_field = models.BooleanField()
    arity = None

    def __init__(self, columns: Sequence[str], values: Sequence[Any], operator: str) -> None:
        self.width = len(columns)
        self.operator = operator
        super().__init__(*[F(column) for column in columns], *values)

    def as_sql(self, compiler: Any, connection: Any, **_kwargs: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # Func's own is looser.
        sql: list[str] = []
        params: list[Any] = []
        for expression in self.source_expressions:
            part, part_params = compiler.compile(expression)
            sql.append(part)
            params += part_params
        left, right = ", ".join(sql[: self.width]), ", ".join(sql[self.width :])
        return f"({left}) {self.operator} ({right})", params


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page and what to say of it."""

    rows: list[M]
    meta: Meta


class Paging(BaseModel):
    """`?cursor=` from an answer's meta, or `?page=` for the first 50, and `?limit=`."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=1000)
    page: int | None = Field(default=None, ge=1, le=MAX_PAGE)

    def page_of(self, rows: models.QuerySet[M], *, keys: tuple[str, ...], total: int | None = None) -> Page[M]:
        """One page of `rows`, ordered by `keys` (all of one direction, the last one unique).

        Raises ApiError for a cursor that is not ours, or not of this list.
        """
        names = [key.removeprefix("-") for key in keys]
        rows, backwards, skip = self.rows_of(rows, keys=keys)
        found = list(rows)
        has_more = len(found) > self.limit
        found = found[: self.limit]
        if backwards:
            found.reverse()
        has_next = bool(found) and (has_more or backwards)
        has_previous = bool(found) and (has_more if backwards else bool(self.cursor) or skip > 0)
        return Page(
            rows=found,
            meta=Meta(
                limit=self.limit,
                next=_cursor(rows.model, names, found[-1], backwards=False) if has_next else None,
                previous=_cursor(rows.model, names, found[0], backwards=True) if has_previous else None,
                total=total,
            ),
        )

    def rows_of(self, rows: models.QuerySet[M], *, keys: tuple[str, ...]) -> tuple[models.QuerySet[M], bool, int]:
        """The rows of one page and one more, not asked for yet; whether they stand backwards; how many are left out.

        Raises ApiError as `page_of` does.
        """
        descending = keys[0].startswith("-")
        names = [key.removeprefix("-") for key in keys]
        backwards = False
        skip = 0
        if self.cursor:
            backwards, values = self._position(rows.model, names)
            operator = "<" if descending != backwards else ">"
            rows = rows.filter(_RowComparison(names, values, operator))
        elif self.page:
            skip = (self.page - 1) * self.limit
        sign = "-" if descending != backwards else ""
        return rows.order_by(*[f"{sign}{name}" for name in names])[skip : skip + self.limit + 1], backwards, skip

    def _position(self, model: type[models.Model], names: list[str]) -> tuple[bool, list[Any]]:
        refusal = ApiError("validation_error", _("This cursor is not one of this list."))
        try:
            label, backwards, *values = json.loads(signing.b64_decode(_SIGNER.unsign(self.cursor or "").encode()))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise refusal from error
        if label != [model._meta.label_lower, *names] or len(values) != len(names):
            raise refusal
        fields = [cast("models.Field[Any, Any]", model._meta.get_field(name)) for name in names]
        positions = [
            Value(field.to_python(value), output_field=field) for field, value in zip(fields, values, strict=True)
        ]
        return bool(backwards), positions


def _cursor(model: type[models.Model], names: list[str], row: models.Model, *, backwards: bool) -> str:
    values = [_plain(getattr(row, name)) for name in names]
    document = json.dumps([[model._meta.label_lower, *names], backwards, *values], separators=(",", ":"))
    return _SIGNER.sign(signing.b64_encode(document.encode()).decode())


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value
