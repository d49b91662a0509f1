"""Letters that are measured without a layout of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pdf_samples import LETTER

from briefgen.model.document import PageUsage
from briefgen.render.pdf.assembly import assembler
from briefgen.render.pdf.renderer import PdfRenderer

STYLES = (Path(__file__).parents[3] / "templates/css",)
PLAIN = replace(LETTER, html=re.sub(r"<figure>.*?</figure>", "", LETTER.html))


def test_a_wrong_measure_stops_assembling_and_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer, in_full = PdfRenderer(STYLES), PdfRenderer(STYLES)
    in_full.stop_assembling()
    renderer.render(PLAIN)
    original = assembler.measure_assembled_letter

    def measure(letter: Any) -> PageUsage:
        usage = original(letter)
        return replace(usage, used_mm=(usage.used_mm[0] + 1,))

    monkeypatch.setattr(assembler, "measure_assembled_letter", measure)
    second = replace(PLAIN, html=PLAIN.html.replace("Jane", "John"))
    found = renderer.measure_assembled(second)
    assert found is not None
    assert found.is_like(in_full.measure(second))
    (problem,) = renderer.differences
    assert (problem.code, problem.severity) == ("pdf-assembly", "warning")
    assert renderer.measure_assembled(PLAIN) is None
