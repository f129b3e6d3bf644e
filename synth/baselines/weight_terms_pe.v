// The function of weight_fma_pe, microarchitecture=terms: floating-point adders with Verilog's own operators, in
// the same tree. One window fits the sums of all terms.
`include "float_parts.v"
`include "float_sum.v"

// a * 2 ** A_SCALE + b * 2 ** B_SCALE, rounded once.
module scaled_sum #(
  parameter EXPONENT = 8,
  parameter MANTISSA = 7,
  parameter LOW = 2,
  parameter LEFTMOST = 18,
  parameter TERM_TOP = 0,
  parameter NUMBER_TOP = 0,
  parameter HEADROOM = 0,
  parameter A_SCALE = 0,
  parameter B_SCALE = 0
) (
  input  wire [EXPONENT+MANTISSA:0] a,
  input  wire [EXPONENT+MANTISSA:0] b,
  output wire [EXPONENT+MANTISSA:0] y
);
  localparam BITS = LOW + LEFTMOST + MANTISSA + 1;
  wire a_sign, a_zero, a_inf, a_nan, b_sign, b_zero, b_inf, b_nan, lost, minus, inf, nan;
  wire [8:0] a_exponent, b_exponent;
  wire [MANTISSA:0] a_significand, b_significand;
  wire [BITS-1:0] magnitude;
  wire signed [12:0] ceiling;
  float_unpack #(EXPONENT, MANTISSA) unpack_a (.code(a), .sign(a_sign), .exponent(a_exponent),
    .significand(a_significand), .zero(a_zero), .inf(a_inf), .nan(a_nan));
  float_unpack #(EXPONENT, MANTISSA) unpack_b (.code(b), .sign(b_sign), .exponent(b_exponent),
    .significand(b_significand), .zero(b_zero), .inf(b_inf), .nan(b_nan));
  float_sum #(MANTISSA + 1, MANTISSA + 1, LOW, LEFTMOST, 1, TERM_TOP + A_SCALE, NUMBER_TOP + B_SCALE) sum (
    .term(a_significand), .term_sign(a_sign), .term_exponent({1'b0, a_exponent}), .term_zero(a_zero),
    .term_inf(a_inf), .term_nan(a_nan), .number(b_significand), .number_sign(b_sign),
    .number_exponent(b_exponent), .number_zero(b_zero), .number_inf(b_inf), .number_nan(b_nan),
    .magnitude(magnitude), .lost(lost), .minus(minus), .inf(inf), .nan(nan), .ceiling(ceiling));
  // Zeros of one sign keep it.
  wire both = a_zero && b_zero ? a_sign && b_sign : minus;
  float_end #(BITS, HEADROOM, EXPONENT, MANTISSA) round (.magnitude(magnitude), .lost(lost), .minus(both),
    .inf(inf), .nan(nan), .ceiling(ceiling), .random(1'b0), .code(y));
endmodule

// The sum of COUNT terms from number FIRST on; a single one is not scaled yet.
module term_sum #(
  parameter COUNT = 4,
  parameter FIRST = 0,
  parameter EXPONENT = 8,
  parameter MANTISSA = 7,
  parameter LOW = 2,
  parameter LEFTMOST = 18,
  parameter TERM_TOP = 0,
  parameter NUMBER_TOP = 0,
  parameter HEADROOM = 0
) (
  input  wire [EXPONENT+MANTISSA-1:0] size,
  input  wire [COUNT-1:0]             bits,
  output wire [EXPONENT+MANTISSA:0]   code
);
  localparam SPLIT = COUNT > 4 ? 4 : COUNT > 2 ? 2 : 1;
  generate
    if (COUNT == 1) assign code = bits ? size : 0;
    else begin : pair
      wire [EXPONENT+MANTISSA:0] x, y;
      term_sum #(SPLIT, FIRST, EXPONENT, MANTISSA, LOW, LEFTMOST, TERM_TOP, NUMBER_TOP, HEADROOM)
        low (.size(size), .bits(bits[SPLIT-1:0]), .code(x));
      term_sum #(COUNT - SPLIT, FIRST + SPLIT, EXPONENT, MANTISSA, LOW, LEFTMOST, TERM_TOP, NUMBER_TOP, HEADROOM)
        high (.size(size), .bits(bits[COUNT-1:SPLIT]), .code(y));
      scaled_sum #(EXPONENT, MANTISSA, LOW, LEFTMOST, TERM_TOP, NUMBER_TOP, HEADROOM,
                   SPLIT == 1 ? FIRST : 0, COUNT - SPLIT == 1 ? FIRST + SPLIT : 0)
        add (.a(x), .b(y), .y(code));
    end
  endgenerate
endmodule

// old + a * b: a step of the element.
module weight_terms_sum #(
  parameter EXPONENT = 8,
  parameter MANTISSA = 7,
  parameter B_BITS = 4,
  parameter LOW = 2,
  parameter LEFTMOST = 18,
  parameter TERM_TOP = 0,
  parameter NUMBER_TOP = 0,
  parameter HEADROOM = 0
) (
  input  wire [EXPONENT+MANTISSA:0] a,
  input  wire signed [B_BITS-1:0]   b,
  input  wire [EXPONENT+MANTISSA:0] old,
  output wire [EXPONENT+MANTISSA:0] total
);
  localparam SIZE = EXPONENT + MANTISSA;
  wire [B_BITS-1:0] magnitude = b < 0 ? -b : b;
  wire [SIZE:0] sum;
  term_sum #(B_BITS, 0, EXPONENT, MANTISSA, LOW, LEFTMOST, TERM_TOP, NUMBER_TOP, HEADROOM)
    terms (.size(a[SIZE-1:0]), .bits(magnitude), .code(sum));
  wire special = a[SIZE-1:MANTISSA] == (1 << EXPONENT) - 1;
  wire [SIZE:0] not_a_number = ((2 << EXPONENT) - 1) << (MANTISSA - 1);
  wire [SIZE:0] product = special && b == 0 ? not_a_number : {a[SIZE] ^ b[B_BITS-1], sum[SIZE-1:0]};
  scaled_sum #(EXPONENT, MANTISSA, LOW, LEFTMOST, TERM_TOP, NUMBER_TOP, HEADROOM)
    accumulate (.a(old), .b(product), .y(total));
endmodule

module weight_terms_pe_baseline #(
  parameter EXPONENT = 8,        // the format of activations
  parameter MANTISSA = 7,
  parameter B_BITS = 4,
  parameter LOW = 2,             // as in float_sum and float_end
  parameter LEFTMOST = 18,
  parameter TERM_TOP = 0,
  parameter NUMBER_TOP = 0,
  parameter HEADROOM = 0
) (
  input  wire                       clk,
  input  wire                       en,
  input  wire                       first,
  input  wire [EXPONENT+MANTISSA:0] a,
  input  wire signed [B_BITS-1:0]   b,
  output reg  [EXPONENT+MANTISSA:0] acc
);
  wire [EXPONENT+MANTISSA:0] next;
  weight_terms_sum #(EXPONENT, MANTISSA, B_BITS, LOW, LEFTMOST, TERM_TOP, NUMBER_TOP, HEADROOM)
    step (.a(a), .b(b), .old(first ? 0 : acc), .total(next));
  always @(posedge clk) if (en) acc <= next;
endmodule
