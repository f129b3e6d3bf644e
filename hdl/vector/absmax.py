"""The largest |x| of every row or group of a stream of floats, and the multiplier that quantises it."""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.float_format import PRESETS, FloatFormat
from ...golden.quantize import check_floor
from ..arith.largest import largest_of
from ..array.mac_array import beat
from ..float.unpack import unpack
from ..share import share
from ..spec import Spec, choice, integer
from .quantize_spec import FORMATS
from .scale_divider import ScaleDivider, ScaleDividerSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class AbsmaxSpec(Spec):
    """Numbers that come in, what a group is, and the multiplier that goes out."""

    baseline = "absmax"

    lanes: int = integer(8, 1, 64, "numbers per beat")
    fmt: str = choice("bf16", FORMATS, "format of the numbers that come in")
    scale_format: str = choice("fp32", FORMATS, "format of the multipliers")
    out_bits: int = integer(8, 2, 16, "width of the integers that multipliers are for", unit="bits")
    group: int | None = integer(
        None, 1, 1024, "beats of a group; a row's end also ends one; none: a row", unit="beats", optional=True
    )
    floor: int | None = integer(
        None,
        0,
        0x7F7F_FFFF,
        "code of the positive normal number that smaller maxima are raised to; none: the smallest",
        optional=True,
    )

    def check(self):
        """Refuse a floor that is no number to divide by."""
        check_floor(self.floor, fmt=self.x_format)

    @property
    def x_format(self) -> FloatFormat:
        """Format of the numbers that come in, and of the maxima."""
        return PRESETS[self.fmt]

    @property
    def mult_format(self) -> FloatFormat:
        """Format of the multipliers."""
        return PRESETS[self.scale_format]

    @property
    def floor_code(self) -> int:
        """Code of the smallest maximum that goes out."""
        return check_floor(self.floor, fmt=self.x_format)

    @property
    def divider(self) -> ScaleDividerSpec:
        """The divider."""
        return ScaleDividerSpec(fmt=self.fmt, scale_format=self.scale_format, out_bits=self.out_bits)

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields, or fields with names for values."""
        return {
            "X_EXPONENT": self.x_format.exponent_bits,
            "X_MANTISSA": self.x_format.mantissa_bits,
            "MULT_EXPONENT": self.mult_format.exponent_bits,
            "MULT_MANTISSA": self.mult_format.mantissa_bits,
            "GROUP": self.group or 0,
            "FLOOR": self.floor_code,
        }

    @property
    def interval(self) -> int:
        """Cycles that a group takes at least: the division of the one before it."""
        return self.divider.interval

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a group to offering its result, without stalls."""
        return self.divider.latency + 2

    @property
    def elements_per_cycle(self) -> int:
        """Numbers that come in per cycle."""
        return self.lanes


class Absmax(wiring.Component):
    """amax = max(max |x|, floor) and mult = qmax / amax of every group; qmax = 2**(out_bits-1) - 1.

    `s` has a beat per group, with `last` for the last one of a row. NaN is ignored and raises `saw_nan`,
    which stays high until reset. Inf is the largest number, and its multiplier 0. `mult` is rounded once, to
    nearest, ties to even; beyond the largest number it is that number. The golden models are
    `golden.quantize.absmax` and `multiplier`.

    Timing: a beat a cycle as long as groups have `interval` beats or more, mantissa bits of the multiplier
    and 3; a shorter group waits in front of the divider until that many cycles have passed since the one
    before, and `x` waits with it. `s` is offered `latency` cycles, 2 more than that, after the last beat of
    its group was accepted. A stalled `s` stops `x` two groups later. Reset drops whatever is in flight.
    """

    def __init__(self, spec: AbsmaxSpec):
        self.spec = spec
        result = data.StructLayout(
            {
                "amax": unsigned(spec.x_format.bits),
                "mult": unsigned(spec.mult_format.bits),
                "last": 1,
            }
        )
        super().__init__(
            {
                "x": In(beat(unsigned(spec.x_format.bits), spec.lanes)),
                "s": Out(stream.Signature(result)),
                "saw_nan": Out(1),
            }
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are."""
        spec = self.spec
        return {
            "x": f"{spec.fmt} numbers; last ends a row",
            "s": f"largest |x| of a group in {spec.fmt}, multiplier in {spec.scale_format}; last of a row",
            "saw_nan": "sticky: a number was NaN",
        }

    def elaborate(self, platform):
        """Build the maximum of a beat, the running maximum, the divider and the output's register."""
        m = Module()
        spec = self.spec
        moves = Signal()
        take = Signal()
        m.d.comb += [self.x.ready.eq(moves), take.eq(self.x.valid & moves)]
        largest, some_nan = self._largest(m)
        ends = self._group_end(m, take)
        full = Signal()
        beat_largest = Signal(len(largest), reset_less=True)
        beat_ends = Signal(reset_less=True)
        beat_last = Signal(reset_less=True)
        with m.If(moves):
            m.d.sync += full.eq(self.x.valid)
        with m.If(take):
            m.d.sync += [beat_largest.eq(largest), beat_ends.eq(ends), beat_last.eq(self.x.payload.last)]
        saw_nan = Signal(name="saw_nan_reg")
        with m.If(take & some_nan):
            m.d.sync += saw_nan.eq(1)
        m.d.comb += self.saw_nan.eq(saw_nan)

        divider = ScaleDivider(spec.divider)
        share(m, platform, divider, "divider")
        # What the group had so far; 0 when the next one begins.
        so_far = Signal(len(largest))
        group_largest = Signal(len(largest))
        m.d.comb += [
            group_largest.eq(Mux(beat_largest > so_far, beat_largest, so_far)),
            moves.eq(~full | ~beat_ends | divider.ready),
            divider.start.eq(full & beat_ends & divider.ready),
            divider.amax.eq(Mux(group_largest < spec.floor_code, spec.floor_code, group_largest)),
        ]
        with m.If(full & moves):
            m.d.sync += so_far.eq(Mux(beat_ends, 0, group_largest))
        self._offer(m, divider, beat_last)
        return m

    def _largest(self, m: Module) -> tuple[Value, Value]:
        """Return the largest size of a beat and whether a number is NaN; sizes compare as their codes do."""
        fmt = self.spec.x_format
        sizes, nans = [], []
        for k in range(self.spec.lanes):
            code = self.x.payload.data[k]
            is_nan = unpack(m, code, fmt, f"x_{k}").is_nan
            size = Signal(fmt.magnitude_bits, name=f"size_{k}")
            m.d.comb += size.eq(Mux(is_nan, 0, code[: fmt.magnitude_bits]))
            sizes.append(size)
            nans.append(is_nan)
        some_nan = Signal()
        m.d.comb += some_nan.eq(Cat(nans).any())
        return largest_of(m, sizes), some_nan

    def _group_end(self, m: Module, take) -> Value:
        """Return whether a beat is the last of its group."""
        last = self.x.payload.last
        if self.spec.group is None:
            return last
        position = Signal(range(self.spec.group))
        ends = Signal(name="group_ends")
        m.d.comb += ends.eq(last | (position == self.spec.group - 1))
        with m.If(take):
            m.d.sync += position.eq(Mux(ends, 0, position + 1))
        return ends

    def _offer(self, m: Module, divider: ScaleDivider, beat_last) -> None:
        """Move results to the output, where they wait while the next division runs."""
        divided_last = Signal(reset_less=True)
        valid = Signal(name="s_valid")
        offered = {
            name: Signal(len(Value.cast(port)), name=f"s_{name}_reg", reset_less=True)
            for name, port in (("amax", divider.held), ("mult", divider.mult), ("last", divided_last))
        }
        with m.If(divider.start):
            m.d.sync += divided_last.eq(beat_last)
        m.d.comb += divider.take.eq(divider.done & (~valid | self.s.ready))
        with m.If(divider.take):
            m.d.sync += [
                offered["amax"].eq(divider.held),
                offered["mult"].eq(divider.mult),
                offered["last"].eq(divided_last),
            ]
        with m.If(divider.take | self.s.ready):
            m.d.sync += valid.eq(divider.take)
        m.d.comb += self.s.valid.eq(valid)
        m.d.comb += [self.s.payload[name].eq(register) for name, register in offered.items()]
