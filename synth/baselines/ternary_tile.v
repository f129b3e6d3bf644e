// The function of ternary_tile without tables: trits are unpacked by division and multiplied.
module ternary_tile_baseline #(
  parameter ROWS = 4,
  parameter COLS = 16,
  parameter DEPTH = 8,      // codes of a column in a beat
  parameter TRITS = 1,      // trits of a code: 1, 3, 4 or 5
  parameter CODE_BITS = 2,
  parameter A_BITS = 8,
  parameter A_SIGNED = 1,
  parameter ACC_BITS = 21
) (
  input  wire                                   clk,
  input  wire                                   rst,
  input  wire [ROWS*DEPTH*TRITS*A_BITS-1:0]     s_axis_a_tdata,
  input  wire                                   s_axis_a_tlast,
  input  wire                                   s_axis_a_tvalid,
  output wire                                   s_axis_a_tready,
  input  wire [COLS*DEPTH*CODE_BITS-1:0]        s_axis_b_tdata,
  input  wire                                   s_axis_b_tlast,
  input  wire                                   s_axis_b_tvalid,
  output wire                                   s_axis_b_tready,
  output wire [COLS*ACC_BITS-1:0]               m_axis_c_tdata,
  output wire                                   m_axis_c_tlast,
  output wire                                   m_axis_c_tvalid,
  input  wire                                   m_axis_c_tready,
  output reg                                    last_mismatch,
  output reg                                    illegal_code
);
  localparam K_STEP = DEPTH * TRITS;
  localparam ROW_BITS = COLS * ACC_BITS;

  // A stalled C stops everything. A tile may not complete while the one before still has rows to go.
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  wire last = s_axis_a_tlast || s_axis_b_tlast;
  reg [8:0] wait_left;
  wire go = en && !(last && wait_left != 0);
  wire take = s_axis_a_tvalid && s_axis_b_tvalid && go;
  assign s_axis_a_tready = s_axis_b_tvalid && go;
  assign s_axis_b_tready = s_axis_a_tvalid && go;

  wire [COLS*DEPTH-1:0] illegal;
  wire [COLS*K_STEP*2-1:0] trits; // two's complement, trit k of column j at 2 * (j * K_STEP + k)
  genvar i, j, t;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : weights
      for (t = 0; t < DEPTH; t = t + 1) begin : of
        wire [CODE_BITS-1:0] code = s_axis_b_tdata[(t*COLS+j)*CODE_BITS +: CODE_BITS];
        reg [2*TRITS-1:0] found;
        reg wrong;
        integer n, value, digits;
        always @* begin
          if (TRITS == 1) begin
            wrong = code == 2;
            value = code[0] ? (code[1] ? -1 : 1) : 0;
          end else if (TRITS == 5) begin
            // The byte before means the same.
            wrong = code != 0 && (code * 243) / 256 == ((code - 1) * 243) / 256;
            value = (code * 243) / 256 - 121;
          end else begin
            value = code[CODE_BITS-2:0];
            wrong = value > 3 ** TRITS / 2 || (value == 0 && code[CODE_BITS-1]);
            if (wrong) value = 0;
            if (code[CODE_BITS-1]) value = -value;
          end
          digits = value + 3 ** TRITS / 2;
          found = 0;
          for (n = TRITS - 1; n >= 0; n = n - 1) begin
            found[2*n +: 2] = digits % 3 - 1;
            digits = digits / 3;
          end
        end
        assign illegal[j*DEPTH+t] = wrong;
        assign trits[2*(j*K_STEP+t*TRITS) +: 2*TRITS] = found;
      end
    end
  endgenerate

  reg first, done;
  always @(posedge clk)
    if (rst) begin
      first <= 1'b1;
      done <= 1'b0;
      wait_left <= 0;
      last_mismatch <= 1'b0;
      illegal_code <= 1'b0;
    end else begin
      if (take) first <= last;
      if (take && s_axis_a_tlast != s_axis_b_tlast) last_mismatch <= 1'b1;
      if (take && |illegal) illegal_code <= 1'b1;
      if (en) done <= take && last;
      if (en) wait_left <= take && last ? ROWS - 1 : wait_left != 0 ? wait_left - 9'd1 : 9'd0;
    end

  wire [ROWS*ROW_BITS-1:0] sums;
  generate
    for (i = 0; i < ROWS; i = i + 1) begin : row
      for (j = 0; j < COLS; j = j + 1) begin : col
        integer k;
        reg signed [ACC_BITS-1:0] total;
        reg signed [A_BITS:0] x;
        always @* begin
          total = 0;
          x = 0;
          for (k = 0; k < K_STEP; k = k + 1) begin
            x = {A_SIGNED && s_axis_a_tdata[(i*K_STEP+k)*A_BITS + A_BITS-1], s_axis_a_tdata[(i*K_STEP+k)*A_BITS +: A_BITS]};
            total = total + x * $signed(trits[2*(j*K_STEP+k) +: 2]);
          end
        end
        reg signed [ACC_BITS-1:0] acc;
        always @(posedge clk)
          if (take) acc <= (first ? 0 : acc) + total;
        assign sums[(i*COLS+j)*ACC_BITS +: ACC_BITS] = acc;
      end
    end
  endgenerate

  // All rows are copied at once and leave one a cycle.
  reg [ROWS*ROW_BITS-1:0] drain;
  reg [8:0] rows_left;
  always @(posedge clk) begin
    if (rst) rows_left <= 0;
    else if (en) rows_left <= done ? ROWS : rows_left != 0 ? rows_left - 9'd1 : 9'd0;
    if (en) drain <= done ? sums : drain >> ROW_BITS;
  end
  assign m_axis_c_tvalid = rows_left != 0;
  assign m_axis_c_tlast = rows_left == 1;
  assign m_axis_c_tdata = drain[ROW_BITS-1:0];
endmodule
