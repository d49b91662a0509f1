"""Recipients of letters: the columns of a list, reading it from CSV and XLSX, and importing published data.

Other packages import `read_recipients` (a campaign's list), `check_sendable`, `ColumnMapping`, `format_csv`
and, in the command line, `importers`. How a recipient is addressed is up to `briefgen.address`.
"""
