"""Sizes of the tiny networks, in the fields of weights/config.ts."""
from __future__ import annotations

from data import BOX_HIGH, BOX_LOW
from nets import mcc, sam, zoe

# What two CPU cores can train in an afternoon.
CPU = {
    "sam": sam.config(
        embed=128,
        depth=4,
        heads=4,
        global_blocks=(1, 3),
        image=160,
        patch=8,
        window=10,
        out=64,
        decoder_heads=4,
        decoder_mlp=256,
        iou_hidden=64,
    ),
    "zoe": dict(
        zoe.config(
            "N",
            embed=128,
            depth=8,
            heads=4,
            native=10,
            hooks=(1, 2, 3, 7),
            neck=(32, 48, 64, 96),
            features=32,
            bins=16,
            bin_embed=32,
            input_size=(192, 224),
            seed_mlp=64,
            mlp=32,
            classes=1,
        ),
        attractorMlp=32,
    ),
    "mcc": mcc.config(
        embed=128,
        depth=5,
        heads=4,
        decoder_embed=128,
        decoder_depth=3,
        decoder_heads=4,
        image=160,
        patch=16,
        xyz_heads=4,
        regress_color=True,
    ),
}
# What half an hour of a large GPU can train; together below 30 MB in f16.
GPU = {
    "sam": sam.config(
        embed=160,
        depth=6,
        heads=5,
        global_blocks=(1, 3, 5),
        image=256,
        patch=8,
        window=8,
        out=64,
        decoder_heads=4,
        decoder_mlp=256,
        iou_hidden=64,
    ),
    "zoe": dict(
        zoe.config(
            "N",
            embed=160,
            depth=8,
            heads=5,
            native=12,
            hooks=(1, 3, 5, 7),
            neck=(48, 64, 96, 128),
            features=48,
            bins=32,
            bin_embed=48,
            input_size=(192, 256),
            seed_mlp=64,
            mlp=48,
            classes=1,
        ),
        attractorMlp=48,
    ),
    "mcc": mcc.config(
        embed=192,
        depth=4,
        heads=6,
        decoder_embed=160,
        decoder_depth=4,
        decoder_heads=5,
        image=224,
        patch=16,
        xyz_heads=6,
        regress_color=True,
    ),
}
for sizes in (CPU, GPU):
    # A picture alone does not tell a small near object from a large far one under a longer lens: depth is learned as this lens sees it.
    sizes["zoe"] |= dict(canonicalFov=55.0)
    sizes["mcc"] |= dict(box=dict(min=list(BOX_LOW), max=list(BOX_HIGH)), threshold=0.5)


def choose(network: str, device: str) -> dict:
    return (CPU if device == "cpu" else GPU)[network]
