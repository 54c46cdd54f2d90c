"""How long the first fit takes in a fresh process, with compiled code on disk and without."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile

FIT = """\
import json, time
begun, worked = time.perf_counter(), time.process_time()
import numpy as np, pandas as pd
import clvlab
frequency = np.array([0, 1, 2, 5] * 500)
recency = np.where(frequency > 0, np.arange(2000) % 30 + 1.0, 0.0)
frame = pd.DataFrame({"frequency": frequency, "recency": recency, "T": 39.0})
clvlab.BetaGeoModel().fit(frame, unit="week")
print(json.dumps([time.perf_counter() - begun, time.process_time() - worked]))
"""


def start_lines(repeats: int) -> list[str]:
    """Sentences with seconds on the clock and of the processor."""
    with tempfile.TemporaryDirectory() as cache:
        cold = first_fit(cache)
        warm = [first_fit(cache) for _ in range(repeats)]
    clock, processor = (statistics.median(column) for column in zip(*warm, strict=True))
    filled = f"{clock:.2f} s ({processor:.2f} s of processor) where compiled code is on disk"
    empty = f"The very first time it takes {cold[0]:.1f} s ({cold[1]:.1f} s of processor)."
    return [f"A fresh Python imports clvlab and fits BG/NBD in {filled}; 2 s are meant.", empty]


def first_fit(cache: str) -> list[float]:
    """Seconds on the clock and of the processor, with compiled code in that folder."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    done = subprocess.run(
        [sys.executable, "-c", FIT], capture_output=True, text=True, check=True, env=environment
    )
    return json.loads(done.stdout)
