"""Processing elements: what multiplies and accumulates.

Every element has the ports `en`, `first`, `a`, `b` and `acc` and moves only in cycles with `en`; with
`first` it starts a new sum instead of adding to the old one.
"""
