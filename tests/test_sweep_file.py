"""SWEEP.toml: what is wrong is told at once, with place and remedy; nothing in it does harm."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run
from secondsource import CaseError, load_case
from secondsource.datasets.check_sweep_inputs import check_inputs
from secondsource.datasets.sweep_file import read_sweep
from secondsource.models.sweep import Sweep

INPUT = """
[[inputs]]
name = "price"
table = "offers"
key = "*-oxide"
field = "price"
"""
GRID = '[sweep]\ndesign = "grid"\n' + INPUT + "values = [70000, 80000]\n"


def told(text: str, folder: Path) -> str:
    """Everything that is wrong with a sweep file, for the bundled case."""
    path = folder / "sweep.toml"
    path.write_text(text, encoding="utf-8")
    try:
        asked = read_sweep(path)
    except CaseError as error:
        return str(error)
    return "\n".join(map(str, check_inputs(asked, load_case("quickstart"))))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = told(
        """
        desing = "grid"
        [sweep]
        design = "grid"
        poits = 12
        [solve]
        minimise = "costs"
        gap = -1
        [[inputs]]
        name = "a"
        table = "offers"
        field = "price"
        vales = [1]
        [[inputs]]
        name = "cost"
        table = "offers"
        field = "price"
        low = 3
        high = 2
        distribution = "gamma"
        """,
        tmp_path,
    )
    for line in (
        '"desing" is not a section of a sweep',
        '[sweep] poits: "poits" means nothing here; did you mean points?',
        '[solve] minimise: "costs" is not one of cost, lead_time, shortage, cvar, mean_risk, '
        "worst_case, regret, concentration; did you mean cost?",
        "[solve] gap: -1 is below 0",
        'inputs row 1, vales: "vales" means nothing here; did you mean values?',
        'inputs row 2, distribution: "gamma" is not one of uniform, loguniform, triangular',
    ):
        assert line in text
    assert text.startswith(f"{tmp_path / 'sweep.toml'}: 6 errors")
    assert all("sweep.toml" in line for line in text.splitlines())


SAMPLE = '[sweep]\ndesign = "{}"\npoints = {}\n' + INPUT

WRONG = {
    "no file at all": ("", "[sweep] design: is blank, and must be given; one of grid, list"),
    "no inputs": ('[sweep]\ndesign = "grid"', "a sweep needs inputs to vary"),
    "inputs is a table": (GRID.replace("[[inputs]]", "[inputs]"), "a sweep needs inputs to vary"),
    "broken TOML": ("[sweep\n", "is not valid TOML"),
    "deep TOML": ("x = " + "[" * 20_000 + "]" * 20_000, "is not valid TOML: too deeply nested"),
    "huge number": (GRID.replace("80000", "9" * 5000), "is not valid TOML"),
    "a number beyond all": (GRID.replace("80000", "1" + "0" * 400), "values: "),
    "no list": (GRID.replace("[70000, 80000]", "70000"), "70000 is not a list; e.g. values = [0.8"),
    "empty list": (GRID.replace("[70000, 80000]", "[]"), "values: is empty"),
    "list in list": (GRID.replace("80000", "[1]"), 'values: "[1]" is neither a number nor text'),
    "nan": (GRID.replace("80000", "nan"), '"nan" is not a number'),
    "minus infinity": (GRID.replace("80000", "-inf"), '"-inf" is not a number'),
    "infinity": (GRID.replace("80000", "inf"), "price of "),
    "date": (GRID.replace("80000", "2027-01-01"), '"2027-01-01" is not a number'),
    "text": (GRID.replace("80000", '"many"'), '"many" is not a number'),
    "grid without values": (
        '[sweep]\ndesign = "grid"\n' + INPUT + "low = 1\nhigh = 2\n",
        "inputs row 1, values: is missing; a grid needs values, or low, high and steps",
    ),
    "two ways at once": (GRID + "low = 1\n", "low: stands beside values; give one or the other"),
    "tornado without values": (
        '[sweep]\ndesign = "one_at_a_time"\n' + INPUT,
        "low: is missing; give low or high or both, or values",
    ),
    "upside down": (
        '[sweep]\ndesign = "one_at_a_time"\n' + INPUT + "low = 2\nhigh = 2\n",
        "low: 2 is not below high (2)",
    ),
    "sample without points": (
        '[sweep]\ndesign = "sobol"\n' + INPUT + "low = 1\nhigh = 2\n",
        "[sweep] points: is missing",
    ),
    "not a power of two": (
        SAMPLE.format("sobol", 100) + "low = 1\nhigh = 2\n",
        "[sweep] points: 100 is not a power of two, without which Sobol points are uneven; "
        "64 or 128",
    ),
    "indices of a hypercube": (
        SAMPLE.format("latin_hypercube", "64\nindices = true") + "low = 1\nhigh = 2\n",
        "[sweep] indices: needs other points",
    ),
    "pairs of one input": (
        SAMPLE.format("sobol", "64\nindices = true\nsecond_order = true") + "low = 1\nhigh = 2\n",
        "[sweep] second_order: needs indices = true and two inputs",
    ),
    "sample without limits": (SAMPLE.format("sobol", 64), "high: is missing"),
    "log of nothing": (
        SAMPLE.format("sobol", 64) + 'distribution = "loguniform"\nlow = 0\nhigh = 2\n',
        "low: 0 is not above 0, as it is in a loguniform distribution",
    ),
    "bell without width": (
        SAMPLE.format("sobol", 64) + 'distribution = "normal"\nmean = 3\n',
        "deviation: is missing",
    ),
    "bell cut off": (
        SAMPLE.format("sobol", 64)
        + 'distribution = "normal"\nmean = 3\ndeviation = 1\nlow = 50\nhigh = 60\n',
        "low: 50 cuts all of the distribution off",
    ),
    "mode outside": (
        SAMPLE.format("sobol", 64) + 'distribution = "triangular"\nmode = 3\nlow = 1\nhigh = 2\n',
        "mode: 3 is not between low and high",
    ),
    "design without samples": (
        GRID.replace("[[", "points = 3\nseed = 1\n[["),
        "[sweep] seed: means nothing for design grid; remove it",
    ),
    "list without rows": ('[sweep]\ndesign = "list"\n' + INPUT, "a list needs rows or a file"),
    "list with both": (
        '[sweep]\ndesign = "list"\nrows = [[1]]\nfile = "x.csv"\n' + INPUT,
        "a list needs rows or a file, not both",
    ),
    "short row": (
        '[sweep]\ndesign = "list"\nrows = [[1], [1, 2], []]\n' + INPUT,
        "row 2: has 2 values; a row has 1 values (price), or is {name = value}",
    ),
    "row of a stranger": (
        '[sweep]\ndesign = "list"\nrows = [{prise = 1}]\n' + INPUT,
        'row 1: "prise" is no input; did you mean price?',
    ),
    "a file elsewhere": (
        '[sweep]\ndesign = "list"\nfile = "../../etc/passwd"\n' + INPUT,
        "lies outside the folder of the sweep file",
    ),
    "an absolute file": (
        '[sweep]\ndesign = "list"\nfile = "/etc/passwd"\n' + INPUT,
        "lies outside the folder of the sweep file",
    ),
    "a missing file": (
        '[sweep]\ndesign = "list"\nfile = "points.csv"\n' + INPUT,
        '"points.csv" is not a plain file; name a CSV file',
    ),
    "a plan elsewhere": (
        '[solve]\nkeep_decisions = "../../secret"\n' + GRID,
        "lies outside the folder of the sweep file",
    ),
    "too many points": (
        '[sweep]\ndesign = "grid"\n'
        + "".join(
            INPUT.replace('"price"\nt', f'"price {at}"\nt') + "low = 1\nhigh = 2\nsteps = 1000\n"
            for at in range(3)
        ),
        "the design has 1,000,000,000 points; the most without --force is 100,000",
    ),
    "too many inputs": (
        '[sweep]\ndesign = "grid"\n' + (INPUT + "values = [1]\n") * 201,
        "there are 201 inputs; the most is 200",
    ),
    "a name twice": (
        GRID + INPUT + "values = [1]\n",
        'inputs row 2, name: "price" is taken already; choose another name',
    ),
    "a name of ours": (
        GRID.replace('"price"\nt', '"status"\nt'),
        'inputs row 1, name: "status" is a column of the results',
    ),
    "a table of nothing": (
        GRID.replace('"offers"', '"ofers"'),
        'inputs row 1, table: there is no table "ofers"; did you mean offers?',
    ),
    "a column of nothing": (
        GRID.replace('field = "price"', 'field = "prise"'),
        'inputs row 1, field: offers has no column "prise"; did you mean price?',
    ),
    "structure": (
        GRID.replace('field = "price"', 'field = "contract_periods"'),
        "offers.contract_periods fixes the structure of the model and cannot be changed",
    ),
    "no such row": (
        GRID.replace('"*-oxide"', '"Kuantn-oxide"'),
        '"Kuantn-oxide" picks no row of offers; did you mean Kuantan-oxide?',
    ),
    "no such future": (
        GRID + 'scenario = "war"\n',
        'inputs row 1, scenario: there is no scenario "war"',
    ),
    "backwards in time": (
        GRID + "start = 5\nend = 3\n",
        "inputs row 1, ",
    ),
    "impossible value": (
        GRID.replace('field = "price"', 'field = "capacity"').replace("70000", "-1"),
        "inputs row 1, values: capacity of ",
    ),
    "impossible base": (
        GRID.replace('field = "price"', 'field = "capacity"') + "base = -2\n",
        "inputs row 1, base: capacity of ",
    ),
    "nothing to multiply": (
        '[sweep]\ndesign = "grid"\n[[inputs]]\nname = "q"\ntable = "controls"\nfield = "quota"\n'
        'op = "multiply"\nvalues = [2]\n',
        "is blank, and multiply needs a number; use set",
    ),
    "state of nothing": (
        '[sweep]\ndesign = "grid"\n[[inputs]]\nname = "s"\ntable = "control_status"\n'
        'field = "status"\nvalues = ["suspended", "on"]\n',
        '"on" is not a status that can be set',
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_each_fault_is_told_in_words(kind: str, tmp_path: Path) -> None:
    text, expected = WRONG[kind]
    assert expected in told(text, tmp_path)


def test_the_largest_grid_is_counted_without_being_made(tmp_path: Path) -> None:
    """10^18 points take no time to refuse, and are allowed where they are asked for by force."""
    text = '[sweep]\ndesign = "grid"\n' + "".join(
        INPUT.replace('"price"\nt', f'"price {at}"\nt') + "low = 1\nhigh = 2\nsteps = 1000\n"
        for at in range(6)
    )
    assert "1,000,000,000,000,000,000 points" in told(text, tmp_path)
    assert read_sweep(tmp_path / "sweep.toml", force=True).count() == 10**18


def test_a_binary_file_and_a_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(bytes(range(256)))
    with pytest.raises(CaseError, match="is not UTF-8 text"):
        read_sweep(tmp_path / "x.toml")
    with pytest.raises(CaseError, match="is not a plain file"):
        read_sweep(tmp_path)
    with pytest.raises(CaseError, match="is not there"):
        read_sweep(tmp_path / "nowhere.toml")


def test_a_link_to_a_file_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("price\n1\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "points.csv").symlink_to(tmp_path / "secret.csv")
    text = told('[sweep]\ndesign = "list"\nfile = "points.csv"\n' + INPUT, inside)
    assert "lies outside the folder of the sweep file" in text


def rows_of(folder: Path, csv: str) -> Sweep:
    (folder / "points.csv").write_text(csv, encoding="utf-8")
    second = INPUT.replace('"price"\nt', '"state"\nt').replace('"offers"', '"control_status"')
    text = '[sweep]\ndesign = "list"\nfile = "points.csv"\n' + INPUT + second
    (folder / "sweep.toml").write_text(text)
    return read_sweep(folder / "sweep.toml")


def test_a_list_is_read_from_a_file_beside_it(tmp_path: Path) -> None:
    asked = rows_of(tmp_path, "state,price\nsuspended,1/4\n,80000\nin_force,\n")
    assert asked.rows == [(0.25, "suspended"), (80000.0, None), (None, "in_force")]
    assert rows_of(tmp_path, "price;state\n7;x\n").rows == [(7.0, "x")]
    assert rows_of(tmp_path, "price\n7\n").rows == [(7.0, None)]


@pytest.mark.parametrize(
    ("csv", "expected"),
    [
        ("", "has no rows"),
        ("price\n", "has no rows"),
        ("prise\n1\n", '"prise" is no input; did you mean price?'),
        ("price\n1,2\n", '"2" stands in no column'),
        ("price,price\n1,2\n", 'the column "price" occurs twice'),
        ('price\n"1\x00"\n', "row 1"),
    ],
)
def test_a_faulty_file_of_points_is_told(csv: str, expected: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError) as caught:
        rows_of(tmp_path, csv)
    assert expected in str(caught.value)


def test_the_command_tells_them_and_exits_with_two(tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(GRID.replace('"ofers"', '"offers"').replace('field = "price"', 'field = "x"'))
    done = run("sweep", "quickstart", path, "-o", tmp_path / "out")
    assert done.code == 2
    assert 'inputs row 1, field: offers has no column "x"' in done.stderr
    assert not (tmp_path / "out").exists()
    done = run("sweep", "quickstart", path, "--json")
    assert done.code == 2 and "no column" in done.json["error"]
