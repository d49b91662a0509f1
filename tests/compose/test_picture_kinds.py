"""Pictures as cameras and designers save them look alike in every format."""

from __future__ import annotations

import base64
import random
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageCms, ImageStat

from briefgen.compose.pictures import embed_pictures
from briefgen.errors import BriefgenError
from briefgen.render.docx.pictures import PictureLoader
from briefgen.render.image_checks import normalize_raster

WIDTH, HEIGHT = 64, 48


def gradient() -> Image.Image:
    """A picture of which every corner has another colour."""
    channels = [
        Image.linear_gradient("L").rotate(turn).resize((WIDTH, HEIGHT)).point(lambda value: 30 + value // 2)
        for turn in (0, 90, 180)
    ]
    return Image.merge("RGB", channels)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def jpeg(image: Image.Image, **options: object) -> bytes:
    return saved(image, "JPEG", quality=98, subsampling=0, **options)


def png_of_16_bits(colour_type: int, pixels: list[tuple[int, ...]]) -> bytes:
    """A PNG whose channels have 16 bits; Pillow cannot write one in colour."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    values = [b"".join(bytes((channel, 99)) for channel in pixel) for pixel in pixels]
    rows = (b"\0" + b"".join(values[start : start + WIDTH]) for start in range(0, len(values), WIDTH))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )


def turned(orientation: int, stored: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return jpeg(stored, exif=exif)


def without_jfif(data: bytes) -> bytes:
    """The JPEG without its first segment, as some programs write it."""
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + int.from_bytes(data[4:6], "big") :]


def swapped_profile() -> bytes:
    """A colour profile in which red is called blue and blue red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"xXYZ"), (b"bXYZ", b"rXYZ"), (b"xXYZ", b"bXYZ")):
        profile = profile.replace(old, new, 1)
    return profile.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))


COLOUR = gradient()
GREY = COLOUR.convert("L")
KINDS = {
    "CMYK JPEG": (jpeg(COLOUR.convert("CMYK")), COLOUR),
    "grey PNG of 16 bits": (png_of_16_bits(0, [(value,) for value in GREY.tobytes()]), GREY),
    "colour PNG of 16 bits": (
        png_of_16_bits(2, list(zip(*(band.tobytes() for band in COLOUR.split()), strict=True))),
        COLOUR,
    ),
    "JPEG turned by a quarter": (turned(6, COLOUR.rotate(90, expand=True)), COLOUR),
    "JPEG on its head": (turned(3, COLOUR.rotate(180)), COLOUR),
    "JPEG without JFIF": (without_jfif(jpeg(COLOUR)), COLOUR),
    "JPEG that keeps RGB": (jpeg(COLOUR, keep_rgb=True), COLOUR),
    "progressive JPEG": (jpeg(COLOUR, progressive=True), COLOUR),
    "black and white": (saved(GREY.convert("1"), "PNG"), GREY.convert("1")),
    "palette": (saved(COLOUR.quantize(64), "PNG"), COLOUR.quantize(64)),
    "grey with transparency": (saved(GREY.convert("LA"), "PNG"), GREY),
}
PLAIN = ("JPEG without JFIF", "JPEG that keeps RGB", "progressive JPEG", "black and white", "palette")


def shown_in_pdf(source: str) -> Image.Image:
    from weasyprint import HTML

    style = f"@page {{ size: {WIDTH}px {HEIGHT}px; margin: 0 }} body, img {{ margin: 0; display: block }}"
    data = HTML(string=f'<style>{style}</style><img src="{source}" alt="x"/>').write_pdf()
    with pypdfium2.PdfDocument(data) as pdf:
        return pdf[0].render(scale=96 / 72).to_pil().convert("RGB")


def difference(first: Image.Image, second: Image.Image) -> float:
    """The mean difference of two pictures' channels, of 255."""
    assert first.size == second.size
    mean = ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean
    return max(mean)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_picture_looks_alike_in_pdf_and_word(tmp_path: Path, kind: str) -> None:
    data, wanted = KINDS[kind]
    (tmp_path / "it.jpg").write_bytes(data)
    source = embed_pictures('<img src="it.jpg" alt="x"/>', [tmp_path]).split('"')[1]
    in_word = PictureLoader(None).load(source)
    assert (in_word.width, in_word.height) == (WIDTH * 9525, HEIGHT * 9525)
    assert difference(Image.open(BytesIO(in_word.data)), wanted) < 2
    assert difference(shown_in_pdf(source), wanted) < 3


@pytest.mark.parametrize("kind", PLAIN)
def test_what_every_format_shows_alike_is_kept_as_it_is(kind: str) -> None:
    data, _ = KINDS[kind]
    assert normalize_raster(data) == data


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_colours_are_those_of_the_pictures_own_profile(format: str) -> None:
    red, green, blue = COLOUR.split()
    data = saved(Image.merge("RGB", (blue, green, red)), format, icc_profile=swapped_profile())
    assert difference(Image.open(BytesIO(normalize_raster(data))), COLOUR) < 4


@pytest.mark.parametrize(
    "profile", [b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()]
)
def test_a_profile_that_is_none_costs_no_picture(profile: bytes) -> None:
    plain = normalize_raster(jpeg(COLOUR.convert("CMYK"), icc_profile=profile))
    assert difference(Image.open(BytesIO(plain)), COLOUR) < 3


def test_the_resolution_is_kept_for_word() -> None:
    source = f"data:image/jpeg;base64,{base64.b64encode(normalize_raster(jpeg(COLOUR.convert('CMYK'), dpi=(300, 300)))).decode()}"
    assert PictureLoader(None).load(source).width == WIDTH * 914400 // 300


@pytest.mark.parametrize("end", [40, 400])
def test_a_jpeg_that_breaks_off_is_named(tmp_path: Path, end: int) -> None:
    (tmp_path / "half.jpg").write_bytes(KINDS["CMYK JPEG"][0][:end])
    with pytest.raises(BriefgenError, match=r"half\.jpg: picture-broken: the picture 'half\.jpg' cannot be"):
        embed_pictures('<img src="half.jpg" alt="x"/>', [tmp_path])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_picture_is_refused_or_every_format_takes_it(tmp_path: Path, kind: str) -> None:
    data, _ = KINDS[kind]
    for seed in range(12):
        dice, damaged = random.Random(seed), bytearray(data)
        if seed % 4 == 0:
            damaged = damaged[: dice.randrange(len(data))]
        for _ in range((0, 1, 4, 30)[seed % 4]):
            damaged[dice.randrange(8, len(damaged))] = dice.randrange(256)
        (tmp_path / f"{seed}.png").write_bytes(damaged)
        try:
            source = embed_pictures(f'<img src="{seed}.png" alt="x"/>', [tmp_path]).split('"')[1]
        except BriefgenError as error:
            assert [problem.code for problem in error.problems] == ["picture-broken"]
            continue
        assert PictureLoader(None).load(source).width
        shown_in_pdf(source)
