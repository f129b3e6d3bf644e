// What the baselines of mixpe_array share: scales wait in a queue, rows of sums become results.
module mixpe_queue #(
  parameter WIDTH = 8,
  parameter DEPTH = 2
) (
  input  wire             clk,
  input  wire             rst,
  input  wire             push,
  input  wire [WIDTH-1:0] i,
  output wire             full,
  input  wire             pop,
  output wire [WIDTH-1:0] o
);
  reg [DEPTH*WIDTH-1:0] entries;
  reg [3:0] count;
  assign full = count == DEPTH;
  assign o = entries[WIDTH-1:0];
  integer k;
  always @(posedge clk) begin
    if (rst) count <= 0;
    else count <= count + push - pop;
    for (k = 0; k < DEPTH; k = k + 1)
      if (push && k == count - pop) entries[k*WIDTH +: WIDTH] <= i;
      else if (pop && k + 1 < DEPTH) entries[k*WIDTH +: WIDTH] <= entries >> (k + 1) * WIDTH;
  end
endmodule

// shift, multiplier and whether it is a bad one, of a scale as it comes
module mixpe_scale #(
  parameter FLOAT = 0,
  parameter EXPONENT_BITS = 5,
  parameter MANTISSA_BITS = 10,
  parameter ORIGIN = 25,     // the exponent that is a shift of 0
  parameter FACTOR_BITS = 8,
  parameter SHIFT_BITS = 5
) (
  input  wire [EXPONENT_BITS+MANTISSA_BITS:0] code,
  output wire [FACTOR_BITS-1:0] factor,
  output wire [SHIFT_BITS-1:0]  shift,
  output wire                   bad
);
  localparam LONGEST = (1 << SHIFT_BITS) - 1;
  wire [EXPONENT_BITS-1:0] exponent = code[MANTISSA_BITS +: EXPONENT_BITS];
  wire signed [EXPONENT_BITS+2:0] distance = ORIGIN - (exponent == 0 ? 1 : exponent);
  assign factor = {exponent != 0, code[MANTISSA_BITS-1:0]};
  assign shift = distance < 0 ? 0 : distance > LONGEST ? LONGEST : distance;
  assign bad = code[EXPONENT_BITS+MANTISSA_BITS] || &exponent || distance < 0;
endmodule

module mixpe_drain #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter SUM_BITS = 20,
  parameter FACTOR_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter OUT_BITS = 32
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [COLS*SUM_BITS-1:0]    sums,
  input  wire                        sums_last,
  input  wire                        sums_valid,
  output wire                        sums_ready,
  input  wire [COLS*FACTOR_BITS-1:0] factors,
  input  wire [COLS*SHIFT_BITS-1:0]  shifts,
  input  wire                        ends,
  output wire                        pop,
  output reg  [COLS*OUT_BITS-1:0]    m_axis_c_tdata,
  output reg                         m_axis_c_tlast,
  output reg                         m_axis_c_tvalid,
  input  wire                        m_axis_c_tready
);
  localparam PRODUCT_BITS = SUM_BITS + FACTOR_BITS + 2;
  localparam WIDE = (PRODUCT_BITS > OUT_BITS ? PRODUCT_BITS : OUT_BITS) + 2;
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  assign sums_ready = en;
  wire take = sums_valid && en;
  assign pop = take && sums_last;

  reg first;
  reg  [ROWS*COLS*OUT_BITS-1:0] results;
  wire [COLS*OUT_BITS-1:0] total;
  genvar j;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : lane
      wire signed [SUM_BITS-1:0] sum = sums[j*SUM_BITS +: SUM_BITS];
      wire signed [FACTOR_BITS:0] factor = {1'b0, factors[j*FACTOR_BITS +: FACTOR_BITS]};
      wire [SHIFT_BITS-1:0] shift = shifts[j*SHIFT_BITS +: SHIFT_BITS];
      wire signed [PRODUCT_BITS-1:0] product = sum * factor;
      wire signed [PRODUCT_BITS:0] doubled = {product, 1'b0};
      wire signed [PRODUCT_BITS:0] shifted = doubled >>> shift;
      wire signed [OUT_BITS-1:0] old =
        first ? {OUT_BITS{1'b0}} : results[((ROWS-1)*COLS+j)*OUT_BITS +: OUT_BITS];
      // Half up: the bit below the point is added.
      wire signed [WIDE-1:0] wide = (shifted >>> 1) + $signed({1'b0, shifted[0]}) + old;
      wire fits = &wide[WIDE-1:OUT_BITS-1] || ~|wide[WIDE-1:OUT_BITS-1];
      assign total[j*OUT_BITS +: OUT_BITS] =
        fits ? wide[OUT_BITS-1:0] : {wide[WIDE-1], {(OUT_BITS-1){~wide[WIDE-1]}}};
    end
  endgenerate

  always @(posedge clk) begin
    if (rst) begin
      first <= 1'b1;
      m_axis_c_tvalid <= 1'b0;
    end else begin
      if (pop) first <= ends;
      if (en) m_axis_c_tvalid <= take && ends;
    end
    if (take) results <= {results, total};
    if (en) begin
      m_axis_c_tdata <= total;
      m_axis_c_tlast <= sums_last;
    end
  end
endmodule
