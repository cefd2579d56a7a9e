"""
Whole processes, as a user starts them: ``castello --help``, the brief of the built case, the second start of the demo.

Absolute seconds beside their targets: there is no rival to compare with. Each is the median of five after one to warm up,
in an empty home folder of its own.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from _measure import RUNS, arguments, machine, row

AS_OF, KNOWN_BY = "2016-07-17", "2016-07-20"
STARTS = (
    ("help", ("--help",), 0.4),
    ("brief", ("brief", "--case", "demo", "--as-of", AS_OF, "--known-by", KNOWN_BY), 3.0),
    ("demo", ("demo",), 2.0),
)


def main() -> None:
    options = arguments(__doc__)
    runs = 3 if options.quick else RUNS
    home = Path(tempfile.mkdtemp())
    # the code beside this file, wherever it was started from
    paths = [str(Path(__file__).parents[1] / "src"), os.environ.get("PYTHONPATH", "")]
    places = {name: str(home / name.lower()) for name in ("HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    for place in places.values():
        Path(place).mkdir()

    def start(words) -> float:
        begun = time.perf_counter()
        command = [sys.executable, "-c", "import sys; from castello.cli import main; sys.exit(main())", *words]
        done = subprocess.run(
            command,
            cwd=home,
            env=os.environ | places | {"PYTHONPATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"castello {' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return time.perf_counter() - begun

    try:
        if not options.json:
            print(f"{machine()}; whole processes, median of {runs} after one to warm up", flush=True)
        first = start(("demo",))
        row(as_json=options.json, name="demo, first start", work="makes the case and builds it, once", ours_s=first)
        for name, words, target in STARTS:
            start(words)
            seconds = median(start(words) for _ in range(runs))
            work = f"castello {' '.join(words)}" + (" (quick)" if options.quick else "")
            row(as_json=options.json, name=name, work=work, ours_s=round(seconds, 3), target_s=target)
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    sys.exit(main())
