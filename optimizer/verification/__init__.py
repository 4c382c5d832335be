"""An independent second reading of a plan against the case it was made for.

Nothing here imports the formulation, the network or the solver: every number is read again from
the rows of the case and from the quantities of the plan. One file per topic:

- ``reading``: the case at the nodes of the tree; ``tables``: the plan's tables made usable
- ``marks``: pedigrees and destinations that goods are kept from; ``rules``: rules in time
- ``borders``: which rules hit what crosses a border; ``ways``: how each move took them;
  ``leads``: what follows for its days, duties, marks and quotas
- ``licences``, ``need``: applications, what they are good for, and how much may be applied for
- ``technology``, ``service``: rules about building and running plants
- ``provenance``: marks that plants pass on; ``refusals``: marks that demand does not take
- ``decisions``, ``supply``, ``lanes``, ``production``, ``stock``, ``demand``: one family each
- ``balance``: the books of every site, material and set of marks
- ``measures``, ``policies``: supply by source, and the limits on the whole
- ``results``: money, objectives and shares
- ``ledger``: what was checked and how it came out
"""
