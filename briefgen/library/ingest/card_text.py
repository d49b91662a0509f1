"""Write and edit the text of a snippet's file: its front matter, key by key, and its wording."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from briefgen.model.snippet import Evidence

_PLAIN = re.compile(r"[^\W_][\w.,’ -]*[\w.]")
"""Text that means itself in YAML: no sign at its beginning, no `: ` and no ` #`."""
_ENTRY_KEYS = ("locator", "prefix", "suffix")


def format_card(keys: Mapping[str, object], evidence: Sequence[Evidence], wording: str) -> str:
    """Return the file of a new draft; empty keys are left out."""
    lines = ["---", *_evidence_lines(evidence)]
    lines += _format_keys(keys)
    return "\n".join((*lines, "review: draft", "---", wording, ""))


def _evidence_lines(evidence: Sequence[Evidence]) -> list[str]:
    """Return source and quote at the top, or a list if the quotes differ in more than their words."""
    if not evidence:
        return []
    own = [{key: getattr(item, key) for key in _ENTRY_KEYS if getattr(item, key)} for item in evidence]
    if any(keys != own[0] for keys in own):
        lines = ["evidence:"]
        for item, keys in zip(evidence, own, strict=True):
            first, *more = _format_keys({"source": item.source, "quote": item.quote, **keys})
            lines += [f"  - {first}", *(f"    {line}" for line in more)]
        return lines
    quotes = [item.quote for item in evidence]
    quote = quotes if len(quotes) > 1 else quotes[0]
    return _format_keys({"source": evidence[0].source, "quote": quote, **own[0]})


def _format_keys(keys: Mapping[str, object]) -> list[str]:
    return [f"{key}: {format_value(value)}" for key, value in keys.items() if value]


def format_value(value: object) -> str:
    """Return a value as YAML in one line; JSON strings are valid YAML."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {format_value(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_quote(str(item), ',') for item in value)}]"
    return _quote(str(value))


def _quote(text: str, special: str = "") -> str:
    plain = _PLAIN.fullmatch(text) and not any(sign in text for sign in special)
    return text if plain else json.dumps(text, ensure_ascii=False)


def set_key(text: str, key: str, value: str) -> str:
    """Return a file in which a key of the front matter is `key: value`, on one line; empty removes it.

    A new key goes before `review:`. A file without front matter, which its reader reports, stays as it is.
    """
    lines = text.split("\n")
    end = _front_matter_end(lines)
    if end is None:
        return text
    written = [f"{key}: {value}"] if value else []
    first = _find_key(lines[:end], key)
    if first is None:
        at = _find_key(lines[:end], "review") or end
        return "\n".join((*lines[:at], *written, *lines[at:]))
    last = first + 1
    while last < end and re.match(r"\s|-|$", lines[last]):
        last += 1
    return "\n".join((*lines[:first], *written, *lines[last:]))


def _front_matter_end(lines: Sequence[str]) -> int | None:
    """Return the position of the second line `---`; None if there is none, or the first line is another."""
    marks = [number for number, line in enumerate(lines) if line.strip() == "---"]
    return marks[1] if len(marks) > 1 and marks[0] == 0 else None


def _find_key(lines: Sequence[str], key: str) -> int | None:
    pattern = re.compile(rf"""["']?{re.escape(key)}["']?\s*:(?:\s|$)""")
    return next((number for number, line in enumerate(lines) if pattern.match(line)), None)


def set_evidence(text: str, evidence: Sequence[Evidence]) -> str:
    """Return a file with other evidence, in its first lines."""
    for key in ("source", "quote", *_ENTRY_KEYS, "evidence"):
        text = set_key(text, key, "")
    first, _, rest = text.partition("\n")
    return "\n".join((first, *_evidence_lines(evidence), rest))


def set_wording(text: str, wording: str) -> str:
    """Return a file with another wording, as it is if it has no front matter."""
    lines = text.split("\n")
    end = _front_matter_end(lines)
    if end is None:
        return text
    return "\n".join((*lines[: end + 1], wording, ""))
