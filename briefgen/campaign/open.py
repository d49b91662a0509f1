"""Opens a campaign: loads it with its library and recipients, and checks everything before anything is made.

All errors in campaign, library and templates are raised together. Recipients to whom no letter can be
sent are not an error: they are skipped, each with the reason.
"""

from __future__ import annotations

import atexit
import re
import weakref
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefgen.address.forms_of_address import FormsOfAddress
from briefgen.campaign.branding import (
    build_branding,
    check_address_window,
    check_branding,
    check_letterhead_in_pdf,
)
from briefgen.campaign.due import warn_about_due_statements
from briefgen.campaign.follow_up import follow_up
from briefgen.campaign.in_memory import ROWS_NAME, table_rows
from briefgen.campaign.letter_patterns import fill_patterns
from briefgen.campaign.letters_file import apply_letters_file, check_overrides, read_letters_file
from briefgen.campaign.loader import (
    CampaignFiles,
    check_references,
    parse_campaign,
    read_campaign,
    recipient_file_names,
    require_config,
)
from briefgen.campaign.page_fit import PageFitter
from briefgen.campaign.reference_numbers import assign_numbers
from briefgen.campaign.sender_checks import check_senders
from briefgen.campaign.statement_checks import check_statements, summarize_verification
from briefgen.campaign.trial_letters import compose_trial_letters
from briefgen.campaign.unused_columns import warn_about_unused_columns
from briefgen.compose.citations.citeproc import check_style, pandoc_identity
from briefgen.compose.composer import (
    BRIEFING_TEMPLATE_NAMES,
    EMAIL_KIND,
    EMAIL_TEMPLATE_NAMES,
    LETTER_KINDS,
    LETTER_TEMPLATE_NAMES,
    PAPER_KINDS,
    Composer,
)
from briefgen.compose.enclosed_files import check_enclosures
from briefgen.compose.fingerprint import campaign_fingerprint, rendering_fingerprint
from briefgen.compose.pictures import list_pictures
from briefgen.compose.select import check_interest_rules
from briefgen.compose.templates import Templates, is_known_language
from briefgen.compose.translations import check_asks_of_rules, check_translations
from briefgen.errors import (
    BriefgenError,
    Place,
    Problem,
    ProblemList,
    UsageError,
    count_affected_recipients,
    quantity,
    suggest_similar,
)
from briefgen.evidence.verification import LibraryCheck
from briefgen.library.folders import LibraryFolder, built_in_templates
from briefgen.library.libraries import find_libraries
from briefgen.library.loader import (
    DEFAULT_TEXT_LOCATIONS,
    Library,
    TextLocations,
    cite_findable_places_only,
    load_statements,
    load_texts,
)
from briefgen.model.branding import DEFAULT_BRANDING, Branding, WordLetterhead
from briefgen.model.campaign import CampaignConfig
from briefgen.model.document import Document
from briefgen.model.recipient import Recipient
from briefgen.model.text import is_same_language
from briefgen.recipients.do_not_write import find_list_files, read_do_not_write_lists
from briefgen.recipients.duplicates import merge_duplicates, warn_about_duplicates
from briefgen.recipients.grouping import check_group_columns, group_recipients
from briefgen.recipients.mappings import KEPT_MAPPING, HeaderMapping, read_mapping, warn_about_overrides
from briefgen.recipients.reader import read_recipients
from briefgen.recipients.table import ColumnMapping, Table, TableRow, build_recipients
from briefgen.recipients.validation import check_sendable
from briefgen.render.registry import FORMATS, RendererFactory
from briefgen.system.cache import cache_key, keep, recall, remember
from briefgen.system.file_digests import digest_files
from briefgen.system.files import is_folder, is_inside_folder, is_regular_file, printable_name
from briefgen.system.limits import resource_limits
from briefgen.system.scratch import scratch_folder
from briefgen.system.yaml_reader import read_text_file

if TYPE_CHECKING:
    from briefgen.audit.audit import Auditor
    from briefgen.audit.findings import AuditReport
    from briefgen.batch.runner import BatchSummary, ProgressReporter

FORMS_FILE = "forms-of-address.yaml"
"""A campaign's own forms of address, beside campaign.yaml; they take precedence over the built-in ones."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Campaign:
    """A campaign that has passed all checks, ready to be composed and rendered.

    Made by `open_campaign`. `compose`, `render` and `render_briefing` work in this process, `batch` in worker
    processes. All of them raise BriefgenError with the problems that they met.
    """

    config: CampaignConfig
    composer: Composer
    recipients: tuple[Recipient, ...]
    """Those to whom a letter can be sent."""
    skipped: tuple[Problem, ...]
    """Why other rows and recipients get no letter."""
    warnings: tuple[Problem, ...]
    evidence_summary: str
    """How the evidence was verified, in a sentence."""
    letterhead: WordLetterhead | None = None
    """The sender's own, for DOCX letters."""
    branding: Branding = DEFAULT_BRANDING
    withheld: tuple[Problem, ...] = ()
    """A warning for each recipient who gets no letter on purpose: on the do-not-write list, or left out by
    `after`."""
    _folder_is_temporary: bool = False
    """The campaign came from memory, without a folder of its own."""
    _auditors: dict[tuple[str, ...], Auditor] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _factories: dict[tuple[str, ...], tuple[RendererFactory, PageFitter]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong but stops nothing: warnings, and why some recipients get no letter."""
        return (*self.warnings, *self.skipped, *self.withheld)

    @property
    def do_not_write(self) -> list[str]:
        """Return the ids of the recipients who are on the do-not-write list."""
        return [problem.about for problem in self.withheld if problem.code == "do-not-write"]

    def without_duplicates(self) -> Campaign:
        """Return the campaign with a single letter to each person, whose rows are merged into the fullest.

        The warnings say for whom, and what of the other rows was not taken over.
        """
        recipients, mergers = merge_duplicates(self.recipients)
        gone = {recipient.id for recipient in self.recipients} - {recipient.id for recipient in recipients}
        rest = [one for one in self.warnings if one.code != "recipients-alike" and one.about not in gone]
        warnings = (*rest, *mergers, *warn_about_duplicates(recipients))
        ignored = self.config.ignore
        return replace(
            self,
            recipients=tuple(recipients),
            warnings=tuple(problem for problem in warnings if problem.code not in ignored),
        )

    def compose(self, recipient: Recipient | str, format: str = "pdf") -> Document:
        """Compose the letter to a recipient, given as such or by id, within the campaign's page limit.

        `format` is the one that it will be rendered in, so that a layout made to measure it is used again.
        Raise UsageError if the recipient is not in the campaign.
        """
        member = self._require_member(recipient)
        with resource_limits(f"the letter to {member.id}"):
            return self._tools(format)[1].compose_letter(member)

    def render(self, recipient: Recipient | str, format: str = "pdf") -> bytes:
        """Return the letter to a recipient as the bytes of a file: `pdf`, `docx`, `txt`, or a plug-in's.

        Raise UsageError for an unknown format, or a recipient who is not in the campaign.
        """
        FORMATS.require(format)
        document = self.compose(recipient, format)
        with resource_limits(document.title):
            return self._tools(format)[0]()[format].render(document).data

    def render_briefing(self, format: str = "pdf", template: str = "") -> bytes:
        """Return the briefing, or the paper that another template makes, as the bytes of a file."""
        FORMATS.require(format)
        factory, fitter = self._tools(format)
        with resource_limits("the briefing"):
            document = fitter.compose_briefing(template)
            return factory()[format].render(document).data

    def audit(self, draft: str | Path, *, texts: TextLocations = DEFAULT_TEXT_LOCATIONS) -> AuditReport:
        """Judge each sentence of a draft by the campaign's statements.

        `draft` is the Path of a file, or the text itself, in Markdown. Quotations are looked up in the full
        texts of sources, as far as `texts` has them. Raise BriefgenError if a file cannot be read as a draft,
        or if its audit takes too much time or memory.
        """
        from briefgen.audit.audit import Auditor
        from briefgen.audit.own_texts import collect_texts
        from briefgen.audit.readers.registry import read_draft, read_draft_text

        read = read_draft(draft) if isinstance(draft, Path) else read_draft_text(draft, "the text")
        key = (str(texts.folder), *(f"{name}={path}" for name, path in sorted(texts.given.items())))
        if key not in self._auditors:
            self._auditors[key] = Auditor(load_texts(self.composer.library, ProblemList(), texts))
        return self._auditors[key].audit(read, tuple(collect_texts(self.config.model_dump())))

    def batch(
        self,
        out: str | Path | None = None,
        *,
        formats: Iterable[str] | None = None,
        jobs: int = 0,
        progress: ProgressReporter | None = None,
    ) -> BatchSummary:
        """Make all letters in worker processes, resumably and only what has changed, like `briefgen batch`.

        `out` is a folder or an address such as `s3://bucket/prefix`, by default `out/` in the campaign's
        folder; `formats` are by default those of the campaign; `jobs` is the number of workers, 0 for one per
        processor. Raise UsageError for an unknown format, OutputBusyError if another run has the output,
        StorageError if it cannot be written. Letters that fail are counted in the summary.
        """
        from briefgen.batch.plan import SELECT_ALL
        from briefgen.batch.runner import SilentProgress
        from briefgen.campaign.job import CampaignBatch, open_output, select_formats

        if self._folder_is_temporary and (out is None or "://" in str(out)):
            raise UsageError(
                Problem(
                    "out-empty",
                    "a campaign from memory has no folder in which to keep letters and records",
                    None,
                    "pass a folder as out=, or open the campaign with folder=",
                )
            )
        batch = CampaignBatch.assemble(self, select_formats(self, formats), open_output(self, out))
        return batch.run(SELECT_ALL, progress or SilentProgress(), workers=jobs)

    def _require_member(self, recipient: Recipient | str) -> Recipient:
        if isinstance(recipient, str):
            return find_recipient(self, recipient)
        if recipient in self.recipients:
            return recipient
        known = find_recipient(self, recipient.id)  # raises if there is nobody with this id
        raise UsageError(
            Problem(
                "recipient-unknown",
                f"the recipient {recipient.id!r} is not the one that the campaign has",
                known.place,
                "pass one of campaign.recipients, or its id",
            )
        )

    def _tools(self, format: str) -> tuple[RendererFactory, PageFitter]:
        """Return renderers and composer for a format; kept, so that stylesheets and fonts are read once."""
        if (format,) not in self._factories:
            factory = self.renderers((format,))
            self._factories[(format,)] = (factory, self.page_fitter(factory))
        return self._factories[(format,)]

    @property
    def rendering_fingerprint(self) -> str:
        """Return the SHA-256 over everything that shapes a file except the document it is made from."""
        letterhead = self.letterhead.data if self.letterhead else b""
        return rendering_fingerprint(self.config, self.composer.library.template_folders, letterhead)

    def renderers(self, formats: tuple[str, ...], *, verify_layout: bool = False) -> RendererFactory:
        """Return the renderers for some formats, with the campaign's stylesheets before the built-in ones.

        With `verify_layout`, each letter assembled from blocks is compared with its full layout. Raise
        BriefgenError if the machine lacks what a format needs.
        """
        for name in formats:
            FORMATS.get(name).check_machine()
        if self.has_page_limits:
            FORMATS.get("pdf").check_machine()  # pages are measured as PDF
        factory = RendererFactory(
            formats,
            self._style_folders,
            self.letterhead,
            self.config.output.pdf,
            self.branding,
            verify_layout,
        )
        return _share_renderers(factory, self.rendering_fingerprint)

    def own_stylesheets(self, kind: str) -> list[str]:
        """Return the names of the campaign's own stylesheets for letters or briefings."""
        from briefgen.render.pdf.page_css import find_custom_stylesheets

        return find_custom_stylesheets(self._style_folders, kind, self.branding.design)

    @property
    def _style_folders(self) -> tuple[Path, ...]:
        return tuple(folder.path / "templates" / "css" for folder in self.composer.library.template_folders)

    @property
    def has_page_limits(self) -> bool:
        """Return whether the campaign limits the pages of its letters or briefing, as a brief does."""
        limits = self.config.letter.max_pages or self.config.briefing.max_pages
        return bool(limits or self.composer.brief_pages())

    def page_fitter(self, renderers: RendererFactory) -> PageFitter:
        """Return a composer that keeps documents to their page limits, measured with these renderers."""
        versions = "\0".join(filter(None, map(FORMATS.plugin_version, renderers.formats)))
        in_pdf = "pdf" in renderers.formats
        # Where files are made, assembled letters are compared as they are written.
        assembled = None if renderers.formats else renderers.measure_assembled
        return PageFitter(
            self.composer,
            renderers.measure,
            in_pdf,
            assembled,
            versions,
            renderers.measure_for_page,
            renderers.measure_brief,
        )


_SHARED_RENDERERS = 4
_shared_renderers: OrderedDict[tuple[object, ...], RendererFactory] = OrderedDict()
# WeasyPrint's fonts complain if they are freed when Python has taken its modules apart.
atexit.register(_shared_renderers.clear)


def _share_renderers(factory: RendererFactory, fingerprint: str) -> RendererFactory:
    """Return the renderers that this process has for the same look, which have read stylesheets and fonts.

    `fingerprint` covers all that shapes a file but the document. An application opens a campaign again after
    each change, mostly of its words. Renderers that found an assembled letter to differ serve their run to
    its end, and no other.
    """
    key = (fingerprint, factory.formats, factory.stylesheet_folders, factory.verify_layout)
    shared = _shared_renderers.setdefault(key, factory)
    if not shared.assembles:
        shared = _shared_renderers[key] = factory
    _shared_renderers.move_to_end(key)
    while len(_shared_renderers) > _SHARED_RENDERERS:
        _shared_renderers.popitem(last=False)
    return shared


def open_campaign(
    source: str | Path | Mapping[str, Any],
    recipients: Iterable[Mapping[str, Any]] | None = None,
    *,
    folder: str | Path | None = None,
    texts: TextLocations = DEFAULT_TEXT_LOCATIONS,
    trials: Collection[str] | None = None,
) -> Campaign:
    """Open a campaign: read it, check it with its library, and compose a trial letter of each kind.

    `source` is a campaign's folder, its campaign.yaml, or a mapping with the keys of that file. `recipients`
    are rows with the columns of a recipients' file, and replace that file. `folder` holds the templates,
    pictures and statements of a campaign that is given as a mapping. `texts` says where full texts are.
    `trials` are the ids of the only recipients whose letters are composed on trial, for an application that
    opens the campaign after each change to show these; by default, one letter of each kind and the briefing
    are.

    Raise BriefgenError with every error in the campaign, its library and its templates; UsageError if there
    is no campaign at `source`. Problems that stop nothing are in `Campaign.problems`.
    """
    problems = ProblemList()
    rows = table_rows(recipients) if recipients is not None else None
    temporary, is_temporary = ExitStack(), isinstance(source, Mapping) and folder is None
    if isinstance(source, Mapping):
        if folder is None:
            folder = temporary.enter_context(scratch_folder())
        elif not is_folder(Path(folder)):
            shown = printable_name(str(folder))
            raise UsageError(Problem("campaign-missing", f"there is no folder {shown}", None, "name another"))
    elif folder is not None:
        raise UsageError(
            Problem("usage-wrong", "folder= needs a campaign given as a mapping", None, "leave it out")
        )
    try:
        if isinstance(source, Mapping):
            files = parse_campaign(source, Path(folder or "."), problems, has_rows=rows is not None)
        else:
            files = read_campaign(Path(source), problems)
        campaign = _open_files(files, rows, texts, trials, problems)
    except BaseException:
        temporary.close()
        raise
    if is_temporary:
        campaign = replace(campaign, _folder_is_temporary=True)
        weakref.finalize(campaign, temporary.close)
    return campaign


def _open_files(
    files: CampaignFiles,
    rows: Sequence[TableRow] | None,
    texts: TextLocations,
    trials: Collection[str] | None,
    problems: ProblemList,
) -> Campaign:
    unusable = ProblemList()
    folders = (files.folder, *find_libraries(files.yaml, files.folder, unusable))
    problems.extend(unusable.problems)
    library = load_statements(folders, problems)
    check_references(files, None if unusable.errors else library.snippets, problems)
    row_problems = ProblemList()
    mapping = _find_kept_mapping(files, problems)
    forms, listed = _load_recipients(files, rows, mapping, problems, row_problems)
    listed, withheld = _leave_out_unwanted(files, listed, problems)
    listed = _group_rows(files.config, listed, problems, row_problems)
    letters = read_letters_file(files.folder, problems)
    unsent = [one.about for one in (*row_problems.problems, *withheld)]
    listed = apply_letters_file(letters, listed, unsent, problems)
    listed, left_out = follow_up(files, listed, problems)
    library_check = _check_contents(files, library, texts, problems)
    letterhead = _load_letterhead(files, problems)
    if files.config is not None:
        check_branding(files.config, files.folder.path, problems)
    config = require_config(files.config, problems)
    verified = {name: verification.as_json() for name, verification in library_check.verified.items()}
    fingerprint = _fingerprint_campaign(config, files, library, verified)
    printed = cite_findable_places_only(library)
    composer = Composer(config, files.folder.path, printed, forms, verified, fingerprint)
    if not check_senders(composer, listed, problems):
        problems.raise_errors()
    recipients, unsendable, doubts = _split_sendable(listed, composer)
    recipients = assign_numbers(config, files.folder, recipients, problems)
    recipients, unfilled = fill_patterns(config, recipients, listed, problems)
    not_composable: list[Problem] = []
    if not problems.errors:
        recipients, contradictory, idle = check_overrides(composer, recipients)
        unsendable += contradictory
        doubts += idle
        recipients, not_composable = _try_letters(composer, recipients, files, trials, problems)
    problems.raise_errors()
    applied = [(recipient, composer.applicable_rules(recipient)) for recipient in recipients]
    if config.translations:
        problems.extend(check_asks_of_rules(config, applied))
        problems.raise_errors()
    problems.extend(check_interest_rules(config, applied))
    problems.extend(warn_about_due_statements(composer, {rules: one for one, rules in applied}.values()))
    row_warnings = (problem for problem in row_problems.problems if problem.severity == "warning")
    columns = (
        *warn_about_unused_columns(files, listed, mapping.headers),
        *warn_about_overrides(mapping, files.folder.display_path(KEPT_MAPPING)),
    )
    warnings = (*problems.problems, *row_warnings, *columns, *doubts, *_check_sample_sender(config))
    return Campaign(
        config,
        composer,
        recipients,
        (*row_problems.errors, *unsendable, *unfilled, *not_composable),
        tuple(warning for warning in warnings if warning.code not in config.ignore),
        summarize_verification(library_check),
        letterhead,
        build_branding(config),
        (*withheld, *left_out),
    )


def _leave_out_unwanted(
    files: CampaignFiles, listed: list[Recipient], problems: ProblemList
) -> tuple[list[Recipient], list[Problem]]:
    """Return the recipients who are not on the do-not-write list, and a warning for each of the others."""
    names = find_list_files(files.folder.path)
    paths = [(files.folder.find_file(name, problems), files.folder.display_path(name)) for name in names]
    unwanted = read_do_not_write_lists(((path, name) for path, name in paths if path), problems)
    kept, withheld = unwanted.split(listed)
    problems.extend(unwanted.warn_about_similar(kept))
    return kept, withheld


def _try_letters(
    composer: Composer,
    recipients: tuple[Recipient, ...],
    files: CampaignFiles,
    trials: Collection[str] | None,
    problems: ProblemList,
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    """Compose trial letters, unless all letters of the same campaign came out well in an earlier run."""
    if trials is not None:
        chosen = tuple(recipient for recipient in recipients if recipient.id in trials)
        sound, not_composable = compose_trial_letters(composer, chosen, problems, with_briefing=False)
        failed = {recipient.id for recipient in chosen} - {recipient.id for recipient in sound}
        return tuple(one for one in recipients if one.id not in failed), not_composable
    folders = [folder.display_name for folder in (files.folder, *composer.library.folders)]
    file = files.yaml.file if files.yaml else ""
    name = cache_key("trials", composer.fingerprint, pandoc_identity(), folders, file, recipients)
    warnings: tuple[Problem, ...] | None = recall("trials", name)
    if warnings is not None:
        problems.extend(warnings)
        return recipients, []
    found = ProblemList()
    composable, not_composable = compose_trial_letters(composer, recipients, found)
    problems.extend(found.problems)
    if not (found.errors or not_composable):
        keep("trials", name, tuple(found.problems))
    return composable, not_composable


def _group_rows(
    campaign: CampaignConfig | None, listed: list[Recipient], problems: ProblemList, row_problems: ProblemList
) -> list[Recipient]:
    """Return one recipient for each letter, if the campaign groups rows."""
    group_by = campaign.group_by if campaign else None
    if campaign is None or group_by is None:
        return listed
    # A column alone stands for the mapping, and has the place of the key.
    columns = [(group_by.column, campaign.locate("group_by", "column"))]
    columns += [
        (column, campaign.locate("group_by", "table", index)) for index, column in enumerate(group_by.table)
    ]
    if unknown := list(check_group_columns(columns, listed)):
        problems.extend(unknown)
        return listed
    grouped, warnings = group_recipients(listed, group_by.column)
    row_problems.extend(warnings)
    return grouped


def _load_letterhead(files: CampaignFiles, problems: ProblemList) -> WordLetterhead | None:
    """Load the sender's own letterhead, and try it once so that its problems show before letters are made."""
    campaign, home = files.config, files.folder.path.resolve()
    if campaign is None or not campaign.sender.letterhead:
        return None
    path = home / campaign.sender.letterhead
    if not is_regular_file(path) or not is_inside_folder(path, home):
        return None  # check_references reports it
    from briefgen.render.docx.user_letterhead import check_user_letterhead, read_letterhead

    try:
        letterhead = read_letterhead(path, files.folder.display_path(campaign.sender.letterhead))
        problems.extend(
            check_user_letterhead(letterhead.data, letterhead.name, campaign.letter.page, campaign.language)
        )
    except BriefgenError as error:
        problems.extend(error.problems)
        return None
    if "pdf" in campaign.output.formats:
        problems.extend(check_letterhead_in_pdf(letterhead, campaign))
    return letterhead


def _load_recipients(
    files: CampaignFiles,
    rows: Sequence[TableRow] | None,
    kept: HeaderMapping,
    problems: ProblemList,
    row_problems: ProblemList,
) -> tuple[FormsOfAddress, list[Recipient]]:
    """Load all recipients, from `rows` if they come from memory; `kept` is the mapping of an earlier import.

    An unusable file goes to `problems`, an unusable row to `row_problems`.
    """
    own = files.folder.find_file(FORMS_FILE, problems)
    forms = FormsOfAddress.load(problems, [(own, files.folder.display_path(FORMS_FILE))] if own else [])
    columns = ColumnMapping(
        # Recipients without a language are written to in the campaign's.
        defaults={"language": files.config.language if files.config else "en"},
        recognise=rows is None,
        kept=kept.headers,
        kept_defaults=kept.defaults,
        keep_recognised=True,
        repeated_ids=bool(files.config and files.config.group_by),
    )
    if rows is not None:
        try:
            table = Table(ROWS_NAME, list(rows))
            return forms, build_recipients(table, row_problems, offices=forms.offices, columns=columns)
        except BriefgenError as error:
            problems.extend(error.problems)
            return forms, []
    folder = files.folder
    # check_references reports files that are left out here, with the line that names them.
    inside = {
        folder.display_path(name): path
        for name in recipient_file_names(files)
        if is_regular_file(path := folder.path / name) and is_inside_folder(path, folder.path)
    }

    def find_key() -> str | None:
        digest = digest_files([*inside.values(), *([own] if own else [])])
        return digest and cache_key("recipients", list(inside), digest, columns)

    found = remember("recipients", find_key, lambda: _read_recipient_files(inside, forms, columns))
    recipients, of_rows, of_files = found
    row_problems.extend(of_rows)
    problems.extend(of_files)
    return forms, list(recipients)


def _read_recipient_files(
    paths: Mapping[str, Path], forms: FormsOfAddress, columns: ColumnMapping
) -> tuple[tuple[Recipient, ...], tuple[Problem, ...], tuple[Problem, ...]]:
    """Return the recipients in files by display name, the problems of rows, and those of whole files."""
    seen: dict[str, Place] = {}
    recipients: list[Recipient] = []
    row_problems, problems = ProblemList(), ProblemList()
    for name, path in paths.items():
        try:
            recipients += read_recipients(
                path, name, row_problems, offices=forms.offices, seen=seen, columns=columns
            )
        except BriefgenError as error:
            problems.extend(error.problems)
    return tuple(recipients), tuple(row_problems.problems), tuple(problems.problems)


def _find_kept_mapping(files: CampaignFiles, problems: ProblemList) -> HeaderMapping:
    """Return the mapping that an import into the campaign's folder kept; an empty one if there is none."""
    path = files.folder.find_file(KEPT_MAPPING, problems)
    try:
        return read_mapping(path, files.folder.display_path(KEPT_MAPPING)) if path else HeaderMapping()
    except BriefgenError as error:
        problems.extend(error.problems)
        return HeaderMapping()


def _check_contents(
    files: CampaignFiles, library: Library, texts: TextLocations, problems: ProblemList
) -> LibraryCheck:
    """Check evidence, templates and styles; return how and when each snippet was verified."""
    campaign = files.config
    library_check = check_statements(library, texts, campaign.date if campaign else None, problems)
    templates = Templates(library.template_folders, campaign.language if campaign else "en")
    own_letter, own_paper, own_email = (
        (campaign.letter.template, campaign.briefing.template, campaign.email.template)
        if campaign is not None
        else ("", "", "")
    )
    problems.extend(templates.check(LETTER_TEMPLATE_NAMES, {*LETTER_KINDS, own_letter} - {""}))
    problems.extend(templates.check(EMAIL_TEMPLATE_NAMES, {EMAIL_KIND, own_email} - {""}))
    problems.extend(templates.check(BRIEFING_TEMPLATE_NAMES, {*PAPER_KINDS, own_paper} - {""}))
    problems.extend(_check_stylesheets(files.folder))
    if campaign is not None:
        problems.extend(_check_language(campaign))
        problems.extend(_check_country(campaign))
        problems.extend(check_translations(campaign))
        problems.extend(check_enclosures(campaign, files.folder.path, templates))
        for kind, section in ((own_letter, "letter"), (own_paper, "briefing"), (own_email, "email")):
            try:
                templates.find_template(kind)
            except BriefgenError as error:
                problems.extend(
                    replace(problem, place=campaign.locate(section, "template")) for problem in error.problems
                )
        for part, section in ((campaign.letter, "letter"), (campaign.briefing, "briefing")):
            style, place = part.citation_style, campaign.locate(section, "citation_style")
            if section == "letter" or style != campaign.letter.citation_style:
                problems.extend(check_style(style, files.folder.path, campaign.language, place))
    return library_check


def _check_country(campaign: CampaignConfig) -> Iterator[Problem]:
    """Report texts that name the state which letters are about, if the campaign does not say which."""
    texts: dict[tuple[str, ...], str] = {("letter", "subject"): campaign.letter.subject}
    texts |= {
        ("words", language, key): wording
        for language, wordings in campaign.words.items()
        for key, wording in wordings.items()
    }
    for path, text in texts.items():
        if not campaign.about and (found := re.search(r"\{(?:in_)?country\}", text)):
            yield Problem(
                "country-unnamed",
                f"{found[0]} stands for the state that the letters are about, and the campaign names none",
                campaign.locate(*path),
                f"add about: with its code, for example about: KR, or write the name instead of {found[0]}",
            )


def _check_stylesheets(folder: LibraryFolder) -> Iterator[Problem]:
    """Yield what is wrong with the campaign's own stylesheets, which would stop every PDF."""
    from briefgen.render.pdf.css_policy import check_own_stylesheet

    unreadable = ProblemList()
    for path, display_name in folder.find_files("templates/css", "*.css", unreadable):
        if (built_in_templates().path / "templates/css" / path.name).is_file():  # others are not used
            try:
                yield from check_own_stylesheet(read_text_file(path, display_name), display_name)
            except BriefgenError as error:
                yield from error.problems
    yield from unreadable.problems


def _check_language(campaign: CampaignConfig) -> list[Problem]:
    if is_known_language(campaign.language):
        return []
    message = f"unknown language {campaign.language!r}"
    hint = "write its BCP 47 code, for example en, fr or en-GB"
    return [Problem("language-unknown", message, campaign.locate("language"), hint)]


def _fingerprint_campaign(
    campaign: CampaignConfig,
    files: CampaignFiles,
    library: Library,
    verified: Mapping[str, Mapping[str, Any]],
) -> str:
    sender = campaign.sender
    styles = {part.citation_style for part in (campaign.letter, campaign.briefing)}
    logo = [campaign.letterhead.logo.file] if campaign.letterhead.logo else []
    logo += [str(Path(name).with_suffix(".png")) for name in logo]
    names = [
        FORMS_FILE,
        sender.signature,
        sender.letterhead,
        *logo,
        *(name for name in sorted(styles) if name.endswith(".csl")),
    ]
    paths = [files.folder.path / name for name in names if name]
    paths += list_pictures(files.folder.path)
    existing = [
        path
        for path in dict.fromkeys(paths)
        if is_regular_file(path) and is_inside_folder(path, files.folder.path)
    ]
    return campaign_fingerprint(campaign, library, existing, verified)


def _split_sendable(
    listed: list[Recipient], composer: Composer
) -> tuple[tuple[Recipient, ...], list[Problem], list[Problem]]:
    """Split recipients into those to whom a letter can be sent, the problems of the others, and warnings."""
    sendable: list[Recipient] = []
    problems: list[Problem] = []
    warnings: list[Problem] = []
    campaign, branding = composer.campaign, build_branding(composer.campaign)
    for recipient in listed:
        by_email = campaign.email.without_address
        problem = check_sendable(recipient, campaign.date, by_email=by_email)
        problem = problem or _check_recipient_language(recipient, campaign)
        if problem is None:
            try:
                addressed = composer.address(recipient)
            except BriefgenError as error:
                problems.extend(replace(one, about=recipient.id) for one in error.problems)
                continue
            own = composer.for_recipient(recipient).campaign
            if misfits := check_address_window(addressed, recipient, own, branding):
                problems.extend(replace(one, about=recipient.id) for one in misfits)
                continue
            sendable.append(recipient)
            warnings += addressed.warnings
        else:
            problems.append(replace(problem, about=recipient.id))
    return tuple(sendable), problems, [*warnings, *warn_about_duplicates(sendable)]


def _check_recipient_language(recipient: Recipient, campaign: CampaignConfig) -> Problem | None:
    """Return a problem if the campaign has no words in a recipient's language."""
    language = recipient.language
    if is_same_language(language, campaign.language) or campaign.translation_language(language):
        return None
    return Problem(
        "language-differs",
        f"{recipient.full_name or recipient.id} ({recipient.id}) needs a letter in "
        f"{recipient.language!r}, but the campaign is in {campaign.language!r}",
        recipient.place,
        f"add translations: {recipient.language}: to the campaign, or leave the column language empty",
    )


def _check_sample_sender(campaign: CampaignConfig) -> list[Problem]:
    """Warn if the sender is still the fictitious one of the starter campaign."""
    sender = campaign.sender
    sample = [name for name in ("organisation", "name") if "example" in getattr(sender, name).lower()]
    if not sample:
        return []
    return [
        Problem(
            "sender-sample",
            f"the sender is still the sample ({getattr(sender, sample[0])})",
            campaign.locate("sender", sample[0]),
            "replace it with your own organisation and name",
            severity="warning",
        )
    ]


def find_recipients(campaign: Campaign, ids: Iterable[str]) -> list[Recipient]:
    """Return the recipients with these ids; raise BriefgenError for those to whom no letter can be sent."""
    found: list[Recipient] = []
    errors: list[BriefgenError] = []
    for recipient_id in dict.fromkeys(ids):
        try:
            found.append(find_recipient(campaign, recipient_id))
        except BriefgenError as error:
            errors.append(error)
    if errors:
        problems = [problem for error in errors for problem in error.problems]
        raise max(errors, key=lambda error: error.exit_code).__class__(problems)
    return found


def find_recipient(campaign: Campaign, recipient_id: str) -> Recipient:
    """Return the recipient with an id; raise BriefgenError if there is none or no letter can be sent."""
    for recipient in campaign.recipients:
        if recipient.id == recipient_id:
            return recipient
    reasons = [
        replace(problem, severity="error")
        for problem in (*campaign.skipped, *campaign.withheld)
        if problem.about == recipient_id
    ]
    if reasons:
        raise BriefgenError(reasons)
    known = [recipient.id for recipient in campaign.recipients]
    similar = [name for name in known if recipient_id and name.startswith(recipient_id)][:3]
    similar = similar or _ids_with_similar_prefix(recipient_id, known)
    hint = f"did you mean {' or '.join(similar)}?" if similar else suggest_similar(recipient_id, known)
    hint = hint or "briefgen recipients list"
    if unread := count_affected_recipients(problem for problem in campaign.skipped if not problem.about):
        hint += f"; {quantity(unread, 'row')} of the list cannot be read: briefgen recipients list says why"
    raise UsageError(Problem("recipient-unknown", f"no recipient has the id {recipient_id!r}", None, hint))


def _ids_with_similar_prefix(prefix: str, known: list[str]) -> list[str]:
    """Return ids that begin with something similar, as when the user misspells a name and omits the rest."""
    by_prefix: dict[str, list[str]] = {}
    for recipient_id in known:
        by_prefix.setdefault(recipient_id[: len(prefix) + 1], []).append(recipient_id)
    similar = get_close_matches(prefix, by_prefix, n=3, cutoff=0.75)
    return [recipient_id for match in similar for recipient_id in by_prefix[match]][:3]
