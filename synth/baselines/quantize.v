// The function of quantize with Verilog's own operators. Lines that end in "only with" or "only without" a
// parameter are left out where it is 0, or where it is not.
module quantize_baseline #(
  parameter LANES = 8,
  parameter SETS = 1,
  parameter TOKEN = 0,
  parameter X_EXPONENT = 8,
  parameter X_MANTISSA = 7,
  parameter MULT_EXPONENT = 8,
  parameter MULT_MANTISSA = 23,
  parameter OUT_BITS = 8,
  parameter OUT_SIGNED = 1,
  parameter SYMMETRIC = 0,
  parameter ROUNDING = 1,    // 0 half up, 1 half even, 2 half away from zero, 3 floor
  parameter ZERO_POINT = 0,
  parameter PIPELINE = 1
) (
  input  wire                                                 clk,
  input  wire                                                 rst,
  input  wire [LANES*(1+X_EXPONENT+X_MANTISSA)-1:0]           s_axis_x_tdata,
  input  wire                                                 s_axis_x_tlast,
  input  wire                                                 s_axis_x_tvalid,
  output wire                                                 s_axis_x_tready,
  input  wire [SETS*(1+MULT_EXPONENT+MULT_MANTISSA)-1:0]      s_axis_s_tmult,
  input  wire [SETS*OUT_BITS-1:0]                             s_axis_s_tzero_point,  // only with ZERO_POINT
  input  wire                                                 s_axis_s_tvalid,
  output wire                                                 s_axis_s_tready,
  output wire [LANES*OUT_BITS-1:0]                            m_axis_y_tdata,
  output wire                                                 m_axis_y_tlast,
  output wire                                                 m_axis_y_tvalid,
  input  wire                                                 m_axis_y_tready,
  output reg                                                  saw_nan
);
  localparam X_BITS = 1 + X_EXPONENT + X_MANTISSA;
  localparam MULT_BITS = 1 + MULT_EXPONENT + MULT_MANTISSA;
  localparam PRODUCT_BITS = X_MANTISSA + MULT_MANTISSA + 2;
  // Sizes from 2**WIDE up are out of range whatever is added to them.
  localparam WIDE = OUT_BITS + 1;
  localparam BITS = PRODUCT_BITS + WIDE;
  localparam BIAS = (1 << (X_EXPONENT - 1)) - 1 + X_MANTISSA + (1 << (MULT_EXPONENT - 1)) - 1 + MULT_MANTISSA;
  localparam PRODUCT_REG = PIPELINE > 1;

  wire [SETS*OUT_BITS-1:0] s_axis_s_tzero_point = 0;  // only without ZERO_POINT

  reg [PIPELINE-1:0] valid;
  reg [PIPELINE-1:0] last;
  wire [LANES-1:0] nans;
  wire en = !m_axis_y_tvalid || m_axis_y_tready;
  wire take = s_axis_x_tvalid && s_axis_s_tvalid;
  assign s_axis_x_tready = en && s_axis_s_tvalid;
  assign s_axis_s_tready = en && s_axis_x_tvalid && (!TOKEN || s_axis_x_tlast);
  assign m_axis_y_tvalid = valid[PIPELINE-1];
  assign m_axis_y_tlast = last[PIPELINE-1];
  always @(posedge clk) begin
    if (rst) valid <= 0;
    else if (en) valid <= {valid, take};
    if (en) last <= {last, s_axis_x_tlast};
    if (rst) saw_nan <= 0;
    else if (en && take && nans != 0) saw_nan <= 1;
  end

  genvar i;
  generate
    for (i = 0; i < LANES; i = i + 1) begin : lane
      localparam SET = SETS > 1 ? i : 0;
      wire [X_BITS-1:0] x = s_axis_x_tdata[i*X_BITS +: X_BITS];
      wire [MULT_BITS-1:0] mult = s_axis_s_tmult[SET*MULT_BITS +: MULT_BITS];
      wire [X_EXPONENT-1:0] x_field = x[X_MANTISSA +: X_EXPONENT];
      wire [MULT_EXPONENT-1:0] mult_field = mult[MULT_MANTISSA +: MULT_EXPONENT];
      wire x_normal = x_field != 0;
      wire mult_normal = mult_field != 0;
      wire [X_MANTISSA:0] x_significand = {x_normal, x[X_MANTISSA-1:0]};
      wire [MULT_MANTISSA:0] mult_significand = {mult_normal, mult[MULT_MANTISSA-1:0]};
      wire x_special = &x_field;
      wire mult_special = &mult_field;
      wire some_nan = (x_special && x[X_MANTISSA-1:0] != 0) || (mult_special && mult[MULT_MANTISSA-1:0] != 0);
      wire nothing = x_significand == 0 || mult_significand == 0;
      wire nan = some_nan || ((x_special || mult_special) && nothing);
      wire infinite = (x_special || mult_special) && !nan;
      assign nans[i] = nan;

      // The product is product * 2**exponent; to the left it is shifted by WIDE at most.
      wire [PRODUCT_BITS-1:0] product = nan ? 0 : x_significand * mult_significand;
      wire signed [10:0] exponent = $signed({3'b000, x_field}) + $signed({10'd0, !x_normal})
                                  + $signed({3'b000, mult_field}) + $signed({10'd0, !mult_normal}) - BIAS;
      wire far_left = (exponent > WIDE && product != 0) || infinite;
      wire [9:0] right = WIDE - exponent;
      wire sign = x[X_BITS-1] ^ mult[MULT_BITS-1];

      wire [BITS-1:0] all_of_it = {product, {WIDE{1'b0}}};
      wire [BITS-1:0] aligned;
      wire [9:0] shift;
      wire out_of_range, negative;
      wire [OUT_BITS-1:0] zero_point;
      if (PRODUCT_REG) begin : registered
        reg [BITS-1:0] product_reg;
        reg [OUT_BITS+11:0] others;
        always @(posedge clk)
          if (en) begin
            product_reg <= all_of_it;
            others <= {s_axis_s_tzero_point[SET*OUT_BITS +: OUT_BITS], right, far_left, sign};
          end
        assign aligned = product_reg;
        assign {zero_point, shift, out_of_range, negative} = others;
      end else begin : direct
        assign aligned = all_of_it;
        assign {zero_point, shift, out_of_range, negative} =
          {s_axis_s_tzero_point[SET*OUT_BITS +: OUT_BITS], right, far_left, sign};
      end

      wire [BITS-1:0] floor = aligned >> shift;
      wire [BITS:0] from_guard = {aligned, 1'b0} >> shift;
      wire guard = from_guard[0];
      wire rest = ({aligned, 1'b0} & ~({BITS+1{1'b1}} << shift)) != 0;
      wire up = ROUNDING == 0 ? guard && (rest || !negative)
              : ROUNDING == 1 ? guard && (rest || floor[0])
              : ROUNDING == 2 ? guard
              : negative && (guard || rest);
      wire too_large = out_of_range || floor[BITS-1:WIDE] != 0;
      wire signed [WIDE+2:0] size = too_large ? 1 << WIDE : floor[WIDE-1:0] + up;
      wire signed [WIDE+2:0] offset = $signed({OUT_SIGNED && zero_point[OUT_BITS-1], zero_point});
      wire signed [WIDE+2:0] sum = (negative ? -size : size) + offset;
      wire signed [WIDE+2:0] least = OUT_SIGNED ? -(1 << (OUT_BITS - 1)) + SYMMETRIC : 0;
      wire signed [WIDE+2:0] most = (1 << (OUT_BITS - OUT_SIGNED)) - 1;
      wire signed [WIDE+2:0] clamped = sum < least ? least : sum > most ? most : sum;

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
