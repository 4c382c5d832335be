"""Which rule hits which shipment, when, and why: the answers a trade lawyer would give.

Everything here asks the rules as the optimizer applies them (:mod:`..controls`, the network's
movements and permits) and states none of its own.
"""

from .answer import COLUMNS, Answer, answer, rulings
from .asked import Question
from .verdicts import VERDICTS

__all__ = ["COLUMNS", "VERDICTS", "Answer", "Question", "answer", "rulings"]
