"""The process of PyTorch: `python3 tools/peers/torch.py THREADS`. It answers the requests of peer.ts.

A job is an operator with the files of its tensors (float32), or a network of tools/reference with generated weights.
"""
from __future__ import annotations

import json
import os
import sys
import time

THREADS = sys.argv[1]
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read when the libraries are loaded
    os.environ[name] = THREADS
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[0] = os.path.join(HERE, "..", "reference")  # not this folder: the file's name is that of the library

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

torch.set_num_threads(int(THREADS))
torch.set_grad_enabled(False)


def attention(q, k, v, bias=None):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)
    logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    return torch.softmax(logits if bias is None else logits + bias, -1) @ v


OPERATORS = dict(
    linear=lambda x, w, b: F.linear(x, w, b),
    matmul=lambda a, b: a @ b,
    attention=attention,
    conv2d=lambda x, w, b: F.conv2d(x, w, b, padding=w.shape[-1] // 2),
    layerNorm=lambda x, gamma, beta: F.layer_norm(x, gamma.shape, gamma, beta, 1e-6),
    gelu=F.gelu,
    softmax=lambda x: torch.softmax(x, -1),
    resizeCorners=lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True),
    resize=lambda x: F.interpolate(x, scale_factor=4, mode="bilinear", align_corners=False),
)


def ramp(*shape):
    """Values in -1..1 that are no constant."""
    return torch.sin(torch.arange(int(np.prod(shape)), dtype=torch.float32)).view(*shape)


def sam_encoder():
    import sam
    import synthetic
    from common import make_weights

    c = sam.VIT_B
    w = make_weights(sam.specs(c), 1)
    x = sam.preprocess(sam.resize_image(synthetic.image(9, 640, 480), c["image"]), c["image"])
    return lambda: sam.encode_image(w, c, x)


def zoe_pass():
    import synthetic
    import zoe
    from common import make_weights

    w = make_weights(zoe.specs(zoe.N), 1)
    x = torch.from_numpy(synthetic.image(9, 640, 480)).permute(2, 0, 1)[None].float() / 255
    return lambda: zoe.infer(w, zoe.N, x, flip=False)


def mcc_encoder():
    import mcc
    from common import make_weights

    c = mcc.FULL
    w = make_weights(mcc.specs(c), 1)
    side = c["image"] // 2
    rgb, xyz, valid = ramp(1, 3, 800, 800).abs(), ramp(1, side, side, 3), torch.ones(1, side, side, dtype=torch.bool)
    return lambda: mcc.encode(w, c, rgb, xyz, valid)


def mcc_sweep():
    import mcc
    from common import make_weights

    c = mcc.FULL
    w = make_weights(mcc.specs(c), 1)
    latent = ramp(1, (c["image"] // c["patch"]) ** 2 + 1, 2 * c["embed"])
    steps = (torch.arange(12) - 6) / 2.0
    points = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), -1).view(1, -1, 3)
    return lambda: mcc.decode(w, c, latent, points)


NETWORKS = dict(samEncode=sam_encoder, zoeDepth=zoe_pass, mccEncode=mcc_encoder, sweep=mcc_sweep)

loaded: dict = {}


def load(slot: int, job: dict, output):
    if job["op"] in NETWORKS:
        work = NETWORKS[job["op"]]()
    else:
        operator = OPERATORS[job["op"]]
        tensors = [torch.from_numpy(np.fromfile(t["file"], np.float32).reshape(t["shape"])) for t in job["tensors"]]
        work = lambda: operator(*tensors)  # noqa: E731
    loaded[slot] = work
    started = time.perf_counter()
    result = work()
    cold = 1000 * (time.perf_counter() - started)
    if output is not None:
        result.contiguous().numpy().tofile(output)
    return dict(coldMs=cold)


def turn(slot: int, ms: float):
    work, times = loaded[slot], []
    if ms > 0:  # threads that slept during the turns of others wake up
        work()
    while not times or sum(times) < ms:
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    return dict(times=times)


def answer(request: dict):
    if request["do"] == "hello":
        capability = getattr(getattr(torch.backends, "cpu", None), "get_cpu_capability", lambda: "")()
        return dict(version=f"PyTorch {torch.__version__} {capability}".strip())
    if request["do"] == "load":
        return load(request["slot"], request["job"], request["output"])
    return turn(request["slot"], request["ms"])


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # the other side decides what a failure means
        reply = dict(error=f"{type(error).__name__}: {error}")
    print(json.dumps(reply), flush=True)
