"""Worker processes import the fakes by name, so their folder must be on the path that workers inherit."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
