"""The documentation is true to the program: keys, commands, names, links, and every example."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
import typer.main

from briefgen.campaign.loader import CAMPAIGN_FILE
from briefgen.campaign.open import open_campaign
from briefgen.campaign.scaffold import create_campaign
from briefgen.cli import main as cli
from briefgen.cli.app import app
from briefgen.compose.composer import BRIEFING_TEMPLATE_NAMES, LETTER_TEMPLATE_NAMES, condition_variables
from briefgen.compose.templates import template_candidates
from briefgen.errors import ProblemList
from briefgen.library.references import parse_references
from briefgen.library.snippets import parse_statement
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import ALLOWED_CHILDREN, BLOCK_CLASSES, SPAN_CLASSES
from briefgen.model.letter_overrides import LETTERS_FILE, LetterOverrides
from briefgen.model.recipient import Recipient
from briefgen.model.snippet import Caveat, Evidence, Figure, Review, Snippet
from briefgen.model.yaml_model import YamlModel
from briefgen.recipients.importers.registry import IMPORTERS
from briefgen.recipients.schema import SECOND_COLUMNS
from briefgen.render.pdf.css_policy import ALLOWED_PROPERTIES
from briefgen.render.registry import FORMATS
from briefgen.system.registry import Registry
from briefgen.system.yaml_reader import build_record, parse_yaml

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *DOCS.rglob("*.md"),
        *ROOT.glob("examples/*/README.md"),
    ]
)


# What the pages hold


def section(page: str, heading: str) -> str:
    """The text under a heading, up to the next of the same rank or a higher one."""
    text = (DOCS / page).read_text("utf-8")
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"docs/{page} has no section {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def rows(text: str) -> dict[str, list[str]]:
    """The rows of all tables by the code that begins them: `key` → the other cells."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("| `") else []
        for name in re.findall(r"`([^`]+)`", cells[0]) if cells else []:
            found[name] = [cell.strip(" |") for cell in cells[1:]]
    return found


def blocks(page: Path, kind: str) -> Iterator[tuple[str, str]]:
    """The fenced blocks of a kind, each with the paragraph before it."""
    text = page.read_text("utf-8")
    for found in re.finditer(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        before = text[: found.start()].rstrip().rsplit("\n\n", 1)[-1]
        yield before, found[1]


def lines_of_code(page: Path) -> Iterator[str]:
    """The indented lines of a page: what is shown as typed."""
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("    ") and line.strip():
            yield line.strip()


# Keys


def keys(model: type[YamlModel], before: str = "") -> Iterator[tuple[str, Any]]:
    """Every key of a record, with a dot for what stands below it and `[]` for the items of a list."""
    for name, known in model.model_fields.items():
        yield f"{before}{name}", known
        below = _record_in(known.annotation)
        if below is not None:
            mark = "[]" if "list" in str(known.annotation) else ""
            yield from keys(below, f"{before}{name}{mark}.")


def _record_in(annotation: Any) -> type[YamlModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, YamlModel):
        return annotation
    found = (_record_in(argument) for argument in get_args(annotation))
    return next((record for record in found if record), None)


CAMPAIGN_KEYS = dict(keys(CampaignConfig))


def campaign_rows() -> dict[str, list[str]]:
    """The tables of keys in docs/campaign.md, without the one of names in conditions."""
    text = (DOCS / "campaign.md").read_text("utf-8")
    conditions = rows(text[text.index("These names can be used:") : text.index("## selection")])
    files = rows(section("campaign.md", "Other files in the folder"))
    kept = text.replace(section("campaign.md", "Other files in the folder"), "")
    kept = kept.replace(text[text.index("These names can be used:") : text.index("## selection")], "")
    assert conditions and files
    return rows(kept)


def test_every_key_of_a_campaign_is_explained_and_every_explained_key_exists() -> None:
    assert set(campaign_rows()) == set(CAMPAIGN_KEYS)


@pytest.mark.parametrize("key", CAMPAIGN_KEYS)
def test_the_default_of_a_key_is_the_one_that_is_explained(key: str) -> None:
    """`required`, a literal in backticks, or words where the default is empty or follows another key."""
    known, told = CAMPAIGN_KEYS[key], campaign_rows()[key][-1]
    if known.is_required():
        assert told == "required"
        return
    assert told != "required"
    default = known.get_default()
    if isinstance(default, bool):
        assert told == f"`{str(default).lower()}`"
    elif isinstance(default, list) and default:
        assert told == f"`[{', '.join(default)}]`"
    elif isinstance(default, str | int) and default != "":
        assert told == f"`{default}`"
    else:
        literals = re.fullmatch(r"`[^`]*`", told)
        assert literals is None, f"{key} has no default, but docs/campaign.md says {told}"


def test_names_in_conditions_are_the_facts_of_a_recipient() -> None:
    text = (DOCS / "campaign.md").read_text("utf-8")
    told = rows(text[text.index("These names can be used:") : text.index("## selection")])
    assert set(told) == set(condition_variables(Recipient("x", "us-senator", "US")))


@pytest.mark.parametrize(
    ("heading", "model"), [("A snippet", Snippet), ("A caveat", Caveat), ("Review", Review)]
)
def test_every_key_of_the_library_is_explained(heading: str, model: type[YamlModel]) -> None:
    own = {name for name in model.model_fields if name != "body"}
    told = set(rows(section("library.md", heading)))
    if model is Review:
        own = {f"review.{name}" for name in own}
    assert told == own


def test_every_key_of_evidence_is_explained() -> None:
    told = set(rows(section("library.md", "Evidence")))
    assert told == {name for name, _ in keys(Evidence, "evidence[].")}


def test_every_key_of_a_figure_is_explained() -> None:
    told = set(rows(section("library.md", "A figure")))
    own = {name for name, _ in keys(Figure, "figure.") if not name.startswith("figure.rows[].evidence[]")}
    assert told == own


# Names and vocabulary of templates


@pytest.mark.parametrize(
    ("heading", "names"),
    [("Names in a letter", LETTER_TEMPLATE_NAMES), ("Names in a briefing", BRIEFING_TEMPLATE_NAMES)],
)
def test_names_of_templates_are_explained(heading: str, names: tuple[str, ...]) -> None:
    assert set(rows(section("templates.md", heading))) == set(names)


def test_the_vocabulary_of_documents_is_explained() -> None:
    text = section("templates.md", "What a document may contain")
    assert set(rows(text)) == BLOCK_CLASSES
    elements = text[: text.index("Write `<em>`")]
    assert set(re.findall(r"`(\w+)`", elements)) == set(ALLOWED_CHILDREN)
    spans = text[text.index("The classes of `span`") :]
    assert set(re.findall(r"`([\w-]+)`", spans)) >= SPAN_CLASSES


def test_the_properties_of_stylesheets_are_explained() -> None:
    table = section("templates.md", "How the PDF looks")
    told = set(
        re.findall(r"`([a-z-]+)`", "".join(line.split("|")[2] for line in table.split("\n") if "|" in line))
    )
    sides = {
        name
        for name in ALLOWED_PROPERTIES
        if re.search("(margin|padding|border)-(top|right|bottom|left)", name)
    }
    breaks = {name for name in ALLOWED_PROPERTIES if name.startswith("page-break-")}
    assert told - {"border-left", "page-break-", "content"} == set(ALLOWED_PROPERTIES) - sides - breaks


def test_blocks_of_the_built_in_templates_are_explained() -> None:
    written = (ROOT / "templates/letter/default.html.j2").read_text("utf-8")
    told = rows(section("templates.md", "The blocks"))
    assert list(told) == re.findall(r"{% block (\w+) %}", written)
    paper = (ROOT / "templates/briefing/default.html.j2").read_text("utf-8")
    said, of_brief = (
        section("templates.md", "The blocks").rpartition("A briefing has")[2].split("A policy brief has")
    )
    assert re.findall(r"`(\w+)`", said) == re.findall(r"{% block (\w+) %}", paper)
    brief = (ROOT / "templates/policy-brief/default.html.j2").read_text("utf-8")
    assert sorted(re.findall(r"`(\w+)`", of_brief)) == sorted(re.findall(r"{% block (\w+) %}", brief))


def test_the_order_of_lookup_is_the_one_that_is_explained() -> None:
    told = re.findall(
        r"`(letter[^`]*\.(?:md|j2))` (?=\|)", section("templates.md", "Which template a recipient gets")
    )
    somebody = Recipient("ID", "OFFICE", "XX", chamber="CHAMBER")
    assert told == template_candidates("letter", somebody)


# Commands


def commands() -> dict[str, Any]:
    """Every command by its full name."""
    from briefgen.cli import (  # noqa: F401
        batch,
        campaign,
        curate,
        explain,
        inspect,
        library,
        mailing,
        recipients,
        write_snippets,
    )

    def walk(group: Any, before: str) -> Iterator[tuple[str, Any]]:
        for name in group.list_commands(None):
            command = group.get_command(None, name)
            if hasattr(command, "commands"):
                yield from walk(command, f"{before}{name} ")
            else:
                yield f"{before}{name}", command

    return dict(walk(typer.main.get_command(app), ""))


COMMANDS = commands()


def options_of(command: Any) -> set[str]:
    """The long names of a command's options, `--help` aside."""
    return {
        name
        for param in command.params
        for name in (*param.opts, *param.secondary_opts)
        if name.startswith("--") and name != "--help"
    }


def test_every_command_has_a_section_and_every_section_is_a_command() -> None:
    text = (DOCS / "commands.md").read_text("utf-8")
    assert set(re.findall(r"^## briefgen (.+)$", text, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_commands_options_are_the_ones_explained(name: str) -> None:
    text = section("commands.md", f"briefgen {name}")
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    assert told == options_of(COMMANDS[name])


@pytest.mark.parametrize(
    ("page", "registry", "command"),
    [("formats.md", FORMATS, "--format"), ("importers.md", IMPORTERS, "briefgen recipients import")],
    ids=["formats", "importers"],
)
def test_every_format_and_importer_has_a_section_with_its_command_and_limits(
    page: str, registry: Registry[Any], command: str
) -> None:
    """What another package adds is described in that package's documentation."""
    names = list(registry.built_in)
    assert re.findall(r"^## ([a-z0-9]+)$", (DOCS / page).read_text("utf-8"), re.MULTILINE) == names
    for name in names:
        text = section(page, name)
        assert re.search(rf"^    .*{re.escape(command)} {name}\b", text, re.MULTILINE), name
        assert "What it cannot do:" in text, name


def test_every_command_says_what_it_returns_as_json() -> None:
    told = " ".join(rows(section("commands.md", "JSON")))
    assert [name for name in COMMANDS if name not in told] == []


def test_every_command_module_is_registered() -> None:
    """A module with commands that `run` does not import would offer commands that are not there."""
    source = Path(cli.__file__).read_text("utf-8")
    modules = {
        path.stem
        for path in (ROOT / "briefgen/cli").glob("*.py")
        if re.search(r"^@\w+\.command\(", path.read_text("utf-8"), re.MULTILINE)
    }
    assert [name for name in modules if not re.search(rf"\b{name}\b", source)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_shown_exist_with_their_options(page: Path) -> None:
    shown = []
    for line in lines_of_code(page):
        for part in re.split(r"&&|  +", line.removeprefix("$ ")):
            if re.match(r"(?:~/\S*/)?(?:\.venv/bin/)?briefgen [a-z]", part.strip()):
                shown.append(part.strip())
    unknown = [part for part in shown if _unknown_in(part)]
    assert unknown == []


def _unknown_in(line: str) -> set[str]:
    words = shlex.split(line.split("#")[0])[1:]
    name = next((" ".join(words[:n]) for n in (3, 2, 1) if " ".join(words[:n]) in COMMANDS), None)
    if name is None:
        return {"|".join(words[:2])} if "|" not in line and "COMMAND" not in line else set()
    short = {name for param in COMMANDS[name].params for name in param.opts}
    return {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)} - short - {"--help", "-h"}


# Examples


OF_CAMPAIGNS = ("campaign.md", "formats.md", "guide.md", "templates.md", "campaigns.md", "recipients.md")
"""Pages whose YAML is of campaigns."""
CAMPAIGN_BLOCKS = [
    pytest.param(text, id=f"{page.name}-{number}")
    for page in (ROOT / "README.md", *(DOCS / name for name in OF_CAMPAIGNS))
    for number, (_, text) in enumerate(blocks(page, "yaml"), 1)
    if "leave_out:" not in text
]


@pytest.mark.parametrize("text", CAMPAIGN_BLOCKS)
def test_examples_of_campaigns_load(text: str) -> None:
    """Each block stands for itself, or is put in place of the same keys of a small campaign."""
    _, small = next(blocks(DOCS / "campaign.md", "yaml"))
    findings = ProblemList()
    whole, part = (parse_yaml(one, CAMPAIGN_FILE, findings) for one in (small, text))
    assert whole is not None and part is not None
    merged = type(whole)({**whole.data, **part.data}, {**whole.places, **part.places}, CAMPAIGN_FILE)
    build_record(CampaignConfig, merged, findings)
    assert [str(problem) for problem in findings.problems] == []


def test_the_example_of_letters_loads() -> None:
    (text,) = (text for _, text in blocks(DOCS / "campaigns.md", "yaml") if "leave_out:" in text)
    findings = ProblemList()
    parsed = parse_yaml(text, LETTERS_FILE, findings)
    assert parsed is not None
    (entry,) = parsed.data.values()
    read = build_record(LetterOverrides, type(parsed)(entry, {}, LETTERS_FILE), findings)
    assert findings.problems == [] and read is not None
    assert read.model_fields_set == set(LetterOverrides.model_fields)
    assert set(read.words_instead) == {"I will gladly send"}


def test_examples_of_a_campaign_name_what_the_library_has() -> None:
    """Every id of a snippet in an example can be looked up, and every topic is one."""
    shipped = {path.stem for path in (ROOT / "snippets").rglob("*.md")}
    topics = set(rows((DOCS / "topics.md").read_text("utf-8")))
    assert CAMPAIGN_BLOCKS
    for block in CAMPAIGN_BLOCKS:
        text = str(block.values[0])
        asks = re.findall(r"\bask: (\S+)$", text, re.MULTILINE)  # several words are the ask itself
        lists = re.findall(r"(?:summary|snippets|required|excluded|asks): \[(.*?)\]", text)
        named = {*asks, *(name.strip() for names in lists for name in names.split(","))}
        assert named - {""} <= shipped
        wanted = {
            name.strip() for names in re.findall(r"topics: \[(.*?)\]", text) for name in names.split(",")
        }
        assert wanted <= topics


@pytest.mark.parametrize("number", [0, 1])
def test_examples_of_snippets_and_caveats_load(number: int) -> None:
    (_, text), findings = list(blocks(DOCS / "library.md", "markdown"))[number], ProblemList()
    kind = Caveat if "severity:" in text else Snippet
    found = re.search(r"^id: (\S+)$", text, re.MULTILINE)
    assert found
    parse_statement(kind, text, f"snippets/{found[1]}.md", findings)
    assert [str(problem) for problem in findings.problems] == []


@pytest.mark.slow
def test_the_example_of_the_library_can_be_locked_and_checked(tmp_path: Path) -> None:
    """The snippet, its caveat and the work that they cite pass every check once they are reviewed."""
    from datetime import date

    from briefgen.evidence.lock import serialize_lock
    from briefgen.evidence.review import build_lock
    from briefgen.library.folders import LibraryFolder
    from briefgen.library.libraries import library_folders
    from briefgen.library.loader import (
        list_statement_keys,
        load_library,
        select_lock_entries,
    )

    campaign = tmp_path / "campaign"
    create_campaign(campaign, "starter")
    snippet, figure, caveat = (text for _, text in blocks(DOCS / "library.md", "markdown"))
    references = next(text for _, text in blocks(DOCS / "library.md", "json"))
    for path, text in (
        ("snippets/border-interviews-2026.md", snippet),
        ("snippets/interviews-figure.md", figure),
        ("snippets/caveats/border-interviews-number.md", caveat),
        ("seeds/references.json", references),
    ):
        (campaign / path).parent.mkdir(parents=True, exist_ok=True)
        (campaign / path).write_text(text, encoding="utf-8")
    folder, findings = LibraryFolder(campaign, "campaign"), ProblemList()
    assert list(parse_references(references, "references.json", findings)) == ["neighbours-2026"]
    library = load_library(library_folders(folder, findings), findings)
    lock, problems = build_lock(library, "Dana Writer", date(2026, 11, 20), list_statement_keys(folder))
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    (campaign / "snippets/quotes.lock").write_text(
        serialize_lock(select_lock_entries(lock, list_statement_keys(folder))), encoding="utf-8"
    )
    opened = open_campaign(campaign)
    assert "border-interviews-2026" in opened.composer.library.snippets


TEMPLATES = [
    (found[1], text)
    for before, text in blocks(DOCS / "templates.md", "jinja")
    if (found := re.search(r"`((?:templates/|letter)[^`]+)`:?\s*$", before.replace("\n", " ")))
]


def test_every_example_of_a_template_says_where_it_lies() -> None:
    assert len(TEMPLATES) == len(list(blocks(DOCS / "templates.md", "jinja")))


@pytest.fixture(scope="module")
def with_templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter campaign with every template of docs/templates.md, and the column `met`."""
    folder = tmp_path_factory.mktemp("docs") / "campaign"
    create_campaign(folder, "starter")
    for name, text in TEMPLATES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    people = folder / "recipients.csv"
    header, *lines = people.read_text(encoding="utf-8-sig").splitlines()
    met = [f"{line},{'at the party conference' if 'clara' in line else ''}" for line in lines]
    people.write_text("\n".join([f"{header},met", *met]), encoding="utf-8")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipient", "words"),
    [
        ("ada-sample", "Thank you for receiving us in October."),
        ("ben-placeholder", "We have waited long enough for an answer."),
        ("lord-specimen", "Registered charity"),
        ("clara-example", "We spoke at the party conference, and you asked us to write."),
        ("foreign-minister-japan", "The argument is made at greater length elsewhere."),
    ],
)
def test_examples_of_templates_print_what_they_say(with_templates: Path, recipient: str, words: str) -> None:
    opened = open_campaign(with_templates)
    person = next(one for one in opened.recipients if one.id == recipient)
    assert words in opened.composer.compose_letter(person).html.replace("\u00a0", " ")


@pytest.mark.slow
def test_a_letter_of_another_kind_is_composed(with_templates: Path) -> None:
    file = with_templates / CAMPAIGN_FILE
    before = file.read_text("utf-8")
    file.write_text(before.replace("\nletter:\n", "\nletter:\n  template: petition\n"), encoding="utf-8")
    try:
        opened = open_campaign(with_templates)
        assert "We, the undersigned," in opened.composer.compose_letter(opened.recipients[0]).html
    finally:
        file.write_text(before, encoding="utf-8")


# Links, and what must not be said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$|^    [^\n]*$|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.M | re.S)
    broken = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not _resolves(page, target)]
    assert broken == []


def _resolves(page: Path, target: str) -> bool:
    if target.startswith(("https://", "http://", "mailto:")):
        return True
    file, _, anchor = target.partition("#")
    path = (page.parent / file).resolve() if file else page
    return path.exists() and path.is_relative_to(ROOT) and (not anchor or anchor in _anchors(path))


def _anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_no_place_on_somebodys_machine(page: Path) -> None:
    found = re.findall(r"(?<![\w.~/])/(?:work|home|root|tmp|Users)/\S*", page.read_text("utf-8"))
    assert found == []


def test_pictures_are_small_enough_for_a_page() -> None:
    pictures = sorted((DOCS / "images").glob("*.png"))
    names = ["leave-behind.png", "letter.png", "policy-brief-2.png", "policy-brief.png", "report.png"]
    names.append("studio-letters.png")
    assert [picture.name for picture in pictures] == names
    assert [picture.name for picture in pictures if picture.stat().st_size > 200_000] == []


def test_every_column_of_recipients_is_explained() -> None:
    others = {"extra", "place", "second", "rows", "other_emails", "overrides", "number", "earlier"}
    columns = {one.name for one in fields(Recipient)} - others
    columns |= {column.name for column in SECOND_COLUMNS}
    assert set(rows(section("recipients.md", "The columns"))) == columns
