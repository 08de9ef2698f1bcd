"""What may come in as a picture, and what is kept of it."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile
from django.forms import Form
from django.http import Http404
from django.utils.datastructures import MultiValueDict
from PIL import ExifTags, Image, ImageCms

from accounts.models import User
from costory.lib.pictures import (
    MAX_BYTES,
    MAX_PIXELS,
    NotAPicture,
    PictureField,
    PictureTooLarge,
    clean_picture,
    picture_response,
)


def encoded(picture, kind="JPEG", **options):
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def two_halves(mode="RGB", size=(60, 40)):
    """Left red, right blue: shows which way up a picture is."""
    picture = Image.new(mode, size, "red")
    picture.paste("blue", (size[0] // 2, 0, *size))
    return picture


def upload(content, name="photo.jpg"):
    return ContentFile(content, name=name)


def read(cleaned):
    return Image.open(io.BytesIO(cleaned.read()))


def png_claiming(width, height):
    """A few bytes that say they are a huge picture."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_made_anew_under_a_name_from_chance(kind):
    content = encoded(two_halves(), kind)

    first = clean_picture(upload(content, "../../holiday.php"))
    second = clean_picture(upload(content, "../../holiday.php"))

    assert first.name != second.name
    assert str(first.name).removesuffix(".jpg").isalnum()
    picture = read(first)
    assert (picture.format, picture.size) == ("JPEG", (60, 40))
    red, _green, blue = picture.getpixel((5, 20))
    assert red > 200 > 50 > blue


def test_it_is_turned_upright_and_its_metadata_is_gone():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "At grandmother's"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (48.0, 51.0, 24.0)
    content = encoded(two_halves(), exif=exif, comment=b"a secret")
    assert b"grandmother" in content

    cleaned = clean_picture(upload(content))

    picture = read(cleaned)
    assert picture.size == (40, 60)
    # Held upright, the camera's left is the top.
    assert picture.getpixel((20, 5))[0] > 200
    assert not picture.getexif()
    cleaned.seek(0)
    kept = cleaned.read()
    assert b"grandmother" not in kept
    assert b"a secret" not in kept
    assert b"Exif" not in kept


def test_a_wide_one_is_made_smaller_and_a_small_one_stays():
    assert read(clean_picture(upload(encoded(two_halves(size=(3000, 1000)))))).size == (2400, 800)
    assert read(clean_picture(upload(encoded(two_halves(size=(3000, 1000)))), max_side=512)).size == (512, 171)
    assert read(clean_picture(upload(encoded(two_halves(size=(30, 10)))), max_side=512)).size == (30, 10)


def test_what_shows_through_stays_a_png():
    see_through = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    cleaned = clean_picture(upload(encoded(see_through, "PNG")))
    assert str(cleaned.name).endswith(".png")
    assert read(cleaned).getpixel((1, 1))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_of_keeping_colours_comes_out_plain(mode):
    picture = Image.new("I;16", (4, 4), 65_535) if mode == "I;16" else Image.new("RGB", (4, 4), "white").convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    cleaned = read(clean_picture(upload(encoded(picture, kind))))
    assert cleaned.mode == "RGB"
    assert min(cleaned.getpixel((1, 1))) > 250


def test_a_colour_profile_is_applied_and_dropped():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for given in (profile, b"not a profile"):
        picture = read(clean_picture(upload(encoded(two_halves(), icc_profile=given))))
        assert "icc_profile" not in picture.info
        assert picture.getpixel((5, 20))[0] > 200


def test_of_a_moving_picture_the_first_image_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    picture = read(clean_picture(upload(content)))
    assert getattr(picture, "n_frames", 1) == 1
    assert picture.getpixel((4, 4))[0] > 200


HALF = encoded(Image.effect_noise((200, 200), 90), "PNG")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a/*<script>*/=1;alert(1)//",
        b"#!/bin/sh\nrm -rf /\n",
        b"%PDF-1.7\n",
        b"\xff\xd8\xff\xe0" + b"<script>" * 20,
        HALF[: len(HALF) // 2],
        encoded(two_halves(), "TIFF"),
        encoded(two_halves(), "BMP"),
    ],
    ids=["empty", "svg", "html", "gif script", "shell", "pdf", "jpeg head", "truncated", "tiff", "bmp"],
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(NotAPicture):
        clean_picture(upload(content, "photo.png"))


def test_what_rides_behind_a_picture_is_left_behind():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("payload.html", "<script>alert(1)</script>")
    cleaned = clean_picture(upload(encoded(two_halves()) + archive.getvalue() + b"<script>alert(2)</script>"))
    kept = cleaned.read()
    assert b"<script" not in kept
    assert not zipfile.is_zipfile(io.BytesIO(kept))


def test_too_many_bytes_are_refused_before_they_are_looked_at():
    with pytest.raises(PictureTooLarge):
        clean_picture(upload(encoded(two_halves()) + b"\0" * MAX_BYTES))


@pytest.mark.parametrize("size", [(8_000, 5_001), (30_000, 30_000), (MAX_PIXELS, 2)])
def test_a_small_file_with_a_huge_picture_in_it_is_refused(size):
    with pytest.raises(PictureTooLarge):
        clean_picture(upload(png_claiming(*size)))


def test_the_largest_picture_the_house_takes_comes_in():
    blank = encoded(Image.new("L", (8_000, 5_000)), "PNG")
    assert read(clean_picture(upload(blank), max_side=64)).size == (64, 40)


class PictureForm(Form):
    picture = PictureField(required=False)


def filled(content):
    return PictureForm({}, MultiValueDict({"picture": [SimpleUploadedFile("x.png", content, "image/png")]}))


def test_a_form_cleans_its_picture_and_says_what_is_wrong():
    form = filled(encoded(two_halves(), "PNG"))
    assert form.is_valid()
    assert form.cleaned_data["picture"].name.endswith(".jpg")

    form = filled(b"<svg/>")
    assert not form.is_valid()
    assert "not a picture" in form.errors["picture"][0]

    assert PictureForm({}).is_valid()


def stored(tmp_path, name, content=None):
    file = FieldFile(User(), User._meta.get_field("avatar"), name)
    file.storage = FileSystemStorage(tmp_path)
    if content is not None:
        file.storage.save(name, ContentFile(content))
    return file


def test_a_stored_picture_is_answered_as_what_it_is(tmp_path):
    response = picture_response(stored(tmp_path, "a.jpg", b"bytes"))
    assert response.content == b"bytes"
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize("name", ["", "gone.jpg", "page.html"])
def test_what_is_not_there_or_no_picture_is_not_found(tmp_path, name):
    with pytest.raises(Http404):
        picture_response(stored(tmp_path, name, b"<html>" if name == "page.html" else None))
