// What the baselines of mixpe_float_array share: rows of sums meet their scales and become results, by way of two
// registers, the rounded sum and the result.
`include "float_parts.v"
`include "float_sum.v"
`include "float_step.v"

module mixpe_float_drain #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter TERMS = 0,           // elements add terms
  parameter ZERO_POINT = 1,
  parameter DYADIC = 0,          // scales are a multiplier and a shift
  parameter MULT_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter EXPONENT = 8,        // activations, weights and elements, as in weight_fma_pe
  parameter MANTISSA = 7,
  parameter B_BITS = 4,
  parameter ACC_BITS = 20,
  parameter ACC_EXPONENT = 9,
  parameter OFFSET = 32,
  parameter TERM_LOW = 2,        // elements that add terms, as in weight_terms_pe
  parameter TERM_LEFTMOST = 18,
  parameter TERM_PLACE = 0,
  parameter TERM_NUMBER = 0,
  parameter TERM_HEADROOM = 0,
  parameter WIDE_EXPONENT = 9,   // sums less the zero point's part
  parameter A_EXPONENT = 8,      // sums of groups
  parameter A_MANTISSA = 7,
  parameter B_EXPONENT = 8,      // scales
  parameter B_MANTISSA = 7,
  parameter OUT_EXPONENT = 8,    // results
  parameter OUT_MANTISSA = 23,
  parameter CODE_TOP = 0,        // as TERM_TOP, of sums that are rounded
  parameter LOW = 2,             // results, as in float_op
  parameter LEFTMOST = 18,
  parameter YIELDS = 0,
  parameter TERM_TOP = 0,
  parameter NUMBER_TOP = 0,
  parameter HEADROOM = 0
) (
  input  wire                                      clk,
  input  wire                                      rst,
  input  wire [COLS*(TERMS ? 1+EXPONENT+MANTISSA : ACC_BITS+ACC_EXPONENT+2)-1:0] sums,   // of a row
  input  wire [(TERMS ? 1+EXPONENT+MANTISSA : ACC_BITS+ACC_EXPONENT+2)-1:0] a_sum,       // of its activations
  input  wire                                      bottom,
  input  wire                                      ends,         // its group is the last one of the tile
  input  wire                                      starts,       // it is the first one
  input  wire                                      sums_valid,
  output wire                                      sums_ready,
  input  wire [COLS*(1+B_EXPONENT+B_MANTISSA)-1:0] scales,
  input  wire [COLS*MULT_BITS-1:0]                 mults,
  input  wire [COLS*SHIFT_BITS-1:0]                shifts,
  input  wire [COLS*B_BITS-1:0]                    zeros,
  input  wire                                      s_valid,
  output wire                                      s_ready,
  output reg  [COLS*(1+OUT_EXPONENT+OUT_MANTISSA)-1:0] m_axis_c_tdata,
  output reg                                       m_axis_c_tlast,
  output reg                                       m_axis_c_tvalid,
  input  wire                                      m_axis_c_tready
);
  localparam SUM_BITS = TERMS ? 1 + EXPONENT + MANTISSA : ACC_BITS + ACC_EXPONENT + 2;
  localparam CODE_BITS = 1 + A_EXPONENT + A_MANTISSA;
  localparam SCALE_BITS = 1 + B_EXPONENT + B_MANTISSA;
  localparam OUT_BITS = 1 + OUT_EXPONENT + OUT_MANTISSA;
  localparam WIDE_BITS = ACC_BITS + (ZERO_POINT ? B_BITS : 0);
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  wire leaves = sums_valid && s_valid && en;
  assign sums_ready = s_valid && en;
  assign s_ready = leaves && bottom;
  reg d_valid, d_last, d_ends, d_first;
  reg [COLS*CODE_BITS-1:0] d;
  reg [COLS*SCALE_BITS-1:0] scale;
  wire [COLS*CODE_BITS-1:0] rounded;
  wire [COLS*SCALE_BITS-1:0] code_of_scale;
  reg [ROWS*COLS*OUT_BITS-1:0] results;
  wire [COLS*OUT_BITS-1:0] total;
  always @(posedge clk) begin
    if (rst) begin
      d_valid <= 1'b0;
      m_axis_c_tvalid <= 1'b0;
    end else if (en) begin
      d_valid <= leaves;
      m_axis_c_tvalid <= d_valid && d_ends;
    end
    if (en) begin
      {d, scale, d_last, d_ends, d_first} <= {rounded, code_of_scale, bottom, ends, starts};
      m_axis_c_tdata <= total;
      m_axis_c_tlast <= d_last;
      if (d_valid) results <= {results, total};
    end
  end

  genvar j;
  integer k;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : lane
      wire [SUM_BITS-1:0] sum = sums[j*SUM_BITS +: SUM_BITS];
      wire signed [B_BITS-1:0] zero = zeros[j*B_BITS +: B_BITS] - (1 << B_BITS >> 1);
      if (TERMS && !ZERO_POINT) assign rounded[j*CODE_BITS +: CODE_BITS] = sum;
      else if (TERMS)
        weight_terms_sum #(EXPONENT, MANTISSA, B_BITS, TERM_LOW, TERM_LEFTMOST, TERM_PLACE, TERM_NUMBER, TERM_HEADROOM)
          less (.a({!a_sum[SUM_BITS-1], a_sum[SUM_BITS-2:0]}), .b(zero), .old(sum), .total(rounded[j*CODE_BITS +: CODE_BITS]));
      else begin : round
        wire [WIDE_BITS+WIDE_EXPONENT+1:0] wide;
        if (ZERO_POINT) begin : less
          wire signed [ACC_BITS-1:0] activations = a_sum[ACC_BITS-1:0];
          wire signed [WIDE_BITS-1:0] part = -(activations * zero);
          wire [WIDE_EXPONENT-1:0] part_exponent = part == 0 ? 0 : a_sum[ACC_BITS +: ACC_EXPONENT] + B_BITS;
          wire [WIDE_EXPONENT-1:0] sum_exponent = sum[ACC_BITS +: ACC_EXPONENT];
          wire [WIDE_BITS-1:0] significand = {sum[ACC_BITS-1:0], {B_BITS{1'b0}}};
          wire none = {sum[SUM_BITS-1 -: 2], a_sum[SUM_BITS-1 -: 2]} != 0;
          float_step #(WIDE_BITS, WIDE_EXPONENT) add (
            .x({none, none, part_exponent, part}), .y({none, none, sum_exponent, significand}), .sum(wide));
        end else assign wide = sum;
        wire signed [WIDE_BITS-1:0] significand = wide[WIDE_BITS-1:0];
        wire signed [12:0] exponent = wide[WIDE_BITS +: WIDE_EXPONENT];
        wire plus = wide[WIDE_BITS+WIDE_EXPONENT];
        wire minus = wide[WIDE_BITS+WIDE_EXPONENT+1];
        wire [WIDE_BITS-1:0] magnitude = significand < 0 ? -significand : significand;
        wire [CODE_BITS-1:0] code;
        float_end #(WIDE_BITS, A_MANTISSA + 2, A_EXPONENT, A_MANTISSA) finish (
          .magnitude(magnitude), .lost(1'b0), .minus(plus || minus ? minus : significand < 0), .inf(plus || minus),
          .nan(plus && minus), .ceiling(exponent + $signed(CODE_TOP)), .random(1'b0), .code(code));
        assign rounded[j*CODE_BITS +: CODE_BITS] = code;
      end

      if (DYADIC) begin : dyadic
        wire [MULT_BITS-1:0] mult = mults[j*MULT_BITS +: MULT_BITS];
        reg [4:0] top;
        always @* begin
          top = 0;
          for (k = 0; k < MULT_BITS; k = k + 1) if (mult[k]) top = k;
        end
        wire [MULT_BITS-1:0] normal = mult << (MULT_BITS - 1 - top);
        wire [B_EXPONENT-1:0] field = (1 << SHIFT_BITS) + top - shifts[j*SHIFT_BITS +: SHIFT_BITS];
        assign code_of_scale[j*SCALE_BITS +: SCALE_BITS] = mult == 0 ? 0 : {field, normal[MULT_BITS-2:0]};
      end else assign code_of_scale[j*SCALE_BITS +: SCALE_BITS] = scales[j*SCALE_BITS +: SCALE_BITS];

      wire d_sign, d_zero, d_inf, d_nan, s_sign, s_zero, s_inf, s_nan, y_sign, y_zero, y_inf, y_nan;
      wire [8:0] d_exponent, s_exponent, y_exponent;
      wire [A_MANTISSA:0] d_significand;
      wire [B_MANTISSA:0] s_significand;
      wire [OUT_MANTISSA:0] y_significand;
      wire [OUT_BITS-1:0] old = d_first ? 0 : results[((ROWS-1)*COLS+j)*OUT_BITS +: OUT_BITS];
      float_unpack #(A_EXPONENT, A_MANTISSA) unpack_d (
        d[j*CODE_BITS +: CODE_BITS], d_sign, d_exponent, d_significand, d_zero, d_inf, d_nan);
      float_unpack #(B_EXPONENT, B_MANTISSA) unpack_s (
        scale[j*SCALE_BITS +: SCALE_BITS], s_sign, s_exponent, s_significand, s_zero, s_inf, s_nan);
      float_unpack #(OUT_EXPONENT, OUT_MANTISSA) unpack_y (
        old, y_sign, y_exponent, y_significand, y_zero, y_inf, y_nan);
      localparam TERM_BITS = A_MANTISSA + B_MANTISSA + 2;
      localparam BITS = LOW + LEFTMOST + OUT_MANTISSA + 1;
      wire [TERM_BITS-1:0] product = d_significand * s_significand;
      wire [9:0] product_exponent = d_exponent + s_exponent;
      wire none = d_zero || s_zero;
      wire infinite = d_inf || s_inf;
      wire [BITS-1:0] size;
      wire lost, negative, inf, nan;
      wire signed [12:0] ceiling;
      float_sum #(TERM_BITS, OUT_MANTISSA + 1, LOW, LEFTMOST, YIELDS, TERM_TOP, NUMBER_TOP) add (
        product, d_sign ^ s_sign, product_exponent, none, infinite, d_nan || s_nan || (infinite && none),
        y_significand, y_sign, y_exponent, y_zero, y_inf, y_nan, size, lost, negative, inf, nan, ceiling);
      float_end #(BITS, HEADROOM, OUT_EXPONENT, OUT_MANTISSA) finish (
        .magnitude(size), .lost(lost), .minus(negative), .inf(inf), .nan(nan), .ceiling(ceiling), .random(1'b0),
        .code(total[j*OUT_BITS +: OUT_BITS]));
    end
  endgenerate
endmodule
