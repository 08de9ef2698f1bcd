"""What is true of an entry of the codex, how it stands to others, and its picture, for programs."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, Router, Status, UploadedFile

from accounts.api_auth import ApiRequest, reads, writes
from costory.lib.api import Single, refusals
from costory.lib.pictures import clean_picture, picture_response
from stories import services
from stories.api.codex import (
    CodexEntryOut,
    FactIn,
    FactOut,
    MentionOut,
    MentionsOut,
    RelationIn,
    RelationOut,
    entry_out,
    fact_out,
    own_entry,
    relation_out,
)
from stories.api.owned import own_chapter
from stories.api.photograph import PICTURE
from stories.models import Chapter, CodexEntry, CodexFact, CodexRelation
from stories.selectors.codex import relations_of

router = Router(tags=["codex"])

# The page makes entries' pictures this long at most.
MAX_SIDE = 1200


@router.post(
    "/codex/{uuid:entry_id}/restore",
    response={200: Single[CodexEntryOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="Have an entry back",
)
def codex_entry_restore(request: ApiRequest, entry_id: UUID) -> Single[CodexEntryOut]:
    """With its facts and relations. An entry that was not taken out stays as it is."""
    user = request.auth.user
    entries = CodexEntry.objects.select_related("story")
    if entry := entries.editable_by(user).filter(pk=entry_id).first():
        return Single(data=entry_out(entry))
    entry = get_object_or_404(entries.in_bin_of(user), pk=entry_id)
    return Single(data=entry_out(services.restore_codex_entry(entry=entry)))


@router.get(
    "/codex/{uuid:entry_id}/picture",
    response=refusals(401, 403, 404),
    auth=reads,
    summary="An entry's picture",
    openapi_extra=PICTURE,
)
def codex_entry_picture(request: ApiRequest, entry_id: UUID) -> HttpResponse:
    """For its writer's eyes only."""
    return picture_response(own_entry(request, entry_id).picture)


@router.post(
    "/codex/{uuid:entry_id}/picture",
    response={200: Single[CodexEntryOut], **refusals(401, 403, 404, 409, 413)},
    auth=writes,
    summary="Give an entry a picture",
)
def codex_entry_picture_replace(
    request: ApiRequest, entry_id: UUID, image: File[UploadedFile]
) -> Single[CodexEntryOut]:
    """A JPEG, PNG, WebP or GIF of at most 5 MB, as `multipart/form-data`, in place of the one it had."""
    entry = own_entry(request, entry_id)
    picture = clean_picture(image, max_side=MAX_SIDE)
    with transaction.atomic():
        return Single(data=entry_out(services.set_codex_picture(entry=entry, picture=picture)))


@router.delete(
    "/codex/{uuid:entry_id}/picture",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take an entry's picture away",
)
def codex_entry_picture_delete(request: ApiRequest, entry_id: UUID) -> Status[None]:
    """With its file. Without one nothing happens."""
    with transaction.atomic():
        services.set_codex_picture(entry=own_entry(request, entry_id), picture=None)
    return Status(204, None)


@router.post(
    "/codex/{uuid:entry_id}/facts",
    response={201: Single[FactOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="New fact",
)
def codex_fact_create(request: ApiRequest, entry_id: UUID, body: FactIn) -> Status[Single[FactOut]]:
    """What is true, from one chapter of the story to another."""
    entry = own_entry(request, entry_id)
    fact = services.add_codex_fact(entry=entry, text=body.text, **_chapters(entry, body))
    return Status(201, Single(data=fact_out(fact)))


@router.put(
    "/facts/{uuid:fact_id}",
    response={200: Single[FactOut], **refusals(401, 403, 404)},
    auth=writes,
    summary="Replace a fact",
)
def codex_fact_edit(request: ApiRequest, fact_id: UUID, body: FactIn) -> Single[FactOut]:
    """Every field takes the value sent, or its default. A chapter in the bin that it named already may stay."""
    fact = _own_fact(request, fact_id)
    services.revise_codex_fact(fact=fact, text=body.text, **_chapters(fact.entry, body, fact))
    return Single(data=fact_out(fact))


@router.delete(
    "/facts/{uuid:fact_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take a fact back",
)
def codex_fact_delete(request: ApiRequest, fact_id: UUID) -> Status[None]:
    """For good."""
    services.delete_codex_fact(fact=_own_fact(request, fact_id))
    return Status(204, None)


@router.post(
    "/codex/{uuid:entry_id}/relations",
    response={201: Single[RelationOut], **refusals(401, 403, 404, 409)},
    auth=writes,
    summary="New relation",
)
def codex_relation_create(request: ApiRequest, entry_id: UUID, body: RelationIn) -> Status[Single[RelationOut]]:
    """To another entry of the same story. Asked twice, it is the same one."""
    entry = own_entry(request, entry_id)
    other = get_object_or_404(entry.story.codex_entries.present(), pk=body.other_id)
    made = services.relate_codex_entries(entry=entry, other=other, label=body.label)
    relation = next(relation for relation in relations_of(entry) if relation.id == made.pk)
    return Status(201, Single(data=relation_out(relation)))


@router.delete(
    "/codex/{uuid:entry_id}/relations/{uuid:relation_id}",
    response={204: None, **refusals(401, 403, 404)},
    auth=writes,
    summary="Take a relation back",
)
def codex_relation_delete(request: ApiRequest, entry_id: UUID, relation_id: UUID) -> Status[None]:
    """From either side, for both."""
    relations = CodexRelation.objects.touching(own_entry(request, entry_id))
    services.delete_codex_relation(relation=get_object_or_404(relations, pk=relation_id))
    return Status(204, None)


@router.get(
    "/chapters/{uuid:chapter_id}/mentions",
    response={200: Single[MentionsOut], **refusals(401, 403, 404)},
    auth=reads,
    summary="Where a chapter names the codex",
)
def chapter_mentions(request: ApiRequest, chapter_id: UUID) -> Single[MentionsOut]:
    """By name and alias, with their plurals, elisions and possessives."""
    chapter = own_chapter(request, chapter_id)
    entries = chapter.story.codex_entries.present().defer("description")
    lexicon = services.lexicon_of(story=chapter.story, entries=entries)
    mentions = [
        MentionOut(entry_id=found.entry_id, start=found.start, end=found.end) for found in lexicon.find(chapter.content)
    ]
    return Single(data=MentionsOut(version=chapter.version, mentions=mentions))


def _chapters(entry: CodexEntry, body: FactIn, fact: CodexFact | None = None) -> dict[str, Chapter | None]:
    """The chapters a fact names. Raises Http404 where one is not the story's, or in the bin and new to the fact."""
    known = {fact.holds_from_id, fact.holds_until_id} if fact is not None else set()
    named: dict[str, Chapter | None] = {}
    for name, pk in (("holds_from", body.holds_from), ("holds_until", body.holds_until)):
        chapter = Chapter.objects.filter(story=entry.story_id, pk=pk).without_text().first() if pk else None
        if pk and (chapter is None or (chapter.deleted_at is not None and pk not in known)):
            raise Http404
        named[name] = chapter
    return named


def _own_fact(request: ApiRequest, fact_id: UUID) -> CodexFact:
    facts = CodexFact.objects.filter(entry__in=CodexEntry.objects.editable_by(request.auth.user))
    return get_object_or_404(facts.select_related("entry__story"), pk=fact_id)
