"""Supply by source: what is bought through offers and made by plants."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .production import activity, outputs
from .reading import BoolArray, FloatArray, IntArray, Reading
from .supply import ordered
from .tables import Plan


class Supply:
    """Every source of supply (an offer, or an output of a plant) and what it gave.

    Attributes:
        sources: one row per source, with columns table, position, material, stage (of a plant),
            stages (named by an offer), main, country, operator, supplier, site.
        flow: supply of each source at each node: orders, and runs x recipe of their start.
            Shape (sources, nodes).
    """

    def __init__(self, reading: Reading, plan: Plan) -> None:
        self.reading = reading
        case, names = reading.case, reading.names
        stage = {row.process: row.stage for row in case.processes}
        rows = [
            {
                "table": "offers",
                "position": number,
                "material": row.material,
                "stage": "",
                "stages": row.stages,
                "main": False,
                "country": row.origin or names.country[row.site],
                "operator": names.operator[row.site],
                "supplier": names.supplier(row),
                "site": row.site,
            }
            for number, row in enumerate(case.offers)
        ]
        out = outputs(reading)
        for position, recipe, main in zip(out.plants, out.recipes, out.main, strict=True):
            plant = case.plants[position]
            rows.append(
                {
                    "table": "plants",
                    "position": int(position),
                    "material": case.recipes[recipe].material,
                    "stage": stage.get(plant.process, "other"),
                    "stages": None,
                    "main": bool(main),
                    "country": names.country[plant.site],
                    "operator": names.operator[plant.site],
                    "supplier": names.operator[plant.site],
                    "site": plant.site,
                }
            )
        columns = ["table", "position", "material", "stage", "stages", "main"]
        columns += ["country", "operator", "supplier", "site"]
        self.sources = pd.DataFrame(rows, columns=columns)
        nodes = np.arange(reading.size)
        given = reading.at("recipes", "quantity", out.recipes[:, None], nodes[None, :])
        made = activity(reading, plan)[out.plants] * np.maximum(given, 0.0)
        self.flow: FloatArray = np.vstack([ordered(reading, plan), made])

    def of(self, materials: str | None, stages: str | None) -> BoolArray:
        """Sources that supply the materials, or the stages, or both together."""
        table = self.sources
        chosen: BoolArray = np.ones(len(table), dtype=bool)
        if materials is not None:
            wanted = self.reading.select("materials", materials)
            chosen &= table["material"].isin(wanted).to_numpy(dtype=bool)
        if stages is not None:
            chosen &= self._of_stages(self.reading.select("stage", stages))
        return chosen

    def _of_stages(self, wanted: frozenset[str]) -> BoolArray:
        table = self.sources
        plant = table["stage"].isin(wanted).to_numpy(dtype=bool)
        plant = plant & table["main"].to_numpy(dtype=bool)
        named = {
            text: bool(wanted & self.reading.select("stage", text))
            for text in table["stages"].unique()
            if isinstance(text, str)
        }
        offer = [named.get(text, False) for text in table["stages"]]
        found: BoolArray = plant | np.array(offer, dtype=bool)
        return found

    def recycled(self, materials: str | None) -> BoolArray:
        """Main outputs of recycling plants among the materials."""
        table = self.sources
        chosen = self.of(materials, None) & (table["stage"] == "recycling").to_numpy(dtype=bool)
        found: BoolArray = chosen & table["main"].to_numpy(dtype=bool)
        return found

    def within(
        self,
        countries: str | None,
        operators: str | None,
        suppliers: str | None,
        sites: str | None,
    ) -> BoolArray:
        """Sources inside the scope of a policy."""
        chosen = np.ones(len(self.sources), dtype=bool)
        for column, kind, selector in (
            ("country", "country", countries),
            ("operator", "operator", operators),
            ("supplier", "supplier", suppliers),
            ("site", "place", sites),
        ):
            if selector is not None:
                wanted = self.reading.select(kind, selector)
                chosen &= self.sources[column].isin(wanted).to_numpy(dtype=bool)
        return chosen

    def groups(self, column: str, chosen: BoolArray) -> tuple[list[str], IntArray]:
        """Distinct values of a column among chosen sources, and the place of each source (-1)."""
        codes, known = pd.factorize(self.sources[column].where(chosen))
        return [str(name) for name in known], codes.astype(np.int64)

    def by(self, column: str, chosen: BoolArray) -> tuple[list[str], FloatArray]:
        """Supply at each node by a column's values. Shape (values, nodes)."""
        known, codes = self.groups(column, chosen)
        total = np.zeros((len(known), self.reading.size))
        np.add.at(total, codes[chosen], self.flow[chosen])
        return known, total
