// The function of mac_array with dataflow=ws, without a systolic array: a row of A meets all weights at once.
`include "dot.v"

`include "mac_array_ws_frame.v"
