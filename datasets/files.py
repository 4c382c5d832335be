"""Opening files that come from strangers: nothing outside the case, nothing endless.

Every reader goes through here. What cannot be opened safely raises :class:`UnsafeFileError` with a
sentence for people.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGEST_FILE = 200 * 2**20
"""Bytes of the largest file that is read."""


class UnsafeFileError(Exception):
    """A file that is not opened, and why."""


def check_file(path: Path, inside: Path | None = None) -> None:
    """Refuse what is not a plain file of reasonable size, or points out of the case's folder.

    Args:
        path: file to be opened.
        inside: folder that the file must lie in once links are followed.
    """
    real = path.resolve()
    if inside is not None and not real.is_relative_to(inside.resolve()):
        raise UnsafeFileError("is a link to a file outside the case's folder")
    if not real.is_file():
        raise UnsafeFileError("is not a plain file")
    size = real.stat().st_size
    if size > LARGEST_FILE:
        raise UnsafeFileError(
            f"has {size / 2**20:,.0f} MB; the largest file read is {LARGEST_FILE // 2**20} MB"
        )


def read_text(path: Path, inside: Path | None = None) -> str:
    """Text of a UTF-8 file, with or without a byte order mark.

    Raises:
        UnsafeFileError: it is not opened, cannot be read, or is not UTF-8.
    """
    check_file(path, inside)
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UnsafeFileError(f"cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise UnsafeFileError(
            f"is not UTF-8 text (byte {error.start + 1}); save it as 'CSV UTF-8'"
        ) from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path`` that takes its place when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
