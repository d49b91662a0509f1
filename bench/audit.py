"""Time of an audit: a draft of ten pages against 1,000 snippets, and its growth with library and draft.

The library is the built-in one, repeated with other figures and names until it is large enough; the draft
consists of its wordings, half of them with another figure, and of sentences that claim nothing. Times are
processor time after the program has started and the library is loaded: building the index is part of it.
Growth is a ratio, which holds on any machine: twice the draft takes twice the time, and a library ten times
as large at most some more for each sentence.

    python bench/audit.py             fails above two seconds
    python bench/audit.py --long      10,000 snippets, and 10,000 sentences
"""

from __future__ import annotations

import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

from briefgen.audit.audit import Auditor
from briefgen.audit.draft import Draft, DraftBlock
from briefgen.audit.index import AuditIndex
from briefgen.errors import ProblemList
from briefgen.evidence.inline_markdown import strip_markdown
from briefgen.evidence.normalize import prepare_prose
from briefgen.library.libraries import open_library
from briefgen.library.loader import Library, TextLocations, load_library

SNIPPETS, WORDS, LIMIT_S = 1_000, 5_000, 2.0
_NAMES = ("North Korea", "Mongolia", "Eritrea", "Belarus", "Myanmar", "Cuba", "Laos", "Syria")


def enlarge(library: Library, size: int) -> Library:
    """Return the library with as many snippets: the same again, with other figures and another country."""
    snippets = dict(library.snippets)
    originals = list(library.snippets.values())
    number = 0
    while len(snippets) < size:
        one = originals[number % len(originals)]
        turn = number // len(originals) + 1
        other = one.model_copy(
            update={"id": f"{one.id}-{turn}", "body": _change(one.body, turn), "variants": {}, "title": ""}
        )
        snippets[other.id] = other
        number += 1
    return replace(library, snippets=snippets)


def _change(text: str, turn: int) -> str:
    country = _NAMES[turn % len(_NAMES)]
    changed = re.sub(r"\d+", lambda match: str(int(match.group()) + turn), text)
    return changed.replace("North Korea", country)


def make_draft(library: Library, words: int) -> Draft:
    """Return a draft of about so many words."""
    texts: list[str] = []
    bodies = [strip_markdown(one.body).strip() for one in library.snippets.values()]
    while sum(len(text.split()) for text in texts) < words:
        body = bodies[len(texts) % len(bodies)]
        other = re.sub(r"\d\d+", lambda match: str(int(match.group()) + 1), body, count=1)
        texts.append(f"{body} {other} We ask you to think of them.")
    return Draft("draft.txt", "text", "en", tuple(DraftBlock("paragraph", text) for text in texts))


def measure(library: Library, draft: Draft) -> tuple[float, float, int]:
    """Return the processor time of building the index and of the audit, and the number of sentences."""
    start = time.process_time()
    auditor = Auditor(library)
    built = time.process_time()
    report = auditor.audit(draft)
    return built - start, time.process_time() - built, len(report.sentences)


def measure_candidates(library: Library, draft: Draft) -> float:
    """Return the processor time in which the candidates for a sentence are found, in milliseconds."""
    index = AuditIndex.build(library)
    texts = [prepare_prose(block.text) for block in draft.blocks]
    start = time.process_time()
    for text in texts:
        index.find_candidates(text)
    return (time.process_time() - start) / len(texts) * 1000


def main() -> int:
    """Print the times and their growth; return 1 above the limit."""
    folder = os.environ.get("BRIEFGEN_TEXTS")
    texts = TextLocations(Path(folder) if folder else None)
    built_in = load_library([open_library("north-korea")], ProblemList(), texts)
    library, draft = enlarge(built_in, SNIPPETS), make_draft(built_in, WORDS)
    index, audit, sentences = measure(library, draft)
    print(f"{len(library.snippets):,} snippets, {WORDS:,} words in {sentences} sentences")
    print(f"  index {index:.2f} s, audit {audit:.2f} s, together {index + audit:.2f} s (limit {LIMIT_S:g} s)")
    _, twice, _ = measure(library, make_draft(built_in, 2 * WORDS))
    _, small, _ = measure(built_in, draft)
    print(f"  twice the draft: {twice / audit:.1f} times the time")
    print(
        f"  {len(library.snippets) / len(built_in.snippets):.0f} times the library: {audit / small:.1f} times"
    )
    if "--long" in sys.argv:
        large = enlarge(built_in, 10_000)
        index, audit, sentences = measure(large, draft)
        print(f"10,000 snippets: index {index:.2f} s, {audit / sentences * 1000:.1f} ms for each sentence")
        print(f"  of which finding candidates: {measure_candidates(large, draft):.1f} ms")
        index, audit, sentences = measure(library, make_draft(built_in, 120_000))
        print(f"{sentences:,} sentences: {audit:.1f} s, {audit / sentences * 1000:.1f} ms for each")
    return int(index + audit > LIMIT_S and "--long" not in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
