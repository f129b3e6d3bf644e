// The function of lut_tile without tables: weights are put together from their selects and multiplied.
`include "lut_intake.v"

module lut_tile_baseline #(
  parameter ROWS = 2,
  parameter COLS = 64,
  parameter K = 4,          // activations per select
  parameter DEPTH = 1,      // selects per plane and column in a beat
  parameter PLANES = 4,     // planes per beat
  parameter BEATS = 1,      // beats for weights of the full width
  parameter A_BITS = 8,
  parameter WEIGHT_BITS = 4,
  parameter SUM_BITS = 24,
  parameter OUT_BITS = 24,
  parameter SYMMETRIC = 1,  // selects are complemented where their top bit is 0
  parameter ROUNDED = 0,    // sums over a select are rounded to 8 bits
  parameter CORRECTED = 1,  // the sum of activations is subtracted
  parameter ZERO_POINT = 0  // times an offset per column
) (
  input  wire                       clk,
  input  wire                       rst,
  input  wire [ROWS*K*DEPTH*A_BITS-1:0] s_axis_a_tdata,
  input  wire [ROWS*4-1:0]          s_axis_a_tshift,     // only with ROUNDED
  input  wire                       s_axis_a_tlast,
  input  wire                       s_axis_a_tvalid,
  output wire                       s_axis_a_tready,
  input  wire [COLS*PLANES*DEPTH*K-1:0] s_axis_b_tdata,
  input  wire                       s_axis_b_ttop,
  input  wire                       s_axis_b_tlast,
  input  wire                       s_axis_b_tvalid,
  output wire                       s_axis_b_tready,
  input  wire [COLS*(WEIGHT_BITS+1)-1:0] s_axis_z_toffset, // only with ZERO_POINT
  input  wire                       s_axis_z_tvalid,     // only with ZERO_POINT
  output wire                       s_axis_z_tready,     // only with ZERO_POINT
  output wire [COLS*OUT_BITS-1:0]   m_axis_c_tdata,
  output wire                       m_axis_c_tlast,
  output wire                       m_axis_c_tvalid,
  input  wire                       m_axis_c_tready,
  output wire                       last_mismatch,
  output wire                       too_wide
);
  localparam HALVED = CORRECTED && !ROUNDED;
  // A stalled C, or one whose offsets are missing, stops everything.
  reg [8:0] rows_left;
  wire en = rows_left == 0 || (m_axis_c_tvalid && m_axis_c_tready);
  wire take, first, last;
  wire [2:0] beat;
  lut_intake #(ROWS, BEATS) intake (
    .clk(clk), .rst(rst), .en(en), .a_valid(s_axis_a_tvalid), .a_last(s_axis_a_tlast), .a_ready(s_axis_a_tready),
    .b_valid(s_axis_b_tvalid), .b_last(s_axis_b_tlast), .b_top(s_axis_b_ttop), .b_ready(s_axis_b_tready),
    .take(take), .first(first), .last(last), .beat(beat), .last_mismatch(last_mismatch), .too_wide(too_wide));

  reg done;
  always @(posedge clk)
    if (rst) done <= 1'b0;
    else if (en) done <= take && last;

  wire [ROWS*COLS*SUM_BITS-1:0] sums;
  wire [ROWS*SUM_BITS-1:0] a_sums;
  genvar i, j;
  generate
    for (i = 0; i < ROWS; i = i + 1) begin : row
      wire [K*DEPTH*A_BITS-1:0] a = s_axis_a_tdata[i*K*DEPTH*A_BITS +: K*DEPTH*A_BITS];
      wire [3:0] shift;
      if (ROUNDED) begin : rounds
        assign shift = s_axis_a_tshift[i*4 +: 4]; // only with ROUNDED
      end else begin : exact
        assign shift = 0;
      end

      // The sum of an activation times +1 or -1 over a select, whose last activation is added, as a table has it.
      for (j = 0; j <= COLS; j = j + 1) begin : col
        // Beyond the last column: minus the sum of activations.
        wire [PLANES*DEPTH*K-1:0] selects;
        genvar s;
        for (s = 0; s < PLANES * DEPTH; s = s + 1) begin : of
          if (j < COLS) begin : given
            assign selects[s*K +: K] = s_axis_b_tdata[(s*COLS+j)*K +: K];
          end else begin : minus_one
            wire plus = s < (PLANES - 1) * DEPTH || !s_axis_b_ttop;
            assign selects[s*K +: K] = SYMMETRIC ? {plus, {(K-1){1'b1}}} : {K{plus}};
          end
        end

        integer p, t, n;
        reg plus, positive;
        reg signed [PLANES:0] weight;
        reg signed [A_BITS+3:0] entry;
        reg signed [A_BITS+4:0] guarded;
        reg signed [SUM_BITS-1:0] total;
        always @* begin
          total = 0;
          weight = 0;
          entry = 0;
          guarded = 0;
          plus = 0;
          positive = 0;
          for (t = 0; t < DEPTH; t = t + 1)
            if (ROUNDED) begin
              for (p = 0; p < PLANES; p = p + 1) begin
                positive = selects[(p*DEPTH+t)*K + K-1];
                entry = 0;
                for (n = 0; n < K; n = n + 1) begin
                  plus = n == K - 1 || (selects[(p*DEPTH+t)*K + n] ^ (!SYMMETRIC && !positive));
                  entry = plus ? entry + $signed(a[(t*K+n)*A_BITS +: A_BITS])
                               : entry - $signed(a[(t*K+n)*A_BITS +: A_BITS]);
                end
                guarded = entry;
                guarded = guarded <<< 1;
                guarded = (guarded >>> shift) + 1;
                guarded = guarded >>> 1;
                if (guarded > 127) guarded = 127;
                if (guarded < -127) guarded = -127;
                total = positive ? total + (guarded <<< p) : total - (guarded <<< p);
              end
            end else
              for (n = 0; n < K; n = n + 1) begin
                weight = 0;
                for (p = 0; p < PLANES; p = p + 1) begin
                  positive = selects[(p*DEPTH+t)*K + K-1];
                  plus = selects[(p*DEPTH+t)*K + n] ^ (SYMMETRIC && n < K - 1 && !positive);
                  weight = weight + (plus ? (1 << p) : -(1 << p));
                end
                total = total + weight * $signed(a[(t*K+n)*A_BITS +: A_BITS]);
              end
        end

        reg signed [SUM_BITS-1:0] acc;
        always @(posedge clk)
          if (take) acc <= (first ? 0 : acc) + (total <<< (PLANES * beat));
        if (j < COLS) begin : keep
          assign sums[(i*COLS+j)*SUM_BITS +: SUM_BITS] = acc;
        end else begin : keep_a
          assign a_sums[i*SUM_BITS +: SUM_BITS] = acc;
        end
      end
    end
  endgenerate

  // All rows are copied at once and leave one a cycle.
  reg [ROWS*COLS*SUM_BITS-1:0] drain;
  reg [ROWS*SUM_BITS-1:0] a_drain;
  wire present; // whether the offsets of the tile are there
  always @(posedge clk) begin
    if (rst) rows_left <= 0;
    else if (en) rows_left <= done ? ROWS : rows_left != 0 ? rows_left - 9'd1 : 9'd0;
    if (en) drain <= done ? sums : drain >> (COLS * SUM_BITS);
    if (en) a_drain <= done ? a_sums : a_drain >> SUM_BITS;
  end
  assign m_axis_c_tlast = rows_left == 1;
  assign m_axis_c_tvalid = rows_left != 0 && present;
  wire signed [SUM_BITS-1:0] minus_a = a_drain[SUM_BITS-1:0];
  generate
    if (ZERO_POINT) begin : offsets
      assign present = s_axis_z_tvalid;                                              // only with ZERO_POINT
      assign s_axis_z_tready = m_axis_c_tvalid && m_axis_c_tready && m_axis_c_tlast; // only with ZERO_POINT
    end else begin : no_offsets
      assign present = 1'b1;
    end
    for (j = 0; j < COLS; j = j + 1) begin : out
      wire signed [SUM_BITS-1:0] sum = drain[j*SUM_BITS +: SUM_BITS];
      wire signed [SUM_BITS-1:0] corrected;
      if (ZERO_POINT) begin : times
        wire signed [WEIGHT_BITS:0] offset = s_axis_z_toffset[j*(WEIGHT_BITS+1) +: WEIGHT_BITS+1]; // only with ZERO_POINT
        assign corrected = sum + offset * minus_a;                                   // only with ZERO_POINT
      end else begin : once
        assign corrected = CORRECTED ? sum + minus_a : sum;
      end
      assign m_axis_c_tdata[j*OUT_BITS +: OUT_BITS] = corrected >>> HALVED;
    end
  endgenerate
endmodule
