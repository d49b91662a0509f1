"""Names that lead nowhere, in circles or to what is no file are answered, wherever they are written."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from material import ROOT

from briefgen.campaign.loader import check_references, read_campaign, recipient_file_names
from briefgen.compose.citations.styles import find_style
from briefgen.compose.pictures import embed_pictures
from briefgen.errors import BriefgenError, ProblemList, StorageError, UsageError
from briefgen.inspect.trace import read_document
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.add_source import WorkDescription
from briefgen.library.ingest.curate import add_source
from briefgen.library.ingest.extract import extract_text
from briefgen.library.loader import load_library
from briefgen.system.files import is_folder, is_inside_folder, is_regular_file, read_limited_bytes
from briefgen.system.yaml_reader import read_text_file

ABSURD = ("a" * 5000, "a\0b", "loop", "pipe", "folder", "a/" * 3000, "\ud800", "loop/x", "")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with everything that is no ordinary file, and one that is."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nowhere").symlink_to(tmp_path / "not there")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"words")
    return tmp_path


@pytest.mark.parametrize("name", ABSURD)
def test_no_name_breaks_off_a_question(odd: Path, name: str) -> None:
    assert not is_regular_file(odd / name)
    assert is_folder(odd / name) == (name in ("folder", ""))
    assert is_inside_folder(odd / name, odd)
    with pytest.raises(StorageError) as refused:
        read_limited_bytes(odd / name, name, 10)
    assert refused.value.problems[0].code in {"file-irregular", "file-unreadable"}
    assert len(str(refused.value)) < 300


def test_a_file_is_read_up_to_its_bound(odd: Path) -> None:
    assert read_limited_bytes(odd / "file", "file", 5) == b"words"
    with pytest.raises(StorageError) as refused:
        read_limited_bytes(odd / "file", "file", 4)
    assert refused.value.problems[0].code == "file-too-large"
    with pytest.raises(StorageError) as refused:
        read_limited_bytes(Path("/dev/zero"), "zero", 4)
    assert refused.value.problems[0].code == "file-irregular"
    assert not is_inside_folder(odd / ".." / "x", odd)


@pytest.mark.parametrize("name", ["pipe", "pipe.pdf", "pipe.docx", "pipe.txt"])
def test_nothing_waits_for_a_pipe(odd: Path, name: str) -> None:
    if not (odd / name).exists():
        os.mkfifo(odd / name)
    for read in (
        lambda: read_document(odd / name),
        lambda: read_text_file(odd / name, name),
        lambda: (
            extract_text(odd / name, "x.txt")
            if name.endswith((".txt", ".pdf", ".docx"))
            else read_text_file(odd / name, "")
        ),
    ):
        with pytest.raises(StorageError) as refused:
            read()
        assert refused.value.problems[0].code == "file-irregular"
        assert refused.value.exit_code == 74


@pytest.mark.parametrize("name", ["a" * 5000, "loop", "a/" * 3000, "pipe", r"a\0b"])
def test_absurd_names_in_a_campaign_are_told_with_their_line(odd: Path, name: str) -> None:
    text = (ROOT / "examples/starter/campaign.yaml").read_text()
    keys = f'  signature: "{name}"\n  letterhead: "{name}"\n'
    lines = text.splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("sender:"))
    lines[at + 1 : at + 1] = keys.splitlines()
    at = lines.index("recipients:")
    lines.insert(at + 1, f'  - "{name}"')
    text = "\n".join(lines)
    (odd / "campaign.yaml").write_text(text)
    findings = ProblemList()
    found = read_campaign(odd, findings)
    assert name.replace(r"\0", "\0") in recipient_file_names(found)
    check_references(found, {}, findings)
    told = [one for one in findings.problems if one.code in ("file-missing", "file-irregular")]
    assert len(told) >= 3
    assert all(problem.place and problem.place.line and len(problem.message) < 300 for problem in told)


@pytest.mark.parametrize("name", ["a" * 5000, "loop.csl", "a\0b.csl", "pipe.csl"])
def test_an_absurd_citation_style_is_told(odd: Path, name: str) -> None:
    (odd / "loop.csl").symlink_to(odd / "loop.csl")
    os.mkfifo(odd / "pipe.csl")
    with pytest.raises(BriefgenError) as refused:
        find_style(name, odd)
    assert refused.value.problems[0].code == "citation-style"
    assert len(refused.value.problems[0].message) < 300


@pytest.mark.parametrize("name", ["a" * 5000, "loop", "a&#0;b", "pipe", "folder", "nowhere"])
def test_an_absurd_picture_is_told(odd: Path, name: str) -> None:
    with pytest.raises(BriefgenError) as refused:
        embed_pictures(f'<img src="{name}" alt=""/>', [odd])
    assert refused.value.problems[0].code == "picture-missing"


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def carried(data: bytes, kind: str = "png") -> str:
    return f'<img src="data:image/{kind};base64,{base64.b64encode(data).decode()}" alt=""/>'


def test_a_whole_picture_is_carried_from_file_and_template(odd: Path) -> None:
    (odd / "dot.png").write_bytes(PNG)
    assert embed_pictures('<img src="dot.png" alt=""/>', [odd]) == carried(PNG)
    assert embed_pictures(carried(PNG), [odd]) == carried(PNG)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (carried(PNG[:42]), "picture-broken"),
        (carried(PNG[:16] + b"\xff" * 8 + PNG[24:]), "picture-too-large picture-broken"),
        (carried(PNG, "jpeg"), "picture-kind"),
        (carried(b"GIF89a"), "picture-kind"),
        ('<img src="data:image/png;base64,!!!" alt=""/>', "picture-kind"),
        ('<img src="data:image/png;base64,AAA" alt=""/>', "picture-kind"),
        ('<img src="data:image/png,%89PNG" alt=""/>', "picture-kind"),
        ('<img src="data:,x" alt=""/>', "picture-kind"),
        ('<img src="data:text/html;base64,AAAA" alt=""/>', "picture-kind"),
    ],
)
def test_a_broken_picture_is_told_before_it_is_set(odd: Path, image: str, code: str) -> None:
    with pytest.raises(BriefgenError) as refused:
        embed_pictures(image, [odd])
    assert refused.value.problems[0].code in code.split()
    assert "_io." not in str(refused.value)


def test_a_picture_file_that_breaks_off_is_told_with_its_name(odd: Path) -> None:
    (odd / "half.png").write_bytes(PNG[:42])
    with pytest.raises(
        BriefgenError, match=r"half\.png: picture-broken: the picture 'half\.png' cannot be used"
    ):
        embed_pictures('<img src="half.png" alt=""/>', [odd])


def test_what_has_the_name_of_a_file_of_the_library_is_not_passed_over(odd: Path) -> None:
    (odd / "snippets").mkdir()
    (odd / "snippets" / "a.md").symlink_to(odd / "not there")
    (odd / "snippets" / "b.md").mkdir()
    os.mkfifo(odd / "snippets" / "c.md")
    (odd / "seeds").write_text("no folder")
    findings = ProblemList()
    load_library([LibraryFolder(odd, "mine")], findings)
    told = {str(problem.place) for problem in findings.problems if problem.code == "file-irregular"}
    assert told == {"mine/seeds", "mine/snippets/a.md", "mine/snippets/b.md", "mine/snippets/c.md"}


@pytest.mark.parametrize(
    ("source", "described", "code"),
    [
        ("a" * 300, WorkDescription(), "source-id"),
        ("hrw-2024", WorkDescription(title="a\udc80b"), "unprintable-character"),
        ("hrw-2024", WorkDescription(title="a\x1b[2Jb"), "unprintable-character"),
        ("hrw-2024", WorkDescription(authors=("a\x00",)), "unprintable-character"),
    ],
)
def test_what_cannot_be_kept_is_not_taken_in(
    odd: Path, source: str, described: WorkDescription, code: str
) -> None:
    (odd / "text.txt").write_text("One sentence of a text.\nAnother one, that ends it.\n")
    with pytest.raises((BriefgenError, UsageError)) as refused:
        add_source(LibraryFolder(odd, ""), odd / "text.txt", source, described)
    assert code in {problem.code for problem in refused.value.problems}
    assert not (odd / "seeds").exists()
