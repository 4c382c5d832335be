"""Ledgers keep what was recorded, whatever happens, and refuse what is not theirs."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from secondsource.datasets import ledger as module
from secondsource.datasets.ledger import Ledger, LedgerError

WRITER = """
import sys
from pathlib import Path
from secondsource.datasets.ledger import Ledger
name, rows, every = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with Ledger(Path(sys.argv[1])) as ledger:
    for number in range(rows):
        ledger.record(f"key {number}", {"by": name, "text": "x" * 200})
        if number % every == 0:
            ledger.flush()
            print(number, flush=True)
"""


def start(path: Path, name: str, rows: int = 2000, every: int = 10) -> subprocess.Popen[str]:
    """A process that fills a ledger and says what it has committed."""
    words = [sys.executable, "-c", WRITER, str(path), name, str(rows), str(every)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def is_sound(path: Path) -> bool:
    """SQLite's own opinion."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        connection.close()


def test_what_is_recorded_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger(path) as ledger:
        ledger.record("a", {"cost": 1.5, "text": "Köln; '\"", "none": None})
        ledger.record("b", {})
    with Ledger(path) as ledger:
        assert ledger.find(["b", "missing", "a"]) == {
            "a": {"cost": 1.5, "text": "Köln; '\"", "none": None},
            "b": {},
        }
        assert len(ledger) == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["l.sqlite"]


def test_the_first_answer_to_a_key_stays(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    for value in (1, 2):
        with Ledger(path) as ledger:
            ledger.record("a", {"value": value})
    with Ledger(path) as ledger:
        assert ledger.find(["a"]) == {"a": {"value": 1}}
        ledger.forget(["a"])
        assert ledger.find(["a"]) == {}


def test_thousands_of_keys_are_found_at_once(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite") as ledger:
        for number in range(2345):
            ledger.record(str(number), {"n": number})
        ledger.flush()
        found = ledger.find(str(number) for number in range(5000))
    assert {int(key): answer["n"] for key, answer in found.items()} == {n: n for n in range(2345)}


def test_answers_are_on_disk_within_a_second_or_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    path = tmp_path / "l.sqlite"
    with Ledger(path) as ledger, Ledger(path) as other:
        ledger.record("a", {})
        assert not other.find(["a"])
        clock[0] = 1.01
        ledger.record("b", {})
        assert other.find(["a", "b"]).keys() == {"a", "b"}
        for number in range(module.MANY):
            ledger.record(f"n{number}", {})
        assert len(other) == 2 + module.MANY


def test_no_nan_gets_in(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite") as ledger, pytest.raises(ValueError, match="JSON"):
        ledger.record("a", {"cost": float("nan")})


def test_what_was_committed_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    for said in (3, 30, 60):
        writer = start(path, "killed")
        assert writer.stdout is not None
        for _ in range(said):
            committed = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        assert is_sound(path)
        with Ledger(path) as ledger:
            known = ledger.find(f"key {number}" for number in range(committed + 1))
        assert len(known) == committed + 1


def test_two_writers_at_once_leave_one_answer_each(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    writers = [start(path, name, rows=1500, every=1) for name in ("one", "two", "three")]
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert writer.returncode == 0, told
    assert is_sound(path)
    with Ledger(path) as ledger:
        found = ledger.find(f"key {number}" for number in range(1500))
        assert len(ledger) == len(found) == 1500


def test_many_may_open_a_new_ledger_at_the_same_moment(tmp_path: Path) -> None:
    path, failed = tmp_path / "l.sqlite", []
    ready = threading.Barrier(8)

    def use(number: int) -> None:
        try:
            ready.wait()
            with Ledger(path) as ledger:
                ledger.record(str(number), {})
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    with Ledger(path) as ledger:
        assert len(ledger) == 8


def test_a_writer_that_never_ends_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    path = tmp_path / "l.sqlite"
    with Ledger(path) as ledger:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ledger.record("a", {})
        with pytest.raises(LedgerError, match="locked; another program has held it"):
            ledger.flush()
        other.execute("ROLLBACK")
        other.close()
    with Ledger(path) as ledger:
        assert ledger.find(["a"]) == {"a": {}}, "what could not be written then is written later"


FOREIGN = {
    "text": b"a letter to a friend, longer than the header of a database " * 20,
    "zip": b"PK\x03\x04" + bytes(200),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_file_of_another_kind_is_refused_and_left_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "l.sqlite"
    path.write_bytes(FOREIGN[kind])
    with pytest.raises(LedgerError, match="not a database; the file is damaged or something else"):
        Ledger(path)
    assert path.read_bytes() == FOREIGN[kind]


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE points (key TEXT, answer TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="is not a ledger of sweeps"):
        Ledger(path)
    assert path.read_bytes() == before


def test_a_ledger_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger(path) as ledger:
        ledger.record("a", {})
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version=7")
    other.close()
    with pytest.raises(LedgerError, match=r"newer version \(format 7, this one reads 1\)"):
        Ledger(path)


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger(path) as ledger:
        ledger.record("a", {})
    other = sqlite3.connect(path)
    other.execute("UPDATE points SET answer = '[1, 2'")
    other.commit()
    other.close()
    with Ledger(path) as ledger, pytest.raises(LedgerError, match=r'answer to "a" is damaged'):
        ledger.find(["a"])
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="damaged or something else"), Ledger(path) as ledger:
        ledger.find(["a"])


def test_folders_and_missing_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="is a folder"):
        Ledger(tmp_path)
    with pytest.raises(LedgerError, match="cannot be written"):
        Ledger(tmp_path / "nowhere" / "l.sqlite")


READ_ONLY = """
import os, sys
from pathlib import Path
from secondsource.datasets.ledger import Ledger, LedgerError
if os.getuid() == 0:
    os.setuid(65534)  # root may write anything
try:
    Ledger(Path(sys.argv[1]))
except LedgerError as error:
    print(error)
"""


def test_a_file_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with Ledger(path) as ledger:
        ledger.record("a", {})
    path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
        if folder.name.startswith("pytest-of"):
            break
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(path)], capture_output=True, text=True, check=True
    )
    assert "readonly database" in done.stdout and "check its permissions" in done.stdout
    path.chmod(0o644)
    assert is_sound(path)


FULL = """
import json, resource, signal, sys
from pathlib import Path
from secondsource.datasets.ledger import Ledger, LedgerError
how, path = sys.argv[1], Path(sys.argv[2])
with Ledger(path) as ledger:
    ledger.record("first", {})
    ledger.flush()
    if how == "pages":
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count={pages + 5}")
    else:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    told = 0
    try:
        for number in range(10_000):
            ledger.record(str(number), {"text": "x" * 500})
            if number % 5 == 4:
                ledger.flush()
                told = number + 1
    except LedgerError as error:
        print(json.dumps([told, str(error)]))
        ledger._waiting.clear()
"""


@pytest.mark.parametrize("how", ["pages", "file size"])
def test_a_full_disk_is_told_and_what_was_recorded_stays(tmp_path: Path, how: str) -> None:
    """A database, and its log, that may not grow any more."""
    path = tmp_path / "l.sqlite"
    done = subprocess.run(
        [sys.executable, "-c", FULL, how, str(path)], capture_output=True, text=True, check=True
    )
    recorded, message = json.loads(done.stdout)
    assert recorded >= 10
    assert message.startswith(f"ledger {path}: ")
    assert ("make room" if how == "pages" else "disk") in message
    assert is_sound(path)
    with Ledger(path) as ledger:
        assert len(ledger) == recorded + 1


def test_a_device_that_is_always_full_is_told() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(LedgerError):
        Ledger(Path("/dev/full"))


def test_a_disk_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Network disks refuse write-ahead logging, or answer with protocol errors."""
    monkeypatch.setattr(Ledger, "_patiently", lambda *_: "delete")
    with pytest.raises(LedgerError, match="write-ahead logging does not work"):
        Ledger(tmp_path / "l.sqlite")

    def protocol(*_: object) -> None:
        raise sqlite3.OperationalError("locking protocol")

    monkeypatch.setattr(Ledger, "_patiently", protocol)
    with pytest.raises(LedgerError, match="does not lock files"):
        Ledger(tmp_path / "m.sqlite")


def test_memory_serves_where_no_file_is_asked_for() -> None:
    with Ledger(None) as ledger:
        ledger.record("a", {})
        ledger.flush()
        assert ledger.find(["a"]) == {"a": {}}
