// The exponentials of rows, their sum and its reciprocal, with Verilog's own operators: comparisons of whole codes,
// a subtraction and a plain lookup per code, and a loop that finds the leading one.
module row_exp_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter FRACTION_BITS = 5,
  parameter EXP_BITS = 8,
  parameter ROW_BEATS = 128,
  parameter TOTAL_BITS = 18,
  parameter INDEX_BITS = 6,
  parameter MANTISSA_BITS = 9,
  parameter FACTOR_BITS = 9,
  parameter SHIFT_BITS = 5,
  parameter CHORDS = 0,           // tables and steps of Softermax
  parameter EXP_TABLE = 0,        // 2 ** -(i / 2 ** FRACTION_BITS), or with CHORDS 2 ** that, EXP_BITS each
  parameter RECIPROCAL_TABLE = 0, // FACTOR_BITS each; with CHORDS where the eight segments meet
  parameter TOP_BITS = IN_BITS - FRACTION_BITS + 1
) (
  input  wire                       clk,
  input  wire                       rst,
  input  wire                       en,
  input  wire [LANES*IN_BITS-1:0]   x,
  input  wire [LANES-1:0]           keep,
  input  wire                       last,
  input  wire                       valid,
  output reg                        too_long,
  output reg                        valid_1,
  output reg  [LANES*EXP_BITS-1:0]  exps_1,
  output reg  [LANES-1:0]           keep_1,
  output reg                        last_1,
  output reg  signed [TOP_BITS-1:0] top_1,
  output reg                        valid_3,
  output reg  signed [TOP_BITS-1:0] top_3,
  output reg  [FACTOR_BITS-1:0]     mantissa,
  output reg  [SHIFT_BITS-1:0]      down
);
  localparam [(EXP_BITS<<FRACTION_BITS)-1:0] EXPS = EXP_TABLE;
  localparam PART = MANTISSA_BITS > 3 ? MANTISSA_BITS - 3 : 1;
  localparam [(CHORDS ? 9 : 1 << INDEX_BITS)*FACTOR_BITS-1:0] RECIPROCALS = RECIPROCAL_TABLE;
  localparam signed [IN_BITS:0] LOWEST = -(1 << (IN_BITS - 1));

  // A beat waits, while its largest code is found.
  reg valid_0, valid_2;
  reg [LANES*IN_BITS-1:0] x_0;
  reg [LANES-1:0] keep_0;
  reg last_0, last_2;
  reg signed [IN_BITS:0] largest, code, most_0;
  integer i, k;
  always @* begin
    largest = LOWEST;
    for (k = 0; k < LANES; k = k + 1) begin
      code = $signed(x[k*IN_BITS +: IN_BITS]);
      if (keep[k] && code > largest) largest = code;
    end
  end
  reg [16:0] position;
  wire full = position == ROW_BEATS - 1;
  wire ends = last || full;
  always @(posedge clk)
    if (rst) begin
      valid_0 <= 0;
      position <= 0;
      too_long <= 0;
    end else if (en) begin
      valid_0 <= valid;
      if (valid) position <= ends ? 0 : position + 1'b1;
      if (valid && full && !last) too_long <= 1;
    end
  always @(posedge clk)
    if (en) begin
      x_0 <= x;
      keep_0 <= keep;
      last_0 <= ends;
      most_0 <= largest;
    end

  // Exponentials, relative to the running maximum in octaves, rounded up.
  reg fresh, fresh_1, fresh_2;
  reg signed [TOP_BITS-1:0] top_2;
  wire signed [IN_BITS:0] raised = most_0 + ((1 << FRACTION_BITS) - 1);
  wire signed [TOP_BITS-1:0] most = raised >>> FRACTION_BITS;
  wire signed [TOP_BITS-1:0] top = fresh || most > top_1 ? most : top_1;
  reg [TOP_BITS-1:0] rise_1, rise_2;
  reg [LANES*EXP_BITS-1:0] exps;
  reg signed [IN_BITS+1:0] distance, fraction;
  reg [EXP_BITS-1:0] entry;
  always @* begin
    exps = 0;
    for (k = 0; k < LANES; k = k + 1) begin
      distance = (top <<< FRACTION_BITS) - $signed(x_0[k*IN_BITS +: IN_BITS]);
      fraction = CHORDS ? -distance : distance;
      if (CHORDS) distance = distance + ((1 << FRACTION_BITS) - 1);
      entry = EXPS >> (fraction & ((1 << FRACTION_BITS) - 1)) * EXP_BITS;
      if (keep_0[k]) exps[k*EXP_BITS +: EXP_BITS] = entry >> (distance >>> FRACTION_BITS);
    end
  end
  always @(posedge clk)
    if (rst) begin
      valid_1 <= 0;
      fresh <= 1;
    end else if (en) begin
      valid_1 <= valid_0;
      if (valid_0) fresh <= last_0;
    end
  always @(posedge clk)
    if (en && valid_0) begin
      exps_1 <= exps;
      keep_1 <= keep_0;
      last_1 <= last_0;
      fresh_1 <= fresh;
      top_1 <= top;
      rise_1 <= top - top_1;
    end

  // Their sum, and the total.
  reg [TOTAL_BITS-1:0] sum, sum_2, total_3;
  always @* begin
    sum = 0;
    for (k = 0; k < LANES; k = k + 1)
      sum = sum + exps_1[k*EXP_BITS +: EXP_BITS];
  end
  always @(posedge clk)
    if (rst) begin
      valid_2 <= 0;
      valid_3 <= 0;
    end else if (en) begin
      valid_2 <= valid_1;
      valid_3 <= valid_2 && last_2;
    end
  always @(posedge clk)
    if (en) begin
      sum_2 <= sum;
      fresh_2 <= fresh_1;
      last_2 <= last_1;
      rise_2 <= rise_1;
      top_2 <= top_1;
      if (valid_2) begin
        total_3 <= (fresh_2 ? 0 : total_3 >> rise_2) + sum_2;
        top_3 <= top_2;
      end
    end

  // The reciprocal.
  reg [TOTAL_BITS+INDEX_BITS+MANTISSA_BITS-1:0] aligned;
  reg [FACTOR_BITS+PART-1:0] upper, lower, value;
  integer exponent;
  always @* begin
    exponent = 0;
    for (i = 0; i < TOTAL_BITS; i = i + 1)
      if (total_3[i]) exponent = i;
    aligned = ({{INDEX_BITS+MANTISSA_BITS{1'b0}}, total_3} << (CHORDS ? MANTISSA_BITS : INDEX_BITS)) >> exponent;
    upper = 0;
    lower = 0;
    if (CHORDS) begin
      upper[FACTOR_BITS-1:0] = RECIPROCALS >> aligned[MANTISSA_BITS-1 -: 3] * FACTOR_BITS;
      lower[FACTOR_BITS-1:0] = RECIPROCALS >> (aligned[MANTISSA_BITS-1 -: 3] + 1) * FACTOR_BITS;
      value = ((upper << PART) - (upper - lower) * aligned[PART-1:0]) >> PART;
    end else
      value = RECIPROCALS >> aligned[INDEX_BITS-1:0] * FACTOR_BITS;
    mantissa = total_3 == 0 ? 0 : value;
    down = total_3 == 0 ? 0 : exponent + MANTISSA_BITS;
  end
endmodule
