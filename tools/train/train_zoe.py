"""Trains the small ZoeDepth (N): metric depth of the padded picture that the chain shows it."""
from __future__ import annotations

import math

import torch

import configs
import zoe_net
from data import Pool
from inputs import padded
from loop import Loop, arguments
from nets import building_on, zoe

OBJECT_WEIGHT = 4.0  # of pixels on objects, against floor and walls
FIELDS = ("rgb", "depth", "number", "fov")
NEAREST, FURTHEST = 0.3, 9.99  # metres; the sky is at 10


def canonical(fov, canonical_fov: float):
    """Fields of view [B], degrees -> [B]: what depth is multiplied with to look as large under the canonical lens."""
    return torch.tan(torch.deg2rad(fov) / 2) / math.tan(math.radians(canonical_fov) / 2)


def main() -> None:
    args = arguments("ZoeDepth", batch=16, rate=1e-3).parse_args()
    config = configs.choose("zoe", args.sizes or args.device)
    never_run = tuple(
        k for k in zoe.specs(config) if ".fc_norm." in k or ".model.head." in k or "refinenet4.resConfUnit1" in k
    )
    loop = Loop(args, config, zoe_net.initial(config, args.seed), frozen=never_run)
    pool = Pool(args.data, args.device, FIELDS, args.pool_gib)
    size = config["inputSize"]

    def losses(generator):
        if loop.step % 200 == 0:
            pool.refresh()
        r = pool.draw(args.batch, generator)
        draw = lambda *s: torch.rand(args.batch, *s, generator=generator, device=args.device)
        rgb = r["rgb"].permute(0, 3, 1, 2).float() / 255
        rgb = (rgb * (1 + 0.3 * (draw(3, 1, 1) - 0.5)) + 0.1 * (draw(3, 1, 1) - 0.5)).clamp(0, 1)
        share, flip = 0.06 + 0.09 * draw(), draw() < 0.5  # 3 sqrt(H / 2) of H, for photos of 200 to 1200 pixels
        picture = padded(rgb, share, flip, size, "bilinear")
        depth = padded(r["depth"][:, None] / 1000, share, flip, size, "nearest")
        weight = 1 + (OBJECT_WEIGHT - 1) * (padded(r["number"][:, None].float(), share, flip, size, "nearest") > 0.5)
        weight = weight * ((depth > NEAREST) & (depth < FURTHEST))
        depth = depth * canonical(r["fov"], config["canonicalFov"]).view(-1, 1, 1, 1)
        with building_on(args.device):
            rel, feats, bottleneck, paths = zoe.dpt(loop.weights, config, (picture - 0.5) / 0.5)
            with torch.autocast(picture.device.type, enabled=False):  # bf16 is too coarse for log binomials
                out = zoe.metric_head(
                    loop.weights, config, rel.float(), feats.float(), bottleneck.float(), [p.float() for p in paths]
                )
        ratio = out.clamp_min(1e-3).log() - depth.clamp_min(1e-3).log()
        error = (ratio.abs() * weight).sum() / weight.sum()
        # slopes, so that relief within an object counts beside its distance
        slope = (
            (ratio[..., 1:] - ratio[..., :-1]).abs() * torch.minimum(weight[..., 1:], weight[..., :-1])
        ).sum() / weight.sum() + (
            (ratio[..., 1:, :] - ratio[..., :-1, :]).abs() * torch.minimum(weight[..., 1:, :], weight[..., :-1, :])
        ).sum() / weight.sum()
        with torch.no_grad():
            on = weight > 1.5
            relative = ((out - depth).abs() / depth)[on].mean()
        return error + 0.5 * slope, dict(log_error=error, slope=slope, object_absrel=relative, records=len(pool))

    loop.run(losses)


if __name__ == "__main__":
    main()
