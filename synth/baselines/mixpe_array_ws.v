// The function of mixpe_array with dataflow=ws, as that of mac_array_ws.v and with `*`.
`include "mac_array_ws.v"
`include "mixpe_drain.v"

module mixpe_array_ws_baseline #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter K_STEP = 1,     // rows of B, and columns of A, in a block
  parameter A_BITS = 8,
  parameter B_BITS = 4,
  parameter A_SIGNED = 1,
  parameter ZERO_POINT = 1,
  parameter GROUP = 128,
  parameter SUM_BITS = 20,
  parameter FLOAT = 0,
  parameter EXPONENT_BITS = 0,
  parameter MANTISSA_BITS = 7,
  parameter ORIGIN = 0,
  parameter FACTOR_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter OUT_BITS = 32
) (
  input  wire                     clk,
  input  wire                     rst,
  input  wire [K_STEP*A_BITS-1:0] s_axis_a_tdata,
  input  wire                     s_axis_a_tlast,
  input  wire                     s_axis_a_tvalid,
  output wire                     s_axis_a_tready,
  input  wire [COLS*B_BITS-1:0] s_axis_b_tdata,
  input  wire                     s_axis_b_tlast,
  input  wire                     s_axis_b_tvalid,
  output wire                     s_axis_b_tready,
  input  wire [COLS*FACTOR_BITS-1:0] s_axis_s_tmult,   // only without FLOAT
  input  wire [COLS*SHIFT_BITS-1:0] s_axis_s_tshift,   // only without FLOAT
  input  wire [COLS*(1+EXPONENT_BITS+MANTISSA_BITS)-1:0] s_axis_s_tscale,   // only with FLOAT
  input  wire [COLS*B_BITS-1:0]   s_axis_s_tzero,   // only with ZERO_POINT
  input  wire                     s_axis_s_tvalid,
  output wire                     s_axis_s_tready,
  output wire [COLS*OUT_BITS-1:0] m_axis_c_tdata,
  output wire                     m_axis_c_tlast,
  output wire                     m_axis_c_tvalid,
  input  wire                     m_axis_c_tready,
  output reg                      bad_scale,   // only with FLOAT
  output reg                      last_mismatch
);
  localparam W_BITS = B_BITS + ZERO_POINT;
  localparam FACTORS = COLS * FACTOR_BITS;
  localparam SHIFTS = COLS * SHIFT_BITS;

  // The scales of a group stay on their stream while its products are summed, and then wait in a queue.
  wire [FACTORS-1:0] factors;
  wire [SHIFTS-1:0] shifts;
  wire push, full, pop, ends, tile_over;
  wire [FACTORS-1:0] queued_factors;
  wire [SHIFTS-1:0] queued_shifts;
  assign s_axis_s_tready = push;
  assign factors = s_axis_s_tmult;   // only without FLOAT
  assign shifts = s_axis_s_tshift;   // only without FLOAT
  mixpe_queue #(.WIDTH(FACTORS + SHIFTS + 1), .DEPTH(3)) queue (
    .clk(clk), .rst(rst), .push(push), .i({factors, shifts, tile_over}), .full(full),
    .pop(pop), .o({queued_factors, queued_shifts, ends})
  );
  wire [COLS-1:0] bad;   // only with FLOAT
  genvar j, k;
  generate   // only with FLOAT
    for (j = 0; j < COLS; j = j + 1) begin : scale   // only with FLOAT
      mixpe_scale #(   // only with FLOAT
        .EXPONENT_BITS(EXPONENT_BITS), .MANTISSA_BITS(MANTISSA_BITS), .ORIGIN(ORIGIN),   // only with FLOAT
        .FACTOR_BITS(FACTOR_BITS), .SHIFT_BITS(SHIFT_BITS)   // only with FLOAT
      ) decode (   // only with FLOAT
        .code(s_axis_s_tscale[j*(1+EXPONENT_BITS+MANTISSA_BITS) +: 1+EXPONENT_BITS+MANTISSA_BITS]),   // only with FLOAT
        .factor(factors[j*FACTOR_BITS +: FACTOR_BITS]),   // only with FLOAT
        .shift(shifts[j*SHIFT_BITS +: SHIFT_BITS]), .bad(bad[j])   // only with FLOAT
      );   // only with FLOAT
    end   // only with FLOAT
  endgenerate   // only with FLOAT
  always @(posedge clk)   // only with FLOAT
    if (rst) bad_scale <= 1'b0;   // only with FLOAT
    else if (push && |bad) bad_scale <= 1'b1;   // only with FLOAT

  // The zero point is subtracted from every weight.
  wire [COLS*W_BITS-1:0] weights;
  generate
    for (k = 0; k < COLS; k = k + 1) begin : weight
      assign weights[k*W_BITS +: W_BITS] =
        s_axis_b_tdata[k*B_BITS +: B_BITS]
        - s_axis_s_tzero[(k % COLS)*B_BITS +: B_BITS]   // only with ZERO_POINT
        ;
    end
  endgenerate

  // A tile of the core is a group. Where it ends, and where the tile does, the weights say.
  wire core_a_ready, core_b_ready;
  reg [12:0] step;
  reg [8:0] load_row, a_row;
  reg next_over, now_over;
  wire last = s_axis_b_tlast || step == GROUP - 1;
  wire go = s_axis_s_tvalid && !(last && full);
  assign tile_over = s_axis_b_tlast;
  assign s_axis_a_tready = core_a_ready;
  assign s_axis_b_tready = core_b_ready && go;
  wire take_a = s_axis_a_tvalid && s_axis_a_tready;
  wire take_b = s_axis_b_tvalid && s_axis_b_tready;
  wire loaded = load_row == K_STEP - 1;
  wire bottom = a_row == ROWS - 1;
  assign push = take_b && last;
  always @(posedge clk)
    if (rst) begin
      step <= 0;
      load_row <= 0;
      a_row <= 0;
      last_mismatch <= 1'b0;
    end else begin
      if (take_b) step <= last ? 13'd0 : step + 13'd1;
      if (take_b) load_row <= loaded ? 9'd0 : load_row + 9'd1;
      if (take_b) next_over <= s_axis_b_tlast;
      if (take_a) a_row <= bottom ? 9'd0 : a_row + 9'd1;
      if (take_a && a_row == 0) now_over <= next_over;
      if (take_a && s_axis_a_tlast != (bottom && (a_row == 0 ? next_over : now_over))) last_mismatch <= 1'b1;
      if (take_b && s_axis_b_tlast && !loaded) last_mismatch <= 1'b1;
    end

  wire [COLS*SUM_BITS-1:0] sums;
  wire sums_last, sums_valid, sums_ready;
  mac_array_ws_baseline #(
    .ROWS(ROWS), .COLS(COLS), .K_STEP(K_STEP), .A_BITS(A_BITS), .B_BITS(W_BITS), .A_SIGNED(A_SIGNED), .B_SIGNED(1),
    .ACC_BITS(SUM_BITS), .SATURATE(0)
  ) core (
    .clk(clk), .rst(rst),
    .s_axis_a_tdata(s_axis_a_tdata), .s_axis_a_tlast(s_axis_a_tlast), .s_axis_a_tvalid(s_axis_a_tvalid),
    .s_axis_a_tready(core_a_ready),
    .s_axis_b_tdata(weights), .s_axis_b_tlast(last), .s_axis_b_tvalid(s_axis_b_tvalid && go),
    .s_axis_b_tready(core_b_ready),
    .m_axis_c_tdata(sums), .m_axis_c_tlast(sums_last), .m_axis_c_tvalid(sums_valid),
    .m_axis_c_tready(sums_ready), .last_mismatch()
  );
  mixpe_drain #(
    .ROWS(ROWS), .COLS(COLS), .SUM_BITS(SUM_BITS), .FACTOR_BITS(FACTOR_BITS), .SHIFT_BITS(SHIFT_BITS),
    .OUT_BITS(OUT_BITS)
  ) drain (
    .clk(clk), .rst(rst), .sums(sums), .sums_last(sums_last), .sums_valid(sums_valid),
    .sums_ready(sums_ready), .factors(queued_factors), .shifts(queued_shifts), .ends(ends), .pop(pop),
    .m_axis_c_tdata(m_axis_c_tdata), .m_axis_c_tlast(m_axis_c_tlast), .m_axis_c_tvalid(m_axis_c_tvalid),
    .m_axis_c_tready(m_axis_c_tready)
  );
endmodule
