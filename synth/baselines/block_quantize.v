// The function of block_quantize with Verilog's own operators: numbers wait in a memory for their block's scale.
`include "float_parts.v"

module block_quantize_baseline #(
  parameter LANES = 8,
  parameter X_MANTISSA = 7,      // of numbers with 8 bits of exponent
  parameter EXPONENT = 4,        // of float elements; 0: integers
  parameter MANTISSA = 3,
  parameter SPECIAL = 1,
  parameter LOWEST = 6,          // their smallest exponent is minus that
  parameter BITS = 8,
  parameter BEATS = 4,           // of a block
  parameter TOP = 8,             // exponent of the largest element
  parameter CEILING = 0,
  parameter THRESHOLD = 0        // mantissa above which a number is larger than it
) (
  input  wire                            clk,
  input  wire                            rst,
  input  wire [LANES*(9+X_MANTISSA)-1:0] s_axis_x_tdata,
  input  wire                            s_axis_x_tlast,
  input  wire                            s_axis_x_tvalid,
  output wire                            s_axis_x_tready,
  output reg  [LANES*BITS-1:0]           m_axis_y_tdata,
  output reg  [7:0]                      m_axis_y_tscale,
  output reg                             m_axis_y_tlast,
  output reg                             m_axis_y_tvalid,
  input  wire                            m_axis_y_tready
);
  localparam X_BITS = 9 + X_MANTISSA;
  localparam DEPTH = BEATS + 4;
  localparam HIGH = (1 << (BITS - 1)) - 1;

  // Numbers, and the scales of blocks that are complete.
  reg [LANES*X_BITS+1:0] numbers [0:DEPTH-1];
  reg [7:0] scales [0:DEPTH-1];
  reg [15:0] in, out, filled, scale_in, scale_out, known, beat;
  wire take = s_axis_x_tvalid && s_axis_x_tready;
  wire ends = beat == BEATS - 1 || s_axis_x_tlast;
  assign s_axis_x_tready = filled != DEPTH;
  wire moves = known != 0 && (!m_axis_y_tvalid || m_axis_y_tready);
  wire [LANES*X_BITS+1:0] oldest = numbers[out];
  wire [7:0] scale = scales[scale_out];
  wire gone = moves && oldest[LANES*X_BITS];

  integer k;
  reg [X_BITS-2:0] so_far, largest, size;
  always @* begin
    largest = so_far;
    for (k = 0; k < LANES; k = k + 1) begin
      size = s_axis_x_tdata[k*X_BITS +: X_BITS-1];
      if (size > largest) largest = size;
    end
  end
  wire [7:0] field = largest[X_MANTISSA +: 8];
  wire [X_MANTISSA-1:0] mantissa = field == 0 ? largest[X_MANTISSA-1:0] << 1 : largest[X_MANTISSA-1:0];
  wire above = CEILING && mantissa > THRESHOLD && (field != 0 || largest[X_MANTISSA-1]);
  wire signed [10:0] raised = $signed({3'd0, field}) + $signed({1'b0, above}) - TOP;
  wire [7:0] code = field == 255 ? 255 : raised < 0 ? 0 : raised > 254 ? 254 : raised;

  wire [LANES*BITS-1:0] elements;
  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : lane
      wire sign, zero, inf, nan;
      wire [8:0] exponent;
      wire [X_MANTISSA:0] significand;
      wire [BITS-1:0] element;
      float_unpack #(8, X_MANTISSA) unpack (
        oldest[i*X_BITS +: X_BITS], sign, exponent, significand, zero, inf, nan);
      if (EXPONENT != 0) begin : quotient
        localparam ABOVE = MANTISSA + 2;
        wire signed [12:0] ceiling = $signed({4'd0, exponent}) - $signed({5'd0, scale}) + LOWEST + ABOVE + 1;
        float_end #(X_MANTISSA + 1, ABOVE, EXPONENT, MANTISSA, SPECIAL, 1, 1, 2) finish (
          .magnitude(significand), .lost(1'b0), .minus(sign), .inf(1'b0), .nan(1'b0), .ceiling(ceiling),
          .random(1'b0), .code(element));
      end else begin : quotient
        wire [9:0] right = scale - exponent + X_MANTISSA + 2;
        wire [X_MANTISSA+BITS+1:0] shifted = {significand, {(BITS+1){1'b0}}} >> right;
        wire [X_MANTISSA+BITS+1:0] back = shifted << right;
        wire rest = back != {significand, {(BITS+1){1'b0}}};
        wire [BITS:0] rounded = (shifted >> 1) + (shifted[0] && (rest || shifted[1]));
        wire [BITS-1:0] clamped = rounded > HIGH ? HIGH : rounded;
        assign element = sign ? -clamped : clamped;
      end
      assign elements[i*BITS +: BITS] = scale == 255 ? 0 : element;
    end
  endgenerate

  always @(posedge clk) begin
    if (rst) begin
      {in, out, filled, scale_in, scale_out, known, beat} <= 0;
      so_far <= 0;
      m_axis_y_tvalid <= 1'b0;
    end else begin
      filled <= filled + take - moves;
      known <= known + (take && ends) - gone;
      if (take) in <= in == DEPTH - 1 ? 0 : in + 1;
      if (take && ends) scale_in <= scale_in == DEPTH - 1 ? 0 : scale_in + 1;
      if (moves) out <= out == DEPTH - 1 ? 0 : out + 1;
      if (gone) scale_out <= scale_out == DEPTH - 1 ? 0 : scale_out + 1;
      if (take) begin
        beat <= ends ? 0 : beat + 1;
        so_far <= ends ? 0 : largest;
      end
      if (moves || m_axis_y_tready) m_axis_y_tvalid <= moves;
    end
    if (take) numbers[in] <= {s_axis_x_tlast, ends, s_axis_x_tdata};
    if (take && ends) scales[scale_in] <= code;
    if (moves) begin
      m_axis_y_tdata <= elements;
      m_axis_y_tscale <= scale;
      m_axis_y_tlast <= oldest[LANES*X_BITS+1];
    end
  end
endmodule
