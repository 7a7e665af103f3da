"""Trains everything on a machine with a GPU: scenes on its CPU cores, three networks on the GPU, and exports what there is.

SAM and ZoeDepth come first, side by side; then MCC, which is given their masks and depth.

`train_all.py WORK OUT --now MINUTES --total MINUTES`: one sitting of a run that may take several; WORK holds scenes and
checkpoints and must survive between sittings, OUT receives weights, curves and measurements each time.
"""
from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# network: batch, learning rate, GPU memory for records in GiB
NETWORKS = {"mcc": (256, 1e-3, 24), "sam": (48, 8e-4, 10), "zoe": (48, 8e-4, 12)}
FIRST_SHARE = 0.6  # of the minutes, for SAM and ZoeDepth
FIRST_RECORDS = 1500
CHECK_SCENES = 6


def start(program: str, *args, log=None, threads: int = 1):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
    out = open(log, "a") if log else None
    return subprocess.Popen(
        [sys.executable, os.path.join(HERE, program), *map(str, args)], stdout=out, stderr=out, env=environment
    )


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("work")
    p.add_argument("out")
    p.add_argument("--now", type=float, required=True, help="minutes of this sitting, export included")
    p.add_argument("--total", type=float, required=True, help="minutes of training in all sittings")
    p.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 4), help="processes that make scenes")
    p.add_argument("--device", default="cuda")
    args = p.parse_args()
    begun, data = time.time(), os.path.join(args.work, "data")
    os.makedirs(data, exist_ok=True)
    generators = [
        start("data.py", data, 0, 900_000, k, args.workers, log=os.path.join(args.work, f"data{k}.log"))
        for k in range(args.workers)
    ]
    records = lambda: 64 * sum(n.startswith("shard-") and ".part" not in n for n in os.listdir(data))
    while records() < FIRST_RECORDS:
        if all(g.poll() is not None for g in generators):
            raise SystemExit(f"No scenes: see {args.work}/data0.log.")
        time.sleep(1)
    print(f"{records()} scenes after {time.time() - begun:.0f} s", flush=True)
    place = lambda name: os.path.join(args.work, name)
    seconds_left = lambda: 60 * (args.now - 1) - (time.time() - begun)

    def together(programs: dict) -> bool:
        """Runs programs side by side, each with its options; whether all of them ended well before the sitting does."""
        running = {name: start(*words, log=place(name) + ".log", threads=2) for name, words in programs.items()}
        while seconds_left() > 0 and any(r.poll() is None for r in running.values()):
            time.sleep(1)
        for process in running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in running.items():
            code = process.wait()
            with open(place(name) + ".log") as f:
                print(f"{name}: exit {code}", *f.readlines()[-4:], sep="\n", flush=True)
        return seconds_left() > 0 and all(r.returncode == 0 for r in running.values())

    def training(network: str, share: float, *more) -> list:
        batch, rate, gib = NETWORKS[network]
        options = {"data": data, "out": place(network), "minutes": share * args.total, "batch": batch, "rate": rate}
        options |= {"device": args.device, "pool-gib": gib, "save-minutes": 1.5}
        return [f"train_{network}.py", *(word for key, value in options.items() for word in (f"--{key}", value)), *more]

    # What is finished ends at once when it is started again.
    if together({network: training(network, FIRST_SHARE) for network in ("sam", "zoe")}):
        for g in generators:
            g.send_signal(signal.SIGTERM)
        if together({"predicted": ["predicted.py", data, place("sam"), place("zoe"), "--device", args.device]}):
            together({"mcc": training("mcc", 1 - FIRST_SHARE, "--predicted")})
    for g in generators:
        g.terminate()
    print(f"{records()} scenes in all", flush=True)
    # A run that ended before its first checkpoint (it failed, or the sitting was too short) has nothing to export.
    done = [n for n in NETWORKS if os.path.exists(os.path.join(place(n), "last.pt"))]
    if not done:
        raise SystemExit(f"No network has a checkpoint yet: see {args.work}/*.log, or give --now more minutes.")
    start("export.py", args.out, *(f"{n}={place(n)}" for n in done)).wait()
    scenes = os.path.join(HERE, "..", "..", "test", "scenes")
    check = os.path.join(args.out, "check.json")
    start(
        "evaluate.py", scenes, "--weights", args.out, "--count", CHECK_SCENES, "--granularity", 0.2, "--json", check
    ).wait()


if __name__ == "__main__":
    main()
