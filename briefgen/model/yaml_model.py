"""The base class of all records that people write in YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from briefgen.errors import Place

KeyPath = tuple[str | int, ...]
"""Keys and list positions that lead to a value, for example `("sections", 2, "heading")`."""


class YamlModel(BaseModel):
    """A frozen record that refuses unknown keys and remembers where in the file each value was."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    _file: str = PrivateAttr(default="")
    _places: Mapping[KeyPath, Place] = PrivateAttr(default_factory=dict)

    def with_places(self, file: str, places: Mapping[KeyPath, Place]) -> Self:
        """Record the place of every value and return self; called once, by the loader."""
        self._file = file
        self._places = places
        return self

    def describe_with_places(self) -> str:
        """Return the values and their places as text, which is the same for the same content of a file."""
        return f"{self._file}\n{self.model_dump_json()}\n{self._places}"

    def locate(self, *path: str | int) -> Place:
        """Return the place of the value at `path`, or of the nearest enclosing value that has one."""
        for length in range(len(path), -1, -1):
            place = self._places.get(path[:length])
            if place is not None:
                return place
        return Place(self._file)
