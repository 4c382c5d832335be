"""Result folders of every kind, made once by the commands that people use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import secondsource as ss
from commands import run
from sweeps import SHOP

HOSTILE = {
    "Aachen": "<script>alert(1)</script>",
    "Grenoble-recycling": "%{y} <a>x</a> &amp",
    "Baotou Magnets": "<img src onerror> {{ 7*7 }}",
    "CN-ban": "<b>ban</b> $x$",
}
"""Names that a page must show as they are."""

TORNADO = """
[sweep]
design = "one_at_a_time"
[[inputs]]
name = "<i>near</i>"
table = "offers"
key = "near"
field = "price"
low = 5
high = 20
[[inputs]]
name = "demand"
table = "demand"
field = "quantity"
op = "multiply"
low = 0.5
high = 1.2
"""
SAMPLE = TORNADO.replace('"one_at_a_time"', '"latin_hypercube"\npoints = 24')
FUTURES: list[dict[str, Any]] = [
    {"scenario": "ban", "probability": 0.7, "title": "as announced"},
    {"scenario": "<u>truce</u>", "probability": 0.3, "parent": "ban", "branches_at": 2},
]


def _case(folder: Path, name: str, content: dict[str, Any]) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _hostile(folder: Path) -> Path:
    """Quickstart with names that are code somewhere else."""
    ss.save_case(ss.load_case("quickstart"), folder / "plain.json")
    text = (folder / "plain.json").read_text(encoding="utf-8")
    for name, worse in HOSTILE.items():
        text = text.replace(json.dumps(name)[1:-1], json.dumps(worse)[1:-1])
    path = folder / "hostile.json"
    path.write_text(text, encoding="utf-8")
    return path


def _futures(folder: Path) -> Path:
    """The shop in two futures: the ban comes, or it does not."""
    truce = {
        "scenario": "<u>truce</u>", "table": "control_status", "key": "control=ban",
        "field": "status", "start": 2, "value": "suspended",
    }  # fmt: skip
    return _case(folder, "futures", {**SHOP, "scenarios": FUTURES, "changes": [truce]})


def _slow_sea(folder: Path) -> Path:
    """The shop with a long way from abroad: what is cheap comes late."""
    [lane] = SHOP["lanes"]
    return _case(folder, "slow-sea", {**SHOP, "lanes": [{**lane, "lead_days": 60}]})


def _sweep(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _many(folder: Path) -> None:
    """A sweep of 10,000 points: its own points over and over, with numbers that differ."""
    make(folder, "sample")
    shutil.copytree(folder / "sample", folder / "many")
    points = pd.read_parquet(folder / "sample" / "points.parquet")
    long = points.iloc[np.arange(10_000) % len(points)].reset_index(drop=True)
    dice = np.random.default_rng(1)
    for name in ("<i>near</i>", "demand", "cost", "objective"):
        long[name] = long[name] * dice.uniform(0.8, 1.2, len(long))
    long.assign(point=np.arange(1, 10_001)).to_parquet(folder / "many" / "points.parquet")
    summary = json.loads((folder / "many" / "summary.json").read_text(encoding="utf-8"))
    summary |= {"points": 10_000, "done": 10_000, "statuses": {"optimal": 10_000}}
    (folder / "many" / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


COMMANDS: dict[str, Callable[[Path], tuple[Any, ...]]] = {
    "plan": lambda at: ("solve", _hostile(at), "--gap", "0.05"),
    "shop": lambda at: ("solve", _case(at, "shop", SHOP)),
    "dear": lambda at: ("solve", _case(at, "shop", SHOP), "--set", "offers:near:price=15"),
    "futures": lambda at: ("solve", _futures(at)),
    "risk": lambda at: ("risk", _futures(at)),
    "frontier": lambda at: ("frontier", _slow_sea(at), "--points", "4"),
    "tornado": lambda at: ("sweep", _case(at, "shop", SHOP), _sweep(at, "tornado", TORNADO)),
    "sample": lambda at: ("sweep", _case(at, "shop", SHOP), _sweep(at, "sample", SAMPLE)),
    "stress": lambda at: ("stress", _case(at, "shop", SHOP), "--fix", "--shortage-value", "100"),
    "ndfeb": lambda at: ("solve", "ndfeb", "--gap", "0.02"),
}


def make(folder: Path, kind: str) -> Path:
    """The result folder of a kind, made when it is first asked for."""
    target = folder / kind
    if target.exists():
        return target
    if kind == "many":
        _many(folder)
        return target
    told = run(*COMMANDS[kind](folder), "-o", target)
    assert told.code == 0, told.stderr
    return target


def page(folder: Path, *kinds: str) -> Path:
    """The page of one or several results."""
    target = folder / f"{'-'.join(kinds)}.html"
    if not target.exists():
        told = run("report", *(make(folder, kind) for kind in kinds), "-o", target)
        assert told.code == 0, told.stderr
    return target
