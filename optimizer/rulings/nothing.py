"""What to say where a question hits nothing, or leaves something out."""

from __future__ import annotations

import numpy as np

from ..network.frame import Frame
from ..tree import IntArray
from .asked import Asked, Question
from .shipments import Crossings


def nothing(frame: Frame, asked: Asked, question: Question, crossing: int, every: Crossings) -> str:
    """Why a question hits nothing, and what would hit something."""
    if crossing:
        return (
            f"what moves as asked leads to no demand for {question.end_use!r}; "
            f"the case wants {', '.join(frame.names.of('end_use').universe)}"
        )
    what = f"{question.material!r}" if question.material else "anything"
    text = f"no lane or offer brings {what} across a border"
    if question.start:
        text += f" from {question.start!r}"
    if question.end:
        text += f" to {question.end!r}"
    near = _near(frame, asked, question, every)
    return f"{text}; {near}" if near else text


def _near(frame: Frame, asked: Asked, question: Question, every: Crossings) -> str:
    """What does move where a question that hits nothing looked."""
    goods = asked.materials[every.material]
    sent = np.append(asked.from_sites, False)[every.start]
    sent |= np.append(asked.from_offers, False)[every.offer]
    reached = asked.to_sites[every.end]
    both = _some(frame.materials, every.material[sent & reached])
    if both and question.material:
        return f"what crosses there is {both}"
    ends = _some(frame.countries, every.destination[sent & goods])
    begins = _some(frame.countries, every.exporter[reached & goods])
    told = []
    if question.start and ends:
        told.append(f"from there it goes to {ends}")
    if question.end and begins:
        told.append(f"to there it comes from {begins}")
    countries = {
        row.country for row, to in zip(frame.case.sites, asked.to_sites, strict=True) if to
    }
    if question.end and countries == asked.origins and len(countries) == 1:
        return "moves inside a country are never hit"
    if not told and question.start and sent.any():
        told.append(f"what leaves there is {_some(frame.materials, every.material[sent])}")
    return "; ".join(told)


def _some(names: list[str], positions: IntArray) -> str:
    found = [names[at] for at in np.unique(positions).tolist()]
    return ", ".join(found[:12]) + (", ..." if len(found) > 12 else "")


def remarks_on(
    left_out: int, shipments: bool, question: Question, asked: Asked, frame: Frame, every: Crossings
) -> list[str]:
    """What a reader should know besides."""
    remarks = []
    if not shipments and question.narrow:
        remarks.append(nothing(frame, asked, question, left_out, every))
    elif left_out:
        remarks.append(
            f"{left_out} moves lead to no demand for {question.end_use} and are left out"
        )
    return remarks
