"""Convert the published problems to cases: ``python -m truth.convert FOLDER [NAME...]``.

Run from the ``tests`` folder. FOLDER holds ``expected.json`` and the data in their published
formats; cases go to ``data/truth``, the expected optima to ``data/truth/expected.json``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from . import facilities, networks, purchasing, relog, stochastic
from .common import Case, write

OUTPUT = Path(__file__).resolve().parent.parent / "data" / "truth"

# By the start of the instance's name; the longest that fits is taken.
FAMILIES: dict[str, Callable[[Path, str], Case]] = {
    "orlib_cap": facilities.orlib,
    "orlib_uncap": partial(facilities.orlib, capacitated=False),
    "ufl": facilities.ufl,
    "gams_trnsport": facilities.trnsport,
    "pareto_aneja_nair": facilities.aneja_nair,
    "williams_dist1": facilities.williams_1,
    "williams_dist2": facilities.williams_2,
    "fcnet": networks.fcnet,
    "canad": networks.canad,
    "ampl_multmip1": networks.multmip,
    "gams_bid": purchasing.bid,
    "xpress_purchase_incremental": purchasing.purchase,
    "ww": purchasing.lot_sizes,
    "sco_eoq26": purchasing.lot_sizes,
    "gams_clsp": purchasing.clsp,
    "xpress_c1bike": purchasing.bike,
    "ampl_cap_expansion": purchasing.capacity_expansion,
    "netdes": stochastic.netdes,
    "farmer": stochastic.farmer,
    "ampl_stoch_floc": stochastic.facilities,
    "relog_boat": relog.boat,
    "relog_storage": relog.storage,
}


def convert(folder: Path, name: str, data: str) -> Case:
    """Convert one instance by its family's function."""
    family = max((key for key in FAMILIES if name.startswith(key)), key=len)
    return FAMILIES[family](folder / data, name)


def expectation(folder: Path, name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """What a test needs to know: the value, how close, and where it comes from."""
    content: dict[str, Any] = {
        "value": entry["value"],
        "relative_tolerance": 1e-6,
        "exercises": entry["exercises"],
        "source": entry["source"],
        "note": entry["note"],
    }
    if name.startswith("netdes"):
        del content["relative_tolerance"]
        content["absolute_tolerance"] = 0.1
    published = folder / entry["data"]
    data = json.loads(published.read_text()) if published.suffix == ".json" else {}
    if entry["source"] == "see data.json":
        content["source"] = data["source"]
    if name == "pareto_aneja_nair":
        content["measures"] = ["cost", "lead_time"]
        content["lead_time_scale"] = sum(data["demand"])
        content["note"] = (
            "extreme points of the front as (cost, second criterion); lead_time is the second "
            "criterion divided by lead_time_scale, total demand"
        )
    if name == "farmer":
        content |= {key: data[key] for key in ("EVPI", "VSS")}
        content["wait_and_see"] = data["WS"]
    if name == "ampl_stoch_floc":
        content |= {"EVPI": data["EVPI"], "VSS": 0, "wait_and_see": data["wait_and_see"]}
    return content


def main(folder: Path, names: list[str]) -> None:
    """Convert the named instances, or all, and write what to expect of all of them."""
    entries = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name in names or entries:
        write(convert(folder, name, entries[name]["data"]), OUTPUT / f"{name}.json")
    expected = {name: expectation(folder, name, entry) for name, entry in entries.items()}
    (OUTPUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
