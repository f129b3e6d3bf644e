// The function of fma_array with dataflow=ws: the baseline of mac_array with elements that multiply floats, and
// results that are rounded as they leave.
`include "wide_fma_pe.v"
`include "wide_sum_code.v"
`include "mac_array_ws_frame.v"

// A block of products, as mac_array's baseline adds it: the products from zero, one by one, then the old sum.
module dot_sum #(
  parameter LANES = 4,
  parameter A_BITS = 16,
  parameter B_BITS = 16,
  parameter A_SIGNED = 0,
  parameter B_SIGNED = 0,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0,
  parameter SIGNIFICAND = 20,
  parameter NORMALISE = 0,
  parameter AN_K = 1,
  parameter AN_LAMBDA = 2
) (
  input  wire                    first,
  input  wire [LANES*A_BITS-1:0] a,
  input  wire [LANES*B_BITS-1:0] b,
  input  wire [ACC_BITS-1:0]     old,
  output wire [ACC_BITS-1:0]     total
);
  wire [(LANES+1)*ACC_BITS-1:0] sums;
  assign sums[ACC_BITS-1:0] = 0;
  genvar k;
  generate
    for (k = 0; k < LANES; k = k + 1) begin : stage
      wide_fma_sum step (.a(a[k*A_BITS +: A_BITS]), .b(b[k*B_BITS +: B_BITS]), .old(sums[k*ACC_BITS +: ACC_BITS]),
                         .total(sums[(k+1)*ACC_BITS +: ACC_BITS]));
    end
  endgenerate
  float_step #(SIGNIFICAND, ACC_BITS - SIGNIFICAND - 2, NORMALISE, AN_K, AN_LAMBDA)
    add (.x(sums[LANES*ACC_BITS +: ACC_BITS]), .y(first ? 0 : old), .sum(total));
endmodule

module fma_array_ws_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter K_STEP = 4,
  parameter A_EXPONENT = 8,      // operands and accumulator, as in wide_fma_pe
  parameter A_MANTISSA = 7,
  parameter A_SIGNED = 1,
  parameter B_EXPONENT = 8,
  parameter B_MANTISSA = 7,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 20,
  parameter ACC_EXPONENT = 10,
  parameter OUT_EXPONENT = 8,    // results
  parameter OUT_MANTISSA = 23
) (
  input  wire                                           clk,
  input  wire                                           rst,
  input  wire [K_STEP*(A_SIGNED+A_EXPONENT+A_MANTISSA)-1:0] s_axis_a_tdata,
  input  wire                                           s_axis_a_tlast,
  input  wire                                           s_axis_a_tvalid,
  output wire                                           s_axis_a_tready,
  input  wire [COLS*(B_SIGNED+B_EXPONENT+B_MANTISSA)-1:0] s_axis_b_tdata,
  input  wire                                           s_axis_b_tlast,
  input  wire                                           s_axis_b_tvalid,
  output wire                                           s_axis_b_tready,
  output wire [COLS*(1+OUT_EXPONENT+OUT_MANTISSA)-1:0]  m_axis_c_tdata,
  output wire                                           m_axis_c_tlast,
  output wire                                           m_axis_c_tvalid,
  input  wire                                           m_axis_c_tready,
  output wire                                           last_mismatch
);
  localparam A_BITS = A_SIGNED + A_EXPONENT + A_MANTISSA;
  localparam B_BITS = B_SIGNED + B_EXPONENT + B_MANTISSA;
  localparam SUM_BITS = ACC_BITS + ACC_EXPONENT + 2;
  localparam OUT_BITS = 1 + OUT_EXPONENT + OUT_MANTISSA;
  wire [COLS*SUM_BITS-1:0] sums;
  mac_array_ws_baseline #(.ROWS(ROWS), .COLS(COLS), .K_STEP(K_STEP), .A_BITS(A_BITS), .B_BITS(B_BITS), .ACC_BITS(SUM_BITS))
    array (
      .clk(clk), .rst(rst), .s_axis_a_tdata(s_axis_a_tdata), .s_axis_a_tlast(s_axis_a_tlast),
      .s_axis_a_tvalid(s_axis_a_tvalid), .s_axis_a_tready(s_axis_a_tready), .s_axis_b_tdata(s_axis_b_tdata),
      .s_axis_b_tlast(s_axis_b_tlast), .s_axis_b_tvalid(s_axis_b_tvalid), .s_axis_b_tready(s_axis_b_tready),
      .m_axis_c_tdata(sums), .m_axis_c_tlast(m_axis_c_tlast), .m_axis_c_tvalid(m_axis_c_tvalid),
      .m_axis_c_tready(m_axis_c_tready), .last_mismatch(last_mismatch)
    );
  genvar k;
  generate
    for (k = 0; k < COLS; k = k + 1) begin : edge_of
      wide_sum_code round (.word(sums[k*SUM_BITS +: SUM_BITS]), .code(m_axis_c_tdata[k*OUT_BITS +: OUT_BITS]));
    end
  endgenerate
endmodule
