"""Masks and depth of the small SAM and ZoeDepth themselves, so that MCC learns to live with their errors.

`predicted.py DATA SAM ZOE` writes a file of predictions beside every shard of DATA that has none; SAM and ZOE are runs or shipped
files. Delete predicted-*.npy to make them anew with other weights.
"""
from __future__ import annotations

import argparse
import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import sam_net
import zoe_net
from checkpoints import read
from data import HEIGHT, PREDICTION, WIDTH, predictions_of, shards_of
from inputs import padded, unpadded
from nets import building_on, sam, zoe
from train_sam import tight_boxes

BATCH = 16
WORST_IOU = 0.6  # a mask that is further off teaches MCC nothing: the truth takes its place
BORDER = 0.105  # reflected at each side of a picture, as ZoeDepth pads photos of the size of scene files


@torch.no_grad()
def masks(network, rgb, boxes):
    """rgb [B, 3, H, W] in 0..1, boxes [B, 4] -> [B, H, W] bool."""
    c, w = network
    h, width = rgb.shape[2:]
    nh, nw = sam.resized_shape(h, width, c["image"])
    x = F.interpolate(rgb, (nh, nw), mode="bilinear", align_corners=False, antialias=True)
    mean, std = (torch.tensor(v).view(1, 3, 1, 1).to(rgb) / 255 for v in (sam.PIXEL_MEAN, sam.PIXEL_STD))
    x = F.pad((x - mean) / std, (0, c["image"] - nw, 0, c["image"] - nh))
    embedding = sam_net.encode_image(w, c, x).float()
    with torch.autocast(rgb.device.type, enabled=False):  # bf16 is too coarse for coordinates
        scaled = boxes * torch.tensor([nw / width, nh / h] * 2).to(rgb)
        low, _ = sam.decode_masks(w, c, embedding, *sam.encode_prompts(w, c, boxes=scaled))
    return sam.upscale_masks(c, low[:, :1], (nh, nw), (h, width))[:, 0] > 0


@torch.no_grad()
def depth(network, rgb):
    """rgb [B, 3, H, W] in 0..1 -> metres under the canonical lens [B, H, W]; the chain's mean with the mirror image is a little better."""
    c, w = network
    target = zoe.network_size(*(round(n * (1 + 2 * BORDER)) for n in rgb.shape[2:]), c["inputSize"])
    share = torch.full((len(rgb),), BORDER, device=rgb.device)
    x = padded(rgb, share, torch.zeros_like(share, dtype=torch.bool), target, "bilinear")
    return unpadded(zoe_net.depth(w, c, (x - 0.5) / 0.5).float(), share, rgb.shape[2:]).clamp(0.05, 60)


def predict(shard: np.ndarray, nets, device: str) -> np.ndarray:
    """The predictions for the records of a shard. The lens is left out of depth: MCC's own scale takes it away."""
    out = np.zeros(len(shard), PREDICTION)
    for start in range(0, len(shard), BATCH):
        part = shard[start : start + BATCH]
        rgb = torch.from_numpy(part["rgb"]).to(device).permute(0, 3, 1, 2).float() / 255
        true = torch.from_numpy(part["number"] == 1).to(device)
        true[~true.any(2).any(1)] = True  # unusable records, which nobody draws
        with building_on(device), torch.autocast(device.split(":")[0], torch.bfloat16):
            found, metres = masks(nets["sam"], rgb, tight_boxes(true)), depth(nets["zoe"], rgb)
        iou = (found & true).sum((1, 2)) / (found | true).sum((1, 2)).clamp_min(1)
        found = torch.where((iou > WORST_IOU)[:, None, None], found, true)
        out["seen_mask"][start : start + BATCH] = found.cpu().numpy()
        out["seen_depth"][start : start + BATCH] = np.round(metres.cpu().numpy() * 1000).clip(0, 65535)
    return out


def main() -> None:
    p = argparse.ArgumentParser()
    for name in ("data", "sam", "zoe"):
        p.add_argument(name)
    p.add_argument("--device", default="cpu")
    p.add_argument("--worker", type=int, nargs=2, default=(0, 1), metavar=("N", "WORKERS"), help="every WORKERSth shard, from the Nth")
    p.add_argument("--count", type=int, help="only the first shards")
    args = p.parse_args()
    torch.set_num_threads(1)
    nets = {"sam": read(args.sam, args.device), "zoe": read(args.zoe, args.device)}
    worker, workers = args.worker
    for name in shards_of(args.data)[: args.count][worker::workers]:
        path = predictions_of(os.path.join(args.data, name))
        if os.path.exists(path):
            continue
        begun = time.time()
        shard = np.load(os.path.join(args.data, name))
        np.save(path + ".part.npy", predict(shard, nets, args.device))
        os.replace(path + ".part.npy", path)
        print(f"{path}: {len(shard) / (time.time() - begun):.1f} scenes/s", flush=True)


if __name__ == "__main__":
    main()
