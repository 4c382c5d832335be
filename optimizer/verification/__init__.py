"""An independent second reading of a plan against the case it was made for.

Nothing here imports the formulation, the network or the solver: every number is read again from
the rows of the case and from the quantities of the plan. One file per topic:

- ``reading``: the case at the nodes of the tree; ``tables``: the plan's tables made usable
- ``borders``: what a rule does to what crosses a border
- ``decisions``, ``supply``, ``lanes``, ``production``, ``stock``, ``demand``: one family each
- ``balance``: the books of every site, material and set of marks
- ``measures``, ``policies``: supply by source, and the limits on the whole
- ``results``: money, objectives and shares
- ``ledger``: what was checked and how it came out
"""
