"""Pure values and functions: no clock, chance, files, network, processes or logging."""
