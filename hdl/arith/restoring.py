"""A step of restoring division, and the count of steps: what every serial divider and root is made of.

    partial >= divisor:   bit 1, partial - divisor is left
    else:                 bit 0, partial is left

Source: M. D. Ercegovac and T. Lang, *Digital Arithmetic*, 2004, chapters 5 and 6.
"""

from amaranth.hdl import Module, Mux, Signal, Value


def restoring_step(m: Module, partial: Value, divisor: Value, prefix: str = "") -> tuple[Signal, Value]:
    """Return whether `divisor` fits into `partial`, and what is left, a bit shorter than `partial`.

    divisor: not wider than `partial`. Signals begin with `prefix`.
    """
    width = len(partial)
    difference = Signal(width + 1, name=f"{prefix}difference")
    fits = Signal(name=f"{prefix}fits")
    m.d.comb += [difference.eq(partial - divisor), fits.eq(~difference[-1])]
    return fits, Mux(fits, difference[: width - 1], partial[: width - 1])


def count_steps(m: Module, start, take, steps: int) -> tuple[Value, Signal, Signal]:
    """Return `running`, high in the `steps` cycles after `start`; `done`, from then until `take`; `ready`.

    start: only while ready; take: only while done. Both may come in one cycle. Reset ends everything.
    """
    busy, running, done, ready = (Signal(name=name) for name in ("busy", "running", "done", "ready"))
    left = Signal(range(steps + 1), reset_less=True)
    m.d.comb += [
        running.eq(busy & left.any()),
        done.eq(busy & ~left.any()),
        ready.eq(~busy | (done & take)),
    ]
    m.d.sync += busy.eq(start | (busy & ~take))
    with m.If(start):
        m.d.sync += left.eq(steps)
    with m.Elif(running):
        m.d.sync += left.eq(left - 1)
    return running, done, ready
