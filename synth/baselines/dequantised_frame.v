// An engine of wide weights, `engine`, behind an edge that dequantises every weight: a column of B passes a
// `dequantise_baseline`, of two stages, once for all rows. The engine adds over the whole K. Scale and zero point of
// a group stay on their stream while its weights come.
module dequantised_frame #(
  parameter ROWS = 8,
  parameter COLS = 8,
  parameter A_BITS = 8,
  parameter B_BITS = 4,
  parameter GROUP = 128,
  parameter SCALE_BITS = 17,     // scale and zero point of a column
  parameter WEIGHT_BITS = 16,
  parameter OUT_BITS = 32
) (
  input  wire                        clk,
  input  wire                        rst,
  input  wire [ROWS*A_BITS-1:0]      a,
  input  wire                        a_last,
  input  wire                        a_valid,
  output wire                        a_ready,
  input  wire [COLS*B_BITS-1:0]      b,
  input  wire                        b_last,
  input  wire                        b_valid,
  output wire                        b_ready,
  input  wire [COLS*SCALE_BITS-1:0]  s,
  input  wire                        s_valid,
  output wire                        s_ready,
  output wire [COLS*OUT_BITS-1:0]    c,
  output wire                        c_last,
  output wire                        c_valid,
  input  wire                        c_ready,
  output wire                        last_mismatch
);
  wire engine_a_ready, engine_b_ready;
  reg scaled_valid, scaled_a_last, scaled_b_last, ready_valid, ready_a_last, ready_b_last;
  reg [ROWS*A_BITS-1:0] scaled_a, ready_a;
  wire [COLS*WEIGHT_BITS-1:0] weights;
  wire en = !ready_valid || (engine_a_ready && engine_b_ready);
  wire take = a_valid && b_valid && s_valid && en;
  assign a_ready = b_valid && s_valid && en;
  assign b_ready = a_valid && s_valid && en;
  reg [12:0] step;
  wire ends = a_last || b_last || step == GROUP - 1;
  assign s_ready = take && ends;
  always @(posedge clk)
    if (rst) begin
      step <= 13'd0;
      scaled_valid <= 1'b0;
      ready_valid <= 1'b0;
    end else begin
      if (take) step <= ends ? 13'd0 : step + 13'd1;
      if (en) begin
        scaled_valid <= take;
        ready_valid <= scaled_valid;
      end
    end
  always @(posedge clk)
    if (en) begin
      {scaled_a_last, scaled_b_last, scaled_a} <= {a_last, b_last, a};
      {ready_a_last, ready_b_last, ready_a} <= {scaled_a_last, scaled_b_last, scaled_a};
    end

  genvar j;
  generate
    for (j = 0; j < COLS; j = j + 1) begin : column
      dequantise_baseline edge_of_column (
        .clk(clk), .en(en), .weight(b[j*B_BITS +: B_BITS]), .scale(s[j*SCALE_BITS +: SCALE_BITS]),
        .wide(weights[j*WEIGHT_BITS +: WEIGHT_BITS])
      );
    end
  endgenerate

  engine array (
    .clk(clk), .rst(rst),
    .s_axis_a_tdata(ready_a), .s_axis_a_tlast(ready_a_last), .s_axis_a_tvalid(ready_valid),
    .s_axis_a_tready(engine_a_ready),
    .s_axis_b_tdata(weights), .s_axis_b_tlast(ready_b_last), .s_axis_b_tvalid(ready_valid),
    .s_axis_b_tready(engine_b_ready),
    .m_axis_c_tdata(c), .m_axis_c_tlast(c_last), .m_axis_c_tvalid(c_valid), .m_axis_c_tready(c_ready),
    .last_mismatch(last_mismatch)
  );
endmodule
