"""Leaves a sign of life in the vault every second."""

import os
import signal
import sys
import time
from pathlib import Path

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sys.stdout.write("at work\n")
    sys.stdout.flush()
    while True:
        Path(os.environ["VAULT_DIR"], "alive.txt").write_text(f"{time.time()}\n")
        time.sleep(1)
