"""Quality on a real log: KuaiRand by its protocol, our integer network beside what others install.

What is pure here is tested in `tests/unit/bench`; the log itself is never committed.
"""
