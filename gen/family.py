"""One Verilog module with real `parameter`s in front of several generated variants."""

import itertools
import shlex

from ..golden.errors import UsageError
from ..hdl.known_weights import KnownWeights
from ..hdl.spec import Spec, as_text, nearest
from .catalog import Unit
from .ports import Port
from .verilog import Verilog, make_verilog, reset_option
from .version import MACWRIGHT


def family_specs(unit: Unit, base: dict[str, str], family: dict[str, list[str]]) -> list[Spec]:
    """Return the Spec of every combination of the values in `family`, over the assignments in `base`."""
    for name in family:
        if name not in unit.spec.params():
            raise UsageError(f"there is no parameter {name!r}: {nearest(name, unit.spec.params())}")
        if name in base:
            raise UsageError(f"{name} is given by -p and by --family: give it once")
    combinations = itertools.product(*family.values())
    specs = [unit.spec.parse(base | dict(zip(family, values, strict=True))) for values in combinations]
    if len(set(specs)) < len(specs):
        raise UsageError("--family lists a value twice: give each once")
    told_apart: dict[str, Spec] = {}
    for spec in specs:
        condition = _condition(spec, list(family))
        if condition in told_apart:
            one, other = (
                ", ".join(f"{n}={as_text(getattr(s, n))}" for n in family)
                for s in (told_apart[condition], spec)
            )
            raise UsageError(
                f"--family has {one} and {other}, which are both {condition} to Verilog: leave one out"
            )
        told_apart[condition] = spec
    return specs


def family_command(unit: Unit, base: dict[str, str], family: dict[str, list[str]], reset: str) -> str:
    """Return the command that generates the family again."""
    varied = {name: ",".join(values) for name, values in family.items()}
    words = ["macwright generate", unit.name]
    words += [f"-p {shlex.quote(f'{name}={value}')}" for name, value in base.items()]
    words += [f"--family {shlex.quote(f'{name}={values}')}" for name, values in varied.items()]
    return " ".join(words) + reset_option(reset)


def make_family(
    unit: Unit, specs: list[Spec], names: list[str], reset: str, command: str
) -> tuple[str, str, list[Verilog]]:
    """Return the wrapper's module name, its Verilog, and the Verilog of every variant.

    names: the fields that vary; they become parameters in upper case. command: what makes it again.
    """
    variants = [make_verilog(unit, spec, reset) for spec in specs]
    constant = {name: value for name, value in specs[0].as_dict().items() if name not in names}
    top = unit.name + specs[0].suffix({name: getattr(specs[0], name) for name in names})
    top += "_family" + ("" if reset == "sync" else "_async")
    ports = [[Port("clk", "input", 1), Port(v.reset_port, "input", 1), *v.ports] for v in variants]
    parameters = ",\n".join(f"  parameter {n.upper()} = {_literal(specs[0], n)}" for n in names)
    declared = ",\n".join(
        f"  {p.direction:6} wire {_range(specs, names, [v[i].width for v in ports])}{p.name}"
        for i, p in enumerate(ports[0])
    )
    branches = "".join(
        f"    {'' if i == 0 else 'else '}if ({_condition(spec, names)}) begin : variant_{i}\n"
        f"      {variant.top} unit ({_connections(variant, ports[i])});\n    end\n"
        for i, (spec, variant) in enumerate(zip(specs, variants, strict=True))
    )
    offered = "; ".join(", ".join(f"{n.upper()}={_literal(s, n)}" for n in names) for s in specs)
    refusal = f"{top}_was_not_generated_for_these_parameters"
    text = (
        f"// {unit.summary}: one module for {len(specs)} generated variants.\n"
        f"// Made by Macwright {MACWRIGHT}. The same files again:\n//   {command}\n"
        f"// Generated: {offered}.\n"
        f"// Fixed: {', '.join(f'{n}={as_text(v)}' for n, v in constant.items())}.\n"
        f"// Any other combination stops elaboration at the missing module {refusal}.\n"
        "// SPDX-License-Identifier: Apache-2.0\n"
        f"module {top} #(\n{parameters}\n) (\n{declared}\n);\n  generate\n{branches}"
        f"    else begin : not_generated\n      {refusal} stop ();\n    end\n  endgenerate\nendmodule\n"
    )
    return top, text, variants


def _connections(variant: Verilog, ports: list[Port]) -> str:
    used = [p.name for p in ports if p.name != variant.reset_port or variant.uses_reset]
    return ", ".join(f".{name}({name})" for name in used)


def _literal(spec: Spec, name: str) -> str:
    """Return a field's value in Verilog, where weights are the width that they ask for."""
    value = getattr(spec, name)
    if isinstance(value, KnownWeights):
        return str(spec.acc_width)
    if isinstance(value, str):
        return f'"{value}"'
    return str(int(value)) if value is not None else "0"


def _condition(spec: Spec, names: list[str]) -> str:
    return " && ".join(f"{name.upper()} == {_literal(spec, name)}" for name in names)


def _range(specs: list[Spec], names: list[str], widths: list[int]) -> str:
    """Return the Verilog range of a port: constant, a multiple of the parameters, or a table of them."""
    if len(set(widths)) == 1:
        return f"[{widths[0] - 1}:0] " if widths[0] > 1 else ""
    numbers = [n for n in names if type(getattr(specs[0], n)) is int and all(getattr(s, n) for s in specs)]
    for count in range(1, len(numbers) + 1):
        for subset in itertools.combinations(numbers, count):
            products = [_product(spec, subset) for spec in specs]
            factor = widths[0] // products[0]
            if [factor * p for p in products] == widths:
                return f"[{'*'.join(n.upper() for n in subset)}*{factor}-1:0] "
    table = "".join(f"({_condition(s, names)}) ? {w} : " for s, w in zip(specs, widths, strict=True))
    return f"[({table}1)-1:0] "


def _product(spec: Spec, names: tuple[str, ...]) -> int:
    product = 1
    for name in names:
        product *= getattr(spec, name)
    return product
