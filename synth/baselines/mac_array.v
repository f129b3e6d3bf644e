// The function of mac_array without delays in between: every product of a beat in the same cycle.
`include "dot.v"

`include "mac_array_frame.v"
