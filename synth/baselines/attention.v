// The function of attention with Verilog's own operators: dot products, scales and weighted sums at full width,
// whole codes compared, and shifts and roundings as they stand in the formula.
module attention_baseline #(
  parameter QUERIES = 1,
  parameter DIM = 64,
  parameter LANES = 16,
  parameter LENGTH_MAX = 4096,
  parameter BITS = 8,
  parameter CAUSAL = 0,
  parameter WINDOW = 0,
  parameter MASKED = 0,
  parameter POSITION_BITS = 12,
  parameter DOT_BITS = 22,
  parameter SCORE_BITS = 11,
  parameter FRACTION_BITS = 5,
  parameter EXP_BITS = 8,
  parameter TOTAL_BITS = 20,
  parameter MULT_BITS = 8,
  parameter SHIFT_BITS = 5,
  parameter INDEX_BITS = 6,
  parameter MANTISSA_BITS = 9,
  parameter DOWN_BITS = 5,
  parameter OUT_LANES = 1,
  parameter EXP_TABLE = 0,        // 2 ** -(i / 2 ** FRACTION_BITS), EXP_BITS each
  parameter RECIPROCAL_TABLE = 0  // MANTISSA_BITS each
) (
  input  wire                            clk,
  input  wire                            rst,
  input  wire [QUERIES*LANES*BITS-1:0]   s_axis_q_tdata,
  input  wire [MULT_BITS-1:0]            s_axis_q_tmult,
  input  wire [SHIFT_BITS-1:0]           s_axis_q_tshift,
  input  wire [POSITION_BITS-1:0]        s_axis_q_tposition, // only with MASKED
  input  wire                            s_axis_q_tvalid,
  output wire                            s_axis_q_tready,
  input  wire [LANES*BITS-1:0]           s_axis_k_tdata,
  input  wire                            s_axis_k_tlast,
  input  wire                            s_axis_k_tvalid,
  output wire                            s_axis_k_tready,
  input  wire [LANES*BITS-1:0]           s_axis_v_tdata,
  input  wire                            s_axis_v_tvalid,
  output wire                            s_axis_v_tready,
  input  wire [MULT_BITS-1:0]            s_axis_s_tmult,
  input  wire [SHIFT_BITS-1:0]           s_axis_s_tshift,
  input  wire                            s_axis_s_tvalid,
  output wire                            s_axis_s_tready,
  output reg  [OUT_LANES*BITS-1:0]       m_axis_y_tdata,
  output wire                            m_axis_y_tlast,
  output wire                            m_axis_y_tvalid,
  input  wire                            m_axis_y_tready,
  output reg                             too_long
);
  localparam [(EXP_BITS<<FRACTION_BITS)-1:0] EXPS = EXP_TABLE;
  localparam [(MANTISSA_BITS<<INDEX_BITS)-1:0] RECIPROCALS = RECIPROCAL_TABLE;
  localparam BEATS = DIM / LANES;
  localparam TOP_BITS = SCORE_BITS - FRACTION_BITS + 1;
  localparam ACC_BITS = TOTAL_BITS + BITS;
  localparam PRODUCT_BITS = DOT_BITS + MULT_BITS + 1;
  localparam signed [PRODUCT_BITS-1:0] SCORE_MAX = (1 << (SCORE_BITS - 1)) - 1;
  localparam signed [TOP_BITS-1:0] LOWEST = -(1 << (TOP_BITS - 2));
  integer i, n, p;

  // Two blocks of queries, each with its scale and the position of its first query.
  wire [POSITION_BITS-1:0] position_in;
  assign position_in = s_axis_q_tposition; // only with MASKED
  assign position_in = 0; // only without MASKED
  reg [QUERIES*LANES*BITS-1:0] blocks [0:2*BEATS-1];
  reg [MULT_BITS-1:0] mults [0:1];
  reg [SHIFT_BITS-1:0] shifts [0:1];
  reg [POSITION_BITS-1:0] positions [0:1];
  reg [1:0] loaded;
  reg fills, shows;
  reg [8:0] q_beat, k_beat, v_beat;
  wire q_take = s_axis_q_tvalid && s_axis_q_tready;
  assign s_axis_q_tready = !loaded[fills];
  always @(posedge clk)
    if (q_take) begin
      blocks[fills * BEATS + q_beat] <= s_axis_q_tdata;
      mults[fills] <= s_axis_q_tmult;
      shifts[fills] <= s_axis_q_tshift;
      positions[fills] <= position_in;
    end

  // Scores.
  wire en;
  assign s_axis_k_tready = en && loaded[shows];
  wire k_take = s_axis_k_tvalid && s_axis_k_tready;
  wire key_ends = k_beat == BEATS - 1;
  reg [16:0] key;
  wire full_row = key == LENGTH_MAX - 1;
  wire row_ends = s_axis_k_tlast || full_row;
  wire leaves = k_take && key_ends && row_ends;
  always @(posedge clk)
    if (rst) begin
      loaded <= 0;
      fills <= 0;
      shows <= 0;
      q_beat <= 0;
      k_beat <= 0;
      key <= 0;
      too_long <= 0;
    end else begin
      if (q_take) q_beat <= q_beat == BEATS - 1 ? 0 : q_beat + 1'b1;
      if (q_take && q_beat == BEATS - 1) begin
        loaded[fills] <= 1;
        fills <= !fills;
      end
      if (k_take) k_beat <= key_ends ? 0 : k_beat + 1'b1;
      if (k_take && key_ends) begin
        key <= row_ends ? 0 : key + 1'b1;
        if (full_row && !s_axis_k_tlast) too_long <= 1;
      end
      if (leaves) begin
        loaded[shows] <= 0;
        shows <= !shows;
      end
    end

  reg signed [DOT_BITS-1:0] dots [0:QUERIES-1];
  reg signed [DOT_BITS-1:0] dot;
  reg [QUERIES*LANES*BITS-1:0] q_now;
  always @(posedge clk)
    if (k_take) begin
      q_now = blocks[shows * BEATS + k_beat];
      for (n = 0; n < QUERIES; n = n + 1) begin
        dot = k_beat == 0 ? 0 : dots[n];
        for (i = 0; i < LANES; i = i + 1)
          dot = dot + $signed(q_now[(n*LANES+i)*BITS +: BITS]) * $signed(s_axis_k_tdata[i*BITS +: BITS]);
        dots[n] <= dot;
      end
    end
  reg valid_0, valid_1, valid_2, last_0, last_1, last_2;
  reg [QUERIES-1:0] keep, keep_0, keep_1, keep_2;
  reg signed [18:0] ahead;
  always @* begin
    keep = {QUERIES{1'b1}};
    for (n = 0; n < QUERIES; n = n + 1) begin
      ahead = $signed({1'b0, positions[shows]}) + n - $signed({1'b0, key});
      if (CAUSAL && ahead < 0) keep[n] = 0;
      if (WINDOW != 0 && (ahead >= WINDOW || ahead <= -WINDOW)) keep[n] = 0;
    end
  end
  reg [MULT_BITS-1:0] mult_0;
  reg [SHIFT_BITS-1:0] shift_0, shift_1;
  reg signed [PRODUCT_BITS-1:0] products [0:QUERIES-1];
  reg signed [PRODUCT_BITS-1:0] scaled;
  reg signed [SCORE_BITS-1:0] scores [0:QUERIES-1];
  always @(posedge clk)
    if (rst) begin
      valid_0 <= 0;
      valid_1 <= 0;
      valid_2 <= 0;
    end else if (en) begin
      valid_0 <= k_take && key_ends;
      valid_1 <= valid_0;
      valid_2 <= valid_1;
    end
  always @(posedge clk)
    if (en) begin
      {last_0, keep_0, mult_0, shift_0} <= {row_ends, keep, mults[shows], shifts[shows]};
      {last_1, keep_1, shift_1} <= {last_0, keep_0, shift_0};
      {last_2, keep_2} <= {last_1, keep_1};
      for (n = 0; n < QUERIES; n = n + 1) begin
        products[n] <= dots[n] * $signed({1'b0, mult_0});
        scaled = (products[n] + ((32'sd1 <<< shift_1) >>> 1)) >>> shift_1;
        scores[n] <= scaled > SCORE_MAX ? SCORE_MAX : scaled < -SCORE_MAX - 1 ? -SCORE_MAX - 1 : scaled;
      end
    end

  // Exponentials, relative to a running maximum in octaves, rounded up; and their sums.
  reg fresh, first_4, valid_3, valid_4, last_3, last_4, valid_5, last_5, first_5, row_valid;
  reg [QUERIES-1:0] keep_3;
  reg signed [SCORE_BITS-1:0] score_3 [0:QUERIES-1];
  reg signed [TOP_BITS-1:0] most_3 [0:QUERIES-1], top_4 [0:QUERIES-1];
  reg [TOP_BITS-1:0] rise_4 [0:QUERIES-1], rise_5 [0:QUERIES-1];
  reg [EXP_BITS-1:0] e_4 [0:QUERIES-1], e_5 [0:QUERIES-1];
  reg [TOTAL_BITS-1:0] total [0:QUERIES-1];
  reg signed [SCORE_BITS+1:0] raised, distance;
  reg signed [TOP_BITS-1:0] top;
  reg [EXP_BITS-1:0] entry;
  always @(posedge clk)
    if (rst) begin
      valid_3 <= 0;
      valid_4 <= 0;
      valid_5 <= 0;
      row_valid <= 0;
      fresh <= 1;
    end else if (en) begin
      valid_3 <= valid_2;
      valid_4 <= valid_3;
      valid_5 <= valid_4;
      row_valid <= valid_5 && last_5;
      if (valid_3) fresh <= last_3;
    end
  always @(posedge clk)
    if (en) begin
      {last_3, keep_3} <= {last_2, keep_2};
      last_4 <= last_3;
      {last_5, first_5} <= {last_4, first_4};
      if (valid_3) first_4 <= fresh;
      for (n = 0; n < QUERIES; n = n + 1) begin
        raised = scores[n] + ((1 << FRACTION_BITS) - 1);
        most_3[n] <= keep_2[n] ? raised >>> FRACTION_BITS : LOWEST;
        score_3[n] <= scores[n];
        if (valid_3) begin
          top = fresh || most_3[n] > top_4[n] ? most_3[n] : top_4[n];
          distance = (top <<< FRACTION_BITS) - score_3[n];
          entry = EXPS >> (distance & ((1 << FRACTION_BITS) - 1)) * EXP_BITS;
          e_4[n] <= keep_3[n] ? entry >> (distance >>> FRACTION_BITS) : 0;
          rise_4[n] <= top - top_4[n];
          top_4[n] <= top;
        end
        e_5[n] <= e_4[n];
        rise_5[n] <= rise_4[n];
        if (valid_5) total[n] <= (first_5 ? 0 : total[n] >> rise_5[n]) + e_5[n];
      end
    end

  // An exponential waits for its value.
  reg held, held_first, held_last;
  reg [EXP_BITS-1:0] held_e [0:QUERIES-1];
  reg [TOP_BITS-1:0] held_rise [0:QUERIES-1];
  reg full, totals_there, sent;
  wire value_ends = v_beat == BEATS - 1;
  assign s_axis_v_tready = held && !(held_last && full);
  wire v_take = s_axis_v_tvalid && s_axis_v_tready;
  assign en = (!valid_4 || !held || (v_take && value_ends)) && (!row_valid || sent || !totals_there);
  wire totals_push = row_valid && !sent && !totals_there;
  always @(posedge clk)
    if (rst) begin
      held <= 0;
      v_beat <= 0;
      sent <= 0;
    end else begin
      if (en && valid_4) held <= 1;
      else if (v_take && value_ends) held <= 0;
      if (v_take) v_beat <= value_ends ? 0 : v_beat + 1'b1;
      sent <= !en && (sent || totals_push);
    end
  always @(posedge clk)
    if (en && valid_4) begin
      held_first <= first_4;
      held_last <= last_4;
      for (n = 0; n < QUERIES; n = n + 1) begin
        held_e[n] <= e_4[n];
        held_rise[n] <= rise_4[n];
      end
    end

  // Weighted sums, and a copy of those of a row that has ended.
  reg signed [ACC_BITS-1:0] sums [0:QUERIES*DIM-1];
  reg signed [ACC_BITS-1:0] ended [0:QUERIES*DIM-1];
  reg signed [ACC_BITS-1:0] sum;
  always @(posedge clk)
    if (v_take)
      for (n = 0; n < QUERIES; n = n + 1)
        for (i = 0; i < LANES; i = i + 1) begin
          sum = held_first ? 0 : sums[n*DIM + v_beat*LANES + i] >>> held_rise[n];
          sum = sum + $signed({1'b0, held_e[n]}) * $signed(s_axis_v_tdata[i*BITS +: BITS]);
          sums[n*DIM + v_beat*LANES + i] <= sum;
          if (held_last) ended[n*DIM + v_beat*LANES + i] <= sum;
        end

  // Results, a query after the other: two cycles for its factor, then OUT_LANES a cycle.
  localparam STEPS = DIM / OUT_LANES + 2;
  localparam WIDE = ACC_BITS + MANTISSA_BITS + MULT_BITS + 1;
  reg [TOTAL_BITS-1:0] totals [0:QUERIES-1];
  reg [8:0] step;
  reg [4:0] query;
  wire y_en = !m_axis_y_tvalid || m_axis_y_tready;
  reg begun;
  wire active = y_en && (BEATS == 1 ? begun : full) && totals_there && s_axis_s_tvalid;
  wire query_ends = active && step == STEPS - 1;
  wire block_ends = query_ends && query == QUERIES - 1;
  assign s_axis_s_tready = block_ends;
  always @(posedge clk)
    if (rst) begin
      full <= 0;
      begun <= 0;
      totals_there <= 0;
      step <= 0;
      query <= 0;
    end else begin
      begun <= full && !block_ends;
      if (v_take && held_last && value_ends) full <= 1;
      else if (block_ends) full <= 0;
      if (totals_push) totals_there <= 1;
      else if (block_ends) totals_there <= 0;
      if (active) step <= query_ends ? 0 : step + 1'b1;
      if (query_ends) query <= block_ends ? 0 : query + 1'b1;
    end
  reg [TOTAL_BITS-1:0] row;
  reg [TOTAL_BITS+INDEX_BITS-1:0] aligned;
  reg [MANTISSA_BITS-1:0] mantissa;
  reg [DOWN_BITS-1:0] down;
  reg [MANTISSA_BITS+MULT_BITS-1:0] factor;
  reg [DOWN_BITS+SHIFT_BITS:0] down_all, down_2;
  integer exponent;
  always @(posedge clk) begin
    if (totals_push) for (n = 0; n < QUERIES; n = n + 1) totals[n] <= total[n];
    if (active && step == 0) begin
      row = totals[query];
      exponent = 0;
      for (i = 0; i < TOTAL_BITS; i = i + 1)
        if (row[i]) exponent = i;
      aligned = ({{INDEX_BITS{1'b0}}, row} << INDEX_BITS) >> exponent;
      mantissa <= row == 0 ? 0 : RECIPROCALS >> aligned[INDEX_BITS-1:0] * MANTISSA_BITS;
      down <= row == 0 ? 0 : exponent + MANTISSA_BITS;
    end
    if (active && step == 1) begin
      factor <= mantissa * s_axis_s_tmult;
      down_all <= down + s_axis_s_tshift;
    end
  end
  reg signed [ACC_BITS-1:0] value [0:OUT_LANES-1];
  reg signed [WIDE-1:0] product [0:OUT_LANES-1];
  reg signed [WIDE+64:0] rounded;
  reg [2:0] valids, lasts;
  always @(posedge clk)
    if (rst) valids <= 0;
    else if (y_en) valids <= {valids[1:0], active && step > 1};
  always @(posedge clk)
    if (y_en) begin
      lasts <= {lasts[1:0], query_ends};
      down_2 <= down_all;
      for (p = 0; p < OUT_LANES; p = p + 1) begin
        value[p] <= ended[query*DIM + (step - 2)*OUT_LANES + p];
        product[p] <= value[p] * $signed({1'b0, factor});
        rounded = (product[p] + ((128'sd1 <<< down_2) >>> 1)) >>> down_2;
        m_axis_y_tdata[p*BITS +: BITS] <= rounded > $signed((1 << (BITS-1)) - 1) ? (1 << (BITS-1)) - 1
                                        : rounded < -$signed(1 << (BITS-1)) ? -(1 << (BITS-1)) : rounded;
      end
    end
  assign m_axis_y_tvalid = valids[2];
  assign m_axis_y_tlast = lasts[2];
endmodule
