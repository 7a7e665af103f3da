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
# Width by height of photos, the sizes at which the network is shown them, and their shares of the batches.
SHAPES = ((4 / 3, (160, 192), 0.7), (1.42, (160, 224), 0.15), (1.0, (192, 192), 0.15))
LARGEST_ZOOM = 1.3


def canonical(fov, canonical_fov: float):
    """Fields of view [B], degrees -> [B]: what depth is multiplied with to look as large under the canonical lens."""
    return torch.tan(torch.deg2rad(fov) / 2) / math.tan(math.radians(canonical_fov) / 2)


def choose_shape(u: float):
    """The shape into whose share u in 0..1 falls."""
    for aspect, size, share in SHAPES:
        if u < share:
            break
        u -= share
    return aspect, size


def random_view(draw, aspect: float, picture_aspect: float):
    """A part of pictures, `aspect` times as wide as high -> zoom [B], view [B, 4] for `padded`.

    Half of them are zoomed: a longer lens, which makes the canonical depth smaller."""
    whole = torch.tensor([min(1.0, aspect / picture_aspect), min(1.0, picture_aspect / aspect)])
    zoom = torch.where(draw() < 0.5, 1 + (LARGEST_ZOOM - 1) * draw(), torch.ones(()))
    half = whole.to(zoom) / zoom[:, None]
    middle = (2 * draw(2) - 1) * (1 - half) * 0.7
    return 1 / half[:, 0], torch.cat([middle, half], 1)


def recoloured(rgb, draw):
    """Pictures [B, 3, H, W] with their channels exchanged, brighter or darker, warmer or colder."""
    order = draw(3).argsort(1)[:, :, None, None].expand_as(rgb)
    rgb = torch.where(draw(1, 1, 1) < 0.5, rgb.gather(1, order), rgb)
    return (rgb * (1 + 0.3 * (draw(3, 1, 1) - 0.5)) + 0.1 * (draw(3, 1, 1) - 0.5)).clamp(0, 1)


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
        one = lambda: float(torch.rand((), generator=generator, device=args.device))
        rgb = r["rgb"].permute(0, 3, 1, 2).float() / 255
        rgb = recoloured(rgb, draw)
        aspect, size = choose_shape(one())
        zoom, view = random_view(draw, aspect, rgb.shape[3] / rgb.shape[2])
        share, flip = 0.06 + 0.09 * draw(), draw() < 0.5  # 3 sqrt(H / 2) of H, for photos of 200 to 1200 pixels
        picture = padded(rgb, share, flip, size, "bilinear", view)
        top, left = int(2 * one()), int(2 * one())
        cut = lambda x: padded(x, share, flip, size, "nearest", view)[:, :, top::2, left::2]
        depth, number = cut(torch.stack([r["depth"] / 1000, r["number"].float()], 1)).split(1, 1)
        weight = 1 + (OBJECT_WEIGHT - 1) * (number > 0.5)
        weight = weight * ((depth > NEAREST) & (depth < FURTHEST))
        depth = depth * (canonical(r["fov"], config["canonicalFov"]) / zoom).view(-1, 1, 1, 1)
        with building_on(args.device):
            out = zoe_net.depth(loop.weights, config, (picture - 0.5) / 0.5, top, left, step=2)
        ratio = out.clamp_min(1e-3).log() - depth.clamp_min(1e-3).log()
        error = (ratio.abs() * weight).sum() / weight.sum()
        # slopes, so that relief within an object counts beside its distance
        slope = (
            (ratio[..., 1:] - ratio[..., :-1]).abs() * torch.minimum(weight[..., 1:], weight[..., :-1])
        ).sum() / weight.sum() + (
            (ratio[..., 1:, :] - ratio[..., :-1, :]).abs() * torch.minimum(weight[..., 1:, :], weight[..., :-1, :])
        ).sum() / weight.sum()
        # the main object's relief alone: where its distance is wrong by more, the error's sign says nothing about its relief
        main = (number == 1) & (weight > 0)
        count = main.sum((1, 2, 3), keepdim=True).clamp_min(1)
        shift = (ratio * main).sum((1, 2, 3), keepdim=True) / count
        relief = ((ratio - shift).abs() * main).sum() / main.sum().clamp_min(1)
        with torch.no_grad():
            on = weight > 1.5
            relative = ((out - depth).abs() / depth)[on].mean() if on.any() else 0.0
        numbers = dict(log_error=error, slope=slope, relief=relief, object_absrel=relative, records=len(pool))
        return error + 0.5 * slope + relief, numbers

    loop.run(losses)


if __name__ == "__main__":
    main()
