// The function of mixpe_float_array with dataflow=ws: a row of A meets all weights of a column at once, one behind
// the other, and what the column makes of it joins the row's sum a cycle later.
`include "weight_fma_pe.v"
`include "weight_terms_pe.v"
`include "mixpe_float_drain.v"

module mixpe_float_array_ws_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter K_STEP = 4,          // rows of B, and columns of A, in a block
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
  input  wire [K_STEP*(1+EXPONENT+MANTISSA)-1:0]   s_axis_a_tdata,
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
  localparam WORDS = COLS + ZERO_POINT;   // of a row, with the sum of activations
  localparam ROW_BITS = WORDS * SUM_BITS;

  // The next block of weights is loaded a row per beat while rows of A work with the present one.
  wire en;
  reg [8:0] load_row, a_row;
  reg [12:0] step;
  reg full, next_last, now_last, next_over, now_over, now_first, group_over;
  reg [K_STEP*COLS*B_BITS-1:0] next_b, now_b;
  wire top = a_row == 0;
  wire bottom = a_row == ROWS - 1;
  assign s_axis_a_tready = en && (!top || full);
  wire take_a = s_axis_a_tvalid && s_axis_a_tready;
  wire swap = take_a && top;
  assign s_axis_b_tready = en && (!full || swap);
  wire take_b = s_axis_b_tvalid && s_axis_b_tready;
  wire loaded = take_b && load_row == K_STEP - 1;
  wire b_last = s_axis_b_tlast || step == GROUP - 1;
  wire first = top ? group_over : now_first;
  wire last = top ? next_last : now_last;
  wire over = top ? next_over : now_over;

  always @(posedge clk) begin
    if (rst) begin
      load_row <= 0;
      a_row <= 0;
      step <= 0;
      full <= 1'b0;
      group_over <= 1'b1;
      last_mismatch <= 1'b0;
    end else begin
      if (take_b) load_row <= loaded ? 9'd0 : load_row + 9'd1;
      if (take_b) step <= b_last ? 13'd0 : step + 13'd1;
      if (take_a) a_row <= bottom ? 9'd0 : a_row + 9'd1;
      full <= loaded || (full && !swap);
      if (swap) group_over <= next_last;
      if (take_a && s_axis_a_tlast != (bottom && over)) last_mismatch <= 1'b1;
      if (take_b && s_axis_b_tlast && !loaded) last_mismatch <= 1'b1;
    end
    if (take_b) begin
      next_b[load_row*COLS*B_BITS +: COLS*B_BITS] <= s_axis_b_tdata;
      next_last <= b_last;
      next_over <= s_axis_b_tlast;
    end
    if (swap) begin
      now_b <= next_b;
      now_last <= next_last;
      now_over <= next_over;
      now_first <= group_over;
    end
  end

  // What each column makes of a row of A: a chain of elements.
  wire [K_STEP*COLS*B_BITS-1:0] weights = top ? next_b : now_b;
  wire [ROW_BITS-1:0] blocks, totals;
  reg [ROW_BITS-1:0] block;
  reg block_valid, block_first, block_last, block_over, block_bottom;
  reg [ROWS*ROW_BITS-1:0] sums;
  genvar j, k;
  generate
    for (j = 0; j < WORDS; j = j + 1) begin : col
      wire [(K_STEP+1)*SUM_BITS-1:0] chain;
      assign chain[SUM_BITS-1:0] = 0;
      for (k = 0; k < K_STEP; k = k + 1) begin : stage
        wire [A_BITS-1:0] a = s_axis_a_tdata[k*A_BITS +: A_BITS];
        wire [B_BITS-1:0] b = j == COLS ? 1 : weights[(k*COLS+j)*B_BITS +: B_BITS] - (ZERO_POINT ? 1 << B_BITS >> 1 : 0);
        if (TERMS)
          weight_terms_sum #(EXPONENT, MANTISSA, B_BITS, TERM_LOW, TERM_LEFTMOST, TERM_PLACE, TERM_NUMBER, TERM_HEADROOM)
            add (.a(a), .b(b), .old(chain[k*SUM_BITS +: SUM_BITS]), .total(chain[(k+1)*SUM_BITS +: SUM_BITS]));
        else
          weight_fma_sum #(EXPONENT, MANTISSA, B_BITS, ACC_BITS, ACC_EXPONENT, OFFSET)
            add (.a(a), .b(b), .old(chain[k*SUM_BITS +: SUM_BITS]), .total(chain[(k+1)*SUM_BITS +: SUM_BITS]));
      end
      assign blocks[j*SUM_BITS +: SUM_BITS] = chain[K_STEP*SUM_BITS +: SUM_BITS];
      wire [SUM_BITS-1:0] old = block_first ? 0 : sums[((ROWS-1)*WORDS+j)*SUM_BITS +: SUM_BITS];
      if (TERMS)
        scaled_sum #(EXPONENT, MANTISSA, TERM_LOW, TERM_LEFTMOST, TERM_PLACE, TERM_NUMBER, TERM_HEADROOM, 0, 0)
          add_block (.a(old), .b(block[j*SUM_BITS +: SUM_BITS]), .y(totals[j*SUM_BITS +: SUM_BITS]));
      else
        float_step #(ACC_BITS, ACC_EXPONENT)
          add_block (.x(block[j*SUM_BITS +: SUM_BITS]), .y(old), .sum(totals[j*SUM_BITS +: SUM_BITS]));
    end
  endgenerate

  // A complete row waits for its scales in a register.
  reg [ROW_BITS-1:0] row;
  reg row_valid, row_bottom, row_over, row_starts;
  wire ready;
  assign en = !row_valid || ready;
  always @(posedge clk) begin
    if (rst) begin
      block_valid <= 1'b0;
      row_valid <= 1'b0;
      row_starts <= 1'b1;
    end else if (en) begin
      block_valid <= take_a;
      row_valid <= block_valid && block_last;
      if (row_valid && row_bottom) row_starts <= row_over;
    end
    if (en) begin
      block <= blocks;
      {block_first, block_last, block_over, block_bottom} <= {first, last, over, bottom};
      if (block_valid) sums <= {sums, totals};
      {row, row_over, row_bottom} <= {totals, block_over, block_bottom};
    end
  end
  mixpe_float_drain #(
    .ROWS(ROWS), .COLS(COLS),
    .TERMS(TERMS), .ZERO_POINT(ZERO_POINT), .DYADIC(DYADIC), .MULT_BITS(MULT_BITS), .SHIFT_BITS(SHIFT_BITS), .EXPONENT(EXPONENT),
    .MANTISSA(MANTISSA), .B_BITS(B_BITS), .ACC_BITS(ACC_BITS), .ACC_EXPONENT(ACC_EXPONENT), .OFFSET(OFFSET), .TERM_LOW(TERM_LOW),
    .TERM_LEFTMOST(TERM_LEFTMOST), .TERM_PLACE(TERM_PLACE), .TERM_NUMBER(TERM_NUMBER), .TERM_HEADROOM(TERM_HEADROOM), .WIDE_EXPONENT(WIDE_EXPONENT), .A_EXPONENT(A_EXPONENT),
    .A_MANTISSA(A_MANTISSA), .B_EXPONENT(B_EXPONENT), .B_MANTISSA(B_MANTISSA), .OUT_EXPONENT(OUT_EXPONENT), .OUT_MANTISSA(OUT_MANTISSA), .CODE_TOP(CODE_TOP),
    .LOW(LOW), .LEFTMOST(LEFTMOST), .YIELDS(YIELDS), .TERM_TOP(TERM_TOP), .NUMBER_TOP(NUMBER_TOP), .HEADROOM(HEADROOM)
  ) drain (
    .clk(clk), .rst(rst), .sums(row[COLS*SUM_BITS-1:0]), .a_sum(row[ROW_BITS-1 -: SUM_BITS]), .bottom(row_bottom),
    .ends(row_over), .starts(row_starts), .sums_valid(row_valid), .sums_ready(ready),
    .scales(s_axis_s_tscale),   // only without DYADIC
    .mults(s_axis_s_tmult), .shifts(s_axis_s_tshift),   // only with DYADIC
    .zeros(s_axis_s_tzero),   // only with ZERO_POINT
    .s_valid(s_axis_s_tvalid), .s_ready(s_axis_s_tready),
    .m_axis_c_tdata(m_axis_c_tdata), .m_axis_c_tlast(m_axis_c_tlast), .m_axis_c_tvalid(m_axis_c_tvalid),
    .m_axis_c_tready(m_axis_c_tready)
  );
endmodule
