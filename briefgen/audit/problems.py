"""What is said about drafts that cannot be read, parts that were left out, and what makes a draft suspect."""

from __future__ import annotations

import re
from collections.abc import Sequence

from briefgen.errors import BriefgenError, Place, Problem, abbreviate_names, quantity

_SHOWN_WORDS = 60
"""Characters of words that are quoted in a message."""


def unreadable_draft_error(name: str, why: str) -> BriefgenError:
    """Return the error for a damaged file; `why` follows `cannot be read:`."""
    return BriefgenError(
        Problem(
            "draft-unreadable",
            f"cannot be read: {why}",
            Place(name),
            "open it in the program that made it and save it again, or save its text as .txt",
        )
    )


def encrypted_draft_error(name: str) -> BriefgenError:
    """Return the error for a file that needs a password."""
    return BriefgenError(
        Problem(
            "draft-encrypted",
            "needs a password",
            Place(name),
            "save a copy without a password and audit that",
        )
    )


def excessive_draft_error(name: str, how: str) -> BriefgenError:
    """Return the error for a file that is larger than any draft; `how` says in what respect."""
    return BriefgenError(Problem("draft-excessive", how, Place(name), "audit it in parts"))


def scanned_draft_error(name: str) -> BriefgenError:
    """Return the error for a PDF without text."""
    hint = "run OCR on it (ocrmypdf scan.pdf text.pdf), and audit the result"
    return BriefgenError(Problem("draft-scanned", "its pages are pictures without text", Place(name), hint))


def garbled_draft_error(name: str) -> BriefgenError:
    """Return the error for a PDF whose fonts hide what they show."""
    hint = "run OCR on it (ocrmypdf --force-ocr), and audit the result"
    return BriefgenError(
        Problem("draft-garbled", "its fonts do not say which letters it shows", Place(name), hint)
    )


def empty_draft_error(name: str) -> BriefgenError:
    """Return the error for a file without words."""
    return BriefgenError(
        Problem("draft-empty", "contains no words", Place(name), "choose the file with the text")
    )


def wrong_kind_error(name: str, what: str, hint: str | None) -> BriefgenError:
    """Return the error for a file that is no draft that can be read, or not of the kind its name says."""
    return BriefgenError(Problem("draft-kind", what, Place(name), hint))


def left_out(name: str, what: str, hint: str | None = None) -> Problem:
    """Return the warning that something was not read."""
    return Problem("draft-left-out", f"not read: {what}", Place(name), hint, "warning")


def unread_pictures(name: str, number: int) -> Problem:
    """Return the warning that pictures were not read."""
    return left_out(
        name, f"{quantity(number, 'picture')}, and what is written in {'it' if number == 1 else 'them'}"
    )


def hidden_text(name: str, why: str, words: Sequence[str]) -> Problem:
    """Return the warning about text that nobody sees; `why` says what hides it."""
    return Problem(
        "draft-hidden-text",
        f"text that nobody sees was left out, {why}{quote_words(words)}",
        Place(name),
        "delete it, or make it visible if it belongs to the draft",
        "warning",
    )


def picture_in_text(name: str, before: Sequence[str]) -> Problem:
    """Return the warning about pictures within sentences, from the words before each."""
    return Problem(
        "draft-picture-in-text",
        f"a picture stands within a sentence, after{quote_words(before, ' ')}",
        Place(name),
        "if it shows words or a figure, type them",
        "warning",
    )


def invisible_characters(name: str, number: int, names: Sequence[str], words: Sequence[str]) -> Problem:
    """Return the warning about characters that nobody sees, from their names and the words they are in."""
    what = f"{quantity(number, 'invisible character')} in the text ({abbreviate_names(names)})"
    return Problem(
        "draft-invisible-characters",
        f"{what}{quote_words(words)}",
        Place(name),
        "delete them, and type the words again",
        "warning",
    )


def mixed_alphabets(name: str, words: Sequence[str]) -> Problem:
    """Return the warning about words and figures with characters that only look like the right ones."""
    return Problem(
        "draft-mixed-alphabets",
        f"a word or figure has characters that look like others{quote_words(words)}",
        Place(name),
        "type them again: no search finds them, and no check compares them",
        "warning",
    )


def differing_versions(name: str, figures: Sequence[str]) -> Problem:
    """Return the warning about an e-mail whose plain text has other figures than the page that is shown."""
    return Problem(
        "draft-two-versions",
        f"its plain text and its formatted text have different figures: {abbreviate_names(figures)}",
        Place(name),
        "the formatted text was audited; some programs show the other",
        "warning",
    )


def recognised_text(name: str, pages: str) -> Problem:
    """Return the warning about text that a program recognised in pictures of pages."""
    return Problem(
        "draft-recognised-text",
        f"{pages} are pictures with text recognised by a program",
        Place(name),
        "compare figures with the pages: recognition mistakes 3 for 8",
        "warning",
    )


def quote_words(words: Sequence[str], lead: str = ": ") -> str:
    """Return the first words in quotation marks, shortened, and how many more there are."""
    shown = [re.sub(r"\s+", " ", word).strip() for word in words if word.strip()]
    if not shown:
        return ""
    first = shown[0] if len(shown[0]) <= _SHOWN_WORDS else shown[0][:_SHOWN_WORDS].rstrip() + " …"
    more = f" and {len(shown) - 1:,} more" if len(shown) > 1 else ""
    return f"{lead}“{first}”{more}"
