"""Cases without pedigrees and end uses have exactly the variables and rows they need without.

The sizes are those of the formulation before goods could bear marks: whoever does not use marks
must not pay for them.
"""

from __future__ import annotations

import pytest
from secondsource.optimizer.solve import build

from .compile_cases import case_of

SIZES = {
    "quickstart": (305, 200),
    "ampl_cap_expansion": (78, 91),
    "ampl_multmip1": (110, 151),
    "ampl_stoch_floc": (72, 106),
    "canad_c25_100_10_V_L_5": (1120, 1460),
    "canad_r01.1": (405, 530),
    "farmer": (49, 31),
    "fcnet_g40x132": (289, 319),
    "fcnet_k10x90": (190, 194),
    "fcnet_sp50x100": (201, 224),
    "gams_bid": (20, 17),
    "gams_clsp": (52, 40),
    "gams_trnsport": (11, 8),
    "netdes_network-10-10-H-01": (668, 1254),
    "netdes_network-10-10-H-02": (688, 1264),
    "netdes_network-10-10-H-03": (670, 1190),
    "netdes_network-10-10-L-01": (352, 664),
    "netdes_network-10-10-L-02": (384, 697),
    "netdes_network-10-10-L-03": (374, 697),
    "netdes_network-10-20-L-01": (558, 1049),
    "orlib_cap103": (1349, 1373),
    "orlib_cap112": (2649, 2698),
    "orlib_cap134": (2649, 2698),
    "orlib_cap41": (881, 896),
    "orlib_cap62": (881, 896),
    "orlib_cap73": (881, 896),
    "orlib_cap84": (1349, 1373),
    "orlib_cap91": (1349, 1373),
    "orlib_uncap_cap71": (881, 896),
    "pareto_aneja_nair": (19, 11),
    "relog_boat": (2720, 770),
    "relog_storage": (9, 7),
    "sco_eoq26": (104, 78),
    "ufl_D1.1": (2540, 2650),
    "williams_dist1": (37, 22),
    "williams_dist2": (65, 58),
    "ww_example_3_9": (16, 12),
    "ww_problem_3_29": (20, 15),
    "xpress_c1bike": (48, 24),
    "xpress_purchase_incremental": (19, 20),
    0: (180, 87),
    9: (190, 179),
    18: (106, 92),
    27: (120, 98),
    36: (94, 95),
    45: (98, 91),
    54: (125, 153),
    63: (132, 110),
    72: (43, 35),
    81: (562, 292),
    90: (102, 116),
    99: (129, 102),
    108: (151, 199),
    117: (156, 156),
    126: (381, 410),
    135: (379, 365),
    144: (167, 134),
    153: (192, 213),
    162: (85, 71),
    171: (354, 328),
    180: (52, 51),
    189: (254, 297),
    198: (30, 28),
}
"""Variables and rows."""


@pytest.mark.parametrize("name", SIZES)
def test_a_case_without_marks_has_no_variable_more(name: str | int) -> None:
    matrix = build(case_of(name)).arrays.matrix
    assert (matrix.shape[1], matrix.shape[0]) == SIZES[name]
