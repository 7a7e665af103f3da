"""Parity fixtures of the trained networks: what torch computes with weights/tiny, for `npm run parity` and the tests.

`parity_fixtures.py WEIGHTS OUT` writes tiny_sam, tiny_everything, tiny_zoe and tiny_mcc as tools/reference does for generated weights; they hold results only.
"""
from __future__ import annotations

import json
import os
import sys

import numpy as np
import torch

from checkpoints import read_safetensors
from nets import mcc, sam, zoe
import everything  # of tools/reference
import fixtures as reference

IMAGE = dict(seed=11, height=90, width=120)
SEED = 1  # of prompts, points and queries


def fixture(out: str, network: str, config: dict, a: dict, b: dict, steps: dict, **meta) -> None:
    f = reference.Fixture(os.path.join(out, f"tiny_{network}.safetensors"), network, config)
    f.meta.update(seed=SEED, weights="tiny", image=meta.pop("image", IMAGE), **meta)
    reference.add_all(f, "", a, b, steps)
    print(f.path, f.save())


def main() -> None:
    directory, out = sys.argv[1:]
    torch.set_grad_enabled(False)
    config = json.load(open(os.path.join(directory, "config.json")))
    weights = {n: read_safetensors(os.path.join(directory, n + ".safetensors")) for n in config}
    of = lambda network, dtype: {k: v.to(dtype) if v.is_floating_point() else v for k, v in weights[network].items()}
    image = reference.synthetic.image(*IMAGE.values())
    rgb = torch.from_numpy(image).permute(2, 0, 1)[None]

    c = config["sam"]
    prompts = reference.sam_prompts(*image.shape[:2], 4 * c["image"] // c["patch"], SEED)
    a, b = reference.pair(lambda t: reference.sam_run(c, of("sam", t), image, prompts, t, taps=False)[0])
    stored = [
        {k: v.tolist() if isinstance(v, np.ndarray) else "synthetic tensor mask_input, scale 4" for k, v in p.items()}
        for p in prompts
    ]
    thin = {k: (1, 4, 4, 4) for k in a if k.split(".")[-1] in ("image_embedding", "dense_pe", "dense")}
    thin |= {k: (1, 1, 4, 4) for k in a if k.endswith(".low_res")}
    fixture(out, "sam", c, a, b, thin, prompts=stored)

    options = dict(pointsPerSide=8, predIouThresh=0.5, stabilityScoreThresh=0.45, cropNLayers=1, cropNPointsDownscaleFactor=2,
                   minMaskRegionArea=40)
    case = dict(seed=SEED, config=c, image=tuple(IMAGE.values()), options=options)
    f = everything.fixture(os.path.join(out, "tiny_everything.safetensors"), case, lambda t: of("sam", t))
    f.meta["weights"] = "tiny"
    print(f.path, f.save())

    c = config["zoe"]
    run = lambda t: {"depth": zoe.infer(of("zoe", t), c, rgb.to(t) / 255)}
    fixture(out, "zoe", c, *reference.pair(run), {})

    c = config["mcc"]
    side = c["image"]
    picture = torch.from_numpy(reference.synthetic.image(IMAGE["seed"], side, side)).permute(2, 0, 1)[None]
    points, valid = (torch.from_numpy(v)[None] for v in reference.synthetic.xyz_map(SEED, side // 2))
    count = 512
    queries = reference.tensor(SEED, "queries", (1, count, 3), 3.0)

    def run(t):
        latent = mcc.encode(of("mcc", t), c, picture.to(t) / 255, points.to(t), valid)
        pred = mcc.decode(of("mcc", t), c, latent, queries.to(t))
        return dict(latent=latent, pred=pred, color=mcc.colors(c, pred))

    fixture(
        out,
        "mcc",
        c,
        *reference.pair(run),
        {"latent": (1, 4, 4)},
        image=dict(seed=IMAGE["seed"], height=side, width=side),
        xyzMap=dict(seed=SEED, size=side // 2),
        queries=dict(name="queries", count=count, scale=3.0),
    )


if __name__ == "__main__":
    main()
