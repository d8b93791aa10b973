"""What the supervisor starts: writer, web, worker. Each can be killed at any moment."""
