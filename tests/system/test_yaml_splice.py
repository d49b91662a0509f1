"""Single values change in YAML that people wrote; every other character stays."""

from __future__ import annotations

import random

import pytest
import yaml

from briefgen.errors import BriefgenError
from briefgen.system.yaml_splice import YamlEdit, splice_yaml

FILE = """\
# Letters of one's own.
ada:   # the first
  instead:
    # why
    "old words": "new words"   # keep this
    school-taps: >
      Folded words
      on two lines.
  leave_out: [one, two]
ben: {paragraph: "Hello.", after: {x: y}}
cle:
  use:
    - first   # because
"""


def change(*edits: tuple[tuple[str, ...], object], text: str = FILE) -> str:
    return splice_yaml(text, [YamlEdit(path, value) for path, value in edits], "letters.yaml")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("ada", "instead", "old words"), "other: words", '"new words"', '"other: words"'),
        (("ada", "instead", "school-taps"), "Plain", ">\n      Folded words\n      on two lines.", "Plain"),
        (("ada", "leave_out"), ["one", "two", "three"], "[one, two]", "[one, two, three]"),
        (("ben", "paragraph"), "Bye", '"Hello."', "Bye"),
        (("ben", "after", "z"), "w", "{x: y}", "{x: y, z: w}"),
        (("cle", "use"), ["first", "next"], "- first   # because\n", "- first   # because\n    - next\n"),
        (("ada", "short"), ["s"], "[one, two]\n", "[one, two]\n  short: [s]\n"),
        (("cle", "instead", "a b"), "c", "# because\n", "# because\n  instead:\n    a b: c\n"),
        (("ada", "instead", "old words"), None, '    "old words": "new words"   # keep this\n', ""),
        (("ben", "after", "x"), None, ", after: {x: y}", ""),
        (("ben", "paragraph"), None, 'paragraph: "Hello.", ', ""),
        (("cle", "use"), None, "cle:\n  use:\n    - first   # because\n", ""),
        (("dee", "paragraph"), "New.", "# because\n", "# because\ndee:\n  paragraph: New.\n"),
    ],
)
def test_only_what_is_meant_changes(path: tuple[str, ...], value: object, before: str, after: str) -> None:
    assert FILE.count(before) == 1
    assert change((path, value)) == FILE.replace(before, after)


def test_line_ends_and_a_missing_last_one_stay() -> None:
    text = FILE.replace("\n", "\r\n").rstrip()
    assert change((("ben", "paragraph"), "Bye"), text=text) == text.replace('"Hello."', "Bye")
    assert change((("dee", "paragraph"), "x"), text=text) == text + "\r\ndee:\r\n  paragraph: x\r\n"


def test_an_empty_file_and_an_empty_entry_are_filled() -> None:
    assert change((("ada", "paragraph"), "x"), text="") == "ada:\n  paragraph: x\n"
    assert change((("ada", "paragraph"), "x"), text="# none yet\n") == "# none yet\nada:\n  paragraph: x\n"
    assert change((("ada", "paragraph"), "x"), text="ada:  # her\nben: {}\n") == (
        "ada:  # her\n  paragraph: x\nben: {}\n"
    )


@pytest.mark.parametrize("text", ["- ada\n", "ada: [x]\n", "{ada: {use: [x]}, \n ben: }\n"])
def test_what_would_have_to_be_rearranged_is_refused(text: str) -> None:
    with pytest.raises(BriefgenError, match="yaml-unspliceable"):
        change((("ada", "paragraph", "deep"), "x"), (("ben", "instead", "a"), "b"), text=text)


def test_a_list_of_lines_is_written_again_where_no_comment_would_be_lost() -> None:
    text = "sender:\n  address:\n    - 4 Harbour Road\n    - Leith\n  country: GB\n"
    assert change((("sender", "address"), ["Leith", "EH6 7AA"]), text=text) == (
        "sender:\n  address:\n    - Leith\n    - EH6 7AA\n  country: GB\n"
    )
    for other in (
        text.replace("Road\n", "Road  # home\n"),
        text.replace("    - Leith", "    # second\n    - Leith"),
    ):
        with pytest.raises(BriefgenError, match="yaml-unspliceable"):
            change((("sender", "address"), ["Leith"]), text=other)
    with pytest.raises(BriefgenError, match="yaml-unspliceable"):
        change((("sender", "address"), []), text=text)


def test_any_words_survive() -> None:
    words = [
        "a: b",
        "- x",
        "#no",
        "'q\"",
        "ends:",
        "yes",
        "null",
        "",
        " ",
        "é “x”",
        "a\nb\n\nc",
        "{x}",
        "*y*",
        "&z",
    ]
    chance = random.Random(4)
    for _ in range(200):
        key, value = chance.choice(words) or "k", chance.choice(words)
        path = (chance.choice(["ada", "ben", "new"]), "instead", key)
        result = change((path, value))
        data = yaml.load(result, Loader=yaml.BaseLoader)
        assert data[path[0]]["instead"][key] == value
        assert [line for line in FILE.splitlines() if "#" in line and "keep" not in line] == [
            line
            for line in result.splitlines()
            if line in FILE.splitlines() and "#" in line and "keep" not in line
        ]
