"""Problems in the words of the studio, and where each is mended.

Only this module knows codes. A message says statement for snippet, reservation for caveat, and so on; the
hint of the command line is kept where it makes sense without one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from briefgen.errors import Problem

_WORDS = (
    (re.compile(r"\bsnippets\b"), "statements"),
    (re.compile(r"\bsnippet\b"), "statement"),
    (re.compile(r"\bSnippets\b"), "Statements"),
    (re.compile(r"\bSnippet\b"), "Statement"),
    (re.compile(r"\bcaveats\b"), "reservations"),
    (re.compile(r"\bcaveat\b"), "reservation"),
    (re.compile(r"\battested\b"), "read by a person"),
    (re.compile(r"\bthe ask\b"), "what you ask for"),
)
_COMMAND = re.compile(r"\bbriefgen [a-z]+|--[a-z]")
"""What a hint says about the command line is no help here."""
_IN_QUOTES = re.compile(r"('[^']*'|“[^”]*”|\"[^\"]*\")")


@dataclass(frozen=True, slots=True)
class PlainMessage:
    """A problem as the studio shows it."""

    code: str
    text: str
    hint: str
    """What to do; empty where the command line's advice is of no use here."""
    place: str
    """File and line, for those who know them."""
    screen: str
    """The screen on which it is mended."""
    target: str
    """What is to be looked at on that screen, a recipient's or statement's id; may be empty."""
    is_error: bool


def describe_problem(problem: Problem) -> PlainMessage:
    """Return a problem in plain words."""
    text = plain_words(problem.message)
    hint = plain_words(problem.hint or "")
    if _COMMAND.search(hint):
        hint = ""
    screen, target = find_screen(problem)
    return PlainMessage(
        problem.code,
        f"{text[:1].upper()}{text[1:]}".rstrip(".") + ".",
        f"{hint[:1].upper()}{hint[1:]}".rstrip(".") + "." if hint else "",
        _describe_place(problem),
        screen,
        target,
        problem.severity == "error",
    )


def _describe_place(problem: Problem) -> str:
    """Return file and line of a problem, the file by its path in the campaign's folder if that is short."""
    place = problem.place
    if place is None:
        return ""
    parts = place.file.replace("\\", "/").split("/")
    inside = (at for at, part in enumerate(parts) if part in ("snippets", "seeds", "templates"))
    known = next(inside, len(parts) - 1)
    return ", ".join(filter(None, ["/".join(parts[known:]), f"line {place.line}" if place.line else ""]))


def plain_words(text: str) -> str:
    """Replace the terms of the command line by those of the studio, except within quotation marks."""
    parts = _IN_QUOTES.split(text)
    for index in range(0, len(parts), 2):
        for pattern, word in _WORDS:
            parts[index] = pattern.sub(word, parts[index])
    return "".join(parts)


def find_screen(problem: Problem) -> tuple[str, str]:
    """Return the screen on which a problem is mended, and what is to be looked at there."""
    file = problem.place.file.replace("\\", "/") if problem.place else ""
    name = file.rpartition("/")[2]
    if "/snippets/" in f"/{file}" or "/seeds/" in f"/{file}":
        return "evidence", name.removesuffix(".md")
    if name.endswith((".csv", ".xlsx", ".xlsm")):
        return "recipients", problem.about
    if name == "campaign.yaml":
        return "start", ""
    return "letters", problem.about
