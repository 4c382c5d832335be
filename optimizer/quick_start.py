"""Keep Pyomo from importing parts of scipy that nobody here uses.

Whenever scipy is imported beside Pyomo, a hook of Pyomo's imports scipy.stats, scipy.integrate and
scipy.spatial too: 1.4 of the 3.6 CPU seconds of a small solve (docs/performance.md). Without the
hook Pyomo still finds them, at the moment its own code asks for them. Import this module before
scipy and before ``pyomo.environ``.

Pyomo also tells its troubles on standard output, where a program expects one JSON object and
nothing else. Without its handler they go where Python's own warnings go.
"""

from __future__ import annotations

import logging

from pyomo.common.dependencies import DeferredImportCallbackFinder

DeferredImportCallbackFinder._callbacks.pop("scipy", None)
logging.getLogger("pyomo").handlers.clear()
