"""Times PyTorch (and NumPy) on this machine's processor, to compare `unflat bench` with; for maintainers.

    python3 tools/bench/torch_baseline.py [--threads 2] [--output bench/results/pytorch.jsonl] [matmul] [sam] [mcc]

Appends a line of JSON for each measurement: a matrix product of 512 x 512 x 512, the image encoder of SAM vit_b at 1024
pixels, and MCC's full-size decoder for 12 x 12 x 12 points, with the generated weights of tools/reference. The engine
beside them must run on the same processor with nothing else on it. The `library` of a line names the version: Debian 12
has PyTorch 1.13.1, which was three years old when the first lines were written; later ones may be faster.
"""
from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import sys
import time

THREADS_OF_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def arguments():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="matmul|sam|mcc", help="all of them when none is named")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--output", default=os.path.join(here, "..", "..", "bench", "results", "pytorch.jsonl"))
    chosen = parser.parse_args()
    unknown = set(chosen.what) - {"matmul", "sam", "mcc"}
    if unknown:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}; there are matmul, sam, mcc")
    for name in THREADS_OF_LIBRARIES:  # read when the libraries are loaded
        os.environ[name] = str(chosen.threads)
    sys.path.insert(0, os.path.join(here, "..", "reference"))
    return chosen


def processor() -> str:
    """The processor's name, as Node reports it."""
    with open("/proc/cpuinfo") as f:
        return next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))


def times_of(work, runs: int, seconds: float):
    """Milliseconds of the cold run, and of at least `runs` warm ones until `seconds` have passed."""

    def once() -> float:
        started = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - started)

    cold, warm, end = once(), [], time.perf_counter() + seconds
    while len(warm) < runs or time.perf_counter() < end:
        warm.append(once())
    return cold, sorted(warm)


def line(chosen, library: str, kernel: str, shape: str, multiply_adds: float, cold: float, warm: list) -> dict:
    median = statistics.median_low(warm)
    return dict(
        kind="baseline", library=library, date=datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds"),
        processor=processor(), cores=os.cpu_count(), threads=chosen.threads, kernel=kernel, shape=shape, precision="f32",
        coldMs=cold, bestMs=warm[0], medianMs=median, p90Ms=warm[max(0, -(-9 * len(warm) // 10) - 1)], wallMs=median,
        runs=len(warm), clock="wall", gflops=2 * multiply_adds / median / 1e6, load=round(os.getloadavg()[0], 2))


def matmul(chosen, torch, np, library: str):
    a, b = (torch.sin(torch.arange(512 * 512, dtype=torch.float32)).view(512, 512) for _ in range(2))
    x, y = a.numpy(), b.numpy()
    shape = "512 x 512 x 512"
    for kernel, name, work in (("sgemm PyTorch", library, lambda: a @ b), ("sgemm NumPy", f"NumPy {np.__version__}", lambda: x @ y)):
        yield line(chosen, name, kernel, shape, 512**3, *times_of(work, 20, 2))


def sam_multiply_adds(c: dict) -> float:
    """Of the image encoder: linear layers of real tokens, attention of windows with their padding, patches and neck."""
    e, side, out = c["embed"], c["image"] // c["patch"], c["out"]
    tokens, padded = side**2, (-(-side // c["window"]) * c["window"]) ** 2
    whole = len(c["globalBlocks"])
    attention = 2 * e * (whole * tokens**2 + (c["depth"] - whole) * padded * c["window"] ** 2)
    linear = c["depth"] * (4 + 2 * c["mlpRatio"]) * e**2 * tokens
    return attention + linear + tokens * (3 * c["patch"] ** 2 * e + e * out + 9 * out**2)


def mcc_multiply_adds(c: dict, seen: int, queries: int) -> float:
    """Of the decoder: seen tokens, and queries that attend to them and to themselves."""
    d = c["decoderEmbed"]
    blocks = c["decoderDepth"] * (12 * d**2 * (seen + queries) + 2 * d * (seen**2 + queries * (seen + 1)))
    return 2 * c["embed"] * d * seen + 3 * d * queries + blocks + 769 * d * queries


def sam(chosen, torch, np, library: str):
    import sam as network
    import synthetic
    from common import make_weights

    c = network.VIT_B
    w = make_weights(network.specs(c), 1)
    rgb = network.resize_image(synthetic.image(9, 640, 480), c["image"])
    x = network.preprocess(rgb, c["image"])
    yield line(chosen, library, "samEncode", "full", sam_multiply_adds(c), *times_of(lambda: network.encode_image(w, c, x), 3, 0))


def mcc(chosen, torch, np, library: str):
    import mcc as network
    from common import make_weights

    c = network.FULL
    w = make_weights(network.specs(c), 1)
    tokens = (c["image"] // c["patch"]) ** 2 + 1
    latent = torch.sin(torch.arange(tokens * 2 * c["embed"], dtype=torch.float32)).view(1, tokens, -1)
    steps = (torch.arange(12) - 6) / 2.0
    points = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), -1).view(1, -1, 3)
    yield line(chosen, library, "sweep", "full, 12 x 12 x 12 points", mcc_multiply_adds(c, tokens, points.shape[1]), *times_of(lambda: network.decode(w, c, latent, points), 3, 0))


def main() -> None:
    chosen = arguments()
    import numpy as np
    import torch

    torch.set_num_threads(chosen.threads)
    torch.set_grad_enabled(False)
    library = f"PyTorch {torch.__version__}"
    parts = dict(matmul=matmul, sam=sam, mcc=mcc)
    for name in chosen.what or parts:
        for found in parts[name](chosen, torch, np, library):
            print(f"{found['kernel']:14} {found['shape']:28} {found['medianMs']:10.3f} ms {found['gflops']:8.1f} GFLOP/s  {found['library']}")
            with open(chosen.output, "a") as f:
                f.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
