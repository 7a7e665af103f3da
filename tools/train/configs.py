"""Sizes of the tiny networks, in the fields of weights/config.ts."""
from __future__ import annotations

import json

from data import BOX_HIGH, BOX_LOW
from nets import mcc, sam, zoe

SAM = sam.config(embed=128, depth=4, heads=4, global_blocks=(1, 3), image=224, patch=8, window=7, out=64, decoder_heads=4,
                 decoder_mlp=256, iou_hidden=64)
ZOE = zoe.config("N", embed=128, depth=6, heads=4, native=10, hooks=(1, 2, 3, 5), neck=(32, 48, 64, 96), features=32, bins=32,
                 bin_embed=32, input_size=(128, 160), seed_mlp=64, mlp=32, classes=1)
ZOE["attractorMlp"] = 32
MCC = dict(mcc.config(embed=128, depth=3, heads=4, decoder_embed=128, decoder_depth=3, decoder_heads=4, image=224, patch=16,
                      xyz_heads=4, regress_color=True), box=dict(min=list(BOX_LOW), max=list(BOX_HIGH)), threshold=0.5)


def load(path: str | None, default: dict) -> dict:
    if path is None:
        return default
    with open(path) as f:
        return json.load(f)
