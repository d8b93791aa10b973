"""The writer process and the connection to it: length-prefixed msgpack over a Unix socket."""
