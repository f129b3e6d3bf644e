# OpenSTA: power of every cell; follows timing.tcl. The caller sets ACTIVITY to a file with the activity of
# inputs and register outputs, or RATE to an assumed toggle rate.
# An activity is a number of transitions per clock period: a net of 10 fF at 1.1 V and 1 ns with activity 1
# is reported as 6.05 uW = 0.5 * 10 fF * (1.1 V)^2 / 1 ns.
if {$ACTIVITY ne ""} {
  source $ACTIVITY
  puts "begin activity"
  report_power -digits 9 -instances [get_cells *]
  puts "end"
  # With one transition per period on every net, what is reported as switching power is the scale that
  # turns the switching power above back into transitions per period.
  set_power_activity -global -activity 1 -duty 0.5
  puts "begin unit"
  report_power -digits 9 -instances [get_cells *]
  puts "end"
} else {
  set_power_activity -global -activity $RATE -duty 0.5
  puts "begin total"
  report_power -digits 9
  puts "end"
}
