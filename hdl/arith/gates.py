"""Gates over several values."""

from functools import reduce
from operator import or_


def any_of(values):
    """Return the OR of equally wide values, of which there is at least one."""
    return reduce(or_, values)
