// The function of bitserial_tile, written bit by bit: products of planes added one after the other.
module bitserial_tile_baseline #(
  parameter ROWS = 4,
  parameter COLS = 8,
  parameter DEPTH = 16,     // bits of a plane per row, column and beat
  parameter MOST_SHIFTS = 14,
  parameter BIPOLAR = 0,    // bits are -1 and +1
  parameter ACC_BITS = 32
) (
  input  wire                     clk,
  input  wire                     rst,
  input  wire [ROWS*DEPTH-1:0]    s_axis_a_tdata,
  input  wire                     s_axis_a_tlast,
  input  wire                     s_axis_a_tvalid,
  output wire                     s_axis_a_tready,
  input  wire [COLS*DEPTH-1:0]    s_axis_b_tdata,
  input  wire                     s_axis_b_tshift,
  input  wire [DEPTH-1:0]         s_axis_b_tmask,      // only with BIPOLAR
  input  wire                     s_axis_b_tnegate,    // only without BIPOLAR
  input  wire                     s_axis_b_tlast,
  input  wire                     s_axis_b_tvalid,
  output wire                     s_axis_b_tready,
  output wire [COLS*ACC_BITS-1:0] m_axis_c_tdata,
  output wire                     m_axis_c_tlast,
  output wire                     m_axis_c_tvalid,
  input  wire                     m_axis_c_tready,
  output reg                      last_mismatch,
  output reg                      too_wide
);
  localparam ROW_BITS = COLS * ACC_BITS;

  // A stalled C stops everything. A tile may not complete while the one before still has rows to go.
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  wire last = s_axis_a_tlast || s_axis_b_tlast;
  reg [8:0] wait_left;
  wire go = en && !(last && wait_left != 0);
  wire take = s_axis_a_tvalid && s_axis_b_tvalid && go;
  assign s_axis_a_tready = s_axis_b_tvalid && go;
  assign s_axis_b_tready = s_axis_a_tvalid && go;

  reg first, done;
  reg [5:0] shifts;
  wire shift = s_axis_b_tshift && !first;
  always @(posedge clk)
    if (rst) begin
      first <= 1'b1;
      done <= 1'b0;
      shifts <= 0;
      wait_left <= 0;
      last_mismatch <= 1'b0;
      too_wide <= 1'b0;
    end else begin
      if (take) first <= last;
      if (take) shifts <= last ? 6'd0 : shift && shifts != MOST_SHIFTS ? shifts + 6'd1 : shifts;
      if (take && shift && shifts == MOST_SHIFTS) too_wide <= 1'b1;
      if (take && s_axis_a_tlast != s_axis_b_tlast) last_mismatch <= 1'b1;
      if (en) done <= take && last;
      if (en) wait_left <= take && last ? ROWS - 1 : wait_left != 0 ? wait_left - 9'd1 : 9'd0;
    end

  wire [DEPTH-1:0] mask;
  wire negate;
  generate
    if (BIPOLAR) begin : bipolar
      assign mask = s_axis_b_tmask;                    // only with BIPOLAR
      assign negate = 1'b0;
    end else begin : zero_or_one
      assign mask = {DEPTH{1'b1}};
      assign negate = s_axis_b_tnegate;                // only without BIPOLAR
    end
  endgenerate

  wire [ROWS*ROW_BITS-1:0] sums;
  genvar i, j;
  generate
    for (i = 0; i < ROWS; i = i + 1) begin : row
      for (j = 0; j < COLS; j = j + 1) begin : col
        integer k;
        reg signed [ACC_BITS-1:0] total;
        reg x, y;
        always @* begin
          total = 0;
          x = 0;
          y = 0;
          for (k = 0; k < DEPTH; k = k + 1) begin
            x = s_axis_a_tdata[i*DEPTH+k];
            y = s_axis_b_tdata[j*DEPTH+k];
            if (!BIPOLAR) total = total + (x & y);
            else if (mask[k]) total = x == y ? total + 1 : total - 1;
          end
        end
        reg signed [ACC_BITS-1:0] acc;
        always @(posedge clk)
          if (take) acc <= (first ? 0 : shift ? acc <<< 1 : acc) + (negate ? -total : total);
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
