"""Starting up is quick because nothing heavy is loaded before a command needs it."""

import json
import subprocess
import sys

HEAVY = (
    "weasyprint",
    "docx",
    "lxml",
    "pydantic",
    "pypandoc",
    "jinja2",
    "babel",
    "pikepdf",
    "pypdfium2",
    "yaml",
)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import json, sys\nsys.argv = ['briefgen', '--help']\n"
        "from briefgen.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit:\n    pass\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "letters to officials" in done.stdout
    assert json.loads(done.stderr.strip().splitlines()[-1]) == []
