"""Masks and depth by the small SAM and ZoeDepth themselves, so that MCC learns to live with their errors."""
from __future__ import annotations

import os

import torch
import torch.nn.functional as F

import sam_net
import zoe_net
from checkpoints import newest, read
from inputs import padded, unpadded
from nets import building_on, sam
from train_sam import tight_boxes

WORST_IOU = 0.6  # what a network gets so wrong teaches MCC nothing
WORST_RELIEF = 0.15  # spread of log(depth / truth) on the object


class Predictions:
    """The newest weights of two runs, or shipped ones; `ready` once both have one."""

    def __init__(self, sam_run: str, zoe_run: str, device: str):
        self.runs, self.device = {"sam": sam_run, "zoe": zoe_run}, device
        self.times, self.nets = {}, {}
        self.refresh()

    def refresh(self) -> None:
        for name, run in self.runs.items():
            path = newest(run)
            if os.path.exists(path) and os.path.getmtime(path) != self.times.get(name):
                self.times[name] = os.path.getmtime(path)
                self.nets[name] = read(run, self.device)

    @property
    def ready(self) -> bool:
        return len(self.nets) == 2

    @torch.no_grad()
    def __call__(self, rgb, mask, depth, generator):
        """rgb [B, 3, H, W] in 0..1 and the truth -> mask and depth; samples far from the truth keep it."""
        with building_on(self.device):
            found, guess = self._masks(rgb, mask), self._depth(rgb, generator)
        iou = (found & mask).sum((1, 2)) / (found | mask).sum((1, 2)).clamp_min(1)
        both = (found & mask).float()
        count = both.sum((1, 2)).clamp_min(1)
        ratio = (guess / depth).clamp(1e-3, 1e3).log()
        mean = (ratio * both).sum((1, 2)) / count
        spread = (((ratio - mean[:, None, None]) ** 2 * both).sum((1, 2)) / count).sqrt()
        good_mask, good_depth = (iou > WORST_IOU)[:, None, None], ((iou > WORST_IOU) & (spread < WORST_RELIEF))[
            :, None, None
        ]
        return torch.where(good_mask, found, mask), torch.where(good_depth, guess, depth)

    def _masks(self, rgb, mask):
        c, w = self.nets["sam"]
        h, width = rgb.shape[2:]
        nh, nw = sam.resized_shape(h, width, c["image"])
        x = F.interpolate(rgb, (nh, nw), mode="bilinear", align_corners=False, antialias=True)
        mean, std = (torch.tensor(v).view(1, 3, 1, 1).to(rgb) / 255 for v in (sam.PIXEL_MEAN, sam.PIXEL_STD))
        x = F.pad((x - mean) / std, (0, c["image"] - nw, 0, c["image"] - nh))
        embedding = sam_net.encode_image(w, c, x).float()
        boxes = tight_boxes(mask) * torch.tensor([nw / width, nh / h] * 2).to(rgb)
        with torch.autocast(rgb.device.type, enabled=False):  # bf16 is too coarse for coordinates
            low, _ = sam.decode_masks(w, c, embedding, *sam.encode_prompts(w, c, boxes=boxes))
        return sam.upscale_masks(c, low[:, :1], (nh, nw), (h, width))[:, 0] > 0

    def _depth(self, rgb, generator):
        c, w = self.nets["zoe"]
        share = 0.06 + 0.09 * torch.rand(len(rgb), generator=generator, device=generator.device)
        x = padded(rgb, share, torch.zeros_like(share, dtype=torch.bool), c["inputSize"], "bilinear")
        return unpadded(zoe_net.depth(w, c, (x - 0.5) / 0.5), share, rgb.shape[2:]).clamp_min(0.05)
