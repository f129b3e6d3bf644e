// The function of mixpe_float_array with Verilog's own operators: every element gets its operands at once, and the
// sums of a group wait for their scales and leave row by row.
`include "weight_fma_pe.v"
`include "weight_terms_pe.v"

module mixpe_float_array_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter GROUP = 128,
  parameter TERMS = 0,           // elements add terms
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
  input  wire [ROWS*(1+EXPONENT+MANTISSA)-1:0]     s_axis_a_tdata,
  input  wire                                      s_axis_a_tlast,
  input  wire                                      s_axis_a_tvalid,
  output wire                                      s_axis_a_tready,
  input  wire [COLS*B_BITS-1:0]                    s_axis_b_tdata,
  input  wire                                      s_axis_b_tlast,
  input  wire                                      s_axis_b_tvalid,
  output wire                                      s_axis_b_tready,
  input  wire [COLS*(1+B_EXPONENT+B_MANTISSA)-1:0] s_axis_s_tscale,
  input  wire                                      s_axis_s_tvalid,
  output wire                                      s_axis_s_tready,
  output reg  [COLS*(1+OUT_EXPONENT+OUT_MANTISSA)-1:0] m_axis_c_tdata,
  output reg                                       m_axis_c_tlast,
  output reg                                       m_axis_c_tvalid,
  input  wire                                      m_axis_c_tready,
  output reg                                       last_mismatch
);
  localparam A_BITS = 1 + EXPONENT + MANTISSA;
  localparam SUM_BITS = TERMS ? A_BITS : ACC_BITS + ACC_EXPONENT + 2;
  localparam CODE_BITS = 1 + A_EXPONENT + A_MANTISSA;
  localparam SCALE_BITS = 1 + B_EXPONENT + B_MANTISSA;
  localparam OUT_BITS = 1 + OUT_EXPONENT + OUT_MANTISSA;
  localparam ROW_BITS = COLS * SUM_BITS;

  // A group may end when the sums of the one before have left.
  reg [12:0] step;
  reg first, complete, completes_tile;
  reg [8:0] left;
  wire tile_over = s_axis_a_tlast || s_axis_b_tlast;
  wire last = tile_over || step == GROUP - 1;
  wire go = !(last && (left != 0 || complete));
  assign s_axis_a_tready = s_axis_b_tvalid && go;
  assign s_axis_b_tready = s_axis_a_tvalid && go;
  wire take = s_axis_a_tvalid && s_axis_b_tvalid && go;
  always @(posedge clk) begin
    if (rst) begin
      step <= 0;
      first <= 1'b1;
      complete <= 1'b0;
      last_mismatch <= 1'b0;
    end else begin
      complete <= take && last;
      if (take) begin
        step <= last ? 13'd0 : step + 13'd1;
        first <= last;
        if (s_axis_a_tlast != s_axis_b_tlast) last_mismatch <= 1'b1;
      end
    end
    if (take) completes_tile <= tile_over;
  end

  wire [ROWS*ROW_BITS-1:0] sums;
  genvar i, j;
  generate
    for (i = 0; i < ROWS; i = i + 1) begin : row
      for (j = 0; j < COLS; j = j + 1) begin : col
        wire [A_BITS-1:0] a = s_axis_a_tdata[i*A_BITS +: A_BITS];
        wire [B_BITS-1:0] b = s_axis_b_tdata[j*B_BITS +: B_BITS];
        wire [SUM_BITS-1:0] acc;
        assign sums[i*ROW_BITS+j*SUM_BITS +: SUM_BITS] = acc;
        if (TERMS)
          weight_terms_pe_baseline #(EXPONENT, MANTISSA, B_BITS, TERM_LOW, TERM_LEFTMOST, TERM_PLACE, TERM_NUMBER,
                                     TERM_HEADROOM)
            element (.clk(clk), .en(take), .first(first), .a(a), .b(b), .acc(acc));
        else
          weight_fma_pe_baseline #(EXPONENT, MANTISSA, B_BITS, ACC_BITS, ACC_EXPONENT, OFFSET)
            element (.clk(clk), .en(take), .first(first), .a(a), .b(b), .acc(acc));
      end
    end
  endgenerate

  // Rows leave by way of two registers: the rounded sum, and the result.
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  wire leaves = left != 0 && s_axis_s_tvalid && en;
  assign s_axis_s_tready = leaves && left == 1;
  reg [ROWS*ROW_BITS-1:0] held;
  reg held_ends, starts, held_starts;
  reg d_valid, d_last, d_ends, d_first;
  reg [COLS*CODE_BITS-1:0] d;
  reg [COLS*SCALE_BITS-1:0] scale;
  wire [COLS*CODE_BITS-1:0] rounded;
  reg [ROWS*COLS*OUT_BITS-1:0] results;
  wire [COLS*OUT_BITS-1:0] total;
  always @(posedge clk) begin
    if (rst) begin
      left <= 0;
      starts <= 1'b1;
      d_valid <= 1'b0;
      m_axis_c_tvalid <= 1'b0;
    end else begin
      if (complete) left <= ROWS;
      else if (leaves) left <= left - 1;
      if (complete) starts <= completes_tile;
      if (en) begin
        d_valid <= leaves;
        m_axis_c_tvalid <= d_valid && d_ends;
      end
    end
    if (complete) begin
      held <= sums;
      held_ends <= completes_tile;
      held_starts <= starts;
    end else if (leaves) held <= held >> ROW_BITS;
    if (en) begin
      {d, scale, d_last, d_ends, d_first} <= {rounded, s_axis_s_tscale, left == 1, held_ends, held_starts};
      m_axis_c_tdata <= total;
      m_axis_c_tlast <= d_last;
      if (d_valid) results <= {results, total};
    end
  end

  generate
    for (j = 0; j < COLS; j = j + 1) begin : lane
      wire [SUM_BITS-1:0] sum = held[j*SUM_BITS +: SUM_BITS];
      if (TERMS) assign rounded[j*CODE_BITS +: CODE_BITS] = sum;
      else begin : round
        wire signed [ACC_BITS-1:0] significand = sum[ACC_BITS-1:0];
        wire signed [12:0] exponent = sum[ACC_BITS +: ACC_EXPONENT];
        wire plus = sum[SUM_BITS-2];
        wire minus = sum[SUM_BITS-1];
        wire [ACC_BITS-1:0] magnitude = significand < 0 ? -significand : significand;
        wire [CODE_BITS-1:0] code;
        float_end #(ACC_BITS, A_MANTISSA + 2, A_EXPONENT, A_MANTISSA) finish (
          .magnitude(magnitude), .lost(1'b0), .minus(plus || minus ? minus : significand < 0), .inf(plus || minus),
          .nan(plus && minus), .ceiling(exponent + $signed(CODE_TOP)), .random(1'b0), .code(code));
        assign rounded[j*CODE_BITS +: CODE_BITS] = code;
      end

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
