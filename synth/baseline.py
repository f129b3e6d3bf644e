"""The same function written with Verilog's own operators: the first thing to compare a unit with.

A Spec names its `baseline`: `baselines/<name>.v` holds a module `<name>_baseline` with the ports of the unit
and a `parameter` for each field or property of the Spec that matters, in upper case. Units of the same
function share one. Lines that end in `// only with NAME` are there if that parameter is not 0, those with
`// only without NAME` if it is: ports that not every Spec has.
"""

import dataclasses
import re
from importlib.resources import files

from ..hdl.spec import Spec

_PARAMETER = re.compile(r"(?m)^(  parameter )(\w+) = \d+")
_ONLY = re.compile(r"(?m)^(.*?) *// only (with|without) (\w+)\n")
_INCLUDE = re.compile(r'(?m)^`include "(\w+\.v)"\n')


@dataclasses.dataclass(frozen=True)
class Baseline:
    """Verilog of a baseline with its parameters set, and the name of its outermost module."""

    top: str
    text: str


def make_baseline(spec: Spec, name: str | None = None) -> Baseline:
    """Return the baseline of a unit for a Spec, or with `name` another design in that folder.

    The values stand in the text as the parameters' defaults, so that the text alone, and its hash, says
    which circuit it is.
    """
    folder = files(__package__) / "baselines"
    name = name or spec.baseline
    text = (folder / f"{name}.v").read_text()
    included: set[str] = set()

    def insert(match: re.Match) -> str:
        # A part that two others share stands there once.
        if match[1] in included:
            return ""
        included.add(match[1])
        return (folder / match[1]).read_text() + "\n"

    while _INCLUDE.search(text):
        text = _INCLUDE.sub(insert, text)
    values = parameters(spec)
    text = _ONLY.sub(lambda m: f"{m[1]}\n" if bool(values[m[3]]) == (m[2] == "with") else "", text)
    return Baseline(
        f"{name}_baseline",
        _PARAMETER.sub(lambda m: f"{m[1]}{m[2]} = {values.get(m[2], m[0].split()[-1])}", text),
    )


def baseline_spec(spec: Spec) -> Spec:
    """Return the Spec whose ports the baseline has: it takes operands as they are, not recoded."""
    recoded = hasattr(spec, "a_word") and spec.a_word != spec.a_shape
    return dataclasses.replace(spec, recoding="own") if recoded else spec


def parameters(spec: Spec) -> dict[str, int]:
    """Return a Spec as Verilog parameters: numbers and flags by name, SATURATE for the overflow rule.

    A Spec adds what else its baseline needs, or replaces it, as `baseline_parameters`.
    """
    values = {name.upper(): int(v) for name, v in spec.as_dict().items() if isinstance(v, int)}
    if hasattr(spec, "acc_width"):
        values["ACC_BITS"] = spec.acc_width
    if hasattr(spec, "k_step"):
        values["K_STEP"] = spec.k_step
    if hasattr(spec, "overflow"):
        values["SATURATE"] = int(spec.overflow == "saturate")
    return values | getattr(spec, "baseline_parameters", {})
