// The function of norm with Verilog's own operators: squares and products with `*`, a loop that finds the
// leading one, and (N * x - S) times the mantissa, shifted and rounded at full width.
module norm_baseline #(
  parameter LANES = 8,
  parameter IN_BITS = 8,
  parameter OUT_BITS = 8,
  parameter FRACTION = 5,
  parameter EPS = 0,
  parameter INDEX_BITS = 6,
  parameter MANTISSA_BITS = 9,
  parameter PIPELINE = 2,
  parameter LAYER = 1,
  parameter ROW_BEATS = 128,
  parameter COUNT_BITS = 11,
  parameter TOTAL_BITS = 18,
  parameter SQUARES_BITS = 25,
  parameter VARIANCE_BITS = 35,
  parameter SHIFT_BITS = 5,
  parameter TABLE = 0  // MANTISSA_BITS each, for even exponents, then for odd ones
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
  localparam [(MANTISSA_BITS<<(INDEX_BITS+1))-1:0] ROOTS = TABLE;
  localparam DEPTH = ROW_BEATS + 6;

  wire en;
  assign s_axis_x_tready = en;
  wire take = en && s_axis_x_tvalid;
  reg [16:0] position;
  wire full = position == ROW_BEATS - 1;
  wire ends = s_axis_x_tlast || full;

  // Sums of a beat, and of a row.
  reg [COUNT_BITS-1:0] count, count_1, count_2, count_3, count_4;
  reg signed [TOTAL_BITS-1:0] total, total_1, total_2, total_3, total_4;
  reg [SQUARES_BITS-1:0] squares, squares_1, squares_2;
  reg signed [SQUARES_BITS:0] x;
  integer i, k;
  always @* begin
    count = 0;
    total = 0;
    squares = 0;
    for (k = 0; k < LANES; k = k + 1)
      if (s_axis_x_tkeep[k]) begin
        x = $signed(s_axis_x_tdata[k*IN_BITS +: IN_BITS]);
        count = count + 1'b1;
        total = total + x;
        squares = squares + x * x;
      end
  end
  reg valid_1, valid_2, valid_3, valid_4, last_1, fresh;
  always @(posedge clk)
    if (rst) begin
      valid_1 <= 0;
      valid_2 <= 0;
      valid_3 <= 0;
      valid_4 <= 0;
      fresh <= 1;
      position <= 0;
      too_long <= 0;
    end else if (en) begin
      valid_1 <= s_axis_x_tvalid;
      valid_2 <= valid_1 && last_1;
      valid_3 <= valid_2;
      valid_4 <= valid_3;
      if (valid_1) fresh <= last_1;
      if (take) position <= ends ? 0 : position + 1'b1;
      if (take && full && !s_axis_x_tlast) too_long <= 1;
    end

  // The variance, and its reciprocal root.
  reg [VARIANCE_BITS-1:0] variance_3;
  wire signed [2*TOTAL_BITS-1:0] square = LAYER ? total_2 * total_2 : 0;
  integer exponent;
  reg [VARIANCE_BITS+INDEX_BITS-1:0] aligned;
  reg [MANTISSA_BITS-1:0] mantissa, mantissa_4;
  reg [SHIFT_BITS-1:0] down, down_4;
  always @* begin
    exponent = 0;
    for (i = 0; i < VARIANCE_BITS; i = i + 1)
      if (variance_3[i]) exponent = i;
    aligned = ({{INDEX_BITS{1'b0}}, variance_3} << INDEX_BITS) >> exponent;
    aligned = aligned[INDEX_BITS-1:0] + (exponent % 2 << INDEX_BITS);
    mantissa = variance_3 == 0 ? 0 : ROOTS >> aligned[INDEX_BITS:0] * MANTISSA_BITS;
    down = exponent / 2 + MANTISSA_BITS - FRACTION;
  end
  always @(posedge clk)
    if (en) begin
      count_1 <= count;
      total_1 <= total;
      squares_1 <= squares;
      last_1 <= ends;
      if (valid_1) begin
        count_2 <= (fresh ? 0 : count_2) + count_1;
        total_2 <= (fresh ? 0 : total_2) + total_1;
        squares_2 <= (fresh ? 0 : squares_2) + squares_1;
      end
      variance_3 <= count_2 * squares_2 - square + EPS;
      count_3 <= count_2;
      total_3 <= total_2;
      mantissa_4 <= mantissa;
      down_4 <= down;
      count_4 <= count_3;
      total_4 <= LAYER ? total_3 : 0;
    end

  // Two memories, each with a register behind it.
  localparam WORD = LANES * (IN_BITS + 1) + 1;
  localparam ROW = COUNT_BITS + TOTAL_BITS + MANTISSA_BITS + SHIFT_BITS;
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
  assign en = word_count != DEPTH && (!valid_4 || row_count != 2);
  wire row_push = en && valid_4;
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
      if (take) words_in <= words_in == DEPTH - 1 ? 0 : words_in + 1'b1;
      if (word_get) words_out <= words_out == DEPTH - 1 ? 0 : words_out + 1'b1;
      word_count <= word_count + take - word_get;
      row_in <= row_in ^ row_push;
      row_out <= row_out ^ row_get;
      row_count <= row_count + row_push - row_get;
      if (word_get || go) word_there <= word_get;
      if (row_get || (go && ends_now)) row_there <= row_get;
    end
  always @(posedge clk) begin
    if (take) words[words_in] <= {ends, s_axis_x_tkeep, s_axis_x_tdata};
    if (word_get) word <= words[words_out];
    if (row_push) rows[row_in] <= {count_4, total_4, mantissa_4, down_4};
    if (row_get) row <= rows[row_out];
  end

  // Results, and registers that synthesis may move.
  localparam PRODUCT = IN_BITS + COUNT_BITS + MANTISSA_BITS + 2;
  wire [SHIFT_BITS-1:0] row_down = row[SHIFT_BITS-1:0];
  wire signed [MANTISSA_BITS:0] row_mantissa = {1'b0, row[SHIFT_BITS +: MANTISSA_BITS]};
  wire signed [TOTAL_BITS-1:0] row_total = row[SHIFT_BITS+MANTISSA_BITS +: TOTAL_BITS];
  wire signed [COUNT_BITS:0] row_length = {1'b0, row[ROW-1 -: COUNT_BITS]};
  localparam signed [PRODUCT-1:0] HIGHEST = (1 << (OUT_BITS - 1)) - 1;
  reg [LANES*OUT_BITS-1:0] results;
  reg signed [PRODUCT-1:0] scaled, rounding;
  reg signed [IN_BITS-1:0] code;
  always @* begin
    results = 0;
    rounding = ({{PRODUCT-1{1'b0}}, 1'b1} << row_down) >> 1;
    for (k = 0; k < LANES; k = k + 1) begin
      code = $signed(word[k*IN_BITS +: IN_BITS]);
      scaled = (row_length * code - row_total) * row_mantissa;
      scaled = (scaled + rounding) >>> row_down;
      if (scaled > HIGHEST) scaled = HIGHEST;
      if (scaled < ~HIGHEST) scaled = ~HIGHEST;
      if (word[LANES*IN_BITS + k]) results[k*OUT_BITS +: OUT_BITS] = scaled[OUT_BITS-1:0];
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
      y[0] <= {ends_now, word[LANES*IN_BITS +: LANES], results};
      y[1] <= y[0];
      y[2] <= y[1];
    end
  assign m_axis_y_tvalid = y_valid[PIPELINE-1];
  assign {m_axis_y_tlast, m_axis_y_tkeep, m_axis_y_tdata} = y[PIPELINE-1];
endmodule
