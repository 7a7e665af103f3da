"""Measures weights on scene files: `evaluate.py SCENES --weights weights/tiny`, or runs in progress with `--mcc RUN` and so on.

A quick check beside the engine's own measurement; the networks are those of tools/reference. README.md defines the numbers.
"""
from __future__ import annotations

import argparse
import json
import math
import os

import numpy as np
import torch
from PIL import Image

import mcc_net
from checkpoints import read, read_safetensors
from export import write_json
from nets import mcc, sam, zoe
import pipeline  # of tools/reference


def read_scene(folder: str) -> dict:
    with open(os.path.join(folder, "scene.json")) as f:
        scene = json.load(f)
    picture = lambda name: np.array(Image.open(os.path.join(folder, name)))
    scene.update(
        rgb=picture("photo.png"),
        depth=picture("depth.png").astype(np.float32) / 1000,
        mask=picture("objects.png") == 1,
        **read_safetensors(os.path.join(folder, "surface.safetensors")),
    )
    return scene


def load(network: str, args):
    """(config, weights as f16 keeps them) from a run or from shipped files; None where there are none."""
    path = getattr(args, network) or os.path.join(args.weights or "", network + ".safetensors")
    if not os.path.exists(path):
        return None
    config, weights = read(path)
    return config, {k: v.half().float() for k, v in weights.items()}


# --- the networks as the chain runs them ---


def masks_of(network, scene) -> dict:
    """Masks from the tight box and from one click, first mask token."""
    c, w = network
    rgb, size = scene["rgb"], scene["rgb"].shape[:2]
    small = sam.resize_image(rgb, c["image"])
    embedding = sam.encode_image(w, c, sam.preprocess(small, c["image"]))
    out = {}
    for kind in ("box", "click"):
        xy = torch.from_numpy(sam.scale_coords(np.array(scene[kind], float).reshape(-1, 2), size, c["image"])).float()
        given = dict(boxes=xy.reshape(1, 4)) if kind == "box" else dict(points=xy[None], labels=torch.ones(1, 1))
        low, _ = sam.decode_masks(w, c, embedding, *sam.encode_prompts(w, c, **given))
        out[kind] = (sam.upscale_masks(c, low[:, :1], small.shape[:2], size)[0, 0] > 0).numpy()
    return out


def depth_of(network, scene) -> np.ndarray:
    c, w = network
    rgb = torch.from_numpy(scene["rgb"]).permute(2, 0, 1)[None].float() / 255
    lens = math.tan(math.radians(c["canonicalFov"]) / 2) / math.tan(math.radians(scene["fov"]) / 2)
    return lens * zoe.infer(w, c, rgb)[0, 0].numpy()


def grid_of(c: dict, granularity: float):
    """Query points of the configured box: cells of `granularity`, from its low corner."""
    axes = [torch.arange(low, high, granularity) for low, high in zip(c["box"]["min"], c["box"]["max"])]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)


def complete(network, scene, mask, depth, granularity: float):
    """MCC's inputs, and occupancy and colour on the grid: (chain inputs, queries, probability, colour)."""
    c, w = network
    pipeline.FOV_DEGREES = scene["fov"]
    given = pipeline.mcc_inputs(scene["rgb"], mask, depth, xyz_size=c["image"] // 2)
    image = mcc.preprocess_image(given["rgb"], c["image"])
    cache = mcc_net.seen_tokens(w, c, mcc_net.encode(w, c, image, given["xyz"], given["valid"]))
    queries = grid_of(c, granularity)
    out = torch.cat([mcc_net.decode(w, c, cache, q[None])[0] for q in queries.split(8192)])
    return given, queries, torch.sigmoid(out[:, 0]), mcc.colors(c, out).clamp(0, 1)


# --- numbers ---


def nearest(a, b):
    """Distance from each point of a to the nearest of b, and its index."""
    parts = [torch.cdist(x, b).min(1) for x in a.split(2048)]
    return torch.cat([p.values for p in parts]), torch.cat([p.indices for p in parts])


def score(points, surface, dense, seen, colours=None, truth=None) -> dict:
    """How well points cover a surface: they must be near one of `dense`, and `surface` near one of them."""
    out = {}
    if len(points) == 0:
        return {k: 0.0 for k in ("f1_0.1", "f1_0.2", "precision_0.1", "recall_0.1", "unseen_0.1", "unseen_0.2")} | {
            "colour": 1.0
        }
    there, which = nearest(points, surface)
    beside = torch.minimum(there, nearest(points, dense)[0])
    back, _ = nearest(surface, points)
    for t in (0.1, 0.2):
        p, r = (beside < t).float().mean().item(), (back < t).float().mean().item()
        out[f"f1_{t}"] = 2 * p * r / max(p + r, 1e-9)
        out[f"precision_{t}"], out[f"recall_{t}"] = p, r
        out[f"unseen_{t}"] = (back[~seen] < t).float().mean().item()
    if colours is not None:
        near = there < 0.2
        out["colour"] = (colours[near] - truth[which[near]]).abs().mean().item()
    return out


@torch.no_grad()
def measure(scene, nets, granularity: float, thresholds) -> dict:
    out, true = {}, scene["mask"]
    mask, depth = true, scene["depth"]
    if nets["sam"]:
        found = masks_of(nets["sam"], scene)
        for kind, m in found.items():
            out[f"iou_{kind}"] = float((m & true).sum() / max((m | true).sum(), 1))
        mask = found["box"]
    if nets["zoe"]:
        depth = depth_of(nets["zoe"], scene)
        ratio = np.abs(depth - scene["depth"])[true] / scene["depth"][true]
        both = np.maximum(depth[true] / scene["depth"][true], scene["depth"][true] / np.maximum(depth[true], 1e-6))
        out["absrel"], out["within_1.25"] = float(ratio.mean()), float((both < 1.25).mean())
    if not nets["mcc"]:
        return out
    seen, colours = scene["seen"].bool(), scene["colour"].float() / 255
    given, queries, probability, colour = complete(nets["mcc"], scene, true, scene["depth"], granularity)
    scale, centre = given["scale"], given["centre"]
    surface = scene["xyz"] / scale - centre
    dense = (scene["middle"] + scene["step"] * scene["dense"].float()) / scale - centre
    for t in thresholds:
        on = probability > t
        out |= {f"mcc@{t} {k}": v for k, v in score(queries[on], surface, dense, seen, colour[on], colours).items()}
    out |= {f"seen {k}": v for k, v in score(given["normal"][torch.from_numpy(true)], surface, dense, seen).items()}
    if nets["sam"] and nets["zoe"]:
        if mask.sum() < 100:
            given = None
        else:
            given, queries, probability, colour = complete(nets["mcc"], scene, mask, depth, granularity)
        both = mask & true
        for t in thresholds:
            points, hue = torch.zeros(0, 3), None
            if given is not None and both.any():
                on = probability > t
                size = float(np.median(depth[both] / scene["depth"][both]))
                points = (queries[on] + given["centre"]) * given["scale"] / size / scale - centre
                hue = colour[on]
            out |= {f"chain@{t} {k}": v for k, v in score(points, surface, dense, seen, hue, colours).items()}
    return out


def main() -> None:
    p = argparse.ArgumentParser()
    p.add_argument("scenes")
    p.add_argument("--weights")
    for network in ("sam", "zoe", "mcc"):
        p.add_argument("--" + network, help="directory of a training run")
    p.add_argument("--granularity", type=float, default=0.15)
    p.add_argument("--thresholds", help="comma-separated; the configured one by default")
    p.add_argument("--count", type=int, default=10**6)
    p.add_argument("--json", help="writes the means there")
    args = p.parse_args()
    torch.set_num_threads(1)
    nets = {n: load(n, args) for n in ("sam", "zoe", "mcc")}
    thresholds = (
        [float(t) for t in args.thresholds.split(",")]
        if args.thresholds
        else ([nets["mcc"][0]["threshold"]] if nets["mcc"] else [])
    )
    rows = []
    for name in sorted(os.listdir(args.scenes))[: args.count]:
        scene = read_scene(os.path.join(args.scenes, name))
        row = measure(scene, nets, args.granularity, thresholds)
        rows.append(row)
        print(
            name, scene["family"], {k: round(v, 3) for k, v in row.items() if "0.1" not in k or "f1" in k}, flush=True
        )
    means = {k: float(np.mean([r[k] for r in rows])) for k in rows[0]}
    print(f"means over {len(rows)} scenes:")
    for k, v in means.items():
        print(f"  {k:32s} {v:.3f}")
    if args.json:
        write_json(args.json, {k: round(v, 5) for k, v in means.items()})


if __name__ == "__main__":
    main()
