"""Rows and columns carry names that a planner recognises."""

from __future__ import annotations

import re

import pytest
from secondsource.datasets.load import load_case
from secondsource.optimizer.labels import KINDS, Labels, for_file
from secondsource.optimizer.solve import build


@pytest.mark.parametrize("name", ["quickstart", "ndfeb"])
def test_names_are_complete_and_unique(name: str) -> None:
    built = build(load_case(name))
    labels = Labels(built.network, built.arrays)
    rows, columns = for_file(labels.rows()), for_file(labels.columns())
    assert len(rows) == built.arrays.matrix.shape[0]
    assert len(columns) == built.arrays.matrix.shape[1]
    assert len(set(rows)) == len(rows)
    assert len(set(columns)) == len(columns)
    assert not any(re.search(r"\s", text) for text in rows + columns)


def test_a_purchase_is_named_by_offer_material_and_period() -> None:
    built = build(load_case("quickstart"))
    columns = Labels(built.network, built.arrays).columns()
    assert "buy[Kuantan-oxide,NdPr-oxide,2027-Q1]" in columns


def test_every_family_of_the_formulation_has_names() -> None:
    built = build(load_case("ndfeb"))
    assert {*built.arrays.rows, *built.arrays.columns} <= set(KINDS)
