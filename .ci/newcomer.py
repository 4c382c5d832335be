"""A newcomer's hour: pages followed to the letter, with the secondsource of this environment.

python .ci/newcomer.py docs/tutorial.md docs/workbook.md
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from guide_pages import Reader  # beside the tests, not in the package

for page in sys.argv[1:]:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(Path(folder))
        command = Path(folder) / ".bin" / "secondsource"
        command.unlink()
        command.symlink_to(Path(sys.executable).parent / "secondsource")  # as it was installed
        ran = reader.follow(Path(page))
    if not ran:
        sys.exit(f"{page} has no command to run")
    print(f"{page}: {ran} blocks of commands in {time.monotonic() - started:.0f} s")
