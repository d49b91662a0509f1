"""Recipients: spreadsheets and public data in, one record each out; it addresses nobody."""

from briefgen.library.recipients.congress import read_congress
from briefgen.library.recipients.record import COLUMNS
from briefgen.library.recipients.sendable import sendable
from briefgen.library.recipients.spreadsheet import read_recipients, write_recipients

__all__ = ["COLUMNS", "read_congress", "read_recipients", "sendable", "write_recipients"]
