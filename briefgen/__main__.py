"""`python -m briefgen` is the command `briefgen`."""

from briefgen.cli.main import run

run()
