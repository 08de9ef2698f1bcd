"""Pictures that people send: what they are is read from their content, and only a picture made anew is kept.

A file's name and the type a browser gives it are claims. Whatever passes here was decoded and encoded again, so that
nothing that came along survives: no place where it was taken, no script behind the last pixel, no archive.
"""

import secrets
import threading
from io import BytesIO
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.forms import ClearableFileInput, FileField
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageCms, ImageOps

from costory.lib.errors import DomainError

MAX_BYTES = 5_000_000
MAX_PIXELS = 40_000_000
MAX_SIDE = 2400
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"
# Pillow knows dozens of formats; the fewer of its readers see a stranger's bytes, the better.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".gif": "image/gif"}
# Pillow refuses above twice this figure and warns above it; both before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Forty megapixels are 160 MB while they are decoded: two at a time, whatever the number of threads.
_DECODING = threading.BoundedSemaphore(2)


class NotAPicture(DomainError):
    """The file is no JPEG, PNG, WebP or GIF, or a broken one."""

    code: ClassVar[str] = "validation_error"


class PictureTooLarge(DomainError):
    """The file or the picture in it is larger than the house takes."""

    code: ClassVar[str] = "payload_too_large"


def clean_picture(upload: "File[Any]", *, max_side: int = MAX_SIDE) -> "ContentFile[bytes]":
    """The picture in `upload`, upright, at most `max_side` pixels long, without metadata, under a name from chance.

    A JPEG, or a PNG where something shows through; of a moving picture, the first image. Raises NotAPicture and
    PictureTooLarge.
    """
    upload.seek(0)
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PictureTooLarge(_("This picture is too large: at most 5 MB."), details={"max_bytes": MAX_BYTES})
    try:
        with _DECODING:
            return _made_anew(content, max_side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_many_pixels() from bomb
    except DomainError:
        raise
    except Exception as error:  # Readers of broken files raise whatever they stumble over.
        raise NotAPicture(_("This is not a picture we can read. JPEG, PNG, WebP and GIF are.")) from error


def picture_response(picture: FieldFile, *, is_public: bool = False) -> HttpResponse:
    """The stored picture as an answer, kept by the one browser that asked for it unless `is_public`.

    Raises Http404 when there is none, in the row or in the storage.
    """
    kind = _TYPES.get("." + picture.name.rpartition(".")[2].lower()) if picture.name else None
    if not kind or not picture.name:
        raise Http404
    try:
        # Whole: it is small since it was made anew, and a file left open outlives the answer.
        with picture.storage.open(picture.name) as stored:
            content = stored.read()
    except FileNotFoundError as missing:
        raise Http404 from missing
    return HttpResponse(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": "inline",
            "Cache-Control": f"{'public' if is_public else 'private'}, max-age=300",
            "X-Content-Type-Options": "nosniff",
            # Opened on its own it is a document of our origin: one that may do nothing.
            "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        },
    )


class PictureField(FileField):
    """A form's field for a picture: what comes out of it has been through clean_picture."""

    def __init__(self, *, max_side: int = MAX_SIDE, **options: Any) -> None:
        self.max_side = max_side
        options.setdefault("widget", ClearableFileInput(attrs={"accept": ACCEPTED}))
        super().__init__(**options)

    def clean(self, data: Any, initial: Any = None) -> Any:
        cleaned = super().clean(data, initial)
        if not isinstance(cleaned, UploadedFile):
            return cleaned
        try:
            return clean_picture(cleaned, max_side=self.max_side)
        except (NotAPicture, PictureTooLarge) as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal


def _made_anew(content: bytes, max_side: int) -> "ContentFile[bytes]":
    with Image.open(BytesIO(content), formats=_FORMATS) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise _too_many_pixels()
        orientation = _orientation(picture)
        # A JPEG can be decoded at a half or a quarter of its size; other formats pass over this.
        picture.draft(None, (max_side, max_side))
        picture.load()
        kept = _in_plain_colours(picture)
    kept.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    if orientation > 1:
        kept.getexif()[ExifTags.Base.Orientation] = orientation
        ImageOps.exif_transpose(kept, in_place=True)
    # A canvas of our own: whatever Pillow carries along with an image stays behind.
    clean = Image.new(kept.mode, kept.size)
    clean.paste(kept)
    written = BytesIO()
    if clean.mode == "RGBA":
        clean.save(written, "PNG", optimize=True)
        return ContentFile(written.getvalue(), name=f"{secrets.token_hex(16)}.png")
    clean.save(written, "JPEG", quality=88, optimize=True, progressive=True)
    return ContentFile(written.getvalue(), name=f"{secrets.token_hex(16)}.jpg")


def _orientation(picture: Image.Image) -> int:
    """How the camera was held, 1 to 8 (EXIF 2.3); 1 when it says nothing or nonsense."""
    try:
        orientation = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001  Broken metadata, which is thrown away anyway, is no reason to refuse a picture.
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """The picture in sRGB, eight bits a channel, with transparency only where something shows through."""
    if picture.mode.startswith(("I", "F")):
        # Sixteen bits of grey; a plain conversion would cut everything above 255 off.
        picture = picture.point(lambda value: value / 257).convert("L")
    if picture.has_transparency_data:
        see_through = picture.convert("RGBA")
        lowest, _highest = see_through.getchannel("A").getextrema()
        if lowest != 255:
            return see_through
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        try:
            converted = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _too_many_pixels() -> PictureTooLarge:
    return PictureTooLarge(
        _("This picture has too many pixels: at most 40 megapixels."), details={"max_pixels": MAX_PIXELS}
    )
