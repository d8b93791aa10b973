"""What others have published of their logs, where, and on what: a scale, not a race."""

LOGS = (
    ("Tessera, POSIX, mirrored SAS disks, 12 cores", "2,900 writes/s, 6.0 s to integrate"),
    ("Tessera, POSIX, e2-micro of 2 shared cores", "1,500 writes/s, 1.2 s to integrate"),
    ("Tessera, GCP Spanner of 100 units, no antispam", "3,000 writes/s"),
    ("Sunlight: what its logs are sent", "75 certificates/s"),
)
LOG_SOURCES = """\
  sources: github.com/transparency-dev/tessera docs/performance.md at 10291081 (averages of its load
  generator); github.com/FiloSottile/sunlight README.md at 0cc15768 (demand, not a limit: Sunlight
  publishes none). Each of their entries is an HTTP request of its own; ours are batches."""


def say_published_logs() -> None:
    """Print them with their sources."""
    print("published by others, on their machines:")
    for name, figure in LOGS:
        print(f"  {name:<48} {figure}")
    print(LOG_SOURCES)
