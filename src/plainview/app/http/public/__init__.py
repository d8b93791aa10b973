"""Pages that anyone can read, without an account and without script: data in, HTML text out."""
