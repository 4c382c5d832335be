"""Marks that goods carry: pedigrees, and destinations that they are kept from."""

from __future__ import annotations

from dataclasses import dataclass

from .reader import PlainCase, Row

Marks = frozenset[str]
CLEAN: Marks = frozenset()


@dataclass(frozen=True)
class Outlet:
    """An end use and an end user ("" where the demand row leaves it blank)."""

    end_use: str
    end_user: str

    @property
    def mark(self) -> str:
        """The mark of goods that are kept from it."""
        return f"!{self.end_use}={self.end_user}" if self.end_user else f"!{self.end_use}"


def outlets(case: PlainCase) -> list[Outlet]:
    """The distinct outlets of the demand table, in order."""
    rows = case.tables["demand"]
    return list(dict.fromkeys(Outlet(row["end_use"], row["end_user"]) for row in rows))


def destinations(marks: Marks) -> Marks:
    """The destination marks among some marks."""
    return frozenset(mark for mark in marks if mark.startswith("!"))


def sticks(case: PlainCase, pedigree: Row, material: str) -> bool:
    """Can a pedigree stick to a material?"""
    return case.picks(pedigree["materials"], material)


def sticking(case: PlainCase, marks: Marks, material: str) -> Marks:
    """Those of some marks that can stick to a material."""
    lost = {row["pedigree"] for row in case.tables["pedigrees"] if not sticks(case, row, material)}
    return marks - lost


def named_marks(case: PlainCase, selector: str, material: str) -> Marks:
    """Marks that a ``pedigrees`` column gives to a material; a blank column gives none."""
    if not selector:
        return CLEAN
    named = case.select(selector, case.names("pedigrees", "pedigree"))
    return sticking(case, frozenset(named), material)


def offer_marks(case: PlainCase, offer: Row) -> Marks:
    """Marks that an offer's goods are sold with."""
    marks = set(named_marks(case, offer["pedigrees"], offer["material"]))
    for row in case.tables["pedigrees"]:
        if not row["countries"] and not row["stages"]:
            continue
        done = not row["stages"] or case.select(row["stages"], case.offer_stages(offer))
        if done and case.picks(row["countries"], offer["origin"]):
            marks.add(row["pedigree"])
    return sticking(case, frozenset(marks), offer["material"])


def marks_what_it_makes(case: PlainCase, pedigree: Row, plant: Row) -> bool:
    """Does a plant put a pedigree on all it makes, by its stage and country or technology?"""
    if pedigree["technologies"]:
        rows = [r for r in case.tables["expansions"] if r["plant"] == plant["plant"]]
        used = [plant["technology"], *(case.expansion_technology(row) for row in rows)]
        if any(name and case.picks(pedigree["technologies"], name) for name in used):
            return True
    if not pedigree["countries"] and not pedigree["stages"]:
        return False
    stage, country = case.stage(plant["process"]), case.country(plant["site"])
    return case.picks(pedigree["stages"], stage) and case.picks(pedigree["countries"], country)


def washes_off(case: PlainCase, pedigree: Row, process: str) -> bool:
    """Does a process take a pedigree off whatever passes through it?"""
    return bool(pedigree["reset_by"]) and case.picks(pedigree["reset_by"], process)
