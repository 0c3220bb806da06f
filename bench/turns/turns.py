"""A program that waits for its turn: for each line on stdin it works for BURST_MS milliseconds (150
unless the environment says otherwise) and prints its rate a second."""
import os
import sys
import time

BURST_SECONDS = float(os.environ.get("BURST_MS", "150")) / 1000


def turns(work):
    for _ in sys.stdin:
        start = time.monotonic()
        count = 0
        while time.monotonic() - start < BURST_SECONDS:
            count += work()
        print(f"{count / (time.monotonic() - start):.3f}", flush=True)
