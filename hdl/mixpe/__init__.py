"""Processing elements: what multiplies and accumulates.

Every element has the ports `en`, `first`, `a` and `b` and moves only in cycles with `en`; with `first` it
starts a new sum instead of adding to the old one. The ports named by `sum_ports` add up to the sum.
"""
