"""Named columns of int8 in three groups: what a schema is made of."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench.quality.log import Ints
from plainview.core.terms.weights import Schema

VIEWER: Final = "viewer"
EPOCH: Final = "epoch"
PAIR: Final = "pair"
LIMIT: Final = 127


class Columns:
    """Columns by name; `names` by group, in the order in which they came."""

    def __init__(self) -> None:
        self.names: dict[str, list[str]] = {VIEWER: [], EPOCH: [], PAIR: []}
        self.columns: dict[str, NDArray[np.int8]] = {}

    def add(self, group: str, name: str, values: NDArray[Any], scale: float) -> None:
        """Add `floor(values * scale + 1/2)`, limited to +-127."""
        if name in self.columns:
            raise ValueError(f"two columns named {name}")
        whole = np.floor(values.astype(np.float64) * scale + 0.5)
        self.columns[name] = np.clip(whole, -LIMIT, LIMIT).astype(np.int8)
        self.names[group].append(name)

    def one_hot(self, group: str, name: str, codes: Ints, *, of: int) -> None:
        """Add a column for each code of 0 .. of - 1: 64 where it is, else 0."""
        for code in range(of):
            self.add(group, f"{name}_{code}", codes == code, 64)

    def schema(self, heads: tuple[str, ...], *, without: str = "") -> Schema:
        """The schema of all columns, or of those without the word `without` in their name."""
        kept = {
            group: tuple(n for n in names if not without or without not in n.split("_"))
            for group, names in self.names.items()
        }
        return Schema(heads=heads, **kept)

    def table(self, schema: Schema) -> NDArray[np.int8]:
        """(n, features) the columns in the schema's order."""
        return np.stack([self.columns[name] for name in schema.features], axis=1)
