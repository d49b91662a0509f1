"""Templates: a sandboxed, strict Jinja2 over the library's folders, and errors that name the line.

It finds and runs templates; what they may say (snippets, citations, forms of address) comes in the context.
Templates can be the work of strangers: files outside the folders are out of reach, and `compose/sandbox.py`
says what else is.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import jinja2.nodes
import jinja2.utils
from jinja2.exceptions import SecurityError

from briefgen.compose.markup import MarkupFault
from briefgen.compose.sandbox import OverBudget, Sandbox
from briefgen.errors import BriefgenError, Place, Problem, suggest
from briefgen.library.folders import Folder
from briefgen.model.recipient import Recipient

MISSING: Any = jinja2.utils.missing
"""Jinja2's mark for a name that was looked up in nothing but the context."""

BUILT_IN = "built-in/"
"""Prefix by which a template of one's own can extend the built-in one of the same name."""


class NameMissing(jinja2.UndefinedError):
    """A template used a name that does not exist."""

    def __init__(self, message: str | None, name: str | int, owner: Any) -> None:
        super().__init__(message)
        self.name = name
        self.owner = owner


class Missing(jinja2.StrictUndefined):
    """An undefined name that remembers what it was looked up in."""

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = MISSING,
        name: str | None = None,
        exc: Any = None,
    ) -> None:
        # Jinja2 calls `exc` with the message; that it is a class is not needed.
        remembering: Any = exc or partial(NameMissing, name="" if name is None else name, owner=obj)
        super().__init__(hint, obj, name, remembering)


class _Folders(jinja2.BaseLoader):
    """Finds a template in the first folder that has it; `built-in/…` looks in the last one only."""

    def __init__(self, folders: Sequence[Folder]) -> None:
        self.folders = folders
        self._loaders = [jinja2.FileSystemLoader(folder.path / "templates") for folder in folders]

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str | None, Any]:
        loaders, name = self._loaders, template
        if template.startswith(BUILT_IN):
            loaders, name = loaders[-1:], template.removeprefix(BUILT_IN)
        for loader in loaders:
            try:
                source, filename, fresh = loader.get_source(environment, name)
            except jinja2.TemplateNotFound:
                continue
            except UnicodeDecodeError:
                raise jinja2.TemplateSyntaxError("is not UTF-8", 1, template) from None
            home = Path(loader.searchpath[0]).resolve()
            if Path(filename).resolve().is_relative_to(home):
                return source, filename, fresh
        raise jinja2.TemplateNotFound(template)

    def list_templates(self) -> list[str]:
        return sorted(
            {name for loader in self._loaders for name in loader.list_templates() if name.endswith(".j2")}
        )


def _empty() -> NameMissing:
    return NameMissing("a value is empty (None)", "", MISSING)


def long_date(value: date, language: str = "en", country: str = "") -> str:
    """A date as letters carry it: `November 24, 2026` in the United States, `24 November 2026` elsewhere.

    `language` is BCP 47; `country` (ISO 3166-1 alpha-2) decides between the customs of one language. The
    patterns are CLDR's "long" ones, through Babel.
    """
    from babel.dates import format_date
    from babel.localedata import exists

    if not isinstance(value, date):
        raise jinja2.TemplateRuntimeError(f"long_date is for dates, and {str(value)[:40]!r} is none")
    plain = language.split("-")[0]
    fallback = "en_GB" if plain == "en" else plain
    wanted = (language.replace("-", "_") if "-" in language else f"{plain}_{country}", fallback)
    return str(format_date(value, "long", locale=next(code for code in wanted if exists(code))))


def is_language(code: str) -> bool:
    """Whether a BCP 47 code names a language whose dates can be written."""
    from babel.localedata import exists

    return bool(re.fullmatch("[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", code)) and exists(
        code.split("-")[0].lower()
    )


@dataclass(slots=True)
class Templates:
    """The templates that a campaign can use."""

    folders: tuple[Folder, ...]
    """Roots with a folder `templates/`, searched in order; the built-in one is last."""
    _loader: _Folders = field(init=False, repr=False)
    _environment: Sandbox = field(init=False, repr=False)
    _conditions: dict[str, Any] = field(init=False, repr=False, default_factory=dict)
    _found: frozenset[str] | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self._loader = _Folders(self.folders)
        self._environment = Sandbox(
            _empty,
            loader=self._loader,
            autoescape=True,
            undefined=Missing,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.add_filter("long_date", long_date)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to a worker as the list of folders."""
        return (Templates, (self.folders,))

    def names(self) -> list[str]:
        """All templates by name, for example `letter/default.html.j2`."""
        return self._loader.list_templates()

    def source(self, name: str) -> str:
        """The text of a template or stylesheet by its name; raises BriefgenError where there is none."""
        try:
            return self._loader.get_source(self._environment, name)[0]
        except jinja2.TemplateNotFound:
            near = suggest(name, self.names()) or "briefgen templates list shows all"
            raise BriefgenError(
                Problem("template-missing", f"there is no template {name!r}", None, near)
            ) from None

    def blocks(self, name: str) -> list[str]:
        """Names of the blocks that a template can override in those above it, in their order."""
        try:
            trees = [self._environment.parse(source, part) for part, source in self._chain(name)]
        except jinja2.TemplateSyntaxError as error:
            raise BriefgenError(self._problem(error, name, {}, "")) from None
        return list(
            dict.fromkeys(block.name for tree in trees for block in tree.find_all(jinja2.nodes.Block))
        )

    def find(self, kind: str, recipient: Recipient | None = None) -> str:
        """The most particular template of a kind for a recipient: its name.

        Looked up in order: recipient id, office, chamber, country, default. Raises BriefgenError where not
        even a default is there.
        """
        if self._found is None:  # once: a batch asks for each letter, and folders are slow to walk
            self._found = frozenset(self.names())
        names = self._found
        for candidate in candidates(kind, recipient):
            if candidate in names:
                return candidate
        kinds = {name.split("/")[0] for name in names if "/" in name}
        raise BriefgenError(
            Problem(
                "template-missing",
                f"there is no template {kind}/default.html.j2",
                None,
                suggest(kind, kinds),
            )
        )

    def run(self, name: str, context: Mapping[str, Any], about: str) -> str:
        """Run a template; `about` names the recipient or document for messages."""
        self._environment.begin()
        try:
            return self._environment.get_template(name).render(context)
        except BriefgenError as error:
            line = self._line_of(error, name)
            raise BriefgenError(
                problem if problem.place else replace(problem, place=line) for problem in error.problems
            ) from None
        except (jinja2.TemplateError, SecurityError) as error:
            raise BriefgenError(self._problem(error, name, context, about)) from None
        except MemoryError:
            raise
        except Exception as error:  # whatever a template can bring Python and Jinja to raise
            deep = isinstance(error, RecursionError)
            what = "it calls itself without end" if deep else f"{type(error).__name__}: {str(error)[:200]}"
            problem = Problem("template-failed", f"{what}, while making {about}", self._line_of(error, name))
            raise BriefgenError(problem) from None

    def condition(self, expression: str, names: Mapping[str, Any], place: Place) -> bool:
        """Whether an interest's `when` holds; raises BriefgenError with its place."""
        self._environment.begin()
        try:
            if expression not in self._conditions:
                self._conditions[expression] = self._environment.compile_expression(expression, False)
            return bool(self._conditions[expression](**names))
        except NameMissing as error:
            hint = suggest(str(error.name), names)
            raise BriefgenError(
                Problem("rule-name", f"the rule uses {error.name!r}, which is not known", place, hint)
            ) from None
        except MemoryError:
            raise
        except Exception as error:  # whatever a condition can bring Python and Jinja to raise
            shown = expression if len(expression) <= 100 else f"{expression[:99]}…"
            raise BriefgenError(
                Problem(
                    "rule-syntax",
                    f"the rule {shown!r} cannot be read: {str(error)[:200]}",
                    place,
                    'write for example: office == "us-senator"',
                )
            ) from None

    def check(self, known: Iterable[str], kinds: Iterable[str]) -> Iterator[Problem]:
        """Every mistake that shows without running: syntax, unknown names, elements, missing parents."""
        allowed = set(known) | set(self._environment.globals)
        prefixes = tuple(f"{kind}/" for kind in kinds)
        for name in self.names():
            if not name.startswith(prefixes):
                continue
            try:
                source, filename, _ = self._loader.get_source(self._environment, name)
                tree = self._environment.parse(source, name, filename)
                self._environment.compile(source, name, filename)
                unknown = jinja2.meta.find_undeclared_variables(tree) - allowed
            except jinja2.TemplateSyntaxError as error:  # an unknown filter or test too
                yield Problem(
                    "template-syntax", error.message or "not readable", self.place_of(name, error.lineno)
                )
                continue
            yield from self._unknown_filters(name, tree)
            seen = set()
            for node in tree.find_all(jinja2.nodes.Name):
                if node.name in unknown and node.name not in seen:
                    seen.add(node.name)
                    yield Problem(
                        "template-name",
                        f"{node.name!r} is not known",
                        self.place_of(name, node.lineno),
                        suggest(node.name, allowed),
                    )
            yield from self._block_problems(name, tree)
            for extends in tree.find_all(jinja2.nodes.Extends):
                parent = extends.template.value if isinstance(extends.template, jinja2.nodes.Const) else None
                if parent and not self._exists(parent):
                    yield Problem(
                        "template-missing",
                        f"it extends {parent!r}, which is not there",
                        self.place_of(name, extends.lineno),
                        suggest(parent, self.names()),
                    )

    def _unknown_filters(self, name: str, tree: jinja2.nodes.Template) -> Iterator[Problem]:
        """Filters and tests that Jinja would miss only when a condition comes to them."""
        for kind, what, known in (
            (jinja2.nodes.Filter, "filter", self._environment.filters),
            (jinja2.nodes.Test, "test", self._environment.tests),
        ):
            nodes: Iterator[Any] = tree.find_all(kind)
            for node in nodes:
                if node.name not in known:
                    place = self.place_of(name, node.lineno)
                    hint = suggest(node.name, known)
                    yield Problem("template-syntax", f"there is no {what} {node.name!r}", place, hint)

    def _block_problems(self, name: str, tree: jinja2.nodes.Template) -> Iterator[Problem]:
        """A block that no ancestor has is never printed: a misspelt name would drop its text in silence."""
        ancestors = [source for member, source in self._chain(name) if member != name]
        if not ancestors:
            return
        try:
            parsed = [self._environment.parse(source) for source in ancestors]
        except jinja2.TemplateSyntaxError:
            return  # told where that template is checked
        known = {block.name for above in parsed for block in above.find_all(jinja2.nodes.Block)}
        for node in tree.body:
            if isinstance(node, jinja2.nodes.Block) and node.name not in known:
                yield Problem(
                    "template-block",
                    f"no template above this one has a block {node.name!r}, so it is never printed",
                    self.place_of(name, node.lineno),
                    suggest(node.name, known),
                )

    def markup_problems(self, name: str, faults: Iterable[MarkupFault], about: str) -> Iterator[Problem]:
        """Faults of produced markup, placed in the template (or its parents) that wrote them."""
        chain = list(self._chain(name))
        for fault in faults:
            place = self.place_of(name, None)
            for member, source in chain:
                found = next(
                    (
                        number
                        for number, line in enumerate(source.split("\n"), 1)
                        if fault.fragment and fault.fragment in line
                    ),
                    None,
                )
                if found:
                    place = self.place_of(member, found)
                    break
            yield Problem(fault.code, f"{fault.message} (in {about})", place, fault.hint)

    def _chain(self, name: str) -> Iterator[tuple[str, str]]:
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
                continue  # told where the template itself is checked
            queue += [parent for parent in jinja2.meta.find_referenced_templates(tree) if parent]

    def _exists(self, name: str) -> bool:
        try:
            self._loader.get_source(self._environment, name)
        except (jinja2.TemplateNotFound, jinja2.TemplateSyntaxError):
            return False
        return True

    def place_of(self, name: str, line: int | None = None) -> Place:
        """Where a template stands, at a line of it."""
        plain = name.removeprefix(BUILT_IN)
        folders = self.folders[-1:] if name.startswith(BUILT_IN) else self.folders
        for folder in folders:
            if (folder.path / "templates" / plain).is_file():
                return Place(folder.show("templates", plain), line)
        return Place(name, line)

    def _line_of(self, error: BaseException, name: str) -> Place:
        """The innermost line of a template in the error's traceback."""
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            for folder in self.folders:
                # A folder given as "." has no prefix that could be looked for.
                if Path(frame.filename).is_relative_to(folder.path / "templates"):
                    shown = Path(frame.filename).relative_to(folder.path)
                    return Place(folder.show(*shown.parts), frame.lineno)
        return self.place_of(name, None)

    def _problem(self, error: Exception, name: str, context: Mapping[str, Any], about: str) -> Problem:
        if isinstance(error, NameMissing):
            place = self._line_of(error, name)
            if error.name == "":
                return Problem(
                    "template-empty",
                    f"{error.message}, while making {about}",
                    place,
                    "print it only {% if … %} it is there",
                )
            if error.name == "case":
                message = f"the template prints a case, and the campaign has none, while making {about}"
                return Problem("case-missing", message, place, "fill in `case` in campaign.yaml")
            if isinstance(error.owner, list | tuple | str) and isinstance(error.name, int):
                kind = "text" if isinstance(error.owner, str) else "list"
                there = f"there is no item {error.name!r} in a {kind} of {len(error.owner)}"
                return Problem(
                    "template-failed", f"{there}, while making {about}", place, "items count from 0"
                )
            known = list(context) if error.owner is MISSING else _members(error.owner)
            return Problem(
                "template-name",
                f"{error.name!r} is not known, while making {about}",
                place,
                suggest(str(error.name), known),
            )
        if isinstance(error, jinja2.TemplateSyntaxError):
            place = self.place_of(error.name or name, error.lineno)
            return Problem("template-syntax", error.message or "not readable", place)
        if isinstance(error, jinja2.TemplateNotFound):
            return Problem(
                "template-missing",
                f"the template {error.name!r} is not there",
                self._line_of(error, name),
                suggest(str(error.name), self.names()),
            )
        if isinstance(error, OverBudget):
            return Problem(
                "template-excessive",
                f"{error}, while making {about}",
                self._line_of(error, name),
                "no document needs that much; look for a repetition in the template",
            )
        if isinstance(error, SecurityError):
            return Problem("template-unsafe", f"{error}, while making {about}", self._line_of(error, name))
        return Problem("template-failed", f"{error}, while making {about}", self._line_of(error, name))


def candidates(kind: str, recipient: Recipient | None) -> list[str]:
    """Template names to try, most particular first."""
    particular = []
    if recipient is not None:
        particular = [
            ("recipient", recipient.id),
            ("office", recipient.office),
            ("chamber", recipient.chamber),
            ("country", recipient.represents or recipient.country),
        ]
    names = [f"{kind}/{level}/{value}.html.j2" for level, value in particular if value]
    return [*names, f"{kind}/default.html.j2"]


def _members(owner: Any) -> list[str]:
    if isinstance(owner, Mapping):
        return [str(key) for key in owner]
    fields = getattr(type(owner), "model_fields", None)
    return list(fields) if fields else [name for name in dir(owner) if not name.startswith("_")]
