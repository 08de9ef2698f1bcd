"""A version of a chapter beside another one."""

from stories.models import Revision


def revision_sides(revision: Revision, *, is_against_now: bool) -> tuple[str, str]:
    """An older text and a newer one: this version and the text as it stands, or the version before and this one."""
    if is_against_now:
        return revision.text, revision.chapter.content
    before = (
        Revision.objects.filter(chapter=revision.chapter, version__lt=revision.version)
        .exclude(kind=Revision.Kind.CONFLICT)
        .select_related("chapter")
        .first()
    )
    return before.text if before is not None else "", revision.text
