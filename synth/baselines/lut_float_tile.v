// The function of lut_float_tile without tables: activations are aligned, weights are put together from their selects
// and multiplied. Registers stand where the tile has them; all rows get their operands at once.
`include "float_parts.v"
`include "float_step.v"
`include "lut_intake.v"

module lut_float_tile_baseline #(
  parameter ROWS = 2,
  parameter COLS = 16,
  parameter K = 4,           // activations per select
  parameter DEPTH = 1,       // selects per plane and column in a beat
  parameter PLANES = 4,      // planes per beat
  parameter BEATS = 1,       // beats for weights of the full width
  parameter SYMMETRIC = 1,   // selects are complemented where their top bit is 0
  parameter ODD = 0,         // weights are sums of -1 and +1
  parameter EXPONENT = 8,    // format of activations
  parameter MANTISSA = 7,
  parameter A_SPECIAL = 0,
  parameter ALIGN = 12,      // width of an aligned activation
  parameter SUM_BITS = 17,   // width of the sum of a beat
  parameter ACC_BITS = 20,   // accumulator, as in float_step
  parameter ACC_EXPONENT = 9,
  parameter OFFSET = 32,     // what exponents are more there
  parameter OUT_EXPONENT = 8,
  parameter OUT_MANTISSA = 23,
  parameter CODE_TOP = 0     // exponent of what is rounded, where the accumulator's is 0
) (
  input  wire                                     clk,
  input  wire                                     rst,
  input  wire [ROWS*K*DEPTH*(1+EXPONENT+MANTISSA)-1:0] s_axis_a_tdata,
  input  wire                                     s_axis_a_tlast,
  input  wire                                     s_axis_a_tvalid,
  output wire                                     s_axis_a_tready,
  input  wire [COLS*PLANES*DEPTH*K-1:0]           s_axis_b_tdata,
  input  wire                                     s_axis_b_ttop,
  input  wire                                     s_axis_b_tlast,
  input  wire                                     s_axis_b_tvalid,
  output wire                                     s_axis_b_tready,
  output reg  [COLS*(1+OUT_EXPONENT+OUT_MANTISSA)-1:0] m_axis_c_tdata,
  output reg                                      m_axis_c_tlast,
  output reg                                      m_axis_c_tvalid,
  input  wire                                     m_axis_c_tready,
  output wire                                     last_mismatch,
  output wire                                     too_wide
);
  localparam STEP = K * DEPTH;
  localparam A_BITS = 1 + EXPONENT + MANTISSA;
  localparam OUT_BITS = 1 + OUT_EXPONENT + OUT_MANTISSA;
  localparam WORD = ACC_BITS + ACC_EXPONENT + 2;
  localparam B_BITS = COLS * PLANES * STEP;

  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  wire take, first, last;
  wire [2:0] beat;
  lut_intake #(ROWS, BEATS) intake (
    .clk(clk), .rst(rst), .en(en), .a_valid(s_axis_a_tvalid), .a_last(s_axis_a_tlast), .a_ready(s_axis_a_tready),
    .b_valid(s_axis_b_tvalid), .b_last(s_axis_b_tlast), .b_top(s_axis_b_ttop), .b_ready(s_axis_b_tready),
    .take(take), .first(first), .last(last), .beat(beat), .last_mismatch(last_mismatch), .too_wide(too_wide));

  // Cycles behind the intake: largest exponents, integers, sums of beats; then the accumulator.
  reg [2:0] valid, firsts, lasts;
  reg [1:0] tops;
  reg [2:0] beat_1;
  reg [B_BITS-1:0] selects_1, selects_2;
  reg done;
  always @(posedge clk) begin
    if (rst) begin
      valid <= 0;
      done <= 1'b0;
    end else if (en) begin
      valid <= {valid, take};
      done <= valid[2] && lasts[2];
    end
    if (en) begin
      firsts <= {firsts, first};
      lasts <= {lasts, last};
      tops <= {tops, s_axis_b_ttop};
      beat_1 <= beat;
      selects_1 <= s_axis_b_tdata;
      selects_2 <= selects_1;
    end
  end

  wire [ROWS*COLS*WORD-1:0] sums;
  genvar i, j, n;
  generate
    for (i = 0; i < ROWS; i = i + 1) begin : row
      wire [STEP-1:0] sign, inf, nan;
      wire [9*STEP-1:0] exponent;
      wire [(MANTISSA+1)*STEP-1:0] significand;
      for (n = 0; n < STEP; n = n + 1) begin : number
        wire zero;
        float_unpack #(EXPONENT, MANTISSA, A_SPECIAL) parts (
          .code(s_axis_a_tdata[(i*STEP+n)*A_BITS +: A_BITS]), .sign(sign[n]), .exponent(exponent[9*n +: 9]),
          .significand(significand[(MANTISSA+1)*n +: MANTISSA+1]), .zero(zero), .inf(inf[n]), .nan(nan[n]));
      end

      integer t;
      reg [8:0] largest, largest_1, distance;
      reg [STEP-1:0] sign_1;
      reg [9*STEP-1:0] exponent_1;
      reg [(MANTISSA+1)*STEP-1:0] significand_1;
      reg nan_1, nan_2, nan_3;
      reg [ALIGN-1:0] guarded, magnitude;
      reg [ALIGN*STEP-1:0] aligned, value;
      reg [ACC_EXPONENT-1:0] exponent_2, exponent_3;
      always @* begin
        largest = 0;
        for (t = 0; t < STEP; t = t + 1)
          if (exponent[9*t +: 9] > largest) largest = exponent[9*t +: 9];
        aligned = 0;
        for (t = 0; t < STEP; t = t + 1) begin
          distance = largest_1 - exponent_1[9*t +: 9];
          guarded = {significand_1[(MANTISSA+1)*t +: MANTISSA+1], {(ALIGN-MANTISSA-1){1'b0}}} >> distance;
          magnitude = guarded[ALIGN-1:1] + guarded[0];
          aligned[ALIGN*t +: ALIGN] = sign_1[t] ? -magnitude : magnitude;
        end
      end
      always @(posedge clk)
        if (en) begin
          {largest_1, sign_1, exponent_1, significand_1} <= {largest, sign, exponent, significand};
          {nan_1, nan_2, nan_3} <= {|{inf, nan}, nan_1, nan_2};
          value <= aligned;
          exponent_2 <= largest_1 + OFFSET + PLANES * beat_1;
          exponent_3 <= exponent_2;
        end

      for (j = 0; j < COLS; j = j + 1) begin : col
        integer p, d;
        reg plus;
        reg signed [PLANES+1:0] digit;
        reg signed [SUM_BITS-1:0] total, sum;
        always @* begin
          total = 0;
          plus = 0;
          digit = 0;
          for (d = 0; d < STEP; d = d + 1) begin
            digit = ODD ? 1 - (1 << PLANES) : BEATS == 1 || tops[1] ? -(1 << (PLANES - 1)) : 0;
            for (p = 0; p < PLANES; p = p + 1) begin
              plus = selects_2[((p*DEPTH+d/K)*COLS+j)*K + d%K]
                   ^ (SYMMETRIC && d % K < K - 1 && !selects_2[((p*DEPTH+d/K)*COLS+j)*K + K-1]);
              digit = digit + (plus ? (ODD ? 2 : 1) << p : 0);
            end
            total = total + digit * $signed(value[ALIGN*d +: ALIGN]);
          end
        end

        reg [WORD-1:0] acc;
        wire [WORD-1:0] next;
        wire signed [ACC_BITS-1:0] added = sum << (ACC_BITS - SUM_BITS);
        float_step #(ACC_BITS, ACC_EXPONENT) step (
          .x({nan_3, nan_3, sum == 0 ? {ACC_EXPONENT{1'b0}} : exponent_3, added}),
          .y(firsts[2] ? {WORD{1'b0}} : acc), .sum(next));
        always @(posedge clk) begin
          if (en) sum <= total;
          if (en && valid[2]) acc <= next;
        end
        assign sums[(i*COLS+j)*WORD +: WORD] = acc;
      end
    end
  endgenerate

  // All rows are copied at once, and leave one a cycle, rounded.
  reg [8:0] rows_left;
  reg [ROWS*COLS*WORD-1:0] drain;
  wire [COLS*OUT_BITS-1:0] codes;
  always @(posedge clk) begin
    if (rst) begin
      rows_left <= 0;
      m_axis_c_tvalid <= 1'b0;
    end else if (en) begin
      rows_left <= done ? ROWS : rows_left != 0 ? rows_left - 9'd1 : 9'd0;
      m_axis_c_tvalid <= rows_left != 0;
    end
    if (en) begin
      drain <= done ? sums : drain >> (COLS * WORD);
      m_axis_c_tdata <= codes;
      m_axis_c_tlast <= rows_left == 1;
    end
  end
  generate
    for (j = 0; j < COLS; j = j + 1) begin : out
      wire [WORD-1:0] word = drain[j*WORD +: WORD];
      wire negative = word[ACC_BITS-1];
      wire [ACC_BITS-1:0] magnitude = negative ? -word[ACC_BITS-1:0] : word[ACC_BITS-1:0];
      wire signed [12:0] exponent = word[ACC_BITS +: ACC_EXPONENT];
      float_end #(ACC_BITS, OUT_MANTISSA + 2, OUT_EXPONENT, OUT_MANTISSA) finish (
        .magnitude(magnitude), .lost(1'b0), .minus(negative), .inf(1'b0), .nan(word[WORD-1]),
        .ceiling(exponent + $signed(CODE_TOP)), .random(1'b0), .code(codes[j*OUT_BITS +: OUT_BITS]));
    end
  endgenerate
endmodule
