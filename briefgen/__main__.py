"""`python -m briefgen` is the command `briefgen`."""

import os
import sys
from contextlib import suppress

# With -m, Python looks for modules in the current folder first. A campaign's folder may come from a stranger,
# and a `socket.py` in it must not be run.
if not sys.flags.safe_path:
    with suppress(OSError):  # the current folder has been deleted
        if sys.path[0] in ("", os.getcwd()):  # noqa: PTH109 - pathlib is not imported yet
            del sys.path[0]

from briefgen.cli.main import run

run()
