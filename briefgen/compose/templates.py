"""Templates: sandboxed, strict Jinja2 over the library's folders, with errors that name the template's line.

Templates are found, checked and rendered here; what they print (snippets, citations, forms of address) comes
in the context. They may be written by strangers: they cannot read files outside the folders, and
`compose/sandbox.py` says what else they cannot do.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import jinja2.bccache
import jinja2.loaders
import jinja2.meta
import jinja2.nodes
import jinja2.utils
from jinja2.exceptions import SecurityError

from briefgen.compose.markdown_templates import translate_markdown
from briefgen.compose.markup import MarkupProblem, find_layout_spaces
from briefgen.compose.sandbox import BudgetExceededError, Sandbox
from briefgen.errors import BriefgenError, Place, Problem, StorageError, suggest_similar
from briefgen.library.folders import LibraryFolder
from briefgen.model.recipient import Recipient
from briefgen.system.cache import cache_key, remember, user_cache
from briefgen.system.file_digests import digest_tree
from briefgen.system.files import is_inside_folder, is_regular_file, read_limited_bytes
from briefgen.system.yaml_reader import read_text_file

CONTEXT_LOOKUP: Any = jinja2.utils.missing
"""What Jinja2 passes as the object of an undefined name that was looked up in the context itself."""

BUILT_IN = "built-in/"
"""Prefix by which a custom template can extend the built-in one of the same name."""


class MissingNameError(jinja2.UndefinedError):
    """A template used a name that does not exist."""

    def __init__(self, message: str | None, name: str | int, owner: Any) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner


class TrackedUndefined(jinja2.StrictUndefined):
    """An undefined name that records what it was looked up in."""

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = CONTEXT_LOOKUP,
        name: str | None = None,
        exc: Any = None,
    ) -> None:
        # Jinja2 only calls `exc` with the message; it need not be a class.
        recording: Any = exc or partial(MissingNameError, name="" if name is None else name, owner=obj)
        super().__init__(hint, obj, name, recording)


class _FolderLoader(jinja2.BaseLoader):
    """Loads a template from the first folder that has it; `built-in/…` from the last one only."""

    def __init__(self, folders: Sequence[LibraryFolder], language: str) -> None:
        self.folders = folders
        self._language = language
        roots = [(folder.path / "templates", folder.path) for folder in folders]
        self._roots = [(root, folder) for root, folder in roots if is_inside_folder(root, folder)]

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str | None, Any]:
        if template.endswith(_MARKDOWN):
            return self._translate(environment, template)
        roots, name = self._roots, template
        if template.startswith(BUILT_IN):
            roots, name = roots[-1:], template.removeprefix(BUILT_IN)
        parts = jinja2.loaders.split_template_path(name)  # raises TemplateNotFound for a name that climbs
        for root, folder in roots:
            path = root.joinpath(*parts)
            if is_regular_file(path) and is_inside_folder(path, folder):
                try:
                    return read_text_file(path, name), str(path), _is_unmodified_since_now(path)
                except BriefgenError as error:
                    raise jinja2.TemplateSyntaxError(error.problems[0].message, 1, template) from None
        raise jinja2.TemplateNotFound(template)

    def _translate(self, environment: jinja2.Environment, name: str) -> tuple[str, str | None, Any]:
        """Return a template in Markdown as one in HTML; only the campaign's own folder has any."""
        kind = _KINDS_BY_STEM.get(name.split(".")[0], name.split(".")[0])
        path = self.folders[0].path / name
        if name not in self.list_markdown():
            raise jinja2.TemplateNotFound(name)
        if not is_inside_folder(path, self.folders[0].path):
            raise jinja2.TemplateSyntaxError("leads out of its folder; put the file itself here", 1, name)
        try:
            text = read_limited_bytes(path, name, MAX_MARKDOWN_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise jinja2.TemplateSyntaxError("is not UTF-8; save it as UTF-8", 1, name) from None
        except StorageError as error:
            raise jinja2.TemplateSyntaxError(error.problems[0].message, 1, name) from None
        tree = environment.parse(self.get_source(environment, f"{kind}/default.html.j2")[0])
        blocks = {block.name for block in tree.find_all(jinja2.nodes.Block)}
        block = "sections" if "sections" in blocks else "body"
        unmodified = _is_unmodified_since_now(path)
        return translate_markdown(text, name, block, self._language), str(path), unmodified

    def list_templates(self) -> list[str]:
        paths = ((path, root) for root, _ in self._roots for path in root.rglob("*.j2"))
        return sorted({path.relative_to(root).as_posix() for path, root in paths})

    def list_markdown(self) -> list[str]:
        """List the files in the campaign's folder that are named like a kind of template."""
        if len(self.folders) < 2:
            return []
        kinds = {name.split("/")[0] for name in self.list_templates() if "/" in name}
        stems = {_STEMS_BY_KIND.get(kind, kind) for kind in kinds}
        names = (path.name for path in self.folders[0].path.glob(f"*{_MARKDOWN}"))
        return sorted(name for name in names if name.split(".")[0] in stems and name.count(".") <= 3)


class _CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates in the user's cache; marshalled code is read after its seal is verified only."""

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        cache = user_cache()
        data = cache.read("compiled", _compiled_name(bucket)) if cache else None
        if data is not None:
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if cache := user_cache():
            cache.write("compiled", _compiled_name(bucket), bucket.bytecode_to_string())


def _compiled_name(bucket: jinja2.bccache.Bucket) -> str:
    # The bucket's key stands for name and file, which are in the code, its checksum for the source.
    return cache_key("compiled", bucket.key, bucket.checksum)


_HTML, _MARKDOWN = ".html.j2", ".md"
_STEMS_BY_KIND = {"briefing": "brief"}
"""What files in Markdown are called where it is not the name of the kind."""
_KINDS_BY_STEM = {stem: kind for kind, stem in _STEMS_BY_KIND.items()}
MAX_MARKDOWN_BYTES = 60_000
"""Size of a template in Markdown; a letter has about 3,000."""


def _is_unmodified_since_now(path: Path) -> Callable[[], bool]:
    """Return a function that says whether a file has still the modification time that it has now."""
    modified = _modification_time(path)
    return lambda: _modification_time(path) == modified


def _modification_time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _empty_value_error() -> MissingNameError:
    return MissingNameError("a value is empty (None)", "", CONTEXT_LOOKUP)


def format_long_date(value: date | str, language: str = "en", country: str = "") -> str:
    """Format a date for letters: `November 24, 2026` in the United States, `24 November 2026` elsewhere.

    A text must be a date as lists have it, `2026-11-24`. `language` is BCP 47; `country` (ISO 3166-1 alpha-2)
    decides between the conventions of one language. The patterns are CLDR's "long" ones, from Babel.
    """
    from babel.dates import format_date
    from babel.localedata import exists

    if isinstance(value, str):
        with suppress(ValueError):
            value = date.fromisoformat(value)
    if not isinstance(value, date):
        raise jinja2.TemplateRuntimeError(f"long_date takes a date, and {str(value)[:40]!r} is not one")
    base = language.split("-")[0]
    fallback = "en_GB" if base == "en" else base
    locales = (language.replace("-", "_") if "-" in language else f"{base}_{country}", fallback)
    locale = next((code for code in locales if exists(code)), None)
    if locale is None:
        raise jinja2.TemplateRuntimeError(f"long_date does not know the language {language[:40]!r}")
    return str(format_date(value, "long", locale=locale))


def is_known_language(code: str) -> bool:
    """Return whether a BCP 47 code names a language that dates can be written in."""
    from babel.localedata import exists

    return bool(re.fullmatch("[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", code)) and exists(
        code.split("-")[0].lower()
    )


@dataclass(slots=True)
class Templates:
    """The templates that a campaign can use."""

    folders: tuple[LibraryFolder, ...]
    """Folders with a subfolder `templates/`, searched in order; the built-in one is last."""
    language: str = "en"
    """The language of documents, for the quotation marks of templates in Markdown."""
    translation: str = ""
    """A language other than the campaign's, in which texts in Markdown are named `letter.fr.md`."""
    _loader: _FolderLoader = field(init=False, repr=False)
    _environment: Sandbox = field(init=False, repr=False)
    _conditions: dict[str, Any] = field(init=False, repr=False, default_factory=dict)
    _known_names: frozenset[str] | None = field(init=False, repr=False, default=None)
    _known_texts: frozenset[str] | None = field(init=False, repr=False, default=None)
    _analyses: dict[str, tuple[frozenset[str], frozenset[str]]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        self._loader = _FolderLoader(self.folders, self.language)
        self._environment = Sandbox(
            _empty_value_error,
            loader=self._loader,
            bytecode_cache=_CompiledTemplates(),
            autoescape=True,
            undefined=TrackedUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.add_filter("long_date", format_long_date)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the list of folders only: environments cannot be pickled."""
        return (Templates, (self.folders, self.language, self.translation))

    def names(self) -> list[str]:
        """List all templates by name, for example `letter/default.html.j2` and `letter.md`."""
        return [*self._loader.list_templates(), *self._loader.list_markdown()]

    def read_source(self, name: str) -> str:
        """Return the text of a template or stylesheet by its name; raise BriefgenError if there is none."""
        try:
            return self._loader.get_source(self._environment, name)[0]
        except jinja2.TemplateNotFound:
            hint = suggest_similar(name, self.names()) or "briefgen templates list shows all"
            raise BriefgenError(
                Problem("template-missing", f"there is no template {name!r}", None, hint)
            ) from None

    def extends_built_in(self, name: str, built_in: str) -> bool:
        """Return whether a template is briefgen's own of this name, or extends that."""
        members = {member for member, _ in self._ancestry(name)}
        return f"{BUILT_IN}{built_in}" in members or (built_in in members and not self._is_own(built_in))

    def block_names(self, name: str) -> list[str]:
        """List the blocks that a template defines or inherits, in their order."""
        try:
            trees = [self._environment.parse(source, member) for member, source in self._ancestry(name)]
        except jinja2.TemplateSyntaxError as error:
            raise BriefgenError(self._problem_of(error, name, {}, "")) from None
        return list(
            dict.fromkeys(block.name for tree in trees for block in tree.find_all(jinja2.nodes.Block))
        )

    def find_template(self, kind: str, recipient: Recipient | None = None) -> str:
        """Return the name of the most specific template of a kind for a recipient.

        Looked up in order: recipient id, office, chamber, country, default. A template in Markdown comes
        before one in HTML for the same recipients, and before all of briefgen's own. Raise BriefgenError if
        there is not even a default.
        """
        html = self.find_frame(kind, recipient)
        texts = self._texts()
        if not texts:
            return html
        for candidate in self.candidates(kind, recipient):
            if candidate in texts:
                return candidate
            if candidate == html and self._is_own(html):
                return html
        stem = _STEMS_BY_KIND.get(kind, kind)
        if self.translation and any(name.startswith(f"{stem}.") for name in texts):
            message = f"the text of the {kind} is not written in {self.translation!r}"
            hint = f"write {stem}.{self.translation}{_MARKDOWN}"
            raise BriefgenError(Problem("template-missing", message, None, hint))
        return html

    def candidates(self, kind: str, recipient: Recipient | None = None) -> list[str]:
        """List the names of templates to try, most specific first."""
        return template_candidates(kind, recipient, self.translation)

    def find_frame(self, kind: str, recipient: Recipient | None = None) -> str:
        """Return the name of the most specific template of a kind in HTML, which Markdown completes.

        Raise BriefgenError if there is not even a default.
        """
        for candidate in self.candidates(kind, recipient):
            if not is_markdown(candidate) and candidate in self._known():
                return candidate
        kinds = {name.split("/")[0] for name in self._known() if "/" in name}
        raise BriefgenError(
            Problem(
                "template-missing",
                f"there is no template {kind}/default{_HTML}",
                None,
                suggest_similar(kind, kinds),
            )
        )

    def variables(self, name: str) -> frozenset[str]:
        """Return the names that a template uses and does not set itself."""
        return self._analyze(name)[0]

    def named_statements(self, name: str) -> frozenset[str]:
        """Return the ids that a template in Markdown names: `statement("ID")`."""
        return self._analyze(name)[1]

    def _analyze(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        if name not in self._analyses:
            try:
                tree = self._environment.parse(self.read_source(name))
            except jinja2.TemplateSyntaxError as error:
                raise BriefgenError(self._problem_of(error, name, {}, "")) from None
            calls = (call for call in tree.find_all(jinja2.nodes.Call) if call.args)
            named = frozenset(
                str(call.args[0].value)
                for call in calls
                if isinstance(call.node, jinja2.nodes.Name)
                and call.node.name == "statement"
                and isinstance(call.args[0], jinja2.nodes.Const)
            )
            self._analyses[name] = frozenset(jinja2.meta.find_undeclared_variables(tree)), named
        return self._analyses[name]

    def _known(self) -> frozenset[str]:
        if self._known_names is None:  # once: a batch asks for each letter, and walking folders is slow
            self._known_names = frozenset(self.names())
        return self._known_names

    def _texts(self) -> frozenset[str]:
        """Return the names of the texts in Markdown."""
        if self._known_texts is None:
            self._known_texts = frozenset(filter(is_markdown, self._known()))
        return self._known_texts

    def _is_own(self, name: str) -> bool:
        """Return whether a template comes from another folder than briefgen's."""
        return any((folder.path / "templates" / name).is_file() for folder in self.folders[:-1])

    def render(self, name: str, context: Mapping[str, Any], label: str) -> str:
        """Render a template; raise BriefgenError if that fails. `label` names the document in messages."""
        self._environment.reset_budget()
        try:
            return self._environment.get_template(name).render(context)
        except BriefgenError as error:
            line = self._failing_line(error, name)
            raise BriefgenError(
                problem if problem.place else replace(problem, place=line) for problem in error.problems
            ) from None
        except (jinja2.TemplateError, SecurityError) as error:
            raise BriefgenError(self._problem_of(error, name, context, label)) from None
        except MemoryError:
            raise
        except Exception as error:  # whatever a template can make Python or Jinja raise
            endless = isinstance(error, RecursionError)
            what = "it calls itself endlessly" if endless else f"{type(error).__name__}: {str(error)[:200]}"
            place = self._failing_line(error, name)
            raise BriefgenError(Problem("template-failed", f"{what}, while making {label}", place)) from None

    def reset_budget(self) -> None:
        """Start a run of conditions, which share the budget of one document."""
        self._environment.reset_budget()

    def evaluate_condition(self, expression: str, variables: Mapping[str, Any], place: Place) -> bool:
        """Return whether an interest's `when` holds; raise BriefgenError with its place if it is faulty."""
        try:
            if expression not in self._conditions:
                self._conditions[expression] = self._environment.compile_expression(expression, False)
            return bool(self._conditions[expression](**variables))
        except MissingNameError as error:
            hint = suggest_similar(str(error.name), variables)
            raise BriefgenError(
                Problem("rule-name", f"the rule uses the unknown name {error.name!r}", place, hint)
            ) from None
        except MemoryError:
            raise
        except Exception as error:  # whatever a condition can make Python or Jinja raise
            excerpt = expression if len(expression) <= 100 else f"{expression[:99]}…"
            excessive = isinstance(error, BudgetExceededError)
            raise BriefgenError(
                Problem(
                    "rule-syntax",
                    f"the rule {excerpt!r} cannot be evaluated: {str(error)[:200]}",
                    place,
                    "no rule needs that much" if excessive else 'write, for example: office == "us-senator"',
                )
            ) from None

    def check(self, known: Iterable[str], kinds: Iterable[str]) -> Iterator[Problem]:
        """Report every mistake that shows without rendering: syntax, unknown names, blocks and parents."""
        allowed = set(known) | set(self._environment.globals)
        prefixes = tuple(
            prefix for kind in kinds for prefix in (f"{kind}/", f"{_STEMS_BY_KIND.get(kind, kind)}.")
        )
        # Texts in Markdown apart from templates in HTML, which do not depend on them, and change less often.
        for listed in (self._loader.list_templates(), self._loader.list_markdown()):
            names = [name for name in listed if name.startswith(prefixes)]
            yield from self._remember_check(names, allowed)

    def _remember_check(self, names: Sequence[str], allowed: set[str]) -> tuple[Problem, ...]:
        """Check templates, unless an earlier run has checked the same."""

        def find_key() -> str | None:
            texts = [name for name in names if is_markdown(name)]
            digests = [digest_tree(folder.path, ("templates",)) for folder in self.folders]
            digests.append(digest_tree(self.folders[0].path, texts))
            if None in digests:
                return None
            shown = [folder.display_name for folder in self.folders]
            return cache_key("templates", names, sorted(allowed), digests, shown, self.language)

        if not names:
            return ()
        check = self._check_template
        return remember(
            "templates", find_key, lambda: tuple(one for name in names for one in check(name, allowed))
        )

    def _check_template(self, name: str, allowed: set[str]) -> Iterator[Problem]:
        try:
            source, filename, _ = self._loader.get_source(self._environment, name)
            tree = self._environment.parse(source, name, filename)
            self._environment.compile(source, name, filename)
            unknown = jinja2.meta.find_undeclared_variables(tree) - allowed
        except jinja2.TemplateSyntaxError as error:  # an unknown filter or test too
            yield Problem(
                "template-syntax",
                error.message or "it cannot be parsed",
                self.locate_template(name, error.lineno),
            )
            return
        yield from self._check_filters(name, tree)
        yield from self._check_spacing(name, source)
        seen = set()
        for node in tree.find_all(jinja2.nodes.Name):
            if node.name in unknown and node.name not in seen:
                seen.add(node.name)
                yield Problem(
                    "template-name",
                    f"unknown name {node.name!r}",
                    self.locate_template(name, node.lineno),
                    suggest_similar(node.name, allowed),
                )
        yield from self._check_blocks(name, tree)
        for extends in tree.find_all(jinja2.nodes.Extends):
            parent = extends.template.value if isinstance(extends.template, jinja2.nodes.Const) else None
            if parent and not self._exists(parent):
                yield Problem(
                    "template-missing",
                    f"it extends {parent!r}, which does not exist",
                    self.locate_template(name, extends.lineno),
                    suggest_similar(parent, self.names()),
                )

    def _check_filters(self, name: str, tree: jinja2.nodes.Template) -> Iterator[Problem]:
        """Report unknown filters and tests, which Jinja reports only when a condition reaches them."""
        for node_type, word, known in (
            (jinja2.nodes.Filter, "filter", self._environment.filters),
            (jinja2.nodes.Test, "test", self._environment.tests),
        ):
            nodes: Iterator[Any] = tree.find_all(node_type)
            for node in nodes:
                if node.name not in known:
                    place = self.locate_template(name, node.lineno)
                    hint = suggest_similar(node.name, known)
                    yield Problem("template-syntax", f"there is no {word} {node.name!r}", place, hint)

    def _check_spacing(self, name: str, source: str) -> Iterator[Problem]:
        """Warn of tabs and rows of hard spaces between words: no two programs set them alike."""
        if lines := find_layout_spaces(source):
            also = f" ({len(lines)} lines of this template do)" if len(lines) > 1 else ""
            hint = (
                "put columns into a table and items into a list; a stylesheet in templates/css/ sets indents"
            )
            message = f"tabs or several hard spaces separate words{also}"
            yield Problem("template-spacing", message, self.locate_template(name, lines[0]), hint, "warning")

    def _check_blocks(self, name: str, tree: jinja2.nodes.Template) -> Iterator[Problem]:
        """Report blocks that no ancestor has: they are never printed, so a misspelt name loses its text."""
        ancestors = [source for member, source in self._ancestry(name) if member != name]
        if not ancestors:
            return
        try:
            parsed = [self._environment.parse(source) for source in ancestors]
        except jinja2.TemplateSyntaxError:
            return  # reported where that template is checked
        known = {block.name for parent in parsed for block in parent.find_all(jinja2.nodes.Block)}
        for node in tree.body:
            if isinstance(node, jinja2.nodes.Block) and node.name not in known:
                yield Problem(
                    "template-block",
                    f"no template above this one has a block {node.name!r}, so it is never printed",
                    self.locate_template(name, node.lineno),
                    suggest_similar(node.name, known),
                )

    def locate_markup_problems(
        self, names: Sequence[str], faults: Iterable[MarkupProblem], label: str
    ) -> Iterator[Problem]:
        """Place problems of rendered markup in the template, or the ancestor of it, that wrote it.

        `names` are the template's, and that of its frame if it is in Markdown.
        """
        name, ancestry = names[0], [pair for one in names for pair in self._ancestry(one)]
        for fault in faults:
            place = self.locate_template(name, None)
            for member, source in ancestry:
                line_number = next(
                    (
                        number
                        for number, line in enumerate(source.split("\n"), 1)
                        if fault.fragment and fault.fragment in line
                    ),
                    None,
                )
                if line_number:
                    place = self.locate_template(member, line_number)
                    break
            yield Problem(fault.code, f"{fault.message} (in {label})", place, fault.hint)

    def _ancestry(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield a template and all it extends or includes: name and source."""
        seen: set[str] = set()
        queue = [name]
        while queue:
            current = queue.pop(0)
            if current in seen or not self._exists(current):
                continue
            seen.add(current)
            source, _, _ = self._loader.get_source(self._environment, current)
            yield current, source
            try:
                tree = self._environment.parse(source)
            except jinja2.TemplateSyntaxError:
                continue  # reported where the template itself is checked
            queue += [parent for parent in jinja2.meta.find_referenced_templates(tree) if parent]

    def _exists(self, name: str) -> bool:
        try:
            self._loader.get_source(self._environment, name)
        except (jinja2.TemplateNotFound, jinja2.TemplateSyntaxError):
            return False
        return True

    def locate_template(self, name: str, line: int | None = None) -> Place:
        """Return the file of a template, with a line in it, as a place for messages."""
        if name.endswith(_MARKDOWN):
            return Place(self.folders[0].display_path(name), line)
        path = name.removeprefix(BUILT_IN)
        folders = self.folders[-1:] if name.startswith(BUILT_IN) else self.folders
        for folder in folders:
            if (folder.path / "templates" / path).is_file():
                return Place(folder.display_path("templates", path), line)
        return Place(name, line)

    def is_own(self, name: str) -> bool:
        """Return whether a template, or the text that it stands for, is the campaign's own."""
        folders = () if name.startswith(BUILT_IN) else self.folders[:-1]
        return is_markdown(name) or any((folder.path / "templates" / name).is_file() for folder in folders)

    def _failing_line(self, error: BaseException, name: str) -> Place:
        """Return the innermost line of a template in the error's traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            for folder in self.folders:
                # Paths, not prefixes, are compared: a folder given as "." has no prefix to look for.
                path = Path(frame.filename)
                if path.is_relative_to(folder.path / "templates") or (
                    path.suffix == _MARKDOWN and path.parent == folder.path
                ):
                    relative = path.relative_to(folder.path)
                    return Place(folder.display_path(*relative.parts), frame.lineno)
        return self.locate_template(name, None)

    def _problem_of(self, error: Exception, name: str, context: Mapping[str, Any], label: str) -> Problem:
        if isinstance(error, MissingNameError):
            place = self._failing_line(error, name)
            if error.name == "":
                return Problem(
                    "template-empty",
                    f"{error.message}, while making {label}",
                    place,
                    "print it within {% if … %}, only where it has a value",
                )
            if error.name == "case":
                message = f"the template prints a case, and the campaign has none, while making {label}"
                return Problem("case-missing", message, place, "fill in `case` in campaign.yaml")
            if error.name == "country_name":
                message = f"the template names a state, and the campaign none, while making {label}"
                hint = "add about: to campaign.yaml, with the code of the state that the letters are about"
                return Problem("country-unnamed", message, place, hint)
            if isinstance(error.owner, list | tuple | str) and isinstance(error.name, int):
                kind = "text" if isinstance(error.owner, str) else "list"
                message = f"there is no item {error.name!r} in a {kind} of {len(error.owner)}"
                return Problem(
                    "template-failed", f"{message}, while making {label}", place, "items count from 0"
                )
            known = list(context) if error.owner is CONTEXT_LOOKUP else _attribute_names(error.owner)
            return Problem(
                "template-name",
                f"unknown name {error.name!r}, while making {label}",
                place,
                suggest_similar(str(error.name), known),
            )
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = self.locate_template(error.name or name, error.lineno)
            return Problem("template-syntax", error.message or "it cannot be parsed", place)
        if isinstance(error, jinja2.TemplateNotFound):
            return Problem(
                "template-missing",
                f"there is no template {error.name!r}",
                self._failing_line(error, name),
                suggest_similar(str(error.name), self.names()),
            )
        if isinstance(error, BudgetExceededError):
            return Problem(
                "template-excessive",
                f"{error}, while making {label}",
                self._failing_line(error, name),
                "no document needs that much; look for a repetition in the template",
            )
        place = self._failing_line(error, name)
        if isinstance(error, SecurityError):
            return Problem("template-unsafe", f"{error}, while making {label}", place)
        return Problem("template-failed", f"{error}, while making {label}", place)


def is_markdown(name: str) -> bool:
    """Return whether a template is in Markdown, and so the text of a document within a frame."""
    return name.endswith(_MARKDOWN)


def template_candidates(kind: str, recipient: Recipient | None, translation: str = "") -> list[str]:
    """List the template names to try, most specific first; texts in Markdown for a translation."""
    specific = []
    if recipient is not None:
        specific = [
            ("recipient", recipient.id),
            ("office", recipient.office),
            ("chamber", recipient.chamber),
            ("country", recipient.represents or recipient.country),
        ]
    stem, ending = _STEMS_BY_KIND.get(kind, kind), f".{translation}{_MARKDOWN}" if translation else _MARKDOWN
    names = [
        name
        for level, value in specific
        if value
        for name in (f"{stem}.{value}{ending}", f"{kind}/{level}/{value}{_HTML}")
    ]
    return [*names, f"{stem}{ending}", f"{kind}/default{_HTML}"]


def _attribute_names(owner: Any) -> list[str]:
    if isinstance(owner, Mapping):
        return [str(key) for key in owner]
    fields = getattr(type(owner), "model_fields", None)
    return list(fields) if fields else [name for name in dir(owner) if not name.startswith("_")]
