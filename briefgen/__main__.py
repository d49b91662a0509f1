"""`python -m briefgen` is the command `briefgen`."""

import os
import sys

# With -m, Python looks for modules in the current folder first. A campaign's folder may come from a stranger,
# and a `socket.py` in it must not be run. Until this is mended, import only what Python has loaded already.
if not sys.flags.safe_path:
    try:
        if sys.path[0] in ("", os.getcwd()):  # noqa: PTH109 - pathlib is not imported yet
            del sys.path[0]
    except OSError:
        pass

from briefgen.cli.main import run

run()
