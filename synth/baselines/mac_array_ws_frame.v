module mac_array_ws_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter K_STEP = 4,     // rows of B, and columns of A, in a block
  parameter A_BITS = 8,
  parameter B_BITS = 8,
  parameter A_SIGNED = 1,
  parameter B_SIGNED = 1,
  parameter ACC_BITS = 32,
  parameter SATURATE = 0
) (
  input  wire                     clk,
  input  wire                     rst,
  input  wire [K_STEP*A_BITS-1:0] s_axis_a_tdata,
  input  wire                     s_axis_a_tlast,
  input  wire                     s_axis_a_tvalid,
  output wire                     s_axis_a_tready,
  input  wire [COLS*B_BITS-1:0]   s_axis_b_tdata,
  input  wire                     s_axis_b_tlast,
  input  wire                     s_axis_b_tvalid,
  output wire                     s_axis_b_tready,
  output reg  [COLS*ACC_BITS-1:0] m_axis_c_tdata,
  output reg                      m_axis_c_tlast,
  output reg                      m_axis_c_tvalid,
  input  wire                     m_axis_c_tready,
  output reg                      last_mismatch
);
  localparam ROW_BITS = COLS * ACC_BITS;

  // The next block of weights is loaded a row per beat while rows of A work with the present one.
  wire en = !m_axis_c_tvalid || m_axis_c_tready;
  reg [8:0] load_row, a_row;
  reg full, next_last, now_last, now_first, tile_over;
  reg [K_STEP*COLS*B_BITS-1:0] next_b, now_b;
  wire top = a_row == 0;
  wire bottom = a_row == ROWS - 1;
  assign s_axis_a_tready = en && (!top || full);
  wire take_a = s_axis_a_tvalid && s_axis_a_tready;
  wire swap = take_a && top;
  assign s_axis_b_tready = en && (!full || swap);
  wire take_b = s_axis_b_tvalid && s_axis_b_tready;
  wire loaded = take_b && load_row == K_STEP - 1;
  wire first = top ? tile_over : now_first;
  wire last = top ? next_last : now_last;

  always @(posedge clk) begin
    if (rst) begin
      load_row <= 0;
      a_row <= 0;
      full <= 1'b0;
      tile_over <= 1'b1;
      last_mismatch <= 1'b0;
    end else begin
      if (take_b) load_row <= loaded ? 9'd0 : load_row + 9'd1;
      if (take_a) a_row <= bottom ? 9'd0 : a_row + 9'd1;
      full <= loaded || (full && !swap);
      if (swap) tile_over <= next_last;
      if (take_a && s_axis_a_tlast != (bottom && last)) last_mismatch <= 1'b1;
      if (take_b && s_axis_b_tlast && !loaded) last_mismatch <= 1'b1;
    end
    if (take_b) begin
      next_b[load_row*COLS*B_BITS +: COLS*B_BITS] <= s_axis_b_tdata;
      next_last <= s_axis_b_tlast;
    end
    if (swap) begin
      now_b <= next_b;
      now_last <= next_last;
      now_first <= tile_over;
    end
  end

  // Each column has an accumulator per row of A; the row at work takes part in its own sum.
  wire [K_STEP*COLS*B_BITS-1:0] b = top ? next_b : now_b;
  reg  [ROWS*ROW_BITS-1:0] sums;
  wire [ROW_BITS-1:0] old = sums[ROWS*ROW_BITS-1 -: ROW_BITS];
  wire [ROW_BITS-1:0] total;
  genvar j, k;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : col
      wire [K_STEP*B_BITS-1:0] b_col;
      for (k = 0; k < K_STEP; k = k + 1) begin : step
        assign b_col[k*B_BITS +: B_BITS] = b[(k*COLS+j)*B_BITS +: B_BITS];
      end
      dot_sum #(
        .LANES(K_STEP), .A_BITS(A_BITS), .B_BITS(B_BITS), .A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED),
        .ACC_BITS(ACC_BITS), .SATURATE(SATURATE)
      ) mac (
        .first(first),
        .a(s_axis_a_tdata),
        .b(b_col),
        .old(old[j*ACC_BITS +: ACC_BITS]),
        .total(total[j*ACC_BITS +: ACC_BITS])
      );
    end
  endgenerate

  always @(posedge clk) begin
    if (take_a) sums <= {sums, total};
    if (rst) m_axis_c_tvalid <= 1'b0;
    else if (en) m_axis_c_tvalid <= take_a && last;
    if (en) begin
      m_axis_c_tdata <= total;
      m_axis_c_tlast <= bottom;
    end
  end
endmodule
