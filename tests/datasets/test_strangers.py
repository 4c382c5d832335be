"""Files from strangers: nothing outside the case is read, nothing endless, nothing crashes."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from secondsource.datasets import files, zip_guard
from secondsource.datasets.load import load_case, read_case
from secondsource.datasets.save import save_case
from secondsource.models.problems import CaseError


def told(path: Path) -> str:
    case, problems = read_case(path)
    assert case is None
    return "\n".join(str(problem) for problem in problems)


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("site,country\nhidden,DE\n")
    folder = save_case(load_case("quickstart"), tmp_path / "case")
    (folder / "sites.csv").unlink()
    (folder / "sites.csv").symlink_to(secret)
    assert "sites.csv: is a link to a file outside the case's folder" in told(folder)
    assert "hidden" not in told(folder)
    (folder / "case.toml").unlink()
    (folder / "case.toml").symlink_to(tmp_path / "nowhere.toml")
    assert "case.toml" in told(folder)


def test_links_within_the_folder_are_fine(tmp_path: Path) -> None:
    folder = save_case(load_case("quickstart"), tmp_path / "case")
    (folder / "sites.csv").rename(folder / "sites-2026.txt")
    (folder / "sites.csv").symlink_to("sites-2026.txt")
    assert load_case(folder) == load_case("quickstart")


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    folder = save_case(load_case("quickstart"), tmp_path / "case")
    (folder / "policies.csv").unlink()
    os.mkfifo(folder / "policies.csv")
    assert "policies.csv: is not a plain file" in told(folder)


def test_large_files_are_refused_politely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 2**20)
    for name in ("big.json", "big.xlsx"):
        (tmp_path / name).write_bytes(b" " * (3 * 2**20))
        assert f"{name}: has 3 MB; the largest file read is 1 MB" in told(tmp_path / name)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (20 * 2**20))
    assert "zip bomb" in told(bomb)


def test_a_lying_archive_is_refused(tmp_path: Path) -> None:
    """The archive claims less than it unpacks to."""
    book = save_case(load_case("quickstart"), tmp_path / "case.xlsx")
    data = bytearray(book.read_bytes())
    at = data.rindex(b"PK\x01\x02")  # the last entry of the directory
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    book.write_bytes(data)
    assert "is not a readable .xlsx workbook" in told(book)


def test_a_cell_at_the_end_of_the_world_is_refused(tmp_path: Path) -> None:
    book = save_case(load_case("quickstart"), tmp_path / "case.xlsx")
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(far, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "xl/worksheets/sheet2.xml":
                row = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", row)
            new.writestr(part, data)
    assert "row 1048576, column 16384" in told(far)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html>", b"\xd0\xcf\x11\xe0" * 50])
def test_what_is_no_workbook(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    assert "is not a readable .xlsx workbook" in told(tmp_path / "x.xlsx")


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    book = save_case(load_case("quickstart"), tmp_path / "case.xlsx")
    for size in (100, 2000, 20_000):
        (tmp_path / "cut.xlsx").write_bytes(book.read_bytes()[:size])
        assert "is not a readable .xlsx workbook" in told(tmp_path / "cut.xlsx")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not valid JSON"),
        ("[" * 100_000, "too deeply nested"),
        ("[]", "the outermost value must be an object"),
        ('{"case": [], "sites": {}}', "must be a list of rows"),
        ('{"sites": [1, "a", null]}', "1 is not a row"),
        ('{"case": {}, "case": {}}', 'the key "case" occurs twice'),
        ('{"sites": [{"site": ["a"], "country": "DE"}]}', "sites row 1, site"),
        ('{"offers": [{"offer": "a", "price": NaN}]}', '"NaN" is not a number'),
        ('{"offers": [{"offer": "a", "capacity": 1e999}]}', "must be finite"),
        ('{"offers": [{"offer": "a", "price": 1' + "0" * 400 + "}]}", "must be finite"),
        ('{"case": {"periods": 1' + "0" * 5000 + "}}", "is not valid JSON"),
        ('{"case": {"periods": 1e300}}', "is too large"),
        ('{"case": {"title": {"a": [1]}}}', "[case] title"),
        ('{"solve": {"caps": {"cost": "inf"}}}', "[solve] caps.cost"),
        ('{"sites": [{"site": "\\ud800", "country": "DE"}]}', "control character"),
        ('{"sites": [{"site": "a\\u0000b", "country": "DE"}]}', "control character"),
        ('{"plants": [{"plant": true, "capacity": false}]}', '"False" is not a number'),
        ('{"__class__": {"x": 1}}', "is not a table of a case"),
    ],
)
def test_odd_json(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    assert says in told(tmp_path / "x.json")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[case]\nname = " + "[" * 5000 + "]" * 5000, "too deeply nested"),
        ("[case.name.deeper]\nx = 1", "[case] name"),
        ("case = 3", "[case] must be a section"),
        ("[case]\nperiods = 9" + "9" * 5000, "is not valid TOML"),
        ("[case]\nstart = 2027-13-01", "is not valid TOML"),
        ("[[solve]]\ngap = 1", "[solve] must be a section"),
        ('[solve]\nminimise = ["cost", "cost"]', "occurs more than once"),
        ("[solve]\nminimise = []", "names no objective"),
    ],
)
def test_odd_toml(text: str, says: str, tmp_path: Path) -> None:
    folder = save_case(load_case("quickstart"), tmp_path / "case")
    (folder / "case.toml").write_text(text)
    assert says in told(folder)


@pytest.mark.parametrize(
    "table", ["", "site", "\n\n", "\x00", '"', '"a\nb', "site,country\n" + "x" * 200_000]
)
def test_odd_csv_never_crashes(table: str, tmp_path: Path) -> None:
    folder = save_case(load_case("quickstart"), tmp_path / "case")
    (folder / "sites.csv").write_text(table)
    assert "sites" in told(folder)


def test_what_is_not_there_or_no_case(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="did you mean quickstart"):
        load_case("quikstart")
    (tmp_path / "x.pdf").write_text("")
    with pytest.raises(CaseError, match=r"a case is a folder with case\.toml"):
        load_case(tmp_path / "x.pdf")
    with pytest.raises(CaseError, match=r"there is no case\.toml"):
        load_case(tmp_path)
    with pytest.raises(CaseError):
        load_case("a\x00b")
    with pytest.raises(CaseError):
        load_case("x" * 5000)


def test_sizes_are_checked_by_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = save_case(load_case("quickstart"), tmp_path / "case.xlsx")
    monkeypatch.setattr(zip_guard, "LARGEST_UNPACKED", 1000)
    assert "unreasonable size" in told(book)


def test_json_holds_no_limit_as_text(tmp_path: Path) -> None:
    case = load_case("quickstart")
    plants = [case.plants[0].model_copy(update={"min_activity": 0.0}), *case.plants[1:]]
    path = save_case(case.model_copy(update={"plants": plants}), tmp_path / "x.json")
    content = json.loads(path.read_text("utf-8"))
    assert list(content)[:3] == ["case", "solve", "materials"] or "solve" not in content
    content["plants"][0]["capacity"] = "inf"
    path.write_text(json.dumps(content))
    assert load_case(path).plants[0].capacity == float("inf")
