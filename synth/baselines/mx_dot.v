// The function of mx_dot, bfp_dot and nvfp4_dot with Verilog's own operators: products shifted into fixed point
// and added, block sums rounded to fp32 and added there, or added in fixed point.
`include "float_parts.v"
`include "float_sum.v"

module mx_dot_baseline #(
  parameter LANES = 32,
  parameter BEATS = 1,           // of a block
  parameter BEAT_BITS = 1,
  parameter A_EXPONENT = 4,      // elements; integers have no exponent
  parameter A_MANTISSA = 3,
  parameter A_IEEE = 0,          // with Inf
  parameter A_NAN = 1,
  parameter B_EXPONENT = 4,
  parameter B_MANTISSA = 3,
  parameter B_IEEE = 0,
  parameter B_NAN = 1,
  parameter PRODUCT_BITS = 36,   // of a product in fixed point
  parameter SUM_BITS = 42,
  parameter UNIT = 0,            // exponent of a block sum's lowest bit, where that of its scales is 0
  parameter LOW = 2,             // the sum in fp32: as in float_sum and float_end
  parameter LEFTMOST = 50,
  parameter YIELDS = 0,
  parameter TERM_TOP = 0,
  parameter NUMBER_TOP = 0,
  parameter TOTAL_HEADROOM = 0,
  parameter ACC_BITS = 0,        // of the sum in fixed point; 0: it is in fp32
  parameter ACC_FRACTION = 0,
  parameter FP8_SCALES = 0,      // e4m3 without a sign; else powers of two
  parameter TENSOR = 0           // the sum is multiplied
) (
  input  wire clk,
  input  wire rst,
  input  wire [LANES*(1+A_EXPONENT+A_MANTISSA)-1:0] s_axis_x_ta,
  input  wire [LANES*(1+B_EXPONENT+B_MANTISSA)-1:0] s_axis_x_tb,
  input  wire [7-FP8_SCALES:0] s_axis_x_ta_scale,
  input  wire [7-FP8_SCALES:0] s_axis_x_tb_scale,
  input  wire [31:0] s_axis_x_ttensor, // only with TENSOR
  input  wire s_axis_x_tlast,
  input  wire s_axis_x_tvalid,
  output wire s_axis_x_tready,
  output wire [31:0] m_axis_y_tdata,
  output reg  m_axis_y_tvalid,
  input  wire m_axis_y_tready
);
  localparam A_BITS = 1 + A_EXPONENT + A_MANTISSA;
  localparam B_BITS = 1 + B_EXPONENT + B_MANTISSA;
  localparam NUMBER_BITS = SUM_BITS + 8 * FP8_SCALES;
  // Zeros in front of a block sum, for results below the smallest normal number of fp32.
  localparam BELOW = -126 - (UNIT + NUMBER_BITS - 1);
  localparam HEADROOM = BELOW < 0 ? 0 : BELOW > 25 ? 25 : BELOW;

  wire en = !m_axis_y_tvalid || m_axis_y_tready;
  wire take = s_axis_x_tvalid && en;
  assign s_axis_x_tready = en;

  wire [LANES*PRODUCT_BITS-1:0] products;
  wire [LANES-1:0] signs, infs, nans;
  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : lane
      wire [A_BITS-1:0] a = s_axis_x_ta[i*A_BITS +: A_BITS];
      wire [B_BITS-1:0] b = s_axis_x_tb[i*B_BITS +: B_BITS];
      wire a_sign, a_zero, a_inf, a_nan, b_sign, b_zero, b_inf, b_nan;
      wire [8:0] a_exponent, b_exponent;
      wire [A_MANTISSA:0] a_significand;
      wire [B_MANTISSA:0] b_significand;
      if (A_EXPONENT == 0) begin : a_parts
        assign {a_sign, a_zero, a_inf, a_nan, a_exponent} = {a[A_BITS-1], a == 0, 2'b0, 9'd1};
        assign a_significand = a_sign ? -a : a;
      end else begin : a_parts
        float_unpack #(A_EXPONENT, A_MANTISSA, A_IEEE ? 0 : A_NAN ? 1 : 3) unpack (
          a, a_sign, a_exponent, a_significand, a_zero, a_inf, a_nan);
      end
      if (B_EXPONENT == 0) begin : b_parts
        assign {b_sign, b_zero, b_inf, b_nan, b_exponent} = {b[B_BITS-1], b == 0, 2'b0, 9'd1};
        assign b_significand = b_sign ? -b : b;
      end else begin : b_parts
        float_unpack #(B_EXPONENT, B_MANTISSA, B_IEEE ? 0 : B_NAN ? 1 : 3) unpack (
          b, b_sign, b_exponent, b_significand, b_zero, b_inf, b_nan);
      end
      wire [PRODUCT_BITS-1:0] product = a_significand * b_significand;
      assign products[i*PRODUCT_BITS +: PRODUCT_BITS] = product << (a_exponent + b_exponent - 2);
      assign signs[i] = a_sign ^ b_sign;
      assign infs[i] = a_inf || b_inf;
      assign nans[i] = a_nan || b_nan || (infs[i] && (a_zero || b_zero));
    end
  endgenerate

  // A block's sum.
  reg [BEAT_BITS-1:0] beat;
  wire opens = beat == 0;
  wire ends = beat == BEATS - 1 || s_axis_x_tlast;
  integer k;
  reg signed [SUM_BITS-1:0] term, total, block;
  always @* begin
    total = opens ? 0 : block;
    term = 0;
    for (k = 0; k < LANES; k = k + 1) begin
      term = products[k*PRODUCT_BITS +: PRODUCT_BITS];
      total = signs[k] ? total - term : total + term;
    end
  end
  wire [8:0] scale_exponent;
  wire [7:0] scale_factor;
  wire scale_nan;
  generate
    if (FP8_SCALES) begin : scales
      wire [8:0] s_exponent, t_exponent;
      wire [3:0] s_significand, t_significand;
      wire s_sign, s_zero, s_inf, s_nan, t_sign, t_zero, t_inf, t_nan;
      float_unpack #(4, 3, 1, 0) unpack_s (
        s_axis_x_ta_scale, s_sign, s_exponent, s_significand, s_zero, s_inf, s_nan);
      float_unpack #(4, 3, 1, 0) unpack_t (
        s_axis_x_tb_scale, t_sign, t_exponent, t_significand, t_zero, t_inf, t_nan);
      assign scale_exponent = s_exponent + t_exponent;
      assign scale_factor = s_significand * t_significand;
      assign scale_nan = s_nan || t_nan;
    end else begin : scales
      assign scale_exponent = s_axis_x_ta_scale + s_axis_x_tb_scale + 1;
      assign scale_factor = 1;
      assign scale_nan = s_axis_x_ta_scale == 255 || s_axis_x_tb_scale == 255;
    end
  endgenerate
  wire nan = nans != 0 || (ends && scale_nan);
  reg [8:0] exponent;
  reg [7:0] factor;
  reg plus, minus, block_valid, first, block_first, block_last;
  always @(posedge clk) begin
    if (rst) begin
      block_valid <= 1'b0;
      first <= 1'b1;
      beat <= 0;
    end else begin
      if (en) block_valid <= take && ends;
      if (take) beat <= ends ? 0 : beat + 1;
      if (take && ends) first <= s_axis_x_tlast;
    end
    if (en) {block_first, block_last} <= {first, s_axis_x_tlast};
    if (take) begin
      block <= total;
      exponent <= scale_exponent;
      factor <= scale_factor;
      plus <= (plus && !opens) || (infs & ~signs) != 0 || nan;
      minus <= (minus && !opens) || (infs & signs) != 0 || nan;
    end
  end

  wire signed [8:0] positive_factor = {1'b0, factor};
  wire signed [NUMBER_BITS-1:0] number;
  generate
    if (FP8_SCALES) assign number = block * positive_factor;
    else assign number = block;
  endgenerate

  reg [31:0] y;
  reg y_valid;
  generate
    if (ACC_BITS != 0) begin : fixed
      // Shifted to the grid of the sum and cut off; a bit more than the sum has tells that it saturates.
      localparam WIDE = ACC_BITS + NUMBER_BITS;
      localparam TOP = ACC_BITS - 1 - ACC_FRACTION;
      localparam LOWER = -126 - TOP;
      localparam ABOVE = LOWER < 0 ? 0 : LOWER > 25 ? 25 : LOWER;
      localparam signed [ACC_BITS+1:0] HIGH = {3'b000, {(ACC_BITS-1){1'b1}}};
      wire signed [13:0] right = ACC_BITS - ACC_FRACTION - UNIT - $signed({5'd0, exponent});
      wire signed [WIDE-1:0] placed = {number, {ACC_BITS{1'b0}}};
      wire signed [WIDE-1:0] aligned = placed >>> (right < 0 ? 14'd0 : right);
      wire fits = aligned >>> ACC_BITS == 0 || aligned >>> ACC_BITS == -1;
      reg signed [ACC_BITS:0] term;
      reg signed [ACC_BITS-1:0] acc;
      reg term_valid, term_first, term_last, term_plus, term_minus, acc_valid, acc_plus, acc_minus;
      wire signed [ACC_BITS+1:0] wide_term = term;
      wire signed [ACC_BITS+1:0] wide_acc = acc;
      wire signed [ACC_BITS+1:0] sum = (term_first ? 0 : wide_acc) + wide_term;
      wire minus_acc = acc < 0;
      wire [ACC_BITS-1:0] magnitude = minus_acc ? -acc : acc;
      wire signed [12:0] ceiling = TOP + ABOVE + 127;
      wire [31:0] rounded;
      float_end #(ACC_BITS, ABOVE, 8, 23) finish (.magnitude(magnitude), .lost(1'b0),
        .minus(acc_plus || acc_minus ? acc_minus : minus_acc), .inf(acc_plus || acc_minus),
        .nan(acc_plus && acc_minus), .ceiling(ceiling), .random(1'b0), .code(rounded));
      always @(posedge clk) begin
        if (rst) {term_valid, acc_valid, y_valid} <= 3'b0;
        else if (en) {term_valid, acc_valid, y_valid} <= {block_valid, term_valid && term_last, acc_valid};
        if (en) begin
          {term_first, term_last, term_plus, term_minus} <= {block_first, block_last, plus, minus};
          term <= fits ? aligned : number < 0 ? {1'b1, {ACC_BITS{1'b0}}} : {1'b0, {ACC_BITS{1'b1}}};
          y <= rounded;
        end
        if (en && term_valid) begin
          acc <= sum > HIGH ? HIGH : sum < ~HIGH ? ~HIGH : sum;
          acc_plus <= term_plus || (acc_plus && !term_first);
          acc_minus <= term_minus || (acc_minus && !term_first);
        end
      end
    end else begin : fp32
      // The sum with its scales, rounded to fp32.
      wire [NUMBER_BITS-2:0] magnitude = number < 0 ? -number : number;
      wire signed [12:0] ceiling = $signed({4'd0, exponent}) + UNIT + NUMBER_BITS - 1 + HEADROOM + 126;
      wire [31:0] rounded;
      float_end #(NUMBER_BITS - 1, HEADROOM, 8, 23) finish (.magnitude(magnitude), .lost(1'b0),
        .minus(plus || minus ? minus : number < 0), .inf(plus || minus), .nan(plus && minus), .ceiling(ceiling),
        .random(1'b0), .code(rounded));
      reg [31:0] code;
      reg code_valid, code_first, code_last;

      // The total.
      localparam BITS = LOW + LEFTMOST + 24;
      wire y_sign, y_zero, y_inf, y_nan, code_sign, code_zero, code_inf, code_nan, lost, sum_minus, sum_inf, sum_nan;
      wire [8:0] y_exponent, code_exponent;
      wire [23:0] y_significand, code_significand;
      wire [BITS-1:0] sum_magnitude;
      wire signed [12:0] sum_ceiling;
      wire [31:0] sum;
      float_unpack #(8, 23) unpack_y (y, y_sign, y_exponent, y_significand, y_zero, y_inf, y_nan);
      float_unpack #(8, 23) unpack_code (code, code_sign, code_exponent, code_significand, code_zero, code_inf, code_nan);
      float_sum #(24, 24, LOW, LEFTMOST, YIELDS, TERM_TOP, NUMBER_TOP) add (
        .term(y_significand), .term_sign(y_sign), .term_exponent({1'b0, y_exponent}), .term_zero(y_zero),
        .term_inf(y_inf), .term_nan(y_nan), .number(code_significand), .number_sign(code_sign),
        .number_exponent(code_exponent), .number_zero(code_zero), .number_inf(code_inf), .number_nan(code_nan),
        .magnitude(sum_magnitude), .lost(lost), .minus(sum_minus), .inf(sum_inf), .nan(sum_nan), .ceiling(sum_ceiling));
      // Zeros of one sign keep it.
      wire sum_sign = y_zero && code_zero ? y_sign && code_sign : sum_minus;
      float_end #(BITS, TOTAL_HEADROOM, 8, 23) round (.magnitude(sum_magnitude), .lost(lost), .minus(sum_sign),
        .inf(sum_inf), .nan(sum_nan), .ceiling(sum_ceiling), .random(1'b0), .code(sum));
      always @(posedge clk) begin
        if (rst) {code_valid, y_valid} <= 2'b0;
        else if (en) {code_valid, y_valid} <= {block_valid, code_valid && code_last};
        if (en) {code, code_first, code_last} <= {rounded, block_first, block_last};
        if (en && code_valid) y <= code_first ? code : sum;
      end
    end
  endgenerate

  generate
    if (TENSOR) begin : tensor
      localparam DELAY = ACC_BITS != 0 ? 4 : 3;
      reg [31:0] line [0:DELAY-1];
      wire [31:0] by = line[DELAY-1];
      integer d;
      wire a_sign, a_zero, a_inf, a_nan, b_sign, b_zero, b_inf, b_nan;
      wire [8:0] a_exponent, b_exponent;
      wire [23:0] a_significand, b_significand;
      float_unpack #(8, 23) unpack_a (y, a_sign, a_exponent, a_significand, a_zero, a_inf, a_nan);
      float_unpack #(8, 23) unpack_b (by, b_sign, b_exponent, b_significand, b_zero, b_inf, b_nan);
      wire [47:0] magnitude = a_significand * b_significand;
      // The product's top bit stands for 2^1 where both exponents are those of 1, and 25 bits more for small ones.
      wire signed [12:0] ceiling = $signed({4'd0, a_exponent}) + $signed({4'd0, b_exponent}) - 2 * 127 + 1 + 25 + 127;
      wire [31:0] product;
      float_end #(48, 25, 8, 23) finish (.magnitude(magnitude), .lost(1'b0), .minus(a_sign ^ b_sign),
        .inf(a_inf || b_inf), .nan(a_nan || b_nan || (a_inf && b_zero) || (a_zero && b_inf)), .ceiling(ceiling),
        .random(1'b0), .code(product));
      reg [31:0] scaled;
      always @(posedge clk) begin
        if (rst) m_axis_y_tvalid <= 1'b0;
        else if (en) m_axis_y_tvalid <= y_valid;
        if (en) begin
          scaled <= product;
          line[0] <= s_axis_x_ttensor; // only with TENSOR
          for (d = 1; d < DELAY; d = d + 1) line[d] <= line[d-1];
        end
      end
      assign m_axis_y_tdata = scaled;
    end else begin : tensor
      assign m_axis_y_tdata = y;
      always @* m_axis_y_tvalid = y_valid;
    end
  endgenerate
endmodule
