"""What the benchmarks share: each contender runs in a process of its own, so that its peak memory is its own."""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from statistics import median

RUNS = 5


def arguments(about: str, **options) -> argparse.Namespace:
    """``--quick``, ``--json`` and, for a child of the benchmark, ``--child`` with what it has to do."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a smaller load, in under 50 s")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    for name, option in options.items():
        parser.add_argument(f"--{name}", **option)
    return parser.parse_args()


def timed(work, *, runs: int = RUNS, warm: bool = True):
    """Median seconds of some runs after one to warm up, and what the last one gave."""
    seconds, _, answer = timed_twice(work, runs=runs, warm=warm)
    return seconds, answer


def timed_twice(work, *, runs: int = RUNS, warm: bool = True):
    """As :func:`timed`, with the median seconds of all processors in between: what a busy machine does not blur."""
    answer, walls, processors = work() if warm else None, [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        answer = work()
        walls.append(time.perf_counter() - start)
        processors.append(time.process_time() - used)
    return median(walls), median(processors), answer


def child(**task) -> dict:
    """Do a task in a fresh process of the same script; what it reports, with its peak memory."""
    done = subprocess.run(
        [sys.executable, sys.argv[0], "--child", json.dumps(task, default=str)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def report(**found) -> None:
    """Print what a child found; its peak resident memory in megabytes is added."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    print(json.dumps(found | {"peak_mb": round(peak)}, default=str))


def row(*, as_json: bool, **values) -> None:
    """Print one row: name, work, ours_s, rival, rival_s, ratio, same_answer, peak_mb, and what else is said of it."""
    if values.get("rival_s"):
        values["ratio"] = round(values["rival_s"] / values["ours_s"], 1)
    shown = {"name": None, "work": None, "ours_s": None, "rival": None, "rival_s": None, "ratio": None}
    shown |= {"same_answer": None, "peak_mb": None} | values
    if as_json:
        print(json.dumps(shown), flush=True)
        return
    text = f"{shown['name']:44} {shown['ours_s']:8.3f} s"
    if shown["rival"]:
        same = {True: "same answer", False: "ANSWERS DIFFER", None: ""}[shown["same_answer"]]
        text += f"   {shown['rival']} {shown['rival_s']:8.3f} s   {shown['ratio']:6.1f} x   {same}"
    extras = {
        key: value
        for key, value in values.items()
        if key in ("target_s", "peak_mb", "rival_peak_mb", "rows_per_s", "cpu_s", "rival_cpu_s")
    }
    print(text + "".join(f"   {key} {value}" for key, value in extras.items() if value is not None), flush=True)


def machine() -> str:
    """The machine in neutral words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB"
