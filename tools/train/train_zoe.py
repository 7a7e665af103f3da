"""Trains the small ZoeDepth (N): metric depth of the padded picture that the chain shows it.

Three quarters of a step's time would go into the decoder. So the backbone is asked for depth directly, too (`token_depths`): at first alone
(`--backbone`), then with the decoder in a window of the picture."""
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
SHAPES = ((4 / 3, (192, 256), 0.8), (1.5, (192, 288), 0.1), (1.0, (224, 224), 0.1))
WINDOW, DECODED = (80, 96), 0.25  # pixels in which the decoder is trained, and the share of a batch for which it is
CELL = zoe.PATCH // zoe_net.CELLS
LARGEST_ZOOM, ZOOMED = 1.3, 0.25  # and the share of pictures that are zoomed


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

    Some are zoomed: a longer lens, which makes the canonical depth smaller."""
    whole = torch.tensor([min(1.0, aspect / picture_aspect), min(1.0, picture_aspect / aspect)])
    zoom = torch.where(draw() < ZOOMED, 1 + (LARGEST_ZOOM - 1) * draw(), torch.ones(()))
    half = whole.to(zoom) / zoom[:, None]
    middle = (2 * draw(2) - 1) * (1 - half) * 0.7
    return 1 / half[:, 0], torch.cat([middle, half], 1)


def recoloured(rgb, draw):
    """Pictures [B, 3, H, W] with their channels exchanged, brighter or darker, warmer or colder."""
    order = draw(3).argsort(1)[:, :, None, None].expand_as(rgb)
    rgb = torch.where(draw(1, 1, 1) < 0.5, rgb.gather(1, order), rgb)
    return (rgb * (1 + 0.3 * (draw(3, 1, 1) - 0.5)) + 0.1 * (draw(3, 1, 1) - 0.5)).clamp(0, 1)


def log_ratio_losses(ratio, weight, main):
    """Losses of ratio = log(depth / truth) [B, h, w] with the weights of its pixels and those of the main object [B, h, w].

    `error`: mean size. `slope`: of differences between neighbours, which keeps outlines sharp. `relief`: mean size on the main object
    without its mean: where its distance is wrong by more than its relief, the error's sign says nothing about the relief.
    `distance`: size of that mean."""
    total = weight.sum().clamp_min(1)
    slopes = lambda a, b, wa, wb: ((a - b).abs() * torch.minimum(wa, wb)).sum() / total
    count = main.sum((1, 2), keepdim=True)
    shift = (ratio * main).sum((1, 2), keepdim=True) / count.clamp_min(1)
    return dict(
        error=(ratio.abs() * weight).sum() / total,
        slope=slopes(ratio[..., 1:], ratio[..., :-1], weight[..., 1:], weight[..., :-1])
        + slopes(ratio[..., 1:, :], ratio[..., :-1, :], weight[..., 1:, :], weight[..., :-1, :]),
        relief=((ratio - shift).abs() * main).sum() / count.sum().clamp_min(1),
        distance=shift.abs().sum() / (count > 0).sum().clamp_min(1),
    )


def window_of(size, u: float, v: float):
    """WINDOW at the place (u, v) in 0..1 of where it fits, more often in the middle, where objects are."""
    top, left = (int((n - k) * (0.5 + 0.5 * (2 * x - 1) * abs(2 * x - 1) ** 0.5)) for n, k, x in zip(size, WINDOW, (u, v)))
    return top, left, *WINDOW


def main() -> None:
    parser = arguments("ZoeDepth", batch=16, rate=1e-3)
    parser.add_argument("--backbone", action="store_true", help="without the decoder: twice as many samples in the same time")
    args = parser.parse_args()
    config = configs.choose("zoe", args.sizes or args.device)
    first = zoe_net.initial(config, args.seed) | zoe_net.token_heads(config)
    never_run = lambda k: ".fc_norm." in k or ".model.head." in k or "refinenet4.resConfUnit1" in k
    left_out = lambda k: args.backbone and not zoe_net.of_backbone(k)
    loop = Loop(args, config, first, frozen=tuple(k for k in first if never_run(k) or left_out(k)))
    pool = Pool(args.data, args.device, FIELDS, args.pool_gib)

    def losses(generator):
        if loop.step % 200 == 0:
            pool.refresh()
        r = pool.draw(args.batch, generator)
        draw = lambda *s: torch.rand(args.batch, *s, generator=generator, device=args.device)
        one = lambda: float(torch.rand((), generator=generator, device=args.device))
        rgb = recoloured(r["rgb"].permute(0, 3, 1, 2).float() / 255, draw)
        aspect, size = choose_shape(one())
        zoom, view = random_view(draw, aspect, rgb.shape[3] / rgb.shape[2])
        share, flip = 0.06 + 0.09 * draw(), draw() < 0.5  # 3 sqrt(H / 2) of H, for photos of 200 to 1200 pixels
        picture = padded(rgb, share, flip, size, "bilinear", view)
        true = torch.stack([r["depth"] / 1000, r["number"].float()], 1)
        depth, number = padded(true, share, flip, size, "nearest", view).unbind(1)
        weight = 1 + (OBJECT_WEIGHT - 1) * (number > 0.5)
        weight = weight * ((depth > NEAREST) & (depth < FURTHEST))
        depth = depth * (canonical(r["fov"], config["canonicalFov"]) / zoom).view(-1, 1, 1)
        target, main = depth.clamp_min(1e-3).log(), (number == 1) & (weight > 0)
        with building_on(args.device):
            layers = zoe.backbone(loop.weights, config, (picture - 0.5) / 0.5)
            told = zoe_net.token_depths(loop.weights, config, layers, size)
            coarse = lambda x: x[:, CELL // 2 :: CELL, CELL // 2 :: CELL]
            parts = [log_ratio_losses(y - coarse(target), coarse(weight), coarse(main)) for y in told]
            coarsely = lambda p: p["error"] + 0.2 * p["slope"] + 1.5 * p["relief"] + 0.5 * p["distance"]
            total = 0.3 * coarsely(parts[0]) + coarsely(parts[1])
            numbers = {f"token {k}": v for k, v in parts[-1].items()}
            if not args.backbone:
                window = window_of(size, one(), one())
                top, left, height, width = window
                some = max(1, round(DECODED * args.batch))
                cut = lambda x: x[:some, top : top + height, left : left + width]
                out = zoe_net.decode(loop.weights, config, [x[:some] for x in layers], size, window)[:, 0]
                fine = log_ratio_losses(out.clamp_min(1e-3).log() - cut(target), cut(weight), cut(main))
                total = total + fine["error"] + 0.5 * fine["slope"] + 1.5 * fine["relief"]
                numbers |= fine
        return total, numbers | dict(records=len(pool))

    loop.run(losses)


if __name__ == "__main__":
    main()
