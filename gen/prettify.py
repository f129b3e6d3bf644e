"""Makes Verilog as Yosys writes it pleasant to read, without touching what it says.

Port lists become ANSI style in declared order with a comment each, names that Yosys had to escape become
plain identifiers, and modules stand top down with a heading.
"""

import re
from collections.abc import Callable

_MODULE = re.compile(r"^module (\S+)\((.*?)\);\n(.*?)^endmodule\n", re.MULTILINE | re.DOTALL)
_PORT = re.compile(r"^  (input|output) (signed )?(\[\d+:0\] )?(\w+);\n", re.MULTILINE)
_ESCAPED = re.compile(r"\\(\S+) ")  # with the blank that ends it
#: Ports of memories, the reading one with a register that has no name.
_MEMORY_PORT = re.compile(
    r"^  always @\((.*)\) begin\n    if \((.*)\)(?: begin)?\n      (.*)\n(?:    end\n)?  end\n", re.MULTILINE
)
_NAMELESS = re.compile(r"\b_\d+_\b")
_WORD = re.compile(r"(?<![\\$.'\w])[A-Za-z_]\w*")


def prettify(
    text: str, order: dict[str, list[str]], docs: dict[str, dict[str, str]], heading: Callable[[str], str]
) -> str:
    """Return the modules of `text`, in the order of `order`, rewritten.

    order: module name to its ports in the order wanted; docs: module name to comments by port;
    heading: returns the comment that stands above a module.
    """
    modules = {name: (name, body) for name, _, body in _MODULE.findall(text)}
    return "\n".join(
        heading(name) + _module(*modules[name], ports, docs.get(name, {})) for name, ports in order.items()
    )


def _module(name: str, body: str, order: list[str], docs: dict[str, str]) -> str:
    body = _memories(_plain_names(body))
    ports = {}
    for direction, signed, width, port in _PORT.findall(body):
        declaration = re.compile(rf"^  (wire|reg) (?:signed )?(?:\[\d+:0\] )?{port};\n", re.MULTILINE)
        kind = declaration.search(body)[1]
        ports[port] = f"{direction:6} {kind:4} {signed}{width}{port}"
        body = declaration.sub("", body, count=1)
    body = _PORT.sub("", body)
    lines = []
    for i, port in enumerate(order):
        comma = "," if i + 1 < len(order) else ""
        comment = f"  // {docs[port]}" if docs.get(port) else ""
        lines.append(f"  {ports[port]}{comma}{comment}\n")
    return f"module {name} (\n{''.join(lines)});\n{_grouped(body)}endmodule\n"


def _grouped(body: str) -> str:
    """Put declarations first, then logic and registers, then instances, an empty line between the groups."""
    declarations, instances, logic = [], [], []
    statements = re.findall(
        r"^  always @.*\n(?:    .*\n)+|^  \w+ \w+ \(\n(?:    .*\n)+  \);\n|^  .*\n", body, re.MULTILINE
    )
    for statement in statements:
        if re.match(r"  (wire|reg|integer) ", statement):
            declarations.append(statement)
        elif statement.startswith(("  assign", "  always")):
            logic.append(statement)
        else:
            instances.append(statement)
    instances.sort(key=_natural)
    return "\n".join("".join(group) for group in (declarations, instances, logic) if group)


def _natural(instance: str) -> list:
    """Sort key that puts cell_2 before cell_10."""
    name = instance.split("(")[0].split()[-1]
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _memories(body: str) -> str:
    """Write the ports of memories as other registers are written, and give what is read a name."""
    names = {}
    for nameless in _NAMELESS.findall(body):
        names.setdefault(nameless, f"read_word_{len(names)}")
    body = _NAMELESS.sub(lambda match: names[match[0]], body)
    return _MEMORY_PORT.sub(r"  always @(\1)\n    if (\2) \3\n", body)


def _plain_names(body: str) -> str:
    """Replace escaped identifiers by plain ones that stand for nothing else in the module."""
    taken = set(_WORD.findall(body))
    replacements = {}

    def plain(match: re.Match) -> str:
        escaped = match[1]
        if escaped not in replacements:
            stem = re.sub(r"_+", "_", re.sub(r"\W", "_", escaped)).strip("_").lower()
            stem = re.sub(r"_[a-z]$", "", stem) or "net"
            name = stem if not stem[0].isdigit() else f"net_{stem}"
            while name in taken:
                name += "_"
            taken.add(name)
            replacements[escaped] = name
        return replacements[escaped]

    body = _ESCAPED.sub(plain, body)
    return re.sub(r"(= |\? |: |\()([~&|^]) ", r"\1\2", body)
