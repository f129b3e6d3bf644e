// The function of fp_add, a + b, with Verilog's own operators.
`include "float_parts.v"
`include "float_sum.v"

module fp_add_baseline #(
  parameter A_EXPONENT = 8,
  parameter A_MANTISSA = 7,
  parameter A_SPECIAL = 0,    // as in float_unpack
  parameter A_SIGNED = 1,
  parameter A_ZERO = 1,
  parameter A_FLUSH = 0,
  parameter B_EXPONENT = 8,
  parameter B_MANTISSA = 7,
  parameter B_SPECIAL = 0,    // as in float_unpack
  parameter B_SIGNED = 1,
  parameter B_ZERO = 1,
  parameter B_FLUSH = 0,
  parameter OUT_EXPONENT = 8,
  parameter OUT_MANTISSA = 7,
  parameter OUT_SPECIAL = 0,
  parameter OUT_SIGNED = 1,
  parameter OUT_ZERO = 1,
  parameter OUT_OVERFLOW = 0,  // as in float_end
  parameter OUT_FLUSH = 0,
  parameter ROUNDING = 0,
  parameter RANDOM = 0,        // bits of the random operand
  parameter TERM_TOP = 0,      // exponents, counted as the result's, where the fields are 0
  parameter NUMBER_TOP = 0,
  parameter LOW = 2,           // as in float_sum
  parameter LEFTMOST = 18,
  parameter YIELDS = 0,
  parameter HEADROOM = 0,      // zeros in front, for results below the smallest normal number
  parameter PIPELINE = 1
) (
  input  wire clk,
  input  wire rst,
  input  wire [A_SIGNED+A_EXPONENT+A_MANTISSA-1:0] s_axis_x_ta,
  input  wire [B_SIGNED+B_EXPONENT+B_MANTISSA-1:0] s_axis_x_tb,
  input  wire [RANDOM-1:0] s_axis_x_trandom,  // only with RANDOM
  input  wire s_axis_x_tvalid,
  output wire s_axis_x_tready,
  output wire [OUT_SIGNED+OUT_EXPONENT+OUT_MANTISSA-1:0] m_axis_y_tdata,
  output wire m_axis_y_tvalid,
  input  wire m_axis_y_tready
);
  localparam RANDOM_BITS = RANDOM > 0 ? RANDOM : 1;
  localparam STAGED = PIPELINE > 1;
  localparam TERM_BITS = A_MANTISSA + 1;
  localparam BITS = LOW + LEFTMOST + B_MANTISSA + 1;

  wire [RANDOM_BITS-1:0] random = s_axis_x_trandom;  // only with RANDOM
  wire [RANDOM_BITS-1:0] random = 0;  // only without RANDOM
  wire a_sign, a_zero, a_inf, a_nan;
  wire [8:0] a_exponent;
  wire [A_MANTISSA:0] a_significand;
  float_unpack #(.EXPONENT(A_EXPONENT), .MANTISSA(A_MANTISSA), .SPECIAL(A_SPECIAL), .SIGNED(A_SIGNED),
                 .ZERO(A_ZERO), .FLUSH(A_FLUSH)) unpack_a (
    .code(s_axis_x_ta), .sign(a_sign), .exponent(a_exponent), .significand(a_significand),
    .zero(a_zero), .inf(a_inf), .nan(a_nan));
  wire b_sign, b_zero, b_inf, b_nan;
  wire [8:0] b_exponent;
  wire [B_MANTISSA:0] b_significand;
  float_unpack #(.EXPONENT(B_EXPONENT), .MANTISSA(B_MANTISSA), .SPECIAL(B_SPECIAL), .SIGNED(B_SIGNED),
                 .ZERO(B_ZERO), .FLUSH(B_FLUSH)) unpack_b (
    .code(s_axis_x_tb), .sign(b_sign), .exponent(b_exponent), .significand(b_significand),
    .zero(b_zero), .inf(b_inf), .nan(b_nan));

  wire [BITS-1:0] magnitude;
  wire lost, minus, inf, nan;
  wire signed [12:0] ceiling;
  float_sum #(.TERM_BITS(TERM_BITS), .NUMBER_BITS(B_MANTISSA + 1), .LOW(LOW), .LEFTMOST(LEFTMOST),
              .YIELDS(YIELDS), .TERM_TOP(TERM_TOP), .NUMBER_TOP(NUMBER_TOP)) sum (
    .term(a_significand), .term_sign(a_sign), .term_exponent({1'b0, a_exponent}), .term_zero(a_zero),
    .term_inf(a_inf), .term_nan(a_nan),
    .number(b_significand), .number_sign(b_sign), .number_exponent(b_exponent), .number_zero(b_zero),
    .number_inf(b_inf), .number_nan(b_nan),
    .magnitude(magnitude), .lost(lost), .minus(minus), .inf(inf), .nan(nan), .ceiling(ceiling));

  // Of more than one register the first stands here, the others behind the result.
  wire [BITS+RANDOM_BITS+16:0] direct = {magnitude, random, lost, minus, inf, nan, ceiling};
  reg [BITS+RANDOM_BITS+16:0] staged;
  always @(posedge clk) if (s_axis_x_tready) staged <= direct;
  wire [BITS-1:0] end_magnitude;
  wire [RANDOM_BITS-1:0] end_random;
  wire end_lost, end_minus, end_inf, end_nan;
  wire signed [12:0] end_ceiling;
  assign {end_magnitude, end_random, end_lost, end_minus, end_inf, end_nan, end_ceiling} = STAGED ? staged : direct;
  wire [OUT_SIGNED+OUT_EXPONENT+OUT_MANTISSA-1:0] result;
  float_end #(.BITS(BITS), .ABOVE(HEADROOM), .EXPONENT(OUT_EXPONENT), .MANTISSA(OUT_MANTISSA), .SPECIAL(OUT_SPECIAL),
              .SIGNED(OUT_SIGNED), .ZERO(OUT_ZERO), .OVERFLOW(OUT_OVERFLOW), .FLUSH(OUT_FLUSH), .ROUNDING(ROUNDING),
              .RANDOM_BITS(RANDOM_BITS)) finish (
    .magnitude(end_magnitude), .lost(end_lost), .minus(end_minus), .inf(end_inf), .nan(end_nan),
    .ceiling(end_ceiling), .random(end_random), .code(result));
  float_stream #(.BITS(OUT_SIGNED + OUT_EXPONENT + OUT_MANTISSA), .DELAY(PIPELINE - STAGED), .PIPELINE(PIPELINE)) stream (
    .clk(clk), .rst(rst), .x_valid(s_axis_x_tvalid), .x_ready(s_axis_x_tready), .result(result),
    .y(m_axis_y_tdata), .y_valid(m_axis_y_tvalid), .y_ready(m_axis_y_tready));
endmodule
