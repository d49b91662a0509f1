"""Names of letters: readable, safe, stable."""

import re

from hypothesis import given
from hypothesis import strategies as st

from briefgen.batch.file_names import SLUG_LENGTH, letter_file_stem, slugify
from briefgen.model.recipient import Recipient

HOSTILE = [
    "../../etc/passwd",
    "..",
    "CON",
    "nul.txt",
    "a/b\\c",
    "-rf",
    "\u202etxt.exe",
    "\ud800",
    "\x00",
    "…",
    "~",
]


def named(id: str, name: str = "") -> Recipient:
    return Recipient(id=id, office="office", country="US", name=name)


def test_a_name_reads_like_the_person():
    assert slugify("Nydia M. Velázquez") == "nydia-m-velazquez"
    assert slugify("Bjørn Þór Strauß") == "bjorn-thor-strauss"


def test_an_office_without_a_name_goes_by_its_id():
    assert letter_file_stem(named("uk-foreign-office")).startswith("uk-foreign-office-")


@given(st.text() | st.sampled_from(HOSTILE), st.text() | st.sampled_from(HOSTILE))
def test_any_recipient_has_a_file_name_that_is_safe_everywhere(id: str, name: str):
    """No traversal, no hidden file, no option, no capital, no reserved name, no overlong name."""
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}-[a-z2-7]{8}", letter_file_stem(named(id, name)))


@given(st.text(), st.text())
def test_two_ids_never_share_a_file_name(one: str, other: str):
    """Even where names are the same, or differ only in case or accents."""
    same = letter_file_stem(named(one, "José Núñez")) == letter_file_stem(named(other, "JOSE NUNEZ"))
    assert not same or one == other


def test_a_long_name_is_cut_without_a_dangling_hyphen():
    assert slugify("ab " * 100) == ("ab-" * 100)[: SLUG_LENGTH - 1]
