"""Lanes as a stream: each beat of `x` makes a beat of `y` some enabled cycles later, its last with it."""

from amaranth.hdl import Cat, Module, Signal, Value

from ..array.skew import delayed


def register_results(m: Module, platform, x, y, en: Signal, results: list[Value], latency: int) -> None:
    """Drive `y` with results behind a register, and flags `latency` registers behind those of `x`.

    results: what the payload of y holds besides last, low bits first. en: what moves all registers of the
    unit; it is driven here, and stops when a beat waits.
    """
    word = Signal(sum(map(len, results)), name="y_data", reset_less=True)
    m.d.comb += [
        en.eq(~y.valid | y.ready),
        x.ready.eq(en),
        y.valid.eq(delayed(m, platform, en, x.valid, latency, "valid_delay", cleared=True)),
        y.payload.last.eq(delayed(m, platform, en, x.payload.last, latency, "last_delay")),
        y.payload.as_value()[: len(word)].eq(word),
    ]
    with m.If(en):
        m.d.sync += word.eq(Cat(results))
