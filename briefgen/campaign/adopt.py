"""Reads a letter that somebody edited in Word back into letters.yaml.

The edited letter is compared, paragraph by paragraph, with the letter that the campaign makes now. The file
has hashes of its paragraphs as they were made, which tell what somebody edited from what the campaign has
changed since.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from briefgen.batch.edits import note_adopted
from briefgen.batch.file_names import letter_file_stem
from briefgen.batch.outputs.files import STATE_FOLDER
from briefgen.batch.storage_errors import storage_error
from briefgen.campaign.job import resolve_output_folder
from briefgen.campaign.letter_comparison import (
    AdoptedChange,
    Adoption,
    LetterComparison,
    Preference,
    write_markdown,
)
from briefgen.campaign.open import Campaign, find_recipient
from briefgen.compose.composer import Composer
from briefgen.errors import BriefgenError, Place, Problem, StorageError, UsageError
from briefgen.evidence.own_wording import check_own_wording
from briefgen.inspect.edited_docx import WordLetter, read_word_letter
from briefgen.library.folders import LibraryFolder
from briefgen.model.letter_overrides import LETTERS_FILE
from briefgen.model.recipient import Recipient
from briefgen.system.files import atomic_write, is_folder, read_limited_bytes
from briefgen.system.yaml_reader import MAX_TEXT_BYTES
from briefgen.system.yaml_splice import splice_yaml

_MOST_PARAGRAPHS = 1_000
_MOST_CHARACTERS = 200_000


def find_adoption(campaign: Campaign, path: Path, prefer: Preference = "") -> Adoption:
    """Compare an edited letter in Word with what the campaign makes, and return what can be taken over.

    Raise BriefgenError if the file is no letter of this campaign, cannot be read, or its changes together
    make no letter.
    """
    edited = read_word_letter(path)
    length = sum(len(one.text) for one in edited.paragraphs)
    if len(edited.paragraphs) > _MOST_PARAGRAPHS or length > _MOST_CHARACTERS:
        raise _foreign_letter_error(path, f"has {length:,} characters, which no letter has")
    recipient = _find_letter_recipient(campaign, edited, path)
    document = campaign.compose(recipient, "docx")
    made = read_word_letter(campaign.render(recipient, "docx"))
    comparison = LetterComparison(campaign, recipient, document, made, edited, Place(str(path)), prefer)
    comparison.compare()
    adoption = comparison.adoption
    if adoption.changes:
        _check_result(campaign, adoption)
    return adoption


def _find_letter_recipient(campaign: Campaign, edited: WordLetter, path: Path) -> Recipient:
    """Return whose letter a file is, by its record or else its name."""
    record = edited.record or {}
    owner, id = record.get("campaign"), record.get("recipient")
    if isinstance(owner, str) and owner != campaign.config.id:
        raise _foreign_letter_error(path, f"is a letter of the campaign {owner[:80]!r}")
    if isinstance(id, str):
        return find_recipient(campaign, id)
    for recipient in campaign.recipients:
        if path.stem.startswith(letter_file_stem(recipient)):
            return recipient
    raise _foreign_letter_error(path, "has no record of the letter that it is, and no name of one")


def _foreign_letter_error(path: Path, why: str) -> BriefgenError:
    hint = "name a letter that briefgen made for this campaign, or the campaign with -c"
    return UsageError(Problem("adopt-foreign", why, Place(str(path)), hint))


def _check_result(campaign: Campaign, adoption: Adoption) -> None:
    """Compose the letter as it would be, and check its new words.

    Raise BriefgenError if it cannot be made.
    """
    recipient = replace(adoption.recipient, overrides=adoption.overrides)
    campaign.page_fitter(campaign.renderers(())).compose_letter(recipient)
    composer = campaign.composer.for_recipient(recipient)
    audited = _audit_words([one.after for one in adoption.changes], composer)
    adoption.changes = [
        replace(one, checks=(*_check_statement(one, composer), *found))
        for one, found in zip(adoption.changes, audited, strict=True)
    ]


def _check_statement(change: AdoptedChange, composer: Composer) -> Iterator[Problem]:
    """Yield what the evidence of a statement does not bear in the words in its place."""
    snippet = composer.library.snippets.get(change.what) if change.kind == "words" else None
    if snippet is not None:
        words = write_markdown(change.after, "")
        for problem in check_own_wording(snippet, words, composer.library, Place(change.what)):
            yield replace(problem, place=None)


def _audit_words(texts: Sequence[str], composer: Composer) -> list[list[Problem]]:
    """Return for each text what the whole library says against its sentences."""
    from briefgen.audit.audit import Auditor
    from briefgen.audit.draft import Draft, DraftBlock
    from briefgen.audit.findings import FAULTS

    blocks = tuple(DraftBlock("paragraph", text) for text in texts)
    report = Auditor(composer.library).audit(Draft("the letter", "text", composer.campaign.language, blocks))
    found: list[list[Problem]] = [[] for _ in texts]
    for finding in report.sentences:
        if finding.verdict in FAULTS:
            reasons = [one.message for one in finding.differences] or [finding.reason]
            why = "; ".join(filter(None, reasons)) or "nothing in the library bears it out"
            hint = f"the approved wording: {finding.suggestion}" if finding.suggestion else None
            message = f"{finding.verdict.value}: {why}"
            problem = Problem("adopt-audit", message, None, hint, severity="warning")
            found[finding.sentence.block].append(problem)
    return found


def write_adoption(campaign: Campaign, adoption: Adoption, letter: Path) -> str:
    """Write what was taken over to letters.yaml, and return its name as shown to the user.

    Everything else in the file stays as it is. Raise BriefgenError if that is not possible, StorageError if
    it cannot be written.
    """
    home = campaign.composer.folder
    path, shown = home / LETTERS_FILE, str(Path(campaign.config.locate().file).parent / LETTERS_FILE)
    LibraryFolder(home).require_inside(path)
    if path.is_symlink():
        message, hint = "is a link, and briefgen does not write through links", "put the file itself here"
        raise BriefgenError(Problem("file-outside", message, Place(shown), hint))
    raw = read_limited_bytes(path, shown, MAX_TEXT_BYTES) if path.exists() else b""
    mark = codecs.BOM_UTF8 if raw.startswith(codecs.BOM_UTF8) else b""
    text = splice_yaml(raw.removeprefix(mark).decode(), adoption.edits, shown)
    try:
        with atomic_write(path) as file:
            file.write(mark + text.encode())
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise StorageError(Problem("file-unwritable", message, Place(shown))) from None
    settle_letter(campaign, letter)
    return shown


def settle_letter(campaign: Campaign, letter: Path) -> None:
    """Note that nothing of an edited letter waits any more, so that no run names it again."""
    folder = _state_folder(campaign, letter)
    try:
        note_adopted(folder, letter)
    except OSError as error:
        raise storage_error("the output folder cannot be written", error, folder) from error


def _state_folder(campaign: Campaign, letter: Path) -> Path:
    """Return where the output that a letter is in has its records; that of the campaign if it is in none."""
    beside = letter.resolve().parent.parent / STATE_FOLDER
    return beside if is_folder(beside) else resolve_output_folder(campaign, None) / STATE_FOLDER
