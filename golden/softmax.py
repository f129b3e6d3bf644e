"""Integer softmax by the name of the method; each has its own file, with its definition and its source."""

from inspect import signature

import numpy as np

from .base2_softmax import base2_softmax
from .errors import UsageError
from .ibert import ibert_softmax
from .ita_softmax import ita_softmax
from .ivit_exp import shiftmax
from .rows import check_name
from .softermax import softermax
from .sole import sole

METHODS = {
    "shiftmax": shiftmax,
    "ibert": ibert_softmax,
    "ita": ita_softmax,
    "softermax": softermax,
    "sole": sole,
    "base2": base2_softmax,
}


def softmax(x, *, method: str, **options) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N) signed integers, as int64; rows may have any length.

    method: one of METHODS, whose function defines the options, the scale of `x` and that of the result.
    Raises UsageError for other methods and options, and as the method does.
    """
    check_name("method", method, METHODS)
    known = list(signature(METHODS[method]).parameters)[1:]
    for name in options:
        if name not in known:
            raise UsageError(f"{name} is no option of method={method}: it has {', '.join(known)}")
    return METHODS[method](x, **options)
