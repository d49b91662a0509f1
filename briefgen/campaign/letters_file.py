"""Reads letters.yaml, what holds for single letters, and checks every name in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from briefgen.compose.composer import Composer
from briefgen.errors import BriefgenError, Place, Problem, ProblemList, suggest_similar
from briefgen.library.folders import LibraryFolder
from briefgen.library.libraries import hint_at_library
from briefgen.model.letter_overrides import LETTERS_FILE, LetterOverrides
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Snippet
from briefgen.system.yaml_reader import ParsedYaml, build_record, parse_yaml, read_text_file


@dataclass(frozen=True, slots=True)
class LettersFile:
    """The entries of letters.yaml, by the id of the recipient."""

    overrides: Mapping[str, LetterOverrides] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)


def read_letters_file(folder: LibraryFolder, problems: ProblemList) -> LettersFile:
    """Read letters.yaml, if there is one; what is wrong with it is added to `problems`."""
    path, display_name = folder.find_file(LETTERS_FILE, problems), folder.display_path(LETTERS_FILE)
    if path is None:
        return LettersFile()
    try:
        text = read_text_file(path, display_name)
    except BriefgenError as error:
        problems.extend(error.problems)
        return LettersFile()
    parsed = parse_yaml(text, display_name, problems)
    if parsed is None or parsed.data is None:
        return LettersFile()
    if not isinstance(parsed.data, dict):
        hint = "begin each entry with the id of a recipient and a colon"
        message = "expected entries by the ids of recipients"
        problems.add(Problem("wrong-type", message, Place(display_name, 1), hint))
        return LettersFile()
    entries = {id: build_record(LetterOverrides, _entry(parsed, id), problems) for id in parsed.data}
    return LettersFile(
        {id: entry for id, entry in entries.items() if entry is not None},
        {id: parsed.places[(id,)] for id in entries},
    )


def _entry(parsed: ParsedYaml, id: str) -> ParsedYaml:
    """Return the part of the file about one letter; an empty entry changes nothing."""
    places = {path[1:]: place for path, place in parsed.places.items() if path[:1] == (id,)}
    return ParsedYaml({} if parsed.data[id] is None else parsed.data[id], places, parsed.file)


def apply_letters_file(
    file: LettersFile, listed: Sequence[Recipient], others: Sequence[str], problems: ProblemList
) -> list[Recipient]:
    """Return the recipients with what letters.yaml says about their letters.

    `others` are further ids of the list, whose letters are not written. Entries for nobody are warned of:
    recipients leave lists, and letters.yaml stays.
    """
    ids = [recipient.id for recipient in listed]
    for id, place in file.places.items():
        if id not in ids and id not in others:
            hint = suggest_similar(id, ids) or "correct the id, or remove the entry"
            message = f"no recipient has the id {id!r}, so this entry changes no letter"
            problems.add(Problem("letters-recipient", message, place, hint, severity="warning"))
    return [
        replace(recipient, overrides=entry) if (entry := file.overrides.get(recipient.id)) else recipient
        for recipient in listed
    ]


def check_overrides(
    composer: Composer, recipients: Sequence[Recipient]
) -> tuple[tuple[Recipient, ...], list[Problem], list[Problem]]:
    """Return the recipients whose letters can be as letters.yaml says, the problems of others, and warnings.

    What can be seen without composing a letter is checked here.
    """
    sound: list[Recipient] = []
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for recipient in recipients:
        found: list[Problem] = []
        if recipient.overrides is not None:
            own = composer.for_recipient(recipient)
            found = list(_check_entry(recipient.overrides, own.library.snippets))
            if not found:
                warnings += _find_idle(own, recipient, recipient.overrides)
        errors += (replace(problem, about=recipient.id) for problem in found)
        if not found:
            sound.append(recipient)
    return tuple(sound), errors, warnings


def _check_entry(overrides: LetterOverrides, snippets: Mapping[str, Snippet]) -> Iterator[Problem]:
    """Yield what is wrong with an entry, whatever the letter."""
    for path, name in overrides.named_statements():
        place = overrides.locate(*path)
        if (snippet := snippets.get(name)) is not None:
            yield from _check_statement_use(snippet, str(path[0]), place)
            yield from _check_contradictions(overrides, name, str(path[0]), place)
        else:
            hint = hint_at_library(name) or suggest_similar(name, snippets)
            message = f"there is no snippet with the id {name!r}"
            yield Problem("snippet-unknown", message, place, hint or "briefgen snippets list shows all")
    for path, words in overrides.own_texts():
        # Empty words in place of other words remove these; nothing can be said of a statement with none.
        if not words.strip() and (path[0] == "after" or path[-1] in overrides.statements_instead):
            hint = "write the words; to leave the statement out, name it under leave_out"
            yield Problem("empty-key", f"{path[0]}.{path[-1]} is empty", overrides.locate(*path), hint)


def _check_statement_use(snippet: Snippet, key: str, place: Place) -> Iterator[Problem]:
    """Yield why a statement cannot be what a key of an entry makes of it."""
    if key != "leave_out" and snippet.review.status != "verified":
        message = f"the snippet {snippet.id!r} is {snippet.review.status}"
        yield Problem("snippet-not-verified", message, place, "review it, or leave it out")
    if key == "use" and snippet.kind in ("ask", "figure"):
        hint = "for another ask, fill in the column ask; a figure is placed by the template"
        message = f"{snippet.id!r} is of kind {snippet.kind} and cannot be used here"
        yield Problem("letter-statement-kind", message, place, hint)
    if key == "leave_out" and snippet.kind == "ask":
        hint = "for another ask, fill in the column ask"
        yield Problem("letter-statement-kind", "a letter cannot do without its ask", place, hint)
    if key == "short" and "short" not in snippet.variants:
        hint = "write one in the statement's file (variants: short:), or remove it here"
        yield Problem("letter-statement-kind", f"{snippet.id!r} has no short wording", place, hint)


def _check_contradictions(overrides: LetterOverrides, name: str, key: str, place: Place) -> Iterator[Problem]:
    if key != "leave_out" and name in overrides.leave_out:
        message = f"{name!r} is both under leave_out and under {key}"
        yield Problem("letter-contradictory", message, place, "remove it from one of them")
    if key == "short" and name in overrides.statements_instead:
        message = f"{name!r} has words of its own under instead, so there is nothing to shorten"
        yield Problem("letter-contradictory", message, place, "remove it from one of them")


def _find_idle(composer: Composer, recipient: Recipient, overrides: LetterOverrides) -> Iterator[Problem]:
    """Yield a warning for statements to leave out or to shorten that the letter does not have anyway."""
    snippets, templates = composer.library.snippets, composer.templates
    template = templates.find_template(composer.campaign.letter.template, recipient)
    named = templates.read_source(template)
    for key in ("leave_out", "short"):
        for index, name in enumerate(getattr(overrides, key)):
            kept = [one for one in overrides.leave_out if one != name]
            own = replace(recipient, overrides=overrides.model_copy(update={"leave_out": kept}))
            used = {snippet.id for snippet in composer.select_snippets(own).evidence}
            if snippets[name].id not in used and name not in named:
                yield Problem(
                    "letter-statement-absent",
                    f"the statement {name!r}, which letters.yaml names under {key}, is not in this letter",
                    overrides.locate(key, index),
                    "remove it here; briefgen explain says what the letter has, and why",
                    severity="warning",
                    about=recipient.id,
                )
