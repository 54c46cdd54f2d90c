"""The posterior of BG/NBD by pymc-marketing with nutpie; runs where those are installed.

    python benchmarks/peer_posterior.py customers.csv

Prints one line of JSON: seconds of import, compilation and sampling, the smallest bulk effective
sample size of the four parameters, their means.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

NAMES = ["r", "alpha", "a", "b"]


def main() -> None:
    warnings.simplefilter("ignore")
    begun = time.perf_counter()
    try:
        import arviz
        import nutpie
        import pandas as pd
        from pymc_marketing import __version__
        from pymc_marketing.clv import BetaGeoModel
    except ImportError as missing:
        print(json.dumps({"missing": str(missing)}))
        return
    imported = time.perf_counter()
    model = BetaGeoModel()
    model.build_model(pd.read_csv(sys.argv[1]))
    compiled = nutpie.compile_pymc_model(model.model)
    ready, worked = time.perf_counter(), time.process_time()
    trace = nutpie.sample(compiled, draws=1000, tune=1000, chains=4, seed=1, progress_bar=False)
    done, rested = time.perf_counter(), time.process_time()
    sizes = arviz.ess(trace, var_names=NAMES, method="bulk")
    answer = {
        "version": f"pymc-marketing {__version__}, nutpie {nutpie.__version__}",
        "import": imported - begun,
        "compilation": ready - imported,
        "seconds": done - ready,
        "processor": rested - worked,
        "effective": min(float(sizes[name]) for name in NAMES),
        "means": [float(trace.posterior[name].mean()) for name in NAMES],
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
