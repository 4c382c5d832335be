"""Keep Pyomo from importing parts of scipy that nobody here uses.

Whenever scipy is imported beside Pyomo, a hook of Pyomo's imports scipy.stats, scipy.integrate and
scipy.spatial too: 1.4 of the 3.6 CPU seconds of a small solve (docs/performance.md). Without the
hook Pyomo still finds them, at the moment its own code asks for them. Import this module before
scipy and before ``pyomo.environ``.
"""

from __future__ import annotations

from pyomo.common.dependencies import DeferredImportCallbackFinder

DeferredImportCallbackFinder._callbacks.pop("scipy", None)
