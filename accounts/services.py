"""Every write about people."""

from accounts.models import User


def change_preferences(*, user: User, theme: str = "", language: str = "") -> User:
    """Keep the theme and the language somebody chose; what is empty stays as it was."""
    if theme:
        user.theme = theme
    if language:
        user.language = language
    user.save(update_fields=["theme", "language", "updated_at"])
    return user
