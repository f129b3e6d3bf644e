"""What a design can be measured on: `generic`, standard cells and FPGA families."""

import dataclasses
from pathlib import Path

from ..golden.errors import UsageError
from ..hdl.spec import nearest
from .liberty import Library, nangate45, read_liberty


@dataclasses.dataclass(frozen=True)
class FpgaFamily:
    """How a family is synthesised, which cells count as what, and how it is placed and routed.

    lut, ff, dsp, bram, carry: beginnings of cell names. module: the Python package of its place and route, if
    any; device: its arguments; pins: constraints of the harness' pins, where the tool wants them.
    """

    synth: str
    lut: tuple[str, ...]
    ff: tuple[str, ...]
    dsp: tuple[str, ...]
    bram: tuple[str, ...]
    carry: tuple[str, ...]
    device: tuple[str, ...] = ()
    tool: str = ""
    pins: str = ""
    pins_option: str = ""
    synth_unit: str = ""

    @property
    def package(self) -> str:
        """The package on PyPI that brings the place and route tool."""
        return f"yowasp-{self.tool}"


FPGAS = {
    "ice40": FpgaFamily(
        synth="synth_ice40",
        lut=("SB_LUT4",),
        ff=("SB_DFF",),
        dsp=("SB_MAC16",),
        bram=("SB_RAM40",),
        carry=("SB_CARRY",),
        tool="nextpnr-ice40",
        device=("--hx8k", "--package", "ct256"),
    ),
    "ecp5": FpgaFamily(
        synth="synth_ecp5",
        lut=("LUT4",),
        ff=("TRELLIS_FF",),
        dsp=("MULT18X18D",),
        bram=("DP16KD",),
        carry=("CCU2C",),
        tool="nextpnr-ecp5",
        device=("--85k", "--package", "CABGA756", "--speed", "6", "--lpf-allow-unconstrained"),
    ),
    "gowin": FpgaFamily(
        # nextpnr knows no delays of Gowin's multipliers, which would give paths through them no length.
        synth="synth_gowin -family gw2a -nodsp",
        synth_unit="synth_gowin -family gw2a -nodsp -noiopads",
        lut=("LUT",),
        ff=("DFF",),
        dsp=("MULT", "PADD", "ALU54", "MULTADDALU", "MULTALU"),
        bram=("SP", "SDP", "DP", "pROM"),
        carry=("ALU",),
        tool="nextpnr-himbaechel-gowin",
        device=("--device", "GW2A-LV18PG256C8/I7", "--vopt", "family=GW2A-18"),
        pins='IO_LOC "clk" H11;\nIO_LOC "rst" T10;\nIO_LOC "si" L14;\nIO_LOC "so" L16;\n',
        pins_option="cst",
    ),
    "xilinx": FpgaFamily(
        synth="synth_xilinx -family xc7",
        synth_unit="synth_xilinx -family xc7 -flatten -noiopad -noclkbuf",
        lut=("LUT",),
        ff=("FDRE", "FDSE", "FDCE", "FDPE"),
        dsp=("DSP48E1",),
        bram=("RAMB",),
        carry=("CARRY4",),
    ),
}


@dataclasses.dataclass(frozen=True)
class Target:
    """One target: its name as a record gives it, and the library or family behind it."""

    name: str
    library: Library | None = None
    family: FpgaFamily | None = None


def find_target(text: str) -> Target:
    """Return the target that `text` names: a name, or `liberty=PATH`. Raises UsageError."""
    if text == "generic":
        return Target("generic")
    if text == "nangate45":
        return Target("nangate45", library=nangate45())
    if text.startswith("liberty="):
        path = Path(text.removeprefix("liberty=")).expanduser()
        return Target(f"liberty={path.name}", library=read_liberty(path))
    if text in FPGAS:
        return Target(text, family=FPGAS[text])
    names = ["generic", "nangate45", "liberty=PATH", *FPGAS]
    raise UsageError(f"there is no target {text!r}: {nearest(text, names)}")
