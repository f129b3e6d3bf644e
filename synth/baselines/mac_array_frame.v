module mac_array_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter K_STEP = 1,     // columns of A and rows of B in a beat
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0,
  parameter INPUT_REG = 0
) (
  input  wire                     clk,
  input  wire                     rst,
  input  wire [ROWS*K_STEP*A_BITS-1:0]   s_axis_a_tdata,
  input  wire                     s_axis_a_tlast,
  input  wire                     s_axis_a_tvalid,
  output wire                     s_axis_a_tready,
  input  wire [K_STEP*COLS*B_BITS-1:0]   s_axis_b_tdata,
  input  wire                     s_axis_b_tlast,
  input  wire                     s_axis_b_tvalid,
  output wire                     s_axis_b_tready,
  output wire [COLS*ACC_BITS-1:0] m_axis_c_tdata,
  output wire                     m_axis_c_tlast,
  output wire                     m_axis_c_tvalid,
  input  wire                     m_axis_c_tready,
  output reg                      last_mismatch
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

  reg first;
  always @(posedge clk)
    if (rst) begin
      first <= 1'b1;
      wait_left <= 0;
      last_mismatch <= 1'b0;
    end else begin
      if (take) first <= last;
      if (take && s_axis_a_tlast != s_axis_b_tlast) last_mismatch <= 1'b1;
      if (en) wait_left <= take && last ? ROWS - 1 : wait_left != 0 ? wait_left - 9'd1 : 9'd0;
    end

  // What the elements see: the beat, or with INPUT_REG the beat before.
  wire valid_now, first_now, last_now;
  wire [ROWS*K_STEP*A_BITS-1:0] a_now;
  wire [K_STEP*COLS*B_BITS-1:0] b_now;
  generate
    if (INPUT_REG) begin : registered
      reg valid_reg, first_reg, last_reg;
      reg [ROWS*K_STEP*A_BITS-1:0] a_reg;
      reg [K_STEP*COLS*B_BITS-1:0] b_reg;
      always @(posedge clk) begin
        if (rst) valid_reg <= 1'b0;
        else if (en) valid_reg <= take;
        if (en) begin
          first_reg <= first;
          last_reg <= last;
          a_reg <= s_axis_a_tdata;
          b_reg <= s_axis_b_tdata;
        end
      end
      assign valid_now = valid_reg;
      assign first_now = first_reg;
      assign last_now = last_reg;
      assign a_now = a_reg;
      assign b_now = b_reg;
    end else begin : direct
      assign valid_now = take;
      assign first_now = first;
      assign last_now = last;
      assign a_now = s_axis_a_tdata;
      assign b_now = s_axis_b_tdata;
    end
  endgenerate

  reg done;
  always @(posedge clk)
    if (rst) done <= 1'b0;
    else if (en) done <= valid_now && last_now;

  wire [ROWS*ROW_BITS-1:0] sums;
  genvar i, j, k;
  generate
    for (i = 0; i < ROWS; i = i + 1) begin : row
      for (j = 0; j < COLS; j = j + 1) begin : col
        wire [K_STEP*B_BITS-1:0] b_col;
        for (k = 0; k < K_STEP; k = k + 1) begin : step
          assign b_col[k*B_BITS +: B_BITS] = b_now[(k*COLS+j)*B_BITS +: B_BITS];
        end
        dot_baseline #(
          .LANES(K_STEP), .A_BITS(A_BITS), .B_BITS(B_BITS), .A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED),
          .ACC_BITS(ACC_BITS), .SATURATE(SATURATE), .INPUT_REG(0)
        ) mac (
          .clk(clk),
          .en(en && valid_now),
          .first(first_now),
          .a(a_now[i*K_STEP*A_BITS +: K_STEP*A_BITS]),
          .b(b_col),
          .acc(sums[(i*COLS+j)*ACC_BITS +: ACC_BITS])
        );
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
  assign m_axis_c_tdata = drain[ROW_BITS-1:0];
  assign m_axis_c_tlast = rows_left == 1;
  assign m_axis_c_tvalid = rows_left != 0;
endmodule
