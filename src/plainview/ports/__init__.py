"""What the core's users need of the world, as Protocols with contracts in prose."""
