// What the baselines of the floating-point units share: a code taken apart, and the end of an operation.

module float_unpack #(
  parameter EXPONENT = 8,
  parameter MANTISSA = 7,
  parameter SPECIAL = 0,     // 0 ieee, 1 fn, 2 fnuz, 3 none
  parameter SIGNED = 1,
  parameter ZERO = 1,
  parameter FLUSH = 0
) (
  input  wire [SIGNED+EXPONENT+MANTISSA-1:0] code,
  output wire                                sign,
  output wire [8:0]                          exponent,     // the field, 1 for subnormal numbers
  output wire [MANTISSA:0]                   significand,
  output wire                                zero,
  output wire                                inf,
  output wire                                nan
);
  localparam [31:0] FIELD_ONES = (1 << EXPONENT) - 1;
  localparam [31:0] MANTISSA_ONES = (1 << MANTISSA) - 1;
  wire [31:0] word = code;
  wire [31:0] field = (word >> MANTISSA) & FIELD_ONES;
  wire [31:0] mantissa = word & MANTISSA_ONES;
  wire normal = ZERO ? field != 0 : 1;
  assign sign = SIGNED ? word >> (EXPONENT + MANTISSA) : 0;
  assign exponent = field + !normal;
  assign significand = normal ? (1 << MANTISSA) | mantissa : FLUSH ? 0 : mantissa;
  assign inf = SPECIAL == 0 && field == FIELD_ONES && mantissa == 0;
  assign nan = SPECIAL == 0 ? field == FIELD_ONES && mantissa != 0
             : SPECIAL == 1 ? field == FIELD_ONES && mantissa == MANTISSA_ONES
             : SPECIAL == 2 ? sign && field == 0 && mantissa == 0 : 0;
  assign zero = significand == 0 && !nan;
endmodule

// The number magnitude, larger by less than one if `lost`, normalised, rounded and packed. `ceiling` is how far
// the exponent of its highest bit, and ABOVE bits more, lies above the result's smallest, plus one.
module float_end #(
  parameter BITS = 28,
  parameter ABOVE = 0,
  parameter EXPONENT = 8,
  parameter MANTISSA = 7,
  parameter SPECIAL = 0,
  parameter SIGNED = 1,
  parameter ZERO = 1,
  parameter OVERFLOW = 0,    // 0 inf, 1 nan, 2 saturate
  parameter FLUSH = 0,
  parameter ROUNDING = 0,    // 0 nearest even, 1 toward zero, 2 stochastic
  parameter RANDOM_BITS = 1
) (
  input  wire [BITS-1:0]                     magnitude,
  input  wire                                lost,
  input  wire                                minus,
  input  wire                                inf,
  input  wire                                nan,
  input  wire signed [12:0]                  ceiling,
  input  wire [RANDOM_BITS-1:0]              random,
  output wire [SIGNED+EXPONENT+MANTISSA-1:0] code
);
  localparam FRACTION = ROUNDING == 2 ? RANDOM_BITS : 1;
  localparam KEPT = MANTISSA + 1 + FRACTION;
  localparam WIDE = BITS + ABOVE + KEPT;
  localparam SIZE = EXPONENT + MANTISSA;
  localparam [31:0] ONES = (1 << SIZE) - 1;
  localparam [31:0] LARGEST = SPECIAL == 0 ? ONES - (1 << MANTISSA) : ONES - (SPECIAL == 1);
  localparam [31:0] INFINITE = LARGEST + 1;
  localparam [31:0] NOT_A_NUMBER = SPECIAL == 0 ? INFINITE + (1 << MANTISSA >> 1)
                                 : SPECIAL == 1 ? ONES : SPECIAL == 2 ? 1 << SIZE : LARGEST;
  localparam SATURATES = OVERFLOW == 2 || ROUNDING == 1;

  integer i;
  reg [7:0] zeros;
  always @* begin
    zeros = BITS + ABOVE;
    for (i = 0; i < BITS; i = i + 1)
      if (magnitude[i]) zeros = BITS + ABOVE - 1 - i;
  end
  wire signed [12:0] limit = ceiling - 1;
  wire low = limit < $signed({5'd0, zeros});
  wire [7:0] shift = !low ? zeros : limit < 0 ? 0 : limit;
  wire [WIDE-1:0] word = {magnitude, {KEPT{1'b0}}};
  wire [WIDE-1:0] shifted = word << shift;
  wire [MANTISSA:0] significand = shifted >> (WIDE - MANTISSA - 1);
  wire [FRACTION-1:0] fraction = shifted >> (WIDE - KEPT);
  wire rest = shifted[WIDE-KEPT-1:0] != 0 || lost;
  wire [FRACTION:0] drawn = fraction + random;
  wire up = ROUNDING == 0 ? fraction[FRACTION-1] && (rest || significand[0])
          : ROUNDING == 1 ? 0 : drawn[FRACTION];
  wire nothing = magnitude == 0 && !lost;
  wire [12:0] exponent = low || nothing ? 0 : limit - zeros;
  wire [12+MANTISSA:0] sum = (exponent << MANTISSA) + significand + up;
  wire [12+MANTISSA:0] whole = ZERO ? sum : sum == 0 ? 0 : sum - 1;
  wire flushed = FLUSH && whole < (1 << MANTISSA);
  wire beyond = whole > LARGEST;
  wire signed_zero = SPECIAL != 2 || (whole != 0 && !flushed);
  wire [31:0] number = flushed ? 0 : beyond && SATURATES ? LARGEST : whole;
  wire [31:0] with_sign = SIGNED ? number | ((minus && signed_zero) << SIZE)
                        : minus && !nothing ? (SATURATES ? 0 : NOT_A_NUMBER) : number;
  wire [31:0] edge_code = OVERFLOW == 1 ? NOT_A_NUMBER
                        : SIGNED ? (OVERFLOW == 0 ? INFINITE : LARGEST) | (minus << SIZE)
                        : minus ? (OVERFLOW == 0 ? NOT_A_NUMBER : 0) : OVERFLOW == 0 ? INFINITE : LARGEST;
  wire too_large = beyond && !SATURATES && (SIGNED || !minus);
  assign code = nan ? NOT_A_NUMBER : inf || too_large ? edge_code : with_sign;
endmodule

// Streams of a beat a cycle, whatever is computed: y is the code `result`, from the last of PIPELINE registers.
module float_stream #(
  parameter BITS = 16,
  parameter DELAY = 1,       // registers behind `result`
  parameter PIPELINE = 1
) (
  input  wire            clk,
  input  wire            rst,
  input  wire            x_valid,
  output wire            x_ready,
  input  wire [BITS-1:0] result,
  output wire [BITS-1:0] y,
  output wire            y_valid,
  input  wire            y_ready
);
  reg [PIPELINE-1:0] valid;
  reg [BITS-1:0] line [0:DELAY-1];
  assign x_ready = !y_valid || y_ready;
  assign y_valid = valid[PIPELINE-1];
  assign y = line[DELAY-1];
  integer k;
  always @(posedge clk) begin
    if (rst) valid <= 0;
    else if (x_ready) valid <= {valid, x_valid};
    if (x_ready) begin
      line[0] <= result;
      for (k = 1; k < DELAY; k = k + 1) line[k] <= line[k-1];
    end
  end
endmodule
