"""Components also live in Amaranth's own simulator, where `share` makes ordinary submodules."""

import numpy as np
from amaranth.sim import Simulator
from macwright.hdl.array.mac_array import MacArray, MacArraySpec


def test_mac_array_without_the_emission_platform():
    spec = MacArraySpec(rows=3, cols=2, k_max=20)
    dut = MacArray(spec)
    simulator = Simulator(dut)
    simulator.add_clock(1e-8)
    rng = np.random.default_rng(0)
    tiles = [(rng.integers(-128, 128, (3, k)), rng.integers(-128, 128, (k, 2))) for k in (1, 2, 5, 3, 1)]
    rows = []

    async def feed(ctx):
        for a, b in tiles:
            for k in range(a.shape[1]):
                last = int(k == a.shape[1] - 1)
                ctx.set(dut.a.payload, {"data": a[:, k].tolist(), "last": last})
                ctx.set(dut.b.payload, {"data": b[k].tolist(), "last": last})
                ctx.set(dut.a.valid, 1)
                ctx.set(dut.b.valid, 1)
                await ctx.tick().until(dut.a.ready)
        ctx.set(dut.a.valid, 0)

    async def drain(ctx):
        ctx.set(dut.c.ready, 1)
        while len(rows) < 3 * len(tiles):
            payload = await ctx.tick().sample(dut.c.payload).until(dut.c.valid)
            rows.append([payload[0].data[j] for j in range(2)])

    simulator.add_testbench(feed)
    simulator.add_testbench(drain)
    simulator.run()
    for (a, b), c in zip(tiles, np.array(rows).reshape(-1, 3, 2), strict=True):
        assert (c == a @ b).all()
