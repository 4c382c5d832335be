"""Runs the examples of a page of documentation as a reader would, one after the other.

Fenced blocks are what a reader sees. HTML comments before a block say what a reader does besides:

``<!-- not run: reason -->``          the next block is only shown
``<!-- needs: jq -->``                the next block runs only where this command is installed
``<!-- exit: 2 -->``                  the next block ends with this exit code
``<!-- save: rule.csv -->``           the next block is a file of this name
``<!-- append: rule.csv -->``         the next block is added at the end of that file
``<!-- edit: file: old => new -->``   a piece of text is written over in an editor
``<!-- cell: file sheet!E5 = 80 -->`` a cell of a workbook is written over in a spreadsheet

A ``text`` block after a block that runs is its output, shortened: each of its lines occurs in the
output, in this order, and … stands for anything in a line.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

PIECE = re.compile(
    r"^<!-- (?P<word>not run|needs|exit|save|append|edit|cell): (?P<rest>.*?) -->$"
    r"|^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
NOT_RUN = "not run"


@dataclass
class Step:
    """One thing that a reader does: a block, or an edit."""

    line: int
    kind: str
    text: str
    notes: dict[str, str] = field(default_factory=dict)


def steps(page: str) -> Iterator[Step]:
    """What a reader of a page does, in order, with what the comments say of it."""
    notes: dict[str, str] = {}
    for found in PIECE.finditer(page):
        line = page.count("\n", 0, found.start()) + 1
        word = found["word"]
        if word in ("edit", "cell"):
            yield Step(line, word, found["rest"])
        elif word:
            notes[word] = found["rest"]
        else:
            yield Step(line, found["language"], found["text"], notes)
            notes = {}
    assert not notes, f"no block after {notes}"


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said = folder, ""
        self.names: dict[str, Any] = {}
        commands = folder / ".bin"
        commands.mkdir()
        start = "from secondsource.cli.main import main; main()"
        for name, words in {"python": "", "secondsource": f"-c '{start}' "}.items():
            command = commands / name
            command.write_text(f"#!/bin/sh\nexec '{sys.executable}' {words}\"$@\"\n")
            command.chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "100",
            "HOME": str(folder),
        }

    def follow(self, page: Path) -> int:
        """Do everything; returns how many examples ran, raises what went otherwise than told."""
        ran = 0
        for step in steps(page.read_text(encoding="utf-8")):
            with _told(page, step):
                ran += self.do(step)
        return ran

    def do(self, step: Step) -> int:
        """Do one step; returns 1 if it ran an example."""
        needed = step.notes.get("needs")
        if "not run" in step.notes:
            self.said = NOT_RUN
        elif needed and shutil.which(needed) is None:
            self.said = NOT_RUN
            return 1
        elif name := step.notes.get("save"):
            (self.folder / name).write_text(step.text, encoding="utf-8")
        elif name := step.notes.get("append"):
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.write(step.text)
        elif step.kind == "sh":
            self.shell(step.text, int(step.notes.get("exit", 0)))
            return 1
        elif step.kind == "python":
            self.python(step)
            return 1
        elif step.kind == "edit":
            name, change = step.text.split(": ", 1)
            old, new = change.split(" => ")
            edit(self.folder / name, old, new)
        elif step.kind == "cell":
            place, value = step.text.split(" = ")
            name, cell = place.split(" ")
            write_cell(self.folder / name, cell, value)
        elif step.kind == "text" and self.said != NOT_RUN:
            missing = first_missing(step.text, self.said)
            assert missing is None, f"not in the output: {missing}\n\n{self.said}"
        return 0

    def shell(self, text: str, code: int) -> None:
        """Type it into a shell that stops at the first command that fails."""
        shell = shutil.which("sh")
        assert shell is not None
        done = subprocess.run(
            [shell, "-e", "-c", text], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False,
        )  # fmt: skip
        self.said = done.stdout
        assert done.returncode == code, f"exit code {done.returncode}, not {code}\n\n{self.said}"

    def python(self, step: Step) -> None:
        """Run it in the one session of the page."""
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out):
            exec(compile("\n" * step.line + step.text, "the page", "exec"), self.names)  # ours
        self.said = out.getvalue()


@contextlib.contextmanager
def _told(page: Path, step: Step) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        error.add_note(f"{page.name}, line {step.line}")
        raise


def first_missing(wanted: str, output: str) -> str | None:
    """The first line that does not occur in the output after those before it."""
    lines = iter([" ".join(line.split()) for line in output.splitlines()])
    for raw in wanted.splitlines():
        line = " ".join(raw.split())
        pattern = re.compile(".*".join(re.escape(part) for part in line.split("…")) + "$")
        if line and not any(pattern.match(said) for said in lines):
            return raw
    return None


def edit(file: Path, old: str, new: str) -> None:
    """Write over the one place of a file that reads so."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{file.name} holds it {text.count(old)} times: {old}"
    file.write_text(text.replace(old, new), encoding="utf-8")


def write_cell(book: Path, place: str, value: str) -> None:
    """Write a value into a filled cell of a workbook, place being ``sheet!E5``, nothing else."""
    sheet, cell = place.split("!")
    with zipfile.ZipFile(book) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    number = re.fullmatch(r"-?[\d.]+", value)
    filled = f"<v>{value}</v>" if number else f"<is><t>{escape(value)}</t></is>"
    kind = "" if number else ' t="inlineStr"'
    text, times = re.subn(
        rf'<c r="{cell}"( s="\d+")?[^>/]*>.*?</c>',
        lambda old: f'<c r="{cell}"{old[1] or ""}{kind}>{filled}</c>',
        parts[part].decode(),
    )
    assert times == 1, f"{place} is empty"
    parts[part] = text.encode()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
