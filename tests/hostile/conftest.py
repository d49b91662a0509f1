"""The fixtures of hostile_tools, for all tests in this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from hostile_tools import finished, machine, reviewed

__all__ = ["finished", "machine", "reviewed"]
