"""What is computed: exact, vectorised NumPy models that are the contract of every unit.

Integer codes in, integer codes out. Nothing here knows hardware, files or printing.
"""
