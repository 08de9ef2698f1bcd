"""The root of what a service refuses by name."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule of the house says no. `code` is the API's error code for it, `details` what a program may need to know.

    The message is for people, translated where it is raised, and holds nothing a writer wrote.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, message: str = "", *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details: dict[str, Any] = details or {}
