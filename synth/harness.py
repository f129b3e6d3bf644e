"""A ring of registers around a unit that has more ports than an FPGA has pins.

One shift register feeds every input, another takes every output and shifts it out, so that each path of the
unit starts and ends in a register on the chip and the clock of the whole is the clock of the unit.
"""

from ..gen.ports import Port


def make_harness(top: str, ports: list[Port], clock: str | None, reset: str | None) -> str:
    """Return Verilog of a module `harness` with ports clk, rst, si and so around the module `top`.

    It adds one register per input and output bit and a multiplexer per output bit.
    """
    ins = [p for p in ports if p.direction == "input"]
    outs = [p for p in ports if p.direction == "output"]
    width_in, width_out = sum(p.width for p in ins), sum(p.width for p in outs)
    connections = [f".{clock}(clk)"] if clock else []
    connections += [f".{reset}(rst_reg)"] if reset else []
    for vector, group in (("feed", ins), ("result", outs)):
        position = 0
        for port in group:
            connections.append(f".{port.name}({vector}[{position + port.width - 1}:{position}])")
            position += port.width
    lines = ",\n    ".join(connections)
    return f"""// Registers around {top}, for place and route only.
module harness (input wire clk, input wire rst, input wire si, output wire so);
  reg rst_reg;
  reg [{width_in}:0] feed;     // the bit on top says when to load the results
  reg [{width_out - 1}:0] taken;
  wire [{width_out - 1}:0] result;
  always @(posedge clk) begin
    rst_reg <= rst;
    feed <= {{feed, si}};
    taken <= feed[{width_in}] ? result : {{1'b0, taken}} >> 1;
  end
  assign so = taken[0];
  {top} unit (
    {lines}
  );
endmodule
"""
