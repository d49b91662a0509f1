"""Stylesheets from a stranger: nothing that writes, moves or hides words, or draws on what is not in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import exit_code
from hostile_tools import Machine
from material import ROOT

from briefgen.render.pdf.css_policy import check_own_stylesheet

DECLARATIONS = """
bookmark-label: "FORGED"|bookmark-level: 1|bookmark-state: closed|-weasy-bookmark-label: "FORGED"
direction: rtl|unicode-bidi: bidi-override|writing-mode: vertical-rl|text-orientation: upright|order: 2
font-family: Arial|font-family: "Noto Sans"|font-family: Symbol|font-family: system-ui|font-family: fantasy
font: 12pt Arial|font: caption|font: menu|font: status-bar|font-feature-settings: "ss01"
font-variant-alternates: x|font-language-override: "x"|font-size-adjust: 2
list-style-type: "FORGED "|list-style: "FORGED "|list-style-type: symbols("a")|list-style-image: url(x)
content: "FORGED"|content: attr(href)|content: attr(class)|content: string(x)|content: target-text(url(x))
quotes: "a" "b"|string-set: x "y"|hyphenate-character: "x"|text-overflow: "x"|block-ellipsis: "x"
text-transform: uppercase|text-emphasis: "x"|counter-reset: page 5|letter-spacing: -1em
background: url(x)|border-image: url(x)|mask: url(x)|cursor: url(x)|src: url(file:///etc/passwd)
filter: blur(2px)|opacity: 0|visibility: hidden|display: none|transform: scale(0)|clip-path: inset(50%)
--x: 1|all: unset|anchor: x|link: url(x)|appearance: auto|image-orientation: 90deg|grid-area: x
""".replace("\n", "|").split("|")
RULES = [
    '@font-face { font-family: x; src: local("Arial") }',
    '@import "other.css";',
    "@import url(file:///etc/passwd);",
    '@counter-style x { symbols: "FORGED" }',
    "@namespace x url(y);",
    "@supports (x: y) { p { color: red } }",
    "@layer x { p { color: red } }",
    "@media print { @font-face { font-family: x } }",
    "@color-profile x { src: url(y) }",
    "p { &::before { color: red } }",
    'p::marker { content: "FORGED" }',
    '@page { @top-left { content: "FORGED" } }',
    '@page { @top-left { content: counter(page) "FORGED FORGED FORGED FORGED" } }',
    ":lang(ar), p { direction: rtl }",
    "p::first-letter { color: red }",
]
SHEETS = [*(f".body p {{ {text} }}" for text in DECLARATIONS if text), *RULES]


@pytest.mark.parametrize("css", SHEETS)
def test_a_stylesheet_cannot_do_more_than_set_how_text_looks(css: str) -> None:
    assert list(check_own_stylesheet(css, "letter.css"))


@pytest.mark.parametrize("name", ["page", "letter", "briefing", "brief", "sans", "institute"])
def test_the_built_in_stylesheets_may_be_copied(name: str) -> None:
    css = (ROOT / "templates" / "css" / f"{name}.css").read_text(encoding="utf-8")
    assert list(check_own_stylesheet(css, f"{name}.css")) == []


def test_a_stylesheet_is_refused_before_anything_is_made(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    css = (ROOT / "templates" / "css" / "letter.css").read_text(encoding="utf-8")
    file = machine.campaign / "templates" / "css" / "letter.css"
    file.parent.mkdir(parents=True)
    file.write_text(css + '.body p { bookmark-level: 1; bookmark-label: "FORGED" }\n', encoding="utf-8")
    assert exit_code("check", machine.campaign) == 1
    assert "letter.css" in (said := capsys.readouterr().err) and said.count("css-syntax") == 2
    assert exit_code("batch", machine.campaign, "--format", "pdf", "-q") == 1
    assert not Path(machine.campaign / "out").exists()
