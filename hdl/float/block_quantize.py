"""Streams of fp32 or bf16 numbers to blocks of MX or block floating point, which find their own scales.

    x --.--> | numbers wait for their block's end | ------------> element per lane --> | y |
        '--> maximum of a beat --> | | --> of the block --> scale --> | | --^

Source: OCP Microscaling Formats (MX) Specification 1.0, section 6.3, for `floor`; NVIDIA, cuDNN
documentation, Block Scaling, for `ceiling`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.bfp import MAX_BITS, MIN_BITS, mantissa_unit
from ...golden.block_scale import MAX_SCALE, NAN_SCALE, RULES, SCALE_BITS
from ...golden.errors import UsageError
from ...golden.fixed_point import largest_value, unit_exponent
from ...golden.mx import BLOCK, ELEMENTS
from ..arith.largest import largest_of
from ..arith.prefix import KINDS
from ..array.mac_array import beat
from ..share import share
from ..spec import Spec, choice, integer
from ..vector.queue import Queue, QueueSpec
from .block_dot_spec import check_lanes
from .block_element import BFP, FORMATS, BlockElement, BlockElementSpec

#: Beats that pass while a scale is found.
_SCALE_CYCLES = 3


@dataclasses.dataclass(frozen=True, kw_only=True)
class BlockQuantizeSpec(Spec):
    """Numbers that come in, blocks that go out, and the rule of their scales."""

    baseline = "block_quantize"

    lanes: int = integer(8, 1, 64, "numbers per beat: a block, or a part of which it is a multiple")
    fmt: str = choice("bf16", FORMATS, "format of the numbers that come in")
    element: str = choice("mxfp8_e4m3", (*ELEMENTS, BFP), "elements of the blocks")
    rule: str = choice("floor", RULES, "scale of a block: as MX suggests, or large enough to clamp nothing")
    bits: int | None = integer(
        None, MIN_BITS, MAX_BITS, "mantissas of element=bfp; none: 8", unit="bits", optional=True
    )
    block: int | None = integer(None, 1, 1024, "elements of a block of element=bfp; none: 32", optional=True)
    adder: str = choice("brent_kung", KINDS, "prefix network of the adders that round")

    def check(self):
        """Refuse sizes that only block floating point has, and parts of which a block is no multiple."""
        for name in ("bits", "block"):
            value = getattr(self, name)
            if value is not None and self.element != BFP:
                raise UsageError(
                    f"{name}={value} is for element=bfp, and element={self.element} has its own: leave it out"
                )
        check_lanes(self.lanes, self.block_size)

    @property
    def block_size(self) -> int:
        """Elements of a block."""
        return self.block or BLOCK

    @property
    def beats_per_block(self) -> int:
        """Beats of a whole block."""
        return self.block_size // self.lanes

    @property
    def lane(self) -> BlockElementSpec:
        """What becomes of a number."""
        fields = {name: getattr(self, name) for name in ("fmt", "element", "adder")}
        return BlockElementSpec(**fields, bits=self.bits or 8)

    @property
    def largest(self) -> tuple[int, int]:
        """The largest element, in units of 2 to the second."""
        fmt, bits = self.lane.target, self.lane.bits
        return (largest_value(fmt), unit_exponent(fmt)) if fmt else ((1 << bits - 1) - 1, mantissa_unit(bits))

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a block to offering its first, without stalls."""
        return _SCALE_CYCLES + 1

    @property
    def elements_per_cycle(self) -> int:
        """Numbers per cycle."""
        return self.lanes

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields, or fields with names for values."""
        fmt, (largest, unit) = self.lane.target, self.largest
        top = largest.bit_length() - 1
        return {
            "X_MANTISSA": self.lane.source.mantissa_bits,
            "EXPONENT": fmt.exponent_bits if fmt else 0,
            "MANTISSA": fmt.mantissa_bits if fmt else 0,
            "SPECIAL": ("ieee", "fn", "fnuz", "none").index(fmt.special) if fmt else 0,
            "LOWEST": -fmt.min_exponent if fmt else 0,
            "BITS": self.lane.width,
            "BEATS": self.beats_per_block,
            "TOP": top + unit,
            "CEILING": int(self.rule == "ceiling"),
            "THRESHOLD": threshold(self),
        }


def threshold(spec: BlockQuantizeSpec) -> int:
    """Return the mantissa above which a number of the largest element's exponent is larger than that."""
    largest, _ = spec.largest
    top, mantissa_bits = largest.bit_length() - 1, spec.lane.source.mantissa_bits
    return (largest - (1 << top)) << mantissa_bits >> top


class BlockQuantize(wiring.Component):
    """Blocks of `block` numbers become elements with a scale that they share.

    Streams: a beat of `x` holds `lanes` numbers; `last` ends a row and, if it comes early, its block, whose
    other numbers are zeros. As many beats of `y` hold the elements, each with the E8M0 code of its block's
    scale, and `last`. A block with Inf or NaN has the scale 255 and elements 0. Integers are two's
    complement. The golden models are `golden.mx.to_mx` and `golden.bfp.to_bfp`.

    Timing: a beat a cycle; the first beat of a block is offered `latency` cycles after its last was accepted.
    A stalled `y` stops `x` when the numbers of a block and three beats wait. Reset drops whatever is in
    flight.
    """

    port_docs = {
        "x": "numbers; last ends a row",
        "y": "elements with the scale of their block; last of a row",
    }

    def __init__(self, spec: BlockQuantizeSpec):
        self.spec = spec
        y = {"data": data.ArrayLayout(unsigned(spec.lane.width), spec.lanes), "scale": SCALE_BITS, "last": 1}
        super().__init__(
            {
                "x": In(beat(unsigned(spec.lane.source.bits), spec.lanes)),
                "y": Out(stream.Signature(data.StructLayout(y))),
            }
        )

    def elaborate(self, platform):
        """Build the two queues and what is between them."""
        m = Module()
        spec = self.spec
        x, bits = self.x.payload, spec.lanes * spec.lane.source.bits
        take = Signal()
        ends = self._block_end(m, take)
        # A block that is complete waits for its scale while the next one comes in.
        depth = spec.beats_per_block + _SCALE_CYCLES
        numbers = Queue(QueueSpec(width=bits + 2, depth=depth))
        share(m, platform, numbers, "numbers")
        # Never full: every scale belongs to a number that waits.
        scales = Queue(QueueSpec(width=SCALE_BITS, depth=depth + 1))
        share(m, platform, scales, "scales")
        known, scale = self._scale(m, take, ends)
        m.d.comb += [
            self.x.ready.eq(numbers.space),
            take.eq(self.x.valid & numbers.space),
            numbers.push.eq(self.x.valid),
            numbers.i.eq(Cat(x.data, ends, x.last)),
            scales.push.eq(known),
            scales.i.eq(scale),
        ]
        y = Signal(self.y.payload.shape(), name="y_reg", reset_less=True)
        y_valid = Signal()
        moves = Signal()
        m.d.comb += [
            moves.eq(numbers.some & scales.some & (~y_valid | self.y.ready)),
            numbers.pop.eq(moves),
            scales.pop.eq(moves & numbers.o[bits]),
            self.y.valid.eq(y_valid),
            self.y.payload.eq(y),
        ]
        lanes = []
        for i in range(spec.lanes):
            lane = BlockElement(spec.lane)
            share(m, platform, lane, f"element_{i}")
            m.d.comb += [lane.i.eq(numbers.o[:bits].word_select(i, len(lane.i))), lane.scale.eq(scales.o)]
            lanes.append(lane.o)
        with m.If(moves):
            m.d.sync += Value.cast(y).eq(Cat(lanes, scales.o, numbers.o[-1]))
        with m.If(moves | self.y.ready):
            m.d.sync += y_valid.eq(moves)
        return m

    def _block_end(self, m: Module, take) -> Value:
        """Return whether a beat is the last of its block."""
        beats = self.spec.beats_per_block
        count = Signal(range(beats), name="beat_in_block")
        ends = Signal(name="block_ends")
        m.d.comb += ends.eq((count == beats - 1) | self.x.payload.last)
        with m.If(take):
            m.d.sync += count.eq(Mux(ends, 0, count + 1))
        return ends

    def _scale(self, m: Module, take, ends) -> tuple[Value, Value]:
        """Return whether a block's scale is known, a cycle after its last beat was taken, and its code."""
        fmt = self.spec.lane.source
        # Sizes compare as their codes do, and those of Inf and NaN are above all others; `floor` looks at
        # exponents alone.
        low = 0 if self.spec.rule == "ceiling" else fmt.mantissa_bits
        sizes = [self.x.payload.data[i][low : fmt.magnitude_bits] for i in range(self.spec.lanes)]
        width = len(sizes[0])
        beat_largest = Signal(width, reset_less=True)
        full, beat_ends = Signal(name="full"), Signal(name="beat_ends", reset_less=True)
        so_far, largest = (Signal(width, name=name) for name in ("so_far", "block_largest"))
        found = largest_of(m, sizes)
        m.d.sync += full.eq(take)
        with m.If(take):
            m.d.sync += [beat_largest.eq(found), beat_ends.eq(ends)]
        with m.If(full):
            m.d.sync += so_far.eq(Mux(beat_ends, 0, largest))
        m.d.comb += largest.eq(Mux(beat_largest > so_far, beat_largest, so_far))
        return full & beat_ends, self._code(m, largest)

    def _code(self, m: Module, largest: Value) -> Value:
        """Return the E8M0 code of a block whose largest number has the size `largest`."""
        spec, source = self.spec, self.spec.lane.source
        field, mantissa = largest[-source.exponent_bits :], largest[: -source.exponent_bits]
        above = Signal(name="is_above")
        if spec.rule == "ceiling":
            # A subnormal number reaches a scale above the smallest only with the highest bit of its mantissa.
            normal = field.any()
            aligned = Mux(normal, mantissa, Cat(Const(0, 1), mantissa[:-1]))
            m.d.comb += above.eq((normal | mantissa[-1]) & (aligned > threshold(spec)))
        raised = Signal(SCALE_BITS + 1)
        m.d.comb += raised.eq(field + above)
        value, unit = spec.largest
        top = value.bit_length() - 1 + unit
        code = Signal(SCALE_BITS, name="scale_code")
        with m.If(field.all()):
            m.d.comb += code.eq(NAN_SCALE)
        with m.Elif(raised > MAX_SCALE + top):
            m.d.comb += code.eq(MAX_SCALE)
        with m.Elif(raised > top):
            m.d.comb += code.eq(raised - top)
        return code
