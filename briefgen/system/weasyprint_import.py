"""Imports WeasyPrint; import this module before WeasyPrint itself.

cffi looks for a library that it cannot load by name with `ctypes.util.find_library`, which on Linux runs gcc
and ld. WeasyPrint gives for each library the names of other systems first, so a quarter of a second goes by
before it comes to the one that loads. On Linux, therefore, names alone are tried, and the search only after.
"""

from __future__ import annotations

import ctypes.util
import sys
import warnings

_find_library = ctypes.util.find_library
with warnings.catch_warnings():
    # A system without fonts does not matter as long as the letters need none of them.
    warnings.filterwarnings("ignore", ".*FontConfig")
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None
    try:
        import weasyprint
    except OSError:
        ctypes.util.find_library = _find_library
        import weasyprint  # noqa: F401
    finally:
        ctypes.util.find_library = _find_library
