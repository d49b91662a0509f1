"""Write, change, approve and remove the snippets of a campaign or library."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date

from briefgen.errors import BriefgenError, Place, Problem, ProblemList, UsageError, suggest_similar
from briefgen.evidence.lock import LOCK_FILE_NAME, EvidenceLock, read_lock, serialize_lock
from briefgen.evidence.review import check_reviewer
from briefgen.evidence.statements import statement_key
from briefgen.library.folders import LibraryFolder
from briefgen.library.ingest.approve import (
    Approval,
    StatementFile,
    check_card,
    parse_card,
    plan_approval,
)
from briefgen.library.ingest.card_text import format_value, set_evidence, set_key, set_wording
from briefgen.library.ingest.curate import FileWriter, check_options_printable, write_library_files
from briefgen.library.ingest.draft_snippet import (
    FoundEvidence,
    SnippetRequest,
    check_keys,
    draft_snippet,
    find_new_evidence,
)
from briefgen.library.libraries import CAMPAIGN_FILE, library_folders
from briefgen.library.loader import Library, TextLocations, drop_lock_entries, load_library
from briefgen.library.snippets import PLACEHOLDER_WORDING, find_statement_files
from briefgen.system.yaml_reader import parse_yaml, read_text_file


@dataclass(frozen=True, slots=True)
class WrittenSnippet:
    """A snippet as it was written."""

    file: str
    approved: bool
    found: FoundEvidence
    problems: tuple[Problem, ...]
    """What is wrong with it; it is a draft then."""


def add_snippet(
    folder: LibraryFolder,
    request: SnippetRequest,
    texts: TextLocations,
    on: date,
    by: str = "",
    ask_wording: Callable[[FoundEvidence], tuple[str, str]] | None = None,
    write: FileWriter = write_library_files,
) -> WrittenSnippet:
    """Write a new snippet; with a wording and a reviewer, check, approve and lock it.

    `ask_wording` returns wording and reviewer, if the request has no wording. A wording is never lost: with
    something wrong, it is kept as a draft. Raise BriefgenError with every problem of the request, and without
    a wording for a quote that was not found; nothing is written then.
    """
    check_options_printable(*astuple(request))
    if by:
        check_reviewer(by)
    library = _load(folder, texts)
    file, found = draft_snippet(library, folder, request, on)
    if not request.say:
        if found.problems:
            raise BriefgenError(found.problems)
        wording, by = ask_wording(found) if ask_wording else ("", "")
        if wording:
            check_options_printable(wording)
            file, found = draft_snippet(library, folder, replace(request, say=wording), on)
    return _write_snippet(library, folder, file, found, by, on, write)


def preview_snippet(
    library: Library, folder: LibraryFolder, request: SnippetRequest, on: date
) -> tuple[FoundEvidence, tuple[Problem, ...]]:
    """Return the evidence of a new snippet and what is wrong with it, as `add_snippet` would; write nothing.

    Raise BriefgenError with every problem of the request.
    """
    check_options_printable(*astuple(request))
    file, found = draft_snippet(library, folder, request, on)
    if found.problems or not request.say:
        return found, found.problems
    return found, check_card(library, file, on)


def edit_snippet(
    folder: LibraryFolder,
    key: str,
    change: SnippetRequest,
    texts: TextLocations,
    on: date,
    by: str = "",
    edit_text: Callable[[str], tuple[str, str]] | None = None,
    write: FileWriter = write_library_files,
) -> WrittenSnippet:
    """Change what `change` names of a snippet, or let `edit_text` change its file and name the reviewer.

    Without a reviewer it is a draft from then on. Raise UsageError if there is nothing to change,
    BriefgenError for a change that is wrong in itself; nothing is written then.
    """
    check_options_printable(*astuple(change))
    if by:
        check_reviewer(by)
    (card,) = find_cards(folder, [key]).values()
    library = _load(folder, texts, {key})
    if change == SnippetRequest(change.id):
        if edit_text is None:
            hint = 'name it, for example --say "…"; in a terminal, the editor opens'
            raise UsageError(Problem("snippet-edit", f"nothing is to be changed in {key}", None, hint))
        text, by = edit_text(card.text)
        if text == card.text and not by:
            return WrittenSnippet(card.display_name, False, FoundEvidence(), ())
        return _write_snippet(library, folder, replace(card, text=text), FoundEvidence(), by, on, write)
    changed, found = _change_card(library, card, change, on)
    return _write_snippet(library, folder, changed, found, by, on, write)


def preview_change(
    library: Library, folder: LibraryFolder, key: str, change: SnippetRequest, on: date
) -> tuple[Problem, ...]:
    """Return what would be wrong with a changed snippet; write nothing.

    Raise BriefgenError for a change that is wrong in itself.
    """
    check_options_printable(*astuple(change))
    (card,) = find_cards(folder, [key]).values()
    changed, found = _change_card(library, card, change, on)
    draft = replace(changed, text=set_key(changed.text, "review", "draft"))
    return found.problems or check_card(library, draft, on)


def _change_card(
    library: Library, card: StatementFile, change: SnippetRequest, on: date
) -> tuple[StatementFile, FoundEvidence]:
    """Return a card with a change; raise BriefgenError for one that is wrong in itself."""
    problems = ProblemList()
    check_keys(library, change, problems)
    problems.raise_errors()
    text, found = _apply_change(library, card, change, on)
    changed = replace(card, text=text)
    parse_card(replace(changed, text=set_key(text, "review", "draft")), problems)
    problems.raise_errors()
    return changed, found


def _apply_change(
    library: Library, card: StatementFile, change: SnippetRequest, on: date
) -> tuple[str, FoundEvidence]:
    text, found = card.text, FoundEvidence()
    if any((change.source, change.quotes, change.page, change.paragraph, change.prefix, change.suffix)):
        found = find_new_evidence(library, _complete_request(card, change), on)
        text = set_evidence(text, found.evidence)
    for key, value in (
        ("kind", change.kind),
        ("title", change.title),
        ("topics", change.topics),
        ("as_of", change.as_of),
    ):
        if value:
            text = set_key(text, key, format_value(value))
    return (set_wording(text, change.say.strip()) if change.say else text), found


def _complete_request(card: StatementFile, change: SnippetRequest) -> SnippetRequest:
    """Return the change with the source and quotes that stay; raise UsageError for other evidence."""
    problems = ProblemList()
    statement = parse_card(card, problems)
    problems.raise_errors()
    evidence = statement.evidence if statement else []
    if len({item.source for item in evidence}) > 1 or any(
        item.quote is None or item.via for item in evidence
    ):
        message = f"{card.key} has evidence that --quote and --source cannot describe"
        hint = f"run briefgen snippets edit {card.key} in a terminal, or open {card.display_name}"
        raise UsageError(Problem("snippet-edit", message, None, hint))
    quotes = change.quotes or tuple(item.quote or "" for item in evidence)
    return replace(
        change, source=change.source or next((item.source or "" for item in evidence), ""), quotes=quotes
    )


def approve_statements(
    folder: LibraryFolder, keys: Sequence[str], texts: TextLocations, by: str, on: date
) -> Approval:
    """Approve statements of a campaign or library in the name of a reviewer, and write their files."""
    check_reviewer(by)
    cards = find_cards(folder, keys)
    library = _load(folder, texts, set(keys))
    approval = plan_approval(library, folder, cards, by, on)
    write_library_files(folder, approval.files)
    return approval


def remove_statements(folder: LibraryFolder, keys: Sequence[str], force: bool = False) -> tuple[str, ...]:
    """Remove statements and their entries in the lock; return the files.

    Raise BriefgenError for each place that uses one of them, unless `force`.
    """
    cards = find_cards(folder, keys)
    uses = list(_find_uses(folder, cards))
    if uses and not force:
        raise BriefgenError(uses)
    lock = _read_own_lock(folder)
    kept = drop_lock_entries(lock, set(cards))
    if kept != lock:
        write_library_files(
            folder, {folder.path / "snippets" / LOCK_FILE_NAME: serialize_lock(kept).encode()}
        )
    for card in cards.values():
        card.path.unlink()
    return tuple(card.display_name for card in cards.values())


def find_cards(folder: LibraryFolder, keys: Sequence[str]) -> dict[str, StatementFile]:
    """Return the files of a folder's statements; raise UsageError for each that it has not."""
    files = find_statement_files(folder)
    problems = [
        Problem(
            "snippet-unknown",
            f"{key!r} is not in {folder.display_path('snippets')}",
            None,
            suggest_similar(key, files) or "give the id, or caveats/ID",
        )
        for key in keys
        if key not in files
    ]
    if problems:
        raise UsageError(problems)
    return {key: StatementFile(key, *files[key], read_text_file(*files[key])) for key in keys}


def _load(folder: LibraryFolder, texts: TextLocations, changed: Container[str] = ()) -> Library:
    """Load a campaign's library; problems of the statements that are to be changed do not stop it."""
    problems, others = ProblemList(), ProblemList()
    library = load_library(library_folders(folder, problems), problems, texts)
    own = {shown for key, (_, shown) in find_statement_files(folder).items() if key in changed}
    others.extend(one for one in problems.problems if one.place is None or one.place.file not in own)
    others.raise_errors()
    return library


def _read_own_lock(folder: LibraryFolder) -> EvidenceLock:
    problems = ProblemList()
    path = folder.path / "snippets" / LOCK_FILE_NAME
    lock = read_lock(path, folder.display_path("snippets", LOCK_FILE_NAME), problems)
    problems.raise_errors()
    return lock


def _write_snippet(
    library: Library,
    folder: LibraryFolder,
    file: StatementFile,
    found: FoundEvidence,
    by: str,
    on: date,
    write: FileWriter,
) -> WrittenSnippet:
    """Write a statement's file: approved if a reviewer is named and nothing is wrong, else as a draft."""
    lock = _read_own_lock(folder)
    problems = found.problems
    if by and not problems:
        approval = plan_approval(library, folder, {file.key: file}, by, on)
        if approval.approved or approval.unchanged:
            write(folder, approval.files)
            return WrittenSnippet(file.display_name, True, found, ())
        problems = approval.problems
    draft = replace(file, text=set_key(file.text, "review", "draft"))
    if not problems and PLACEHOLDER_WORDING not in file.text:
        problems = check_card(library, draft, on)
    files = {draft.path: draft.text.encode()}
    if found.locked:
        merged = replace(lock, quotes={**lock.quotes, **found.locked})
        files[folder.path / "snippets" / LOCK_FILE_NAME] = serialize_lock(merged).encode()
    write(folder, files)
    errors = tuple(problem for problem in problems if problem.severity == "error")
    return WrittenSnippet(draft.display_name, False, found, errors)


# -- what uses a statement


def _find_uses(folder: LibraryFolder, cards: Mapping[str, StatementFile]) -> Iterator[Problem]:
    for key in cards:
        for place in (*_uses_in_statements(folder, key, set(cards)), *_uses_in_files(folder, key)):
            hint = "change that first, or add --force"
            yield Problem("snippet-used", f"{key!r} is used here; nothing was removed", place, hint)


def _uses_in_statements(folder: LibraryFolder, key: str, removed: set[str]) -> Iterator[Place]:
    name = key.rpartition("/")[2]
    library = load_library([folder], ProblemList())
    for snippet in library.snippets.values():
        if statement_key(snippet) in removed:
            continue
        if key == name and name in snippet.superseded_by:
            yield snippet.locate("superseded_by")
        if key != name and name in snippet.caveats:
            yield snippet.locate("caveats")


def _uses_in_files(folder: LibraryFolder, key: str) -> Iterator[Place]:
    campaign = folder.find_file(CAMPAIGN_FILE, ProblemList())
    if campaign:
        shown = folder.display_path(CAMPAIGN_FILE)
        yaml = parse_yaml(read_text_file(campaign, shown), shown, ProblemList())
        if yaml is not None:
            yield from (
                place
                for keys, place in yaml.places.items()
                if "topics" not in keys and _value_at(yaml.data, keys) == key
            )
    word = re.compile(rf"""(?<![^"',;\t(|]){re.escape(key)}(?![^"',;\t)|])""")
    for under, pattern in (("", "*.csv"), ("", "*.md"), ("templates", "**/*.j2"), ("templates", "**/*.md")):
        for path, shown in folder.find_files(under, pattern, ProblemList()):
            for number, line in enumerate(read_text_file(path, shown).split("\n"), start=1):
                if word.search(line):
                    yield Place(shown, number)


def _value_at(data: object, path: Sequence[str | int]) -> object:
    for part in path:
        data = data[part] if isinstance(data, list | dict) else None  # type: ignore[index]
    return data
