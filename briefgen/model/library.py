"""The description of a library, as written in library.yaml."""

from __future__ import annotations

from briefgen.model.snippet import Slug
from briefgen.model.words import Words
from briefgen.model.yaml_model import YamlModel


class LibraryConfig(YamlModel):
    """The file library.yaml, which makes a folder a library that campaigns can draw on."""

    id: Slug
    """The name by which campaigns and messages refer to it."""
    title: str
    """What it is about, in a few words."""
    words: Words = {}
    """Fixed words of letters that draw on it, in place of the built-in ones."""
