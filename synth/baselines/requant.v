// The function of requant with Verilog's own operators. Lines that end in "only with" or "only without" a
// parameter are left out where it is 0, or where it is not.
module requant_scale_baseline #(
  parameter VALUE_BITS = 33, // signed
  parameter MULT_BITS = 16,
  parameter SHIFT_BITS = 6,
  parameter ROUNDING = 0,    // 0 half up, 1 half even, 2 half away from zero, 3 floor
  parameter PRODUCT_REG = 0
) (
  input  wire                                   clk,
  input  wire                                   en,
  input  wire signed [VALUE_BITS-1:0]           value,
  input  wire [MULT_BITS-1:0]                   mult,
  input  wire [SHIFT_BITS-1:0]                  shift,
  output wire signed [VALUE_BITS+MULT_BITS-1:0] result
);
  localparam BITS = VALUE_BITS + MULT_BITS;

  wire signed [BITS-1:0] all_of_it = value * $signed({1'b0, mult});
  wire signed [BITS-1:0] product;
  wire [SHIFT_BITS-1:0] shift_now;
  generate
    if (PRODUCT_REG) begin : registered
      reg signed [BITS-1:0] product_reg;
      reg [SHIFT_BITS-1:0] shift_reg;
      always @(posedge clk)
        if (en) begin
          product_reg <= all_of_it;
          shift_reg <= shift;
        end
      assign product = product_reg;
      assign shift_now = shift_reg;
    end else begin : direct
      assign product = all_of_it;
      assign shift_now = shift;
    end
  endgenerate

  wire signed [BITS-1:0] floor = product >>> shift_now;
  wire [SHIFT_BITS-1:0] place = shift_now - 1'b1;
  wire signed [BITS-1:0] from_guard = product >>> place;
  wire guard = shift_now != 0 && from_guard[0];
  wire rest = (product & ~({BITS{1'b1}} << place)) != 0;
  wire up = ROUNDING == 0 ? guard
          : ROUNDING == 1 ? guard && (rest || floor[0])
          : ROUNDING == 2 ? guard && (rest || !product[BITS-1])
          : 1'b0;
  assign result = floor + $signed({1'b0, up});
endmodule

module requant_baseline #(
  parameter LANES = 8,
  parameter SETS = 1,
  parameter IN_BITS = 32,
  parameter IN_SIGNED = 1,
  parameter OUT_BITS = 8,
  parameter OUT_SIGNED = 1,
  parameter MULT_BITS = 16,
  parameter SHIFT_BITS = 6,
  parameter BIAS = 0,
  parameter RESIDUAL = 0,
  parameter RESIDUAL_BITS = 32,
  parameter RESIDUAL_SIGNED = 1,
  parameter ROUNDING = 0,
  parameter ACTIVATION = 0,  // 0 none, 1 relu, 2 clamp
  parameter CLAMP = 0,
  parameter ZERO_POINT = 0,
  parameter PIPELINE = 1
) (
  input  wire                           clk,
  input  wire                           rst,
  input  wire [LANES*IN_BITS-1:0]       s_axis_x_tdata,
  input  wire                           s_axis_x_tlast,
  input  wire                           s_axis_x_tvalid,
  output wire                           s_axis_x_tready,
  input  wire [SETS*MULT_BITS-1:0]      s_axis_s_tmult,
  input  wire [SETS*SHIFT_BITS-1:0]     s_axis_s_tshift,
  input  wire [SETS*IN_BITS-1:0]        s_axis_s_tbias,            // only with BIAS
  input  wire [SETS*MULT_BITS-1:0]      s_axis_s_tresidual_mult,   // only with RESIDUAL
  input  wire [SETS*SHIFT_BITS-1:0]     s_axis_s_tresidual_shift,  // only with RESIDUAL
  input  wire [SETS*OUT_BITS-1:0]       s_axis_s_tzero_point,      // only with ZERO_POINT
  input  wire [SETS*OUT_BITS-1:0]       s_axis_s_tlow,             // only with CLAMP
  input  wire [SETS*OUT_BITS-1:0]       s_axis_s_thigh,            // only with CLAMP
  input  wire                           s_axis_s_tvalid,
  output wire                           s_axis_s_tready,
  input  wire [LANES*RESIDUAL_BITS-1:0] s_axis_r_tdata,            // only with RESIDUAL
  input  wire                           s_axis_r_tvalid,           // only with RESIDUAL
  output wire                           s_axis_r_tready,           // only with RESIDUAL
  output wire [LANES*OUT_BITS-1:0]      m_axis_y_tdata,
  output wire                           m_axis_y_tlast,
  output wire                           m_axis_y_tvalid,
  input  wire                           m_axis_y_tready
);
  localparam VALUE_BITS = IN_BITS + 2;
  localparam OTHER_BITS = RESIDUAL_BITS + 1;
  localparam SUM_BITS = (VALUE_BITS > OTHER_BITS ? VALUE_BITS : OTHER_BITS) + MULT_BITS + OUT_BITS;
  localparam PRODUCT_REG = PIPELINE > 1;

  wire [SETS*IN_BITS-1:0] s_axis_s_tbias = 0;            // only without BIAS
  wire [SETS*MULT_BITS-1:0] s_axis_s_tresidual_mult = 0;    // only without RESIDUAL
  wire [SETS*SHIFT_BITS-1:0] s_axis_s_tresidual_shift = 0;  // only without RESIDUAL
  wire [LANES*RESIDUAL_BITS-1:0] s_axis_r_tdata = 0;     // only without RESIDUAL
  wire s_axis_r_tvalid = 1'b1;                           // only without RESIDUAL
  wire s_axis_r_tready;                                  // only without RESIDUAL
  wire [SETS*OUT_BITS-1:0] s_axis_s_tzero_point = 0;     // only without ZERO_POINT
  wire [SETS*OUT_BITS-1:0] s_axis_s_tlow = 0;            // only without CLAMP
  wire [SETS*OUT_BITS-1:0] s_axis_s_thigh = 0;           // only without CLAMP

  reg [PIPELINE-1:0] valid;
  reg [PIPELINE-1:0] last;
  wire en = !m_axis_y_tvalid || m_axis_y_tready;
  wire take = s_axis_x_tvalid && s_axis_s_tvalid && s_axis_r_tvalid;
  assign s_axis_x_tready = en && s_axis_s_tvalid && s_axis_r_tvalid;
  assign s_axis_s_tready = en && s_axis_x_tvalid && s_axis_r_tvalid;
  assign s_axis_r_tready = en && s_axis_x_tvalid && s_axis_s_tvalid;
  assign m_axis_y_tvalid = valid[PIPELINE-1];
  assign m_axis_y_tlast = last[PIPELINE-1];
  always @(posedge clk) begin
    if (rst) valid <= 0;
    else if (en) valid <= {valid, take};
    if (en) last <= {last, s_axis_x_tlast};
  end

  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : lane
      localparam SET = SETS > 1 ? i : 0;
      wire [IN_BITS-1:0] x = s_axis_x_tdata[i*IN_BITS +: IN_BITS];
      wire signed [IN_BITS-1:0] bias = s_axis_s_tbias[SET*IN_BITS +: IN_BITS];
      wire signed [VALUE_BITS-1:0] value = $signed({IN_SIGNED && x[IN_BITS-1], x}) + bias;
      wire signed [VALUE_BITS+MULT_BITS-1:0] main;
      requant_scale_baseline #(
        .VALUE_BITS(VALUE_BITS), .MULT_BITS(MULT_BITS), .SHIFT_BITS(SHIFT_BITS), .ROUNDING(ROUNDING),
        .PRODUCT_REG(PRODUCT_REG)
      ) scale (
        .clk(clk), .en(en), .value(value), .mult(s_axis_s_tmult[SET*MULT_BITS +: MULT_BITS]),
        .shift(s_axis_s_tshift[SET*SHIFT_BITS +: SHIFT_BITS]), .result(main)
      );

      wire signed [OTHER_BITS+MULT_BITS-1:0] other;
      if (RESIDUAL) begin : branch
        wire [RESIDUAL_BITS-1:0] r = s_axis_r_tdata[i*RESIDUAL_BITS +: RESIDUAL_BITS];
        requant_scale_baseline #(
          .VALUE_BITS(OTHER_BITS), .MULT_BITS(MULT_BITS), .SHIFT_BITS(SHIFT_BITS), .ROUNDING(ROUNDING),
          .PRODUCT_REG(PRODUCT_REG)
        ) scale (
          .clk(clk), .en(en), .value($signed({RESIDUAL_SIGNED && r[RESIDUAL_BITS-1], r})),
          .mult(s_axis_s_tresidual_mult[SET*MULT_BITS +: MULT_BITS]),
          .shift(s_axis_s_tresidual_shift[SET*SHIFT_BITS +: SHIFT_BITS]), .result(other)
        );
      end else begin : alone
        assign other = 0;
      end

      // What is added and compared behind the scaling comes as late as the product.
      wire [OUT_BITS-1:0] zero_point, low, high;
      wire [3*OUT_BITS-1:0] given = {
        s_axis_s_tzero_point[SET*OUT_BITS +: OUT_BITS],
        s_axis_s_tlow[SET*OUT_BITS +: OUT_BITS],
        s_axis_s_thigh[SET*OUT_BITS +: OUT_BITS]
      };
      if (PRODUCT_REG) begin : late
        reg [3*OUT_BITS-1:0] given_reg;
        always @(posedge clk) if (en) given_reg <= given;
        assign {zero_point, low, high} = given_reg;
      end else begin : now
        assign {zero_point, low, high} = given;
      end

      wire signed [SUM_BITS-1:0] sum = main + other;
      wire signed [SUM_BITS-1:0] active = ACTIVATION == 1 && sum < 0 ? 0 : sum;
      wire signed [OUT_BITS:0] offset = $signed({OUT_SIGNED && zero_point[OUT_BITS-1], zero_point});
      wire signed [SUM_BITS-1:0] wide = active + offset;
      wire signed [OUT_BITS:0] least = OUT_SIGNED ? {2'b11, {OUT_BITS-1{1'b0}}} : 0;
      wire signed [OUT_BITS:0] most = OUT_SIGNED ? {2'b00, {OUT_BITS-1{1'b1}}} : {1'b0, {OUT_BITS{1'b1}}};
      wire signed [OUT_BITS:0] kept = wide < least ? least : wide > most ? most : wide[OUT_BITS:0];
      wire signed [OUT_BITS:0] floor = $signed({OUT_SIGNED && low[OUT_BITS-1], low});
      wire signed [OUT_BITS:0] ceiling = $signed({OUT_SIGNED && high[OUT_BITS-1], high});
      wire signed [OUT_BITS:0] raised = CLAMP && kept < floor ? floor : kept;
      wire signed [OUT_BITS:0] clamped = CLAMP && raised > ceiling ? ceiling : raised;

      // Registers that the pipeline has beyond the product's follow here.
      reg [OUT_BITS-1:0] y [0:PIPELINE-1];
      integer k;
      always @(posedge clk)
        if (en) begin
          y[0] <= clamped[OUT_BITS-1:0];
          for (k = 1; k < PIPELINE; k = k + 1) y[k] <= y[k-1];
        end
      assign m_axis_y_tdata[i*OUT_BITS +: OUT_BITS] = y[PIPELINE - 1 - PRODUCT_REG];
    end
  endgenerate
endmodule
