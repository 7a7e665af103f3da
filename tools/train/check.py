"""Checks what training relies on: the fast networks equal tools/reference, query labels are right, seeds repeat. No arguments."""
from __future__ import annotations

import numpy as np
import torch

import configs
import mcc_net
import sam_net
import zoe_net
from data import normalisation, record, unproject
from nets import mcc, sam, zoe
from render import Renderer
from scene import random_scene


def shaken(w: dict) -> dict:
    """Initial weights are too regular to tell formulas apart."""
    return {k: v + 0.1 * torch.randn_like(v) for k, v in w.items()}


def close(name: str, a, b, limit: float) -> None:
    worst = float((a - b).abs().max() / b.abs().max())
    assert worst < limit, f"{name}: differs by {worst:.2g} of the largest value, expected less than {limit:.2g}"
    print(f"{name}: within {worst:.1g}")


@torch.no_grad()
def same_mcc() -> None:
    c = configs.CPU["mcc"]
    w = shaken(mcc_net.initial(c))
    side = c["image"] // 2
    rgb, xyz, valid = torch.rand(2, 3, 2 * side, 2 * side), torch.randn(2, side, side, 3), torch.rand(2, side, side) > 0.4
    xyz[~valid] = -100
    queries = 2 * torch.randn(2, 33, 3)
    expected = mcc.decode(w, c, mcc.encode(w, c, rgb, xyz, valid), queries)
    image = mcc.preprocess_image(rgb, c["image"])
    found = mcc_net.decode(w, c, mcc_net.seen_tokens(w, c, mcc_net.encode(w, c, image, xyz, valid)), queries)
    close("MCC logits", found, expected, 1e-4)


@torch.no_grad()
def same_sam() -> None:
    c = configs.CPU["sam"]
    w = shaken(sam_net.initial(c))
    x = torch.randn(2, 3, c["image"], c["image"])
    close("SAM image embedding", sam_net.encode_image(w, c, x), sam.encode_image(w, c, x), 1e-4)


@torch.no_grad()
def same_zoe() -> None:
    c = configs.CPU["zoe"]
    w = zoe_net.initial(c)
    x = torch.randn(2, 3, 160, 192)
    expected = zoe.metric_head(w, c, *zoe.dpt(w, c, x))
    close("ZoeDepth", zoe_net.depth(w, c, x), expected, 1e-4)
    for (top, left, height, width), step in (((0, 1, 40, 190), 2), ((37, 60, 96, 72), 1), ((99, 0, 60, 128), 4)):
        found = zoe_net.depth(w, c, x, (top, left, height, width), step)
        part = expected[:, :, top : top + height : step, left : left + width : step]
        close(f"ZoeDepth in a window in steps of {step}", found, part, 1e-4)


@torch.no_grad()
def right_labels() -> None:
    for seed in range(3):
        r = record(seed)
        assert record(seed).tobytes() == r.tobytes(), f"seed {seed} does not repeat"
        depth, mask = torch.from_numpy(r["depth"] / np.float32(1000)), torch.from_numpy(r["number"] == 1)
        scale, _ = normalisation(unproject(depth, torch.tensor(float(r["fov"]))), mask)
        surface = Renderer(random_scene(seed)).surface(30000, lines=6000)[0] / scale
        queries = torch.from_numpy(r["near"].astype(np.float32) + r["centre"]) / scale
        true = torch.cdist(queries, surface).min(1).values < 0.1
        label = torch.from_numpy(r["near_distance"].astype(np.float32)) / scale < 0.1
        agree = float((true == label).float().mean())
        assert agree > 0.96, f"seed {seed}: {agree:.3f} of the labels agree with the distance to 30,000 surface points"
        print(f"seed {seed}: repeats, {agree:.3f} of the labels agree with the nearest of 30,000 surface points")


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    same_mcc()
    same_sam()
    same_zoe()
    right_labels()


if __name__ == "__main__":
    main()
