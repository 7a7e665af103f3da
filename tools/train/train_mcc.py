"""Trains the small MCC: occupancy within 0.1 of the surface, and colour, at points near the object and in the whole box."""
from __future__ import annotations

import torch
import torch.nn.functional as F

import configs
import mcc_net
from data import Pool
from inputs import imperfect, mcc_inputs, median_ratio, smooth_noise
from loop import Loop, arguments

NEAR, UNIFORM = 96, 32  # queries per scene and step
REACH = 0.1  # a query this near to the surface is occupied, normalised units
COLOUR_WEIGHT = 0.4
BENT = 0.02  # most that predicted depth is bent further, so that a scene has more than one prediction
PREDICTED = 0.5  # share of a batch with masks and depth of the other two networks, with --predicted
FIELDS = (
    "rgb",
    "depth",
    "number",
    "fov",
    "centre",
    "near",
    "near_distance",
    "near_colour",
    "uniform",
    "uniform_distance",
)
TOLD = ("seen_mask", "seen_depth")


def batch(pool: Pool, size: int, generator, image: int):
    """Network inputs, queries [B, Q, 3], occupancy [B, Q], colours [B, NEAR, 3] of the near queries."""
    device = generator.device
    r = pool.draw(size, generator)
    order = torch.randperm(r["near"].shape[1], generator=generator, device=device)[:NEAR]
    near, near_d, colour = (r[k][:, order] for k in ("near", "near_distance", "near_colour"))
    order = torch.randperm(r["uniform"].shape[1], generator=generator, device=device)[:UNIFORM]
    queries = torch.cat([near, r["uniform"][:, order]], 1) + r["centre"][:, None]
    distance = torch.cat([near_d, r["uniform_distance"][:, order]], 1)

    draw = lambda *s: torch.rand(size, *s, generator=generator, device=device)
    rgb, depth, mask = r["rgb"].permute(0, 3, 1, 2).float() / 255, r["depth"] / 1000, r["number"] == 1
    flip = draw() < 0.5
    rgb, depth, mask = (torch.where(flip.view(-1, *[1] * (x.dim() - 1)), x.flip(-1), x) for x in (rgb, depth, mask))
    # Pixel u looks along u - W/2: the mirror image of column u is W - 1 - u, one column off the mirrored ray.
    mirrored = queries * torch.tensor([-1.0, 1, 1], device=device)
    mirrored[..., 0] -= mirrored[..., 2] / (0.5 * mask.shape[2] / torch.tan(torch.deg2rad(r["fov"]) / 2))[:, None]
    queries = torch.where(flip.view(-1, 1, 1), mirrored, queries)

    seen_mask, seen_depth = imperfect(mask, depth, generator)
    if "seen_mask" in r:
        chosen = draw(1, 1) < PREDICTED
        mirror = lambda x: torch.where(flip.view(-1, 1, 1), x.flip(-1), x)
        seen_mask = torch.where(chosen, mirror(r["seen_mask"]), seen_mask)
        told = mirror(r["seen_depth"] / 1000) * (1 + BENT * draw(1, 1) * smooth_noise(mask.shape, 5, generator))
        seen_depth = torch.where(chosen, told, seen_depth)
    grain = 0.02 * draw(1, 1, 1) * torch.randn(rgb.shape, generator=generator, device=device)
    rgb = (rgb * (0.85 + 0.3 * draw(3, 1, 1)) + 0.08 * (draw(3, 1, 1) - 0.5) + grain).clamp(0, 1)
    margin = (8 + 18 * draw()).long()
    both = mask & seen_mask
    ratio = median_ratio(seen_depth, depth, torch.where(both.any(2).any(1).view(-1, 1, 1), both, mask))
    picture, xyz, valid, scale, centre = mcc_inputs(rgb, seen_mask, seen_depth, r["fov"], margin, image)
    queries = queries * (ratio / scale).view(-1, 1, 1) - centre[:, None]
    distance = distance * (ratio / scale)[:, None]
    grow = (0.9 + 0.2 * draw()).view(-1, 1, 1)
    xyz = torch.where(valid[..., None], xyz * grow[..., None], xyz)
    return (picture, xyz, valid), queries * grow, (distance * grow[..., 0] < REACH).float(), colour.float() / 255


def main() -> None:
    parser = arguments("MCC", batch=16, rate=1e-3)
    parser.add_argument("--predicted", action="store_true", help="masks and depth of the other two networks too (predicted.py)")
    args = parser.parse_args()
    config = configs.choose("mcc", args.sizes or args.device)
    loop = Loop(args, config, mcc_net.initial(config, args.seed))
    pool = Pool(args.data, args.device, FIELDS + TOLD if args.predicted else FIELDS, args.pool_gib)

    def losses(generator):
        if loop.step % 200 == 0:
            pool.refresh()
        inputs, queries, occupied, colour = batch(pool, args.batch, generator, config["image"])
        w = loop.weights
        out = mcc_net.decode(
            w, config, mcc_net.seen_tokens(w, config, mcc_net.encode(w, config, *inputs)), queries
        ).float()
        occupancy = F.binary_cross_entropy_with_logits(out[..., 0], occupied)
        at = occupied[:, :NEAR, None]
        # mean over occupied near queries only: elsewhere there is no colour to learn
        error = ((out[:, :NEAR, 1:] - colour).abs() * at).sum() / (3 * at.sum()).clamp_min(1)
        agree = ((out[..., 0] > 0) == (occupied > 0.5)).float().mean()
        return occupancy + COLOUR_WEIGHT * error, dict(
            occupancy=occupancy, colour=error, agree=agree, records=len(pool)
        )

    loop.run(losses)


if __name__ == "__main__":
    main()
