// The function of fp_dot with Verilog's own operators: products shifted into fixed point, added, rounded once.
`include "float_parts.v"

module fp_dot_baseline #(
  parameter LANES = 4,
  parameter A_EXPONENT = 4,       // formats, as in float_unpack
  parameter A_MANTISSA = 3,
  parameter A_SPECIAL = 1,
  parameter A_SIGNED = 1,
  parameter A_ZERO = 1,
  parameter A_FLUSH = 0,
  parameter B_EXPONENT = 4,
  parameter B_MANTISSA = 3,
  parameter B_SPECIAL = 1,
  parameter B_SIGNED = 1,
  parameter B_ZERO = 1,
  parameter B_FLUSH = 0,
  parameter OUT_EXPONENT = 8,     // the rest as in float_end
  parameter OUT_MANTISSA = 7,
  parameter OUT_SPECIAL = 0,
  parameter OUT_SIGNED = 1,
  parameter OUT_ZERO = 1,
  parameter OUT_OVERFLOW = 0,
  parameter OUT_FLUSH = 0,
  parameter ROUNDING = 0,
  parameter RANDOM = 0,           // bits of the random operand
  parameter PRODUCT_BITS = 36,    // of a product in fixed point
  parameter SUM_BITS = 39,
  parameter TERM_TOP = 0,         // exponent of the sum's top bit, counted as results' are
  parameter HEADROOM = 0,
  parameter PIPELINE = 1
) (
  input  wire clk,
  input  wire rst,
  input  wire [LANES*(A_SIGNED+A_EXPONENT+A_MANTISSA)-1:0] s_axis_x_ta,
  input  wire [LANES*(B_SIGNED+B_EXPONENT+B_MANTISSA)-1:0] s_axis_x_tb,
  input  wire [RANDOM-1:0] s_axis_x_trandom,  // only with RANDOM
  input  wire s_axis_x_tvalid,
  output wire s_axis_x_tready,
  output wire [OUT_SIGNED+OUT_EXPONENT+OUT_MANTISSA-1:0] m_axis_y_tdata,
  output wire m_axis_y_tvalid,
  input  wire m_axis_y_tready
);
  localparam A_BITS = A_SIGNED + A_EXPONENT + A_MANTISSA;
  localparam B_BITS = B_SIGNED + B_EXPONENT + B_MANTISSA;
  localparam OUT_BITS = OUT_SIGNED + OUT_EXPONENT + OUT_MANTISSA;
  localparam RANDOM_BITS = RANDOM > 0 ? RANDOM : 1;
  localparam STAGED = PIPELINE > 1;

  wire [RANDOM_BITS-1:0] random = s_axis_x_trandom;  // only with RANDOM
  wire [RANDOM_BITS-1:0] random = 0;  // only without RANDOM
  wire [LANES*PRODUCT_BITS-1:0] products;
  wire [LANES-1:0] signs, infs, nans;
  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : lane
      wire a_sign, a_zero, a_inf, a_nan, b_sign, b_zero, b_inf, b_nan;
      wire [8:0] a_exponent, b_exponent;
      wire [A_MANTISSA:0] a_significand;
      wire [B_MANTISSA:0] b_significand;
      float_unpack #(A_EXPONENT, A_MANTISSA, A_SPECIAL, A_SIGNED, A_ZERO, A_FLUSH) unpack_a (
        s_axis_x_ta[i*A_BITS +: A_BITS], a_sign, a_exponent, a_significand, a_zero, a_inf, a_nan);
      float_unpack #(B_EXPONENT, B_MANTISSA, B_SPECIAL, B_SIGNED, B_ZERO, B_FLUSH) unpack_b (
        s_axis_x_tb[i*B_BITS +: B_BITS], b_sign, b_exponent, b_significand, b_zero, b_inf, b_nan);
      wire [PRODUCT_BITS-1:0] product = a_significand * b_significand;
      assign products[i*PRODUCT_BITS +: PRODUCT_BITS] = product << (a_exponent + b_exponent - 2);
      assign signs[i] = a_sign ^ b_sign;
      assign infs[i] = a_inf || b_inf;
      assign nans[i] = a_nan || b_nan || (infs[i] && (a_zero || b_zero));
    end
  endgenerate

  integer k;
  reg signed [SUM_BITS-1:0] term, total;
  always @* begin
    total = 0;
    term = 0;
    for (k = 0; k < LANES; k = k + 1) begin
      term = products[k*PRODUCT_BITS +: PRODUCT_BITS];
      total = signs[k] ? total - term : total + term;
    end
  end
  wire negative = total < 0;
  wire [SUM_BITS-2:0] magnitude = negative ? -total : total;
  wire inf = infs != 0;
  wire nan = nans != 0 || ((infs & signs) != 0 && (infs & ~signs) != 0);
  wire minus = inf ? (infs & signs) != 0 : negative;

  // Of more than one register the first stands here, the others behind the result.
  wire [SUM_BITS+RANDOM_BITS+1:0] direct = {magnitude, random, minus, inf, nan};
  reg [SUM_BITS+RANDOM_BITS+1:0] staged;
  always @(posedge clk) if (s_axis_x_tready) staged <= direct;
  wire [SUM_BITS+RANDOM_BITS+1:0] ended = STAGED ? staged : direct;
  wire signed [12:0] ceiling = TERM_TOP;
  wire [OUT_BITS-1:0] result;
  float_end #(SUM_BITS - 1, HEADROOM, OUT_EXPONENT, OUT_MANTISSA, OUT_SPECIAL, OUT_SIGNED, OUT_ZERO, OUT_OVERFLOW,
              OUT_FLUSH, ROUNDING, RANDOM_BITS) finish (
    .magnitude(ended[RANDOM_BITS+3 +: SUM_BITS-1]), .random(ended[3 +: RANDOM_BITS]), .lost(1'b0),
    .minus(ended[2]), .inf(ended[1]), .nan(ended[0]), .ceiling(ceiling), .code(result));
  float_stream #(OUT_BITS, PIPELINE - STAGED, PIPELINE) stream (
    clk, rst, s_axis_x_tvalid, s_axis_x_tready, result, m_axis_y_tdata, m_axis_y_tvalid, m_axis_y_tready);
endmodule
