"""A library of statements in a package: what an organisation would share with others."""

from pathlib import Path

FOLDER = Path(__file__).parent
