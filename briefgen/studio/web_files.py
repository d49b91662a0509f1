"""The files of the studio's pages: templates, style, script and fonts."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import jinja2

from briefgen.studio.messages import describe_problem

WEB_FOLDER = Path(__file__).parent / "web"
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".otf": "font/otf"}


@functools.cache
def static_files() -> Mapping[str, Path]:
    """Return the files that pages load, by their names: style, script, icons, and the fonts of the
    documents."""
    from briefgen.render.fonts import font_files

    found = {path.name: path for path in (WEB_FOLDER / "static").iterdir() if path.suffix in MEDIA_TYPES}
    return found | {path.name: path for path in font_files() if path.suffix in MEDIA_TYPES}


@functools.cache
def asset_version() -> str:
    """Return what the addresses of static files begin with; it changes with them."""
    digest = hashlib.sha256()
    for name, path in sorted(static_files().items()):
        digest.update(f"{name}\0{path.stat().st_size}\0".encode())
        if path.suffix != ".otf":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@functools.cache
def templates() -> jinja2.Environment:
    """Return the templates of the pages; all values are escaped, and names that do not exist are errors."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(WEB_FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["problem"] = describe_problem
    return environment
