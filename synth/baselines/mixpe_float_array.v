// The function of mixpe_float_array with Verilog's own operators: every element gets its operands at once, and the
// sums of a group wait for their scales and leave row by row.
`include "weight_fma_pe.v"
`include "weight_terms_pe.v"
`include "mixpe_float_drain.v"

module mixpe_float_array_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter GROUP = 128,
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
  input  wire [ROWS*(1+EXPONENT+MANTISSA)-1:0]     s_axis_a_tdata,
  input  wire                                      s_axis_a_tlast,
  input  wire                                      s_axis_a_tvalid,
  output wire                                      s_axis_a_tready,
  input  wire [COLS*B_BITS-1:0]                    s_axis_b_tdata,
  input  wire                                      s_axis_b_tlast,
  input  wire                                      s_axis_b_tvalid,
  output wire                                      s_axis_b_tready,
  input  wire [COLS*(1+B_EXPONENT+B_MANTISSA)-1:0] s_axis_s_tscale,   // only without DYADIC
  input  wire [COLS*MULT_BITS-1:0]                 s_axis_s_tmult,   // only with DYADIC
  input  wire [COLS*SHIFT_BITS-1:0]                s_axis_s_tshift,   // only with DYADIC
  input  wire [COLS*B_BITS-1:0]                    s_axis_s_tzero,   // only with ZERO_POINT
  input  wire                                      s_axis_s_tvalid,
  output wire                                      s_axis_s_tready,
  output wire [COLS*(1+OUT_EXPONENT+OUT_MANTISSA)-1:0] m_axis_c_tdata,
  output wire                                      m_axis_c_tlast,
  output wire                                      m_axis_c_tvalid,
  input  wire                                      m_axis_c_tready,
  output reg                                       last_mismatch
);
  localparam A_BITS = 1 + EXPONENT + MANTISSA;
  localparam SUM_BITS = TERMS ? A_BITS : ACC_BITS + ACC_EXPONENT + 2;
  localparam ROW_BITS = (COLS + ZERO_POINT) * SUM_BITS;   // with the sum of activations

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
      for (j = 0; j < COLS + ZERO_POINT; j = j + 1) begin : col
        wire [A_BITS-1:0] a = s_axis_a_tdata[i*A_BITS +: A_BITS];
        wire [B_BITS-1:0] b = j == COLS ? 1 : s_axis_b_tdata[j*B_BITS +: B_BITS] - (ZERO_POINT ? 1 << B_BITS >> 1 : 0);
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

  // A group's sums are held while its rows leave.
  reg [ROWS*ROW_BITS-1:0] held;
  reg held_ends, starts, held_starts;
  wire ready;
  wire leaves = left != 0 && ready;
  always @(posedge clk) begin
    if (rst) begin
      left <= 0;
      starts <= 1'b1;
    end else begin
      if (complete) left <= ROWS;
      else if (leaves) left <= left - 1;
      if (complete) starts <= completes_tile;
    end
    if (complete) begin
      held <= sums;
      held_ends <= completes_tile;
      held_starts <= starts;
    end else if (leaves) held <= held >> ROW_BITS;
  end
  mixpe_float_drain #(
    .ROWS(ROWS), .COLS(COLS),
    .TERMS(TERMS), .ZERO_POINT(ZERO_POINT), .DYADIC(DYADIC), .MULT_BITS(MULT_BITS), .SHIFT_BITS(SHIFT_BITS), .EXPONENT(EXPONENT),
    .MANTISSA(MANTISSA), .B_BITS(B_BITS), .ACC_BITS(ACC_BITS), .ACC_EXPONENT(ACC_EXPONENT), .OFFSET(OFFSET), .TERM_LOW(TERM_LOW),
    .TERM_LEFTMOST(TERM_LEFTMOST), .TERM_PLACE(TERM_PLACE), .TERM_NUMBER(TERM_NUMBER), .TERM_HEADROOM(TERM_HEADROOM), .WIDE_EXPONENT(WIDE_EXPONENT), .A_EXPONENT(A_EXPONENT),
    .A_MANTISSA(A_MANTISSA), .B_EXPONENT(B_EXPONENT), .B_MANTISSA(B_MANTISSA), .OUT_EXPONENT(OUT_EXPONENT), .OUT_MANTISSA(OUT_MANTISSA), .CODE_TOP(CODE_TOP),
    .LOW(LOW), .LEFTMOST(LEFTMOST), .YIELDS(YIELDS), .TERM_TOP(TERM_TOP), .NUMBER_TOP(NUMBER_TOP), .HEADROOM(HEADROOM)
  ) drain (
    .clk(clk), .rst(rst), .sums(held[COLS*SUM_BITS-1:0]), .a_sum(held[ROW_BITS-1 -: SUM_BITS]), .bottom(left == 1),
    .ends(held_ends), .starts(held_starts), .sums_valid(left != 0), .sums_ready(ready),
    .scales(s_axis_s_tscale),   // only without DYADIC
    .mults(s_axis_s_tmult), .shifts(s_axis_s_tshift),   // only with DYADIC
    .zeros(s_axis_s_tzero),   // only with ZERO_POINT
    .s_valid(s_axis_s_tvalid), .s_ready(s_axis_s_tready),
    .m_axis_c_tdata(m_axis_c_tdata), .m_axis_c_tlast(m_axis_c_tlast), .m_axis_c_tvalid(m_axis_c_tvalid),
    .m_axis_c_tready(m_axis_c_tready)
  );
endmodule
