"""One file per verb: get values from ports, call the core, put values back. Synchronous."""
