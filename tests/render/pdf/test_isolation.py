"""Hostile stylesheets, pages and pictures: refused with a clear error, and nothing outside is touched.

Each is rendered in a process of its own, in which an audit hook writes down every socket and every file opened.
"""

from __future__ import annotations

import base64
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pdf_samples import LETTER, picture

from briefgen.render.fonts import font_folders

ROOT = Path(__file__).parents[3]
SECRET = "a-secret-that-must-not-travel"
SERVER = """
import json, os, resource, sys, traceback
from dataclasses import replace
from pathlib import Path
import pdf_samples
from briefgen.errors import BriefgenError
from briefgen.render.pdf.renderer import PdfRenderer

def render(given):
    renderer = PdfRenderer((Path(given["styles"]), Path(given["own"])))
    renderer.render(pdf_samples.LETTER) if not given["css"] else renderer._load_shared_resources()
    touched = []

    def listen(event, arguments):
        if event.startswith(("socket.", "urllib.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "ftplib.")):
            touched.append([event, str(arguments[0])])
        elif event == "open" and isinstance(arguments[0], (str, bytes)):
            touched.append([event, str(arguments[0])])

    if given["css"]:
        (Path(given["styles"]) / "letter.css").write_text(given["css"])
    sys.addaudithook(listen)
    open(Path(given["styles"]) / "heard", "w").close()
    said, data = [], b""
    try:
        data = renderer.render(replace(pdf_samples.LETTER, html=given["html"])).data
    except BriefgenError as error:
        said = [[problem.code, problem.message] for problem in error.problems]
    listened = list(touched)
    print(json.dumps({"said": said, "touched": listened, "leaked": given["secret"].encode() in data}))

for line in sys.stdin:
    given = json.loads(line)
    child = os.fork()
    if not child:
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(Path(given["folder"]) / name, os.O_WRONLY | os.O_CREAT), number)
        resource.setrlimit(resource.RLIMIT_CPU, (given["seconds"], given["seconds"]))
        try:
            render(given)
            code = 0
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """A process that has loaded what rendering needs, and forks one for each document."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


Rendered = Callable[..., dict[str, Any]]


@pytest.fixture
def rendered(server: subprocess.Popen[str], tmp_path: Path) -> Rendered:
    """Renders a document in a process of its own, and says what came of it."""
    return partial(_rendered, server, tmp_path)


def _rendered(
    server: subprocess.Popen[str], tmp_path: Path, css: str = "", html: str = LETTER.html, seconds: int = 60
) -> dict[str, Any]:
    styles = tmp_path / "styles"
    styles.mkdir()
    given = {
        "folder": str(tmp_path),
        "styles": str(styles),
        "own": str(ROOT / "templates/css"),
        "css": css,
        "html": html,
        "secret": SECRET,
        "seconds": seconds,
    }
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(json.dumps(given) + "\n")
    server.stdin.flush()
    code = server.stdout.readline().strip()
    errors = (tmp_path / "stderr").read_text(encoding="utf-8")
    assert code == "0", errors[-2000:]
    assert errors == ""
    said: dict[str, Any] = json.loads((tmp_path / "stdout").read_text(encoding="utf-8").splitlines()[-1])
    return said


def untouched(said: dict[str, Any], tmp_path: Path) -> bool:
    """Whether no socket was opened, and no file but of Python, the fonts and the stylesheets."""
    folders = [Path(sys.prefix), Path(sys.base_prefix), ROOT, tmp_path / "styles"]
    folders += [Path(sys.pycache_prefix)] if sys.pycache_prefix else []
    allowed = (*map(str, folders), f"{tempfile.gettempdir()}/weasyprint-", "/etc/mime.types")
    assert ["open", str(tmp_path / "styles" / "heard")] in said["touched"]  # the hook listens
    fonts = tuple(folder.resolve().as_uri() for folder in font_folders().values())
    for event, what in said["touched"]:
        if event == "urllib.Request":
            assert what.startswith(("data:image/", *fonts)), what
        else:
            assert event == "open", (event, what)
            assert str(Path(what).resolve()).startswith(allowed) or what.startswith(allowed), what
    return True


def test_an_ordinary_letter_touches_nothing_outside(rendered: Rendered, tmp_path: Path) -> None:
    said = rendered()
    assert said["said"] == []
    assert untouched(said, tmp_path)


def svg(inner: str) -> str:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{inner}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def image(source: str) -> str:
    return f'<figure><img src="{source}" alt="x"/></figure>'


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "secret.txt"
    file.write_text(SECRET)
    return file.as_uri()


REACHING = {
    "import of a file": ('@import url("FILE");', ""),
    "import from the network": ('@import "http://127.0.0.1:9/x.css";', ""),
    "background from a file": ('p {{ background: url("FILE") }}', ""),
    "background from the network": ("p { background: url(http://127.0.0.1:9/x.png) }", ""),
    "image-set": ('p { background-image: image-set("FILE" 1x) }', ""),
    "content": ('p::before { content: url("FILE") }', ""),
    "list image": ('li { list-style-image: url("http://127.0.0.1:9/") }', "<ul><li>x</li></ul>"),
    "border image": ('p { border: 1px solid; border-image: url("FILE") 1 }', ""),
    "font from a file": ('@font-face { font-family: x; src: url("FILE") } p { font-family: x }', ""),
    "font from the network": ("@font-face { font-family: x; src: url(http://127.0.0.1:9/x) } p { font-family: x }", ""),
    "font of the system as a file": ('@font-face { font-family: x; src: local("DejaVu Sans") } p { font-family: x }', ""),
    "font as data": ("@font-face { font-family: x; src: url(data:font/otf;base64,AAAA) } p { font-family: x }", ""),
    "colour profile": ('@color-profile --x { src: url("FILE") } p { color: color(--x 0 0 0) }', ""),
    "style element": ("", '<style>@import url("FILE")</style>'),
    "style attribute": ("", '<p style="background: url(FILE)">x</p>'),
    "link to a stylesheet": ("", '<link rel="stylesheet" href="FILE">'),
    "attachment": ("", '<p><a rel="attachment" href="FILE">x</a></p>'),
    "attachment of the document": ("", '<link rel="attachment" href="FILE">'),
    "picture from a file": ("", image("FILE")),
    "object": ("", '<object data="FILE"></object>'),
    "embed": ("", '<embed src="http://127.0.0.1:9/">'),
    "base": ("", '<base href="FILE"><img src="x.png" alt="x">'),
    "picture in a drawing": ("", "DRAWING:" + '<image href="FILE" width="9" height="9"/>'),
    "picture from the network in a drawing": ("", "DRAWING:" + '<image xlink:href="http://127.0.0.1:9/" width="9" height="9"/>'),
    "use of another file": ("", "DRAWING:" + '<use href="FILE#x"/>'),
    "stylesheet in a drawing": ("", "DRAWING:" + '<style>@import url("FILE");</style><rect width="1" height="1"/>'),
    "entity": ("", 'DRAWING:<!DOCTYPE svg [<!ENTITY x SYSTEM "FILE">]>&x;'),
}  # fmt: skip
HARMLESS = {
    "stylesheet in a drawing",
    "style attribute",
    "style element",
    "link to a stylesheet",
    "base",
    "use of another file",
}
"""What may also be passed over: it reaches nothing."""


@pytest.mark.parametrize("case", REACHING)
def test_what_reaches_outside_is_refused(rendered: Rendered, tmp_path: Path, secret: str, case: str) -> None:
    css, html = (
        text.replace("{{", "{").replace("}}", "}").replace("FILE", secret) for text in REACHING[case]
    )
    if html.startswith("DRAWING:"):
        html = image(svg(html.removeprefix("DRAWING:")))
    said = rendered(css, f"<p>x</p>{html}" if html else LETTER.html)
    assert untouched(said, tmp_path)
    assert not said["leaked"]
    assert said["said"] or case in HARMLESS, "it was neither refused nor known to be harmless"


EXCESSIVE = {
    "columns": ".body { column-count: 1000000 }",
    "columns in short": ".body { columns: 1000000 1px }",
    "a length": "p { margin-top: 99999999mm }",
    "a height in lines": "p { height: 100000000em }",
    "a percentage": "p { height: 9999999% }",
    "a tiny page": "@page { size: 1mm }",
    "a tiny named page": "@media print { @page :right { size: 0.1in 200mm } }",
    "an endless page": "@page { size: 100000mm 100000mm }",
    "a counter": "p { counter-increment: x 2000000000 } p::before { content: counter(x, lower-roman) }",
    "a grid": ".body { display: grid; grid-template-columns: repeat(1000000, 1px) }",
    "reckoning": "p { height: calc(9000 * 9000 * 1px) }",
    "reckoning with a variable": ":root { --x: 9000 } p { height: calc(var(--x) * var(--x) * 1px) }",
    "variables that multiply": "".join(
        f":root {{ --a{n}: var(--a{n - 1}) var(--a{n - 1}) }}" for n in range(1, 40)
    ),
    "nesting": "@media print {" * 5000 + "}" * 5000,
    "brackets": "p { width: " + "calc(" * 5000 + "1px" + ")" * 5000 + " }",
    "length of the file": "p { color: #000 }\n" * 20000,
}


@pytest.mark.parametrize("case", EXCESSIVE)
def test_a_stylesheet_that_asks_for_too_much_is_refused(rendered: Rendered, case: str) -> None:
    said = rendered(EXCESSIVE[case])
    assert {code for code, _ in said["said"]} == {"css-excessive"}


def test_our_own_stylesheets_ask_for_nothing_excessive() -> None:
    from briefgen.render.pdf.css_policy import check_css_limits

    files = list((ROOT / "templates").rglob("*.css"))
    assert files
    for file in files:
        assert list(check_css_limits(file.read_text(), file.name)) == []


def png(width: int, height: int) -> str:
    """A small file that claims to be a large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 4096))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()


LOOP = '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>'
LAUGHS = "<defs>" + '<rect id="l0" width="1" height="1"/>' + "".join(
    f'<g id="l{n}">' + f'<use href="#l{n - 1}"/>' * 10 + "</g>" for n in range(1, 10)
) + '</defs><use href="#l9"/>'  # fmt: skip
PICTURES = {
    "a bomb": (png(30000, 30000), "picture-too-large"),
    "a wide one": (png(2_000_000_000, 1), "picture-too-large"),
    "one that breaks off": (picture()[:-120], "picture-broken"),
    "one of too few lines": (png(500, 500), "picture-broken"),
    "no picture": ("data:image/png;base64,AAAA", "picture-broken"),
    "another format": (
        "data:image/png;base64," + base64.b64encode(b"GIF89a" + b"\0" * 20).decode(),
        "picture-broken",
    ),
    "PostScript": (
        "data:image/png;base64," + base64.b64encode(b"%!PS-Adobe-3.0 EPSF-3.0\n").decode(),
        "picture-broken",
    ),
    "a large file": ("data:image/png;base64," + "A" * 9_000_000, "picture-too-large"),
    "another kind": ("data:image/gif;base64,R0lGODlhAQABAAAAACw=", "pdf-fetch"),
    "text": ("data:text/html,x", "pdf-fetch"),
    "a drawing that repeats itself": (svg(LAUGHS), "picture-too-large"),
    "a drawing without end": (svg(LOOP), "picture-broken"),
    "a drawing nested deeply": (svg("<g>" * 500 + "</g>" * 500), "picture-broken"),
    "a drawing that is none": ("data:image/svg+xml,%3Csvg", "picture-broken"),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", PICTURES)
def test_broken_and_huge_pictures_are_refused_before_they_are_unpacked(rendered: Rendered, case: str) -> None:
    source, code = PICTURES[case]
    said = rendered(html=image(source))
    assert [code for code, _ in said["said"]] == [code]
    assert all(len(message) < 300 for _, message in said["said"])


@pytest.mark.slow
@pytest.mark.parametrize(
    "target",
    ["data:text/html,x", "javascript:alert(1)", "file:///etc/passwd", "vbscript:x", "\tjavascript:x"],
)
def test_links_lead_to_pages_and_mailboxes_only(rendered: Rendered, target: str) -> None:
    said = rendered(html=f'<p><a href="{target}">x</a></p>')
    assert [code for code, _ in said["said"]][:1] == ["pdf-link-refused"] or said["said"][0][
        0
    ] == "pdf-layout"


def test_a_stylesheet_cannot_make_a_link_of_text(rendered: Rendered) -> None:
    said = rendered(css='p { -weasy-link: url("javascript:x"); link: url("javascript:x") }')
    assert said["said"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<div>" * 3000 + "x" + "</div>" * 3000, "pdf-failed"),
        ("<p>" + "<em>" * 3000 + "x" + "</em>" * 3000 + "</p>", "pdf-failed"),
        ('<table><tr><td colspan="1000000">x</td></tr></table>', "page-excessive"),
        ('<table><tr><td rowspan="99999999">x</td></tr></table>', "page-excessive"),
        ('<ol start="999999999999"><li>x</li></ol>', "page-excessive"),
    ],
)
def test_a_page_that_asks_for_too_much_is_refused(rendered: Rendered, html: str, code: str) -> None:
    assert [code for code, _ in rendered(html=html)["said"]] == [code]
