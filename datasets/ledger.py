"""A ledger of solved points in SQLite: what is in it survives a kill and is never solved again.

A row is a key (the content that the answer depends on) and an answer as JSON. Rows are only ever
added, a second answer to a key is left out, and several processes may write at once: write-ahead
logging, short transactions, and a wait where another one is writing.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..models.problems import quote

APPLICATION = 0x53534C47
"""What SQLite's header says of a ledger of ours ('SSLG')."""
FORMAT = 1
PATIENCE = 30.0
"""Seconds to wait for another process that is writing."""
OFTEN = 1.0
"""Seconds between two commits."""
MANY = 200
"""Rows that are committed at once, however little time has passed."""
AT_ONCE = 500
"""Keys of one query, below SQLite's limit on parameters."""

_TABLE = "CREATE TABLE points (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID"


class LedgerError(ValueError):
    """A ledger that cannot be used: why, and what to do."""


class Ledger:
    """Answers by key.

    Args:
        path: the file, made if it is not there; None for a ledger in memory.

    Raises:
        LedgerError: the file is something else, is newer than this program, cannot be written, or
            lies where files cannot be locked.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._waiting: dict[str, str] = {}
        self._committed = time.monotonic()
        if path is not None and path.is_dir():
            raise LedgerError(f"{path} is a folder; name a file for the ledger")
        try:
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path, timeout=PATIENCE, isolation_level=None
            )
        except sqlite3.Error as error:
            raise self._told(error) from None
        try:
            with self._telling():
                self._open()
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> None:
        """Make the table in a new file; touch nothing of a file that is not ours."""
        with self._transaction("DEFERRED"):  # three questions about one moment, whoever writes
            new = self._is_new()
        mode = self._patiently("PRAGMA journal_mode=WAL")
        if self.path is not None and mode != "wal":
            raise LedgerError(
                f"the ledger {self.path} lies where write-ahead logging does not work (a network "
                "disk?); name a file on a local disk with --ledger"
            )
        self._connection.execute("PRAGMA synchronous=NORMAL")
        if new:
            with self._transaction():
                if self._is_new():  # nobody else was faster
                    self._connection.execute(_TABLE)
                    self._connection.execute(f"PRAGMA application_id={APPLICATION}")
                    self._connection.execute(f"PRAGMA user_version={FORMAT}")
        with self._transaction():
            pass  # a ledger that cannot be written is told now, not after an hour of solving

    def _is_new(self) -> bool:
        """Whether the file is empty.

        Raises:
            LedgerError: it holds something that is not a ledger, or one of a newer program.
        """
        application = self._one("PRAGMA application_id")
        version = self._one("PRAGMA user_version")
        tables = self._one("SELECT count(*) FROM sqlite_master")
        if application == 0 and version == 0 and tables == 0:
            return True
        if application != APPLICATION:
            raise LedgerError(f"{self.path} is not a ledger of sweeps; name another file")
        if version > FORMAT:
            raise LedgerError(
                f"the ledger {self.path} was written by a newer version (format {version}, this "
                f"one reads {FORMAT}); update secondsource, or name another file"
            )
        return False

    def _one(self, statement: str) -> Any:
        return self._connection.execute(statement).fetchone()[0]

    def _patiently(self, statement: str) -> Any:
        """The one value of a statement for which SQLite itself does not wait its turn."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self._one(statement)
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                time.sleep(0.05)

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """Everything or nothing; others wait where it is immediate, and see one moment in any."""
        self._connection.execute(f"BEGIN {kind}")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._told(error) from None

    def _told(self, error: sqlite3.Error) -> LedgerError:
        text = str(error)
        if "full" in text:
            what = "make room, and run the same command again: what was recorded is kept"
        elif "not a database" in text or "malformed" in text:
            what = "the file is damaged or something else; name another one"
        elif "readonly" in text or "unable to open" in text:
            what = "it cannot be written; check its permissions, or name another file"
        elif "locked" in text:
            what = f"another program has held it for {PATIENCE:.0f} s"
        elif "I/O" in text or "locking" in text:
            what = (
                "the disk is full, fails, or does not lock files (a network disk?); use a local one"
            )
        else:
            what = "name another file"
        return LedgerError(f"ledger {self.path}: {text}; {what}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """How many keys have an answer on disk."""
        with self._telling():
            return int(self._one("SELECT count(*) FROM points"))

    def find(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The answers that are there already, by key."""
        wanted = list(dict.fromkeys(keys))
        found = {key: self._read(key, self._waiting[key]) for key in wanted if key in self._waiting}
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            marks = ",".join("?" * len(some))
            with self._telling():
                rows = self._connection.execute(
                    f"SELECT key, answer FROM points WHERE key IN ({marks})", some
                ).fetchall()
            found |= {key: self._read(key, answer) for key, answer in rows}
        return found

    def _read(self, key: str, text: Any) -> dict[str, Any]:
        try:
            answer = json.loads(text)
        except (TypeError, ValueError):
            answer = None
        if not isinstance(answer, dict):
            raise LedgerError(
                f"ledger {self.path}: the answer to {quote(key)} is damaged; name another file"
            )
        return answer

    def record(self, key: str, answer: Mapping[str, Any]) -> None:
        """Add an answer; it is on disk about a second later, or after :meth:`flush`.

        Raises:
            LedgerError: the disk is full or fails. What was on disk stays there.
        """
        self._waiting[key] = json.dumps(answer, allow_nan=False, ensure_ascii=False)
        if len(self._waiting) >= MANY or time.monotonic() - self._committed >= OFTEN:
            self.flush()

    def flush(self) -> None:
        """Put everything on disk."""
        if self._waiting:
            with self._telling(), self._transaction():
                self._connection.executemany(
                    "INSERT OR IGNORE INTO points (key, answer) VALUES (?, ?)",
                    self._waiting.items(),
                )
            self._waiting = {}
        self._committed = time.monotonic()

    def forget(self, keys: Iterable[str]) -> None:
        """Take answers out again, so that they are looked for anew."""
        with self._telling(), self._transaction():
            self._connection.executemany(
                "DELETE FROM points WHERE key = ?", [(key,) for key in keys]
            )

    def close(self) -> None:
        """Put everything on disk and let go of the file."""
        try:
            self.flush()
        finally:
            self._connection.close()
