"""Recipients: spreadsheets and public data in, one record each out; it addresses nobody."""

from briefgen.library.recipients.congress import read_congress
from briefgen.library.recipients.openstates import read_openstates
from briefgen.library.recipients.popolo import read_popolo
from briefgen.library.recipients.published import Brought
from briefgen.library.recipients.record import COLUMNS
from briefgen.library.recipients.rows import Columns
from briefgen.library.recipients.sendable import sendable
from briefgen.library.recipients.spreadsheet import read_recipients, write_recipients
from briefgen.library.recipients.workbook import read_workbook

__all__ = [
    "COLUMNS",
    "Brought",
    "Columns",
    "read_congress",
    "read_openstates",
    "read_popolo",
    "read_recipients",
    "read_workbook",
    "sendable",
    "write_recipients",
]
