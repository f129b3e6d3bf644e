"""Arrays in which a pair of beats meets in every element: `os`, `cube`, `broadcast` and `tree`.

    a --> intake --> skew --> rows of cells --> (add words) --> (deskew) --> output register --> c
    b -->   '-----> skew -----^

They differ in what the cells of a row get when, and so in the delays in front of the rows and behind them:

    os          A moves right, B down: both skewed, columns of C deskewed
    cube        as os, and every cell is a chain of `depth` elements, whose lanes are skewed too
    broadcast   A reaches a whole row at once, B steps down: A skewed, C not
    tree        as broadcast, and every cell adds `depth` products
"""

from amaranth.hdl import Cat, Module, Mux, Signal, Value

from ..share import share
from .chain import stage_spec
from .edge_coder import coded
from .rows import TOKEN, BroadcastRows, SystolicRows, columns_of
from .skew import delayed, skewed


def lockstep_array(m: Module, platform, array) -> None:
    """Fill `array`, a MacArray, whose dataflow is one of the four."""
    spec = array.spec
    systolic = spec.dataflow in ("os", "cube")
    en = Signal()
    c_free = Signal()
    m.d.comb += [c_free.eq(~array.c.valid), en.eq(c_free | array.c.ready)]
    token = intake(m, array, en, spec.rows)
    a, b = array.a.payload.data.as_value(), array.b.payload.data.as_value()
    rows = lockstep_rows(m, platform, spec, en, token, a, b)
    done, bottom_done, sums = resolve(m, platform, spec, en, rows.done, rows.bottom_done, rows.result)
    if systolic:
        sums = skewed(m, platform, en, sums, spec.cols, "c_deskew", descending=True)
    register_c(m, array, en, done, bottom_done, sums)


def lockstep_rows(m: Module, platform, spec, en, token: dict[str, Signal], a: Value, b: Value):
    """Place the rows of an array with the delays in front of them, and return them.

    spec: a MacArraySpec; token, a, b: of the accepted pair of beats. With `os` and `cube` column j of their
    result is j cycles late.
    """
    wait = spec.edge_cycles
    if spec.dataflow == "cube":
        a, b = skewed_lanes(m, platform, en, spec, a, b)
        wait += spec.k_step + stage_spec(spec).words - 1
    late = delayed(m, platform, en, Cat(token.values()), wait, "token_delay", cleared=True)
    token = dict(zip(TOKEN, late, strict=True))

    rows = (SystolicRows if spec.dataflow in ("os", "cube") else BroadcastRows).of(spec)
    share(m, platform, rows, "rows")
    m.d.comb += rows.en.eq(en)
    m.d.comb += [getattr(rows, name).eq(value) for name, value in token.items()]
    a = coded(m, platform, spec, en, skewed(m, platform, en, a, spec.rows, "a_skew"))
    if spec.dataflow in ("os", "cube"):
        by_column = skewed(m, platform, en, Cat(columns_of(b, spec)), spec.cols, "b_skew")
        b = Cat(by_row(by_column, spec))
    m.d.comb += [rows.a.eq(a), rows.b.eq(delayed(m, platform, en, b, spec.edge_cycles, "b_delay"))]
    return rows


def by_row(columns: Value, spec) -> list[Value]:
    """Return the operands of a beat of B in the order of the stream, from the order of columns."""
    words = [columns.word_select(lane, spec.b_word.width) for lane in range(spec.k_step * spec.cols)]
    return [word for k in range(spec.k_step) for word in words[k :: spec.k_step]]


def skewed_lanes(m: Module, platform, en, spec, a: Value, b: Value) -> tuple[Value, Value]:
    """Return both beats with lane k of every row and column delayed by k: a chain's operands."""
    width = spec.k_step * spec.a_bits
    a_rows = [
        skewed(m, platform, en, a.word_select(i, width), spec.k_step, f"a_lanes_{i}")
        for i in range(spec.rows)
    ]
    b_columns = [
        skewed(m, platform, en, column, spec.k_step, f"b_lanes_{j}")
        for j, column in enumerate(columns_of(b, spec))
    ]
    return Cat(a_rows), Cat(by_row(Cat(b_columns), spec))


def register_c(m: Module, array, en, done, bottom_done, sums) -> None:
    """Offer a row of C, from a register, in the cycle after `done`."""
    c_valid = Signal()
    c_last = Signal(reset_less=True)
    c_data = Signal(len(array.c.payload.data.as_value()), reset_less=True)
    with m.If(en):
        m.d.sync += [c_valid.eq(done), c_last.eq(bottom_done), c_data.eq(sums)]
    m.d.comb += [
        array.c.valid.eq(c_valid),
        array.c.payload.last.eq(c_last),
        array.c.payload.data.as_value().eq(c_data),
    ]


def resolve(m: Module, platform, spec, en, done, bottom_done, words):
    """Return `done`, `bottom_done` and one result per column, behind what a Spec places there (`make_edge`).

    That is nothing, or a component of the ports of `Resolve`, which takes a cycle.
    """
    edge = spec.make_edge()
    if edge is None:
        return done, bottom_done, words
    share(m, platform, edge, "resolve")
    late_done = Signal(name="resolved_done")
    late_bottom_done = Signal(name="resolved_bottom_done", reset_less=True)
    m.d.comb += [edge.en.eq(en), edge.i.eq(words)]
    with m.If(en):
        m.d.sync += [late_done.eq(done), late_bottom_done.eq(bottom_done)]
    return late_done, late_bottom_done, edge.o


def intake(m: Module, array, en: Signal, gap: int, ends: Value | None = None) -> dict[str, Signal]:
    """Join the A and B streams and return the token of the accepted pair.

    array: has the streams `a` and `b`, and `last_mismatch`. gap: fewest enabled cycles between tiles. ends:
    whether the beat of B is the last of those that one beat of A waits for; None: it is the only one.
    """
    a, b = array.a, array.b
    token = {name: Signal(name=f"token_{name}") for name in TOKEN}
    first = Signal(init=1)
    both_valid = Signal()
    go = Signal()
    completes = Signal()
    one_last = Signal()
    disagree = Signal()
    either_last = a.payload.last | b.payload.last
    m.d.comb += [
        token["first"].eq(first),
        token["last"].eq(either_last if ends is None else either_last & ends),
        both_valid.eq(a.valid & b.valid),
        token["valid"].eq(both_valid & go),
        completes.eq(token["valid"] & token["last"]),
        a.ready.eq(b.valid & go if ends is None else b.valid & go & ends),
        b.ready.eq(a.valid & go),
        one_last.eq((a.payload.last if ends is None else a.payload.last & ends) ^ b.payload.last),
        disagree.eq(token["valid"] & one_last),
    ]
    with m.If(token["valid"]):
        m.d.sync += first.eq(token["last"])
    with m.If(disagree):
        m.d.sync += array.last_mismatch.eq(1)

    if gap == 1:
        m.d.comb += go.eq(en)
        return token
    # A tile leaves through as many beats as it has rows: the next may not complete before they are through.
    drain_left = Signal(range(gap))
    drain_left_next = Signal(range(gap))
    draining = Signal()
    must_wait = Signal()
    may_complete = Signal()
    m.d.comb += [
        draining.eq(drain_left != 0),
        must_wait.eq(token["last"] & draining),
        may_complete.eq(~must_wait),
        go.eq(en & may_complete),
        drain_left_next.eq(Mux(completes, gap - 1, drain_left - draining)),
    ]
    with m.If(en):
        m.d.sync += drain_left.eq(drain_left_next)
    return token
