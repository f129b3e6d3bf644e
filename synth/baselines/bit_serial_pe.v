// The function of bit_serial_pe with Verilog's own `*`: a product per lane and cycle, whatever the digits.
`include "dot.v"

module bit_serial_pe_baseline #(
  parameter LANES = 1,
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32
) (
  input  wire                    clk,
  input  wire                    rst,
  input  wire [LANES*A_BITS-1:0] s_axis_ab_ta,
  input  wire [LANES*B_BITS-1:0] s_axis_ab_tb,
  input  wire                    s_axis_ab_tlast,
  input  wire                    s_axis_ab_tvalid,
  output wire                    s_axis_ab_tready,
  output wire [ACC_BITS-1:0]     m_axis_c_tdata,
  output reg                     m_axis_c_tvalid,
  input  wire                    m_axis_c_tready
);
  // A sum that waits stands in the accumulator, and everything waits with it.
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  wire take = s_axis_ab_tvalid && en;
  assign s_axis_ab_tready = en;

  reg first;
  always @(posedge clk)
    if (rst) begin
      first <= 1'b1;
      m_axis_c_tvalid <= 1'b0;
    end else begin
      if (take) first <= s_axis_ab_tlast;
      if (en) m_axis_c_tvalid <= take && s_axis_ab_tlast;
    end

  dot_baseline #(
    .LANES(LANES), .A_BITS(A_BITS), .B_BITS(B_BITS), .A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED),
    .ACC_BITS(ACC_BITS), .SATURATE(0), .INPUT_REG(0)
  ) mac (
    .clk(clk), .en(take), .first(first), .a(s_axis_ab_ta), .b(s_axis_ab_tb), .acc(m_axis_c_tdata)
  );
endmodule
