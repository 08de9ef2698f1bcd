"""The one shape of every answer, and the codes of every refusal."""

from typing import Annotated, Any, Final, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

T = TypeVar("T")

STATUS_OF: Final = {
    "validation_error": 422,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "confirmation_required": 409,
    "insufficient_credits": 402,
    "rate_limited": 429,
    "upstream_unavailable": 502,
    "upstream_timeout": 504,
    "payload_too_large": 413,
    "internal_error": 500,
}


class ApiError(Exception):
    """A refusal that belongs to the API itself. `code` is one of STATUS_OF, `headers` go with the answer."""

    def __init__(
        self, code: str, message: str, *, details: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details or {}
        self.headers = headers or {}


def _storable(text: str) -> str:
    """Refuse what a database cannot keep or UTF-8 cannot carry."""
    if "\x00" in text:
        raise ValueError("A NUL character cannot be stored.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("A lone surrogate is not a character.") from error
    return text


Text = Annotated[str, AfterValidator(_storable)]


class Input(BaseModel):
    """The body of a request: strict types, and a field nobody knows is an error."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Single(BaseModel, Generic[T]):
    """An answer with one thing in it."""

    success: Literal[True] = True
    data: T


class Meta(BaseModel):
    """Where a page of a list stands. `total` is only given where it is cheap."""

    limit: int
    next: str | None = Field(description="The cursor of the next page.")
    previous: str | None = Field(description="The cursor of the page before.")
    total: int | None = None


class Listed(BaseModel, Generic[T]):
    """An answer with a page of a list in it."""

    success: Literal[True] = True
    data: list[T]
    meta: Meta


class ErrorOut(BaseModel):
    """What is wrong: a code for programs, a message for people in their language, and details."""

    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)


class Failed(BaseModel):
    """An answer that is a refusal."""

    success: Literal[False] = False
    error: ErrorOut


def refusals(*statuses: int) -> dict[int, type[Failed]]:
    """The refusals an operation declares, besides those that any may give (405, 422, 500)."""
    return dict.fromkeys((*statuses, 422), Failed)
