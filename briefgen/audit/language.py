"""Guess whether a draft that does not say its language is in English."""

from __future__ import annotations

import re
from collections import Counter

from briefgen.audit.draft import Draft
from briefgen.data import load_word_data

_SCRIPTS = (
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
)
_ENOUGH = 20_000


def guess_language(draft: Draft) -> str:
    """Return the language of a draft by its script and most frequent small words; `en` in doubt."""
    text = " ".join(block.text for block in draft.blocks)[:_ENOUGH].lower()
    letters = sum(character.isalpha() for character in text) or 1
    for language, pattern in _SCRIPTS:
        if len(pattern.findall(text)) > letters / 3:
            return language
    words = Counter(re.findall(r"[^\W\d_]+", text))
    known = load_word_data("audit-words")["function-words"]
    scores = {language: sum(words[word] for word in own) for language, own in known.items()}
    best = max(scores, key=lambda language: (scores[language], language == "en"))
    return best if scores[best] > 1.5 * scores["en"] else "en"
