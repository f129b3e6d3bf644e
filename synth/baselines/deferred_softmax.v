// The function of deferred_softmax with Verilog's own operators: row_exp.v, and two streams of results.
`include "row_exp.v"

module deferred_softmax_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter FRACTION_BITS = 5,
  parameter EXP_BITS = 8,
  parameter FACTOR_BITS = 9,
  parameter SHIFT_BITS = 5,
  parameter TOP_BITS = IN_BITS - FRACTION_BITS + 1
) (
  input  wire                      clk,
  input  wire                      rst,
  input  wire [LANES*IN_BITS-1:0]  s_axis_x_tdata,
  input  wire [LANES-1:0]          s_axis_x_tkeep,
  input  wire                      s_axis_x_tlast,
  input  wire                      s_axis_x_tvalid,
  output wire                      s_axis_x_tready,
  output wire [LANES*EXP_BITS-1:0] m_axis_e_tdata,
  output wire [TOP_BITS-1:0]       m_axis_e_ttop,
  output wire [LANES-1:0]          m_axis_e_tkeep,
  output wire                      m_axis_e_tlast,
  output wire                      m_axis_e_tvalid,
  input  wire                      m_axis_e_tready,
  output wire [FACTOR_BITS-1:0]  m_axis_r_tmantissa,
  output wire [SHIFT_BITS-1:0]     m_axis_r_tshift,
  output wire [TOP_BITS-1:0]       m_axis_r_ttop,
  output wire                      m_axis_r_tvalid,
  input  wire                      m_axis_r_tready,
  output wire                      too_long
);
  wire valid_1, valid_3;
  wire [TOP_BITS-1:0] top_3;
  wire [FACTOR_BITS-1:0] mantissa;
  wire [SHIFT_BITS-1:0] down;
  reg e_given, r_given, r_there;
  reg [FACTOR_BITS+SHIFT_BITS+TOP_BITS-1:0] r;
  wire en = (!m_axis_e_tvalid || m_axis_e_tready) && (!m_axis_r_tvalid || m_axis_r_tready);
  assign s_axis_x_tready = en;
  assign m_axis_e_tvalid = valid_1 && !e_given;
  assign m_axis_r_tvalid = r_there && !r_given;
  row_exp_baseline rows_summed (
    .clk(clk), .rst(rst), .en(en), .x(s_axis_x_tdata), .keep(s_axis_x_tkeep), .last(s_axis_x_tlast),
    .valid(s_axis_x_tvalid), .too_long(too_long), .valid_1(valid_1), .exps_1(m_axis_e_tdata),
    .keep_1(m_axis_e_tkeep), .last_1(m_axis_e_tlast), .top_1(m_axis_e_ttop), .valid_3(valid_3), .top_3(top_3),
    .mantissa(mantissa), .down(down)
  );
  always @(posedge clk)
    if (rst) begin
      e_given <= 0;
      r_given <= 0;
      r_there <= 0;
    end else if (en) begin
      e_given <= 0;
      r_given <= 0;
      r_there <= valid_3;
    end else begin
      if (m_axis_e_tvalid && m_axis_e_tready) e_given <= 1;
      if (m_axis_r_tvalid && m_axis_r_tready) r_given <= 1;
    end
  always @(posedge clk)
    if (en && valid_3) r <= {top_3, down, mantissa};
  assign {m_axis_r_ttop, m_axis_r_tshift, m_axis_r_tmantissa} = r;
endmodule
