// The function of softmax with Verilog's own operators: comparisons of whole codes, a subtraction and a plain
// lookup per code, a loop that finds the leading one, and a product that is shifted and rounded at full width.
module softmax_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter FRACTION_BITS = 5,
  parameter EXP_BITS = 8,
  parameter ROW_BEATS = 128,
  parameter TOTAL_BITS = 18,
  parameter OUT_BITS = 8,
  parameter INDEX_BITS = 6,
  parameter MANTISSA_BITS = 9,
  parameter SHIFT_BITS = 5,
  parameter PIPELINE = 2,
  parameter EXP_TABLE = 0,        // 2 ** -(i / 2 ** FRACTION_BITS), EXP_BITS each
  parameter RECIPROCAL_TABLE = 0  // MANTISSA_BITS each
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
  output reg                       too_long
);
  localparam [(EXP_BITS<<FRACTION_BITS)-1:0] EXPS = EXP_TABLE;
  localparam [(MANTISSA_BITS<<INDEX_BITS)-1:0] RECIPROCALS = RECIPROCAL_TABLE;
  localparam TOP_BITS = IN_BITS - FRACTION_BITS + 1;
  localparam DEPTH = ROW_BEATS + 7;
  localparam signed [IN_BITS:0] LOWEST = -(1 << (IN_BITS - 1));

  wire en;
  assign s_axis_x_tready = en;

  // A beat waits, while its largest code is found.
  reg valid_0, valid_1, valid_2, valid_3;
  reg [LANES*IN_BITS-1:0] x_0;
  reg [LANES-1:0] keep_0, keep_1;
  reg last_0, last_1, last_2;
  reg signed [IN_BITS:0] largest, code, most_0;
  integer i, k;
  always @* begin
    largest = LOWEST;
    for (k = 0; k < LANES; k = k + 1) begin
      code = $signed(s_axis_x_tdata[k*IN_BITS +: IN_BITS]);
      if (s_axis_x_tkeep[k] && code > largest) largest = code;
    end
  end
  reg [16:0] position;
  wire full = position == ROW_BEATS - 1;
  wire ends = s_axis_x_tlast || full;
  always @(posedge clk)
    if (rst) begin
      valid_0 <= 0;
      position <= 0;
      too_long <= 0;
    end else if (en) begin
      valid_0 <= s_axis_x_tvalid;
      if (s_axis_x_tvalid) position <= ends ? 0 : position + 1'b1;
      if (s_axis_x_tvalid && full && !s_axis_x_tlast) too_long <= 1;
    end
  always @(posedge clk)
    if (en) begin
      x_0 <= s_axis_x_tdata;
      keep_0 <= s_axis_x_tkeep;
      last_0 <= ends;
      most_0 <= largest;
    end

  // Exponentials, relative to the running maximum in octaves, rounded up.
  reg fresh, fresh_1, fresh_2;
  reg signed [TOP_BITS-1:0] top_1, top_2, top_3;
  wire signed [IN_BITS:0] raised = most_0 + ((1 << FRACTION_BITS) - 1);
  wire signed [TOP_BITS-1:0] most = raised >>> FRACTION_BITS;
  wire signed [TOP_BITS-1:0] top = fresh || most > top_1 ? most : top_1;
  reg [TOP_BITS-1:0] rise_1, rise_2;
  reg [LANES*EXP_BITS-1:0] exps, exps_1;
  reg signed [IN_BITS+1:0] distance;
  reg [EXP_BITS-1:0] entry;
  always @* begin
    exps = 0;
    for (k = 0; k < LANES; k = k + 1) begin
      distance = (top <<< FRACTION_BITS) - $signed(x_0[k*IN_BITS +: IN_BITS]);
      entry = EXPS >> (distance & ((1 << FRACTION_BITS) - 1)) * EXP_BITS;
      if (keep_0[k]) exps[k*EXP_BITS +: EXP_BITS] = entry >> (distance >>> FRACTION_BITS);
    end
  end
  always @(posedge clk)
    if (rst) begin
      valid_1 <= 0;
      fresh <= 1;
    end else if (en) begin
      valid_1 <= valid_0;
      if (valid_0) fresh <= last_0;
    end
  always @(posedge clk)
    if (en && valid_0) begin
      exps_1 <= exps;
      keep_1 <= keep_0;
      last_1 <= last_0;
      fresh_1 <= fresh;
      top_1 <= top;
      rise_1 <= top - top_1;
    end

  // Their sum, and the total.
  reg [TOTAL_BITS-1:0] sum, sum_2, total_3;
  always @* begin
    sum = 0;
    for (k = 0; k < LANES; k = k + 1)
      sum = sum + exps_1[k*EXP_BITS +: EXP_BITS];
  end
  always @(posedge clk)
    if (rst) begin
      valid_2 <= 0;
      valid_3 <= 0;
    end else if (en) begin
      valid_2 <= valid_1;
      valid_3 <= valid_2 && last_2;
    end
  always @(posedge clk)
    if (en) begin
      sum_2 <= sum;
      fresh_2 <= fresh_1;
      last_2 <= last_1;
      rise_2 <= rise_1;
      top_2 <= top_1;
      if (valid_2) begin
        total_3 <= (fresh_2 ? 0 : total_3 >> rise_2) + sum_2;
        top_3 <= top_2;
      end
    end

  // The reciprocal.
  reg [MANTISSA_BITS-1:0] mantissa;
  reg [SHIFT_BITS-1:0] down;
  reg [TOTAL_BITS+INDEX_BITS-1:0] aligned;
  integer exponent;
  always @* begin
    exponent = 0;
    for (i = 0; i < TOTAL_BITS; i = i + 1)
      if (total_3[i]) exponent = i;
    aligned = ({{INDEX_BITS{1'b0}}, total_3} << INDEX_BITS) >> exponent;
    mantissa = total_3 == 0 ? 0 : RECIPROCALS >> aligned[INDEX_BITS-1:0] * MANTISSA_BITS;
    down = total_3 == 0 ? 0 : exponent + MANTISSA_BITS;
  end

  // Two memories, each with a register behind it.
  localparam WORD = LANES * (EXP_BITS + 1) + TOP_BITS + 1;
  localparam ROW = MANTISSA_BITS + SHIFT_BITS + TOP_BITS;
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
  localparam PRODUCT = EXP_BITS + MANTISSA_BITS + OUT_BITS + 1;
  wire [TOP_BITS-1:0] octaves = row[ROW-1 -: TOP_BITS] - word[LANES*EXP_BITS +: TOP_BITS];
  reg [LANES*OUT_BITS-1:0] results;
  reg [PRODUCT-1:0] scaled, rounding;
  reg [EXP_BITS-1:0] e;
  always @* begin
    results = 0;
    rounding = (1 << row[MANTISSA_BITS +: SHIFT_BITS]) >> 1;
    for (k = 0; k < LANES; k = k + 1) begin
      e = word[k*EXP_BITS +: EXP_BITS] >> octaves;
      scaled = ({{PRODUCT-EXP_BITS{1'b0}}, e} * row[MANTISSA_BITS-1:0] << OUT_BITS) + rounding;
      scaled = scaled >> row[MANTISSA_BITS +: SHIFT_BITS];
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
