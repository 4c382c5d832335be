"""The mixed-integer model in Pyomo: one file for each constraint family, its algebra on top."""
