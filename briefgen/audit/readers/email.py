"""Read a draft from a saved e-mail: its subject and its text, not its attachments.

Where a message has its text twice, as a page and as plain text, the page is read, because people see that.
"""

from __future__ import annotations

import re
from collections import Counter
from email.message import EmailMessage
from typing import Any

from briefgen.audit.draft import Draft, DraftBlock
from briefgen.audit.problems import (
    differing_versions,
    encrypted_draft_error,
    excessive_draft_error,
    left_out,
    unreadable_draft_error,
)
from briefgen.audit.readers.html import HtmlText, read_html_blocks
from briefgen.audit.readers.plain_text import split_paragraphs
from briefgen.audit.readers.registry import DraftReader
from briefgen.errors import Problem, abbreviate_names, quantity

_MAX_PARTS = 500
_ENCRYPTED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_FIGURE = re.compile(r"\d(?:[\d.,/]*\d)?")


def read_email_draft(data: bytes, name: str) -> Draft:
    """Read a message; raise BriefgenError if it is encrypted, or no e-mail."""
    from email import message_from_bytes, policy

    message: EmailMessage = message_from_bytes(data, policy=policy.default)
    if not message.keys():
        raise unreadable_draft_error(name, "it does not begin with the headers of an e-mail")
    parts = sum(1 for _ in message.walk())
    if parts > _MAX_PARTS:
        raise excessive_draft_error(name, f"is a message of {parts:,} parts")
    if any(part.get_content_type() in _ENCRYPTED for part in message.walk()):
        raise encrypted_draft_error(name)
    page = _read_body(message, name)
    subject = str(message.get("subject", "")).strip()
    heading = (DraftBlock("heading", subject, level=1),) if subject else ()
    problems = [*_list_attachments(message, name), *page.left_out]
    return Draft(
        name,
        "email",
        str(message.get("content-language", "")),
        (*heading, *page.blocks),
        left_out=tuple(problems),
        suspicions=tuple(page.suspicions),
        title=subject,
    )


def _read_body(message: EmailMessage, name: str) -> HtmlText:
    shown, plain = message.get_body(("html",)), message.get_body(("plain",))
    if shown is None:
        return _read_plain_body(_decode(plain), name)
    page = read_html_blocks(_decode(shown), name)
    if plain is not None:
        other = _read_plain_body(_decode(plain), name)
        if differing := _compare_figures(page, other):
            page.suspicions.append(differing_versions(name, differing))
    return page


def _decode(part: Any) -> str:
    """Return the text of a part; in a wrong or unknown encoding, with replacements for what is lost."""
    if part is None:
        return ""
    raw = part.get_payload(decode=True) or b""
    try:
        text = raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    return str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _read_plain_body(text: str, name: str) -> HtmlText:
    """Read a plain text, without the lines that it quotes from an earlier message."""
    lines = text.split("\n")
    kept = ["" if line.startswith(">") else line for line in lines]
    page = HtmlText(list(split_paragraphs("\n".join(kept))))
    if quoted := sum(line.startswith(">") for line in lines):
        page.left_out.append(
            left_out(name, f"{quantity(quoted, 'line')} quoted from an earlier message (“>”)")
        )
    return page


def _compare_figures(one: HtmlText, other: HtmlText) -> list[str]:
    """Return the figures that only one of two versions has, or has more often."""
    mine, theirs = (
        Counter(_FIGURE.findall(" ".join(block.text for block in page.blocks))) for page in (one, other)
    )
    return sorted((mine - theirs) + (theirs - mine)) if theirs else []


def _list_attachments(message: EmailMessage, name: str) -> list[Problem]:
    bodies = [message.get_body(("html",)), message.get_body(("plain",))]
    names = [
        part.get_filename() or part.get_content_type()
        for part in message.walk()
        if not part.is_multipart() and all(part is not body for body in bodies)
    ]
    if not names:
        return []
    what = f"{quantity(len(names), 'attachment')} ({abbreviate_names(names)})"
    return [left_out(name, what, "audit them one by one")]


READER = DraftReader(read_email_draft)
