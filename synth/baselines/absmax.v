// The function of absmax with Verilog's own operators: a division in one cycle.
module absmax_baseline #(
  parameter LANES = 8,
  parameter X_EXPONENT = 8,
  parameter X_MANTISSA = 7,
  parameter MULT_EXPONENT = 8,
  parameter MULT_MANTISSA = 23,
  parameter OUT_BITS = 8,
  parameter GROUP = 0,       // beats of a group; 0: up to last
  parameter FLOOR = 128      // code of the smallest maximum
) (
  input  wire                                       clk,
  input  wire                                       rst,
  input  wire [LANES*(1+X_EXPONENT+X_MANTISSA)-1:0] s_axis_x_tdata,
  input  wire                                       s_axis_x_tlast,
  input  wire                                       s_axis_x_tvalid,
  output wire                                       s_axis_x_tready,
  output reg  [X_EXPONENT+X_MANTISSA:0]             m_axis_s_tamax,
  output reg  [MULT_EXPONENT+MULT_MANTISSA:0]       m_axis_s_tmult,
  output reg                                        m_axis_s_tlast,
  output reg                                        m_axis_s_tvalid,
  input  wire                                       m_axis_s_tready,
  output reg                                        saw_nan
);
  localparam X_BITS = X_EXPONENT + X_MANTISSA;
  localparam MULT_BITS = MULT_EXPONENT + MULT_MANTISSA;
  localparam [X_BITS-1:0] X_INF = {{X_EXPONENT{1'b1}}, {X_MANTISSA{1'b0}}};
  localparam [MULT_BITS-1:0] MULT_INF = {{MULT_EXPONENT{1'b1}}, {MULT_MANTISSA{1'b0}}};
  // Quotient of a dividend that is larger than any divisor by that many bits: significand, guard and one more.
  localparam EXTRA = MULT_MANTISSA + X_MANTISSA + 4;
  localparam DIVIDEND_BITS = OUT_BITS - 1 + EXTRA;
  localparam [DIVIDEND_BITS-1:0] DIVIDEND = ((1 << (OUT_BITS - 1)) - 1) * {{DIVIDEND_BITS-1{1'b0}}, 1'b1} << EXTRA;
  localparam X_BIAS = (1 << (X_EXPONENT - 1)) - 1;
  localparam MULT_BIAS = (1 << (MULT_EXPONENT - 1)) - 1;

  wire en = !m_axis_s_tvalid || m_axis_s_tready;
  wire take = s_axis_x_tvalid && en;
  assign s_axis_x_tready = en;

  reg [9:0] position;
  reg [X_BITS-1:0] so_far;
  reg [X_BITS-1:0] largest;
  reg [X_BITS-1:0] size;
  reg some_nan;
  integer k;
  always @* begin
    largest = so_far;
    some_nan = 1'b0;
    for (k = 0; k < LANES; k = k + 1) begin
      size = s_axis_x_tdata[k*(X_BITS+1) +: X_BITS];
      if (size > X_INF) some_nan = 1'b1;
      else if (size > largest) largest = size;
    end
  end
  wire ends = s_axis_x_tlast || (GROUP != 0 && position == GROUP - 1);
  wire [X_BITS-1:0] amax = largest < FLOOR ? FLOOR : largest;

  wire [X_EXPONENT-1:0] field = amax[X_MANTISSA +: X_EXPONENT];
  wire [X_MANTISSA:0] divisor = {1'b1, amax[X_MANTISSA-1:0]};
  wire [DIVIDEND_BITS-1:0] quotient = DIVIDEND / divisor;
  wire remains = DIVIDEND % divisor != 0;
  // The quotient's value is quotient * 2**(X_MANTISSA - EXTRA - field + X_BIAS); its top bit is at TOP or below.
  localparam TOP = EXTRA + OUT_BITS - 2 - X_MANTISSA;
  wire smaller = !quotient[TOP];
  wire [TOP:0] normal = smaller ? quotient << 1 : quotient;
  wire signed [10:0] exponent = OUT_BITS - 2 + X_BIAS + MULT_BIAS - $signed({3'b000, field}) - $signed({10'd0, smaller});
  wire [10:0] below = exponent < 1 ? 1 - exponent : 0;
  wire [TOP:0] aligned = normal >> below;
  wire lost = (normal & ~({TOP+1{1'b1}} << below)) != 0;
  wire [MULT_MANTISSA:0] floor = aligned[TOP -: MULT_MANTISSA+1];
  wire guard = aligned[TOP-MULT_MANTISSA-1];
  wire rest = aligned[TOP-MULT_MANTISSA-2:0] != 0 || lost || remains;
  wire up = guard && (rest || floor[0]);
  wire [10:0] base = exponent < 1 ? 0 : exponent - 1;
  wire [MULT_BITS+11:0] code = {base, {MULT_MANTISSA{1'b0}}} + floor + up;
  wire [MULT_BITS-1:0] mult = amax == X_INF ? 0 : code >= MULT_INF ? MULT_INF - 1'b1 : code[MULT_BITS-1:0];

  always @(posedge clk)
    if (rst) begin
      m_axis_s_tvalid <= 0;
      position <= 0;
      so_far <= 0;
      saw_nan <= 0;
    end else begin
      if (en) m_axis_s_tvalid <= take && ends;
      if (take) begin
        position <= ends ? 0 : position + 1'b1;
        so_far <= ends ? 0 : largest;
        if (some_nan) saw_nan <= 1;
      end
    end
  always @(posedge clk)
    if (take && ends) begin
      m_axis_s_tamax <= {1'b0, amax};
      m_axis_s_tmult <= {1'b0, mult};
      m_axis_s_tlast <= s_axis_x_tlast;
    end
endmodule
