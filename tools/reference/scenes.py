"""MCC for scenes: the steps around the network, and the fixtures of it.

The network is that of mcc.py.  Sources of the steps: the MCC repository's util/hypersim_dataset.py (square, sizes, scale)
and engine_mcc.py (half ball of queries); docs/scenes.md tells them in words.
"""
from __future__ import annotations

import os

import numpy as np
import torch
import torch.nn.functional as F

import fixtures as X
import mcc as M
import pipeline as P
import synthetic

RADIUS = 6.0


def square(x):
    """The largest square in the middle of [H, W, C]; an odd remainder goes to the right and to the bottom."""
    h, w = x.shape[:2]
    s = min(h, w)
    return x[(h - s) // 2 :, (w - s) // 2 :][:s, :s]


def shrunk(x, size: int):
    """[S, S, C] -> [1, C, size, size]: bilinear, no antialias."""
    return F.interpolate(x.permute(2, 0, 1)[None].contiguous(), [size, size], mode="bilinear", align_corners=False)


def seen(rgb: np.ndarray, depth: np.ndarray, rgb_size: int, xyz_size: int) -> dict:
    """uint8 rgb [H, W, 3] and float32 depth [H, W], NaN where unknown -> what the network consumes."""
    points = torch.from_numpy(P.unproject(depth))
    xyz = shrunk(square(points), xyz_size).permute(0, 2, 3, 1).contiguous()
    valid = torch.isfinite(xyz.sum(-1))
    scale = xyz[valid].std(dim=0).mean()  # unbiased; the camera stays at the origin
    xyz = xyz / scale
    xyz[~valid] = P.MISSING
    return dict(rgb=shrunk(square(torch.from_numpy(rgb).float() / 255), rgb_size), xyz=xyz, valid=valid, scale=scale)


def half_ball(granularity: float, radius: float = RADIUS):
    """Grid axis [2k + 1] (z takes its second half), and which points [2k + 1, 2k + 1, k + 1] are within the radius."""
    k = int(radius / granularity)
    axis = torch.arange(2 * k + 1, dtype=torch.float32)
    axis -= float(k)
    axis *= granularity
    points = torch.stack(torch.meshgrid(axis, axis, axis[k:], indexing="ij"), -1)
    return axis, points, ((points**2.0).sum(-1) ** 0.5) <= radius


CASES = {
    "scene_a": dict(seed=11, size=(120, 163), config=M.config(48, 2, 4, 32, 2, 4)),
    "scene_b": dict(seed=12, size=(211, 132), config=M.config(96, 3, 6, 48, 3, 4, image=64, regress_color=True)),
    "scene_c": dict(seed=13, size=(150, 150), config=M.config(48, 2, 4, 32, 2, 4, image=64)),
}
GRIDS = (0.05, 0.06, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 7.0)


def depth_with_holes(seed: int, height: int, width: int) -> np.ndarray:
    depth = synthetic.depth(seed, height, width).copy()
    depth[~X.object_mask(height, width, (0, height, 0, width), seed)] = np.nan
    return depth


def build(out: str, cases=None):
    for name, case in (cases or CASES).items():
        (h, w), c, seed = case["size"], dict(case["config"], halfBall=RADIUS), case["seed"]
        rgb, depth = synthetic.image(seed, h, w), depth_with_holes(seed, h, w)
        r = seen(rgb, depth, c["image"], c["image"] // 2)
        _, points, inside = half_ball(1.0)
        queries = points[inside][None]

        def run(dtype):
            weights = X.make_weights(M.specs(c), seed, dtype)
            latent = M.encode(weights, c, r["rgb"].to(dtype), r["xyz"].to(dtype), r["valid"])
            pred = M.decode(weights, c, latent, queries.to(dtype))
            return dict(latent=latent, occupancy_logits=pred[0, :, 0], color=M.colors(c, pred))

        a, b = X.pair(run)
        threshold = X.clear_threshold(torch.sigmoid(a["occupancy_logits"]))
        keep = P.select(a["occupancy_logits"], threshold)
        f = X.Fixture(os.path.join(out, name + ".safetensors"), "scene", c)
        f.meta.update(seed=seed, height=h, width=w, scale=float(r["scale"]), granularity=1.0, temperature=0.1, threshold=threshold,
                      validCount=int(r["valid"].sum()), queries=queries.shape[1])
        X.add_all(f, "", {key: r[key] for key in ("rgb", "xyz", "valid")}, {}, {"rgb": (1, 1, 3, 3), "xyz": (1, 2, 1)})
        X.add_all(f, "", a, b, {"latent": (1, 2, 2)})
        f.add("keep", keep)
        f.add("points", queries[0][keep])
        yield f.path, f.save()
    f = X.Fixture(os.path.join(out, "half_ball.safetensors"), "halfBall", {"radius": RADIUS})
    f.meta["seed"] = 1
    f.meta["counts"] = {}
    for g in GRIDS:
        axis, points, inside = half_ball(g)
        f.meta["counts"][str(g)] = [*points.shape[:3], int(inside.sum())]
        f.add(f"axis.{g}", axis)
        if g >= 0.5:
            f.add(f"inside.{g}", inside)
    yield f.path, f.save()


def full(out: str, name: str, seed: int, regress: bool, count=2048):
    """The network at full size, with colors of 224 pixels, at points of the half ball."""
    c = dict(M.config(regress_color=regress), halfBall=RADIUS)
    size = c["image"] // 2
    rgb = torch.from_numpy(synthetic.image(seed, c["image"], c["image"])).permute(2, 0, 1)[None]
    points, valid = synthetic.xyz_map(seed, size)
    xyz, ok = torch.from_numpy(points)[None], torch.from_numpy(valid)[None]
    queries = X.tensor(seed, "queries", (1, count, 3), RADIUS)

    def run(dtype):
        weights = X.make_weights(M.specs(c), seed, dtype)
        latent = M.encode(weights, c, rgb.to(dtype) / 255, xyz.to(dtype), ok)
        pred = M.decode(weights, c, latent, queries.to(dtype))
        return dict(latent=latent, occupancy_logits=pred[0, :, 0], color=M.colors(c, pred), pred=pred[:, :64])

    a, b = X.pair(run)
    f = X.Fixture(os.path.join(out, name + ".safetensors"), "mccScene", c)
    f.meta.update(seed=seed, image=dict(seed=seed, height=c["image"], width=c["image"]), xyzMap=dict(seed=seed, size=size),
                  queries=dict(name="queries", count=count, scale=RADIUS), temperature=0.1)
    X.add_all(f, "", a, b, {"latent": (1, 2, 16)})
    yield f.path, f.save()


def full_all(out: str):
    yield from full(out, "full_mcc_scene", 21, False)
    yield from full(out, "full_mcc_scene_regress", 22, True)
