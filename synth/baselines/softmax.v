// The function of softmax with Verilog's own operators: row_exp.v, two memories, and a product that is shifted and
// rounded at full width.
`include "row_exp.v"

module softmax_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter FRACTION_BITS = 5,
  parameter EXP_BITS = 8,
  parameter ROW_BEATS = 128,
  parameter TOTAL_BITS = 18,
  parameter OUT_BITS = 8,
  parameter FACTOR_BITS = 9,
  parameter SHIFT_BITS = 5,
  parameter PIPELINE = 2,
  parameter CHORDS = 0
) (
  input  wire                      clk,
  input  wire                      rst,
  input  wire [LANES*IN_BITS-1:0]  s_axis_x_tdata,
  input  wire [LANES-1:0]          s_axis_x_tkeep,
  input  wire                      s_axis_x_tlast,
  input  wire                      s_axis_x_tvalid,
  output wire                      s_axis_x_tready,
  output wire [LANES*OUT_BITS-1:0] m_axis_y_tdata,
  output wire [LANES-1:0]          m_axis_y_tkeep,
  output wire                      m_axis_y_tlast,
  output wire                      m_axis_y_tvalid,
  input  wire                      m_axis_y_tready,
  output wire                      too_long
);
  localparam TOP_BITS = IN_BITS - FRACTION_BITS + 1;
  localparam DEPTH = ROW_BEATS + 7;

  wire en, valid_1, last_1, valid_3;
  wire [LANES*EXP_BITS-1:0] exps_1;
  wire [LANES-1:0] keep_1;
  wire signed [TOP_BITS-1:0] top_1, top_3;
  wire [FACTOR_BITS-1:0] mantissa;
  wire [SHIFT_BITS-1:0] down;
  assign s_axis_x_tready = en;
  row_exp_baseline rows_summed (
    .clk(clk), .rst(rst), .en(en), .x(s_axis_x_tdata), .keep(s_axis_x_tkeep), .last(s_axis_x_tlast),
    .valid(s_axis_x_tvalid), .too_long(too_long), .valid_1(valid_1), .exps_1(exps_1), .keep_1(keep_1),
    .last_1(last_1), .top_1(top_1), .valid_3(valid_3), .top_3(top_3), .mantissa(mantissa), .down(down)
  );

  // Two memories, each with a register behind it.
  localparam WORD = LANES * (EXP_BITS + 1) + TOP_BITS + 1;
  localparam ROW = FACTOR_BITS + SHIFT_BITS + TOP_BITS;
  reg [WORD-1:0] words [0:DEPTH-1];
  reg [ROW-1:0] rows [0:1];
  reg [WORD-1:0] word;
  reg [ROW-1:0] row;
  reg [16:0] words_in, words_out, word_count;
  reg row_in, row_out;
  reg [1:0] row_count;
  reg word_there, row_there;
  wire y_en = !m_axis_y_tvalid || m_axis_y_tready;
  wire go = y_en && word_there && row_there;
  wire ends_now = word[WORD-1];
  assign en = (!valid_1 || word_count != DEPTH) && (!valid_3 || row_count != 2);
  wire word_push = en && valid_1;
  wire row_push = en && valid_3;
  wire word_get = word_count != 0 && (!word_there || go);
  wire row_get = row_count != 0 && (!row_there || (go && ends_now));
  always @(posedge clk)
    if (rst) begin
      words_in <= 0;
      words_out <= 0;
      word_count <= 0;
      row_in <= 0;
      row_out <= 0;
      row_count <= 0;
      word_there <= 0;
      row_there <= 0;
    end else begin
      if (word_push) words_in <= words_in == DEPTH - 1 ? 0 : words_in + 1'b1;
      if (word_get) words_out <= words_out == DEPTH - 1 ? 0 : words_out + 1'b1;
      word_count <= word_count + word_push - word_get;
      row_in <= row_in ^ row_push;
      row_out <= row_out ^ row_get;
      row_count <= row_count + row_push - row_get;
      if (word_get || go) word_there <= word_get;
      if (row_get || (go && ends_now)) row_there <= row_get;
    end
  always @(posedge clk) begin
    if (word_push) words[words_in] <= {last_1, keep_1, top_1, exps_1};
    if (word_get) word <= words[words_out];
    if (row_push) rows[row_in] <= {top_3, down, mantissa};
    if (row_get) row <= rows[row_out];
  end

  // Results, and registers that synthesis may move.
  localparam PRODUCT = EXP_BITS + FACTOR_BITS + OUT_BITS + 1;
  wire [TOP_BITS-1:0] octaves = row[ROW-1 -: TOP_BITS] - word[LANES*EXP_BITS +: TOP_BITS];
  reg [LANES*OUT_BITS-1:0] results;
  reg [PRODUCT-1:0] scaled, rounding;
  reg [EXP_BITS-1:0] e;
  integer k;
  always @* begin
    results = 0;
    rounding = CHORDS ? 0 : (1 << row[FACTOR_BITS +: SHIFT_BITS]) >> 1;
    for (k = 0; k < LANES; k = k + 1) begin
      e = word[k*EXP_BITS +: EXP_BITS] >> octaves;
      scaled = ({{PRODUCT-EXP_BITS{1'b0}}, e} * row[FACTOR_BITS-1:0] << OUT_BITS) + rounding;
      scaled = scaled >> row[FACTOR_BITS +: SHIFT_BITS];
      results[k*OUT_BITS +: OUT_BITS] = scaled >> OUT_BITS != 0 ? {OUT_BITS{1'b1}} : scaled;
    end
  end
  reg [LANES*(OUT_BITS+1):0] y [0:2];
  reg y_valid [0:2];
  always @(posedge clk)
    if (rst) begin
      y_valid[0] <= 1'b0;
      y_valid[1] <= 1'b0;
      y_valid[2] <= 1'b0;
    end else if (y_en) begin
      y_valid[0] <= go;
      y_valid[1] <= y_valid[0];
      y_valid[2] <= y_valid[1];
    end
  always @(posedge clk)
    if (y_en) begin
      y[0] <= {ends_now, word[LANES*EXP_BITS+TOP_BITS +: LANES], results};
      y[1] <= y[0];
      y[2] <= y[1];
    end
  assign m_axis_y_tvalid = y_valid[PIPELINE-1];
  assign {m_axis_y_tlast, m_axis_y_tkeep, m_axis_y_tdata} = y[PIPELINE-1];
endmodule
