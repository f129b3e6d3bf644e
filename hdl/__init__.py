"""How hardware computes it: Amaranth components and the Specs that size them."""
