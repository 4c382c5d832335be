"""What procurement rules say of what buyers may accept."""

from __future__ import annotations

from collections.abc import Iterable

from ..controls import Regime
from ..network.frame import Frame
from .asked import Asked
from .lines import Line
from .verdicts import Verdict, Verdicts


def purchases(frame: Frame, regime: Regime, verdicts: Verdicts, asked: Asked) -> Iterable[Line]:
    """Lines on the demand rows that procurement rules are about."""
    case = frame.case
    for rule, row in enumerate(case.controls):
        if row.kind != "procurement":
            continue
        codes = verdicts.blank()
        refused = Verdict("prohibited" if row.policy == "prohibited" else "free", rules=(rule,))
        for node in verdicts.nodes.tolist():
            verdict = refused if regime.in_force[rule, node] else Verdict("not_subject")
            codes[node] = verdicts.number(verdict)
        for want, bound in zip(case.demand, regime.buyers(rule), strict=True):
            outlet = (want.end_use, want.end_user)
            if (
                bound
                and asked.to_sites[frame.site[want.site]]
                and asked.materials[frame.material[want.material]]
                and (asked.outlets is None or outlet in asked.outlets)
            ):
                yield Line(
                    about="purchase",
                    codes=codes,
                    rules={rule},
                    destinations=[frame.names.country[want.site]],
                    materials=[want.material],
                    carrying=(row.pedigree,) if row.pedigree else (),
                    end_uses=(want.end_use,),
                    end_users=(want.end_user or "",) if want.end_user else (),
                    to_sites=[want.site],
                )
