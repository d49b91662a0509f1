"""Turn evidence into letters to officials and briefing papers, as PDF and DOCX that say the same.

`briefgen.open_campaign` is the entry point; docs/api.md documents the API. Names are imported when they are
first used, so that the command line starts quickly.
"""

# `python -m briefgen` runs this while the current folder, perhaps a stranger's, is still on the import path.
# So only modules that Python has loaded already are imported here: neither `typing` nor `__future__`.
from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from briefgen.api import *  # noqa: F403


def __getattr__(name: str) -> "Any":
    """Import a name of the public API on first use."""
    # Not `from briefgen import api`, which would ask this function for `api`.
    api = import_module("briefgen.api") if not name.startswith("_") and name != "api" else None
    if api is None or name not in api.__all__:
        raise AttributeError(f"module 'briefgen' has no attribute {name!r}")
    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted([*import_module("briefgen.api").__all__, "__version__"])
