"""Recipients: spreadsheets and public data in, one record each out; it addresses nobody."""

from briefgen.recipients.csv_file import read_recipients, write_recipients
from briefgen.recipients.importers.common import Brought
from briefgen.recipients.importers.congress import read_congress
from briefgen.recipients.importers.openstates import read_openstates
from briefgen.recipients.importers.popolo import read_popolo
from briefgen.recipients.schema import COLUMNS, sendable
from briefgen.recipients.table import Columns
from briefgen.recipients.xlsx import read_workbook

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
