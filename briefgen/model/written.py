"""The base of all records that people write in YAML: frozen, closed, and aware of where each value stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr

from briefgen.errors import Place

Path = tuple[str | int, ...]


class Written(BaseModel):
    """A record read from a file; unknown keys are refused, values cannot be changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _file: str = PrivateAttr(default="")
    _places: Mapping[Path, Place] = PrivateAttr(default_factory=dict)

    def placed(self, file: str, places: Mapping[Path, Place]) -> Self:
        """Remember where the values stand; called once by the loader."""
        self._file = file
        self._places = places
        return self

    def at(self, *path: str | int) -> Place:
        """Where the value at `path` stands, or the nearest enclosing value that has a place."""
        for length in range(len(path), -1, -1):
            place = self._places.get(path[:length])
            if place is not None:
                return place
        return Place(self._file)
