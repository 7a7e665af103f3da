"""Trains the small SAM: masks of any object of a scene from boxes, points and rough masks, with a quality head."""
from __future__ import annotations

import torch
import torch.nn.functional as F

import configs
import sam_net
from data import HEIGHT, WIDTH, Pool
from inputs import blur, smooth_noise
from loop import Loop, arguments
from nets import building_on, sam

PROMPTS = 4  # objects per picture and step, the main one among them
SMALLEST = 60  # pixels of an object worth a prompt
KINDS = ("box", "click", "points", "box and point", "mask")
FIELDS = ("rgb", "number")
SHARES = (0.36, 0.36, 0.12, 0.08, 0.08)


def chance(generator) -> float:
    return float(torch.rand(1, generator=generator, device=generator.device))


def view(numbers, rgb, size: int, generator):
    """A random crop, mirrored or not, with its longer side resized to `size` and zero padding right and bottom.

    rgb [B, 3, H, W] in 0..1 -> normalised [B, 3, size, size]; numbers [B, H, W] -> [B, size, size]."""
    b, device = len(rgb), rgb.device
    draw = lambda: torch.rand(b, generator=generator, device=device)
    whole = draw() < 0.5
    h = torch.where(whole, torch.ones_like(draw()), 0.7 + 0.3 * draw()) * HEIGHT
    w = torch.where(whole, torch.ones_like(draw()), 0.7 + 0.3 * draw()) * WIDTH
    top, left = draw() * (HEIGHT - h), draw() * (WIDTH - w)
    longer = torch.maximum(h, w)
    i = (torch.arange(size, device=device) + 0.5) / size
    x, y = i * longer[:, None], i * longer[:, None]
    inside = (y < h[:, None])[:, :, None] & (x < w[:, None])[:, None, :]
    x = torch.where((draw() < 0.5)[:, None], w[:, None] - x, x) + left[:, None]
    y = y + top[:, None]
    grid = torch.stack(
        [(x / WIDTH * 2 - 1)[:, None, :].expand(-1, size, -1), (y / HEIGHT * 2 - 1)[:, :, None].expand(-1, -1, size)],
        -1,
    )
    picture = F.grid_sample(rgb, grid, align_corners=False)
    label = F.grid_sample(numbers[:, None].float(), grid, mode="nearest", align_corners=False)[:, 0] * inside
    mean, std = (torch.tensor(v, device=device).view(1, 3, 1, 1) / 255 for v in (sam.PIXEL_MEAN, sam.PIXEL_STD))
    return (picture - mean) / std * inside[:, None], label.round().long()


def objects(label, generator):
    """PROMPTS masks [B, PROMPTS, S, S] per picture, drawn with repetition from its visible objects; and which are usable."""
    b, top = len(label), int(label.max())
    area = torch.stack([(label == k).sum((1, 2)) for k in range(1, max(top, 1) + 1)], 1).float()
    weight = (area >= SMALLEST).float()
    usable = weight.sum(1) > 0
    weight[~usable] = 1
    chosen = torch.multinomial(weight, PROMPTS, replacement=True, generator=generator) + 1
    return label[:, None] == chosen[:, :, None, None], usable


def tight_boxes(masks):
    """[N, S, S] -> [N, 4] as x0, y0, x1, y1 in pixels, half-open."""
    s = masks.shape[-1]
    rows, columns = masks.any(2).float(), masks.any(1).float()
    return torch.stack(
        [columns.argmax(1), rows.argmax(1), s - columns.flip(1).argmax(1), s - rows.flip(1).argmax(1)], 1
    ).float()


def inner_points(masks, count: int, generator, bias: float):
    """Random pixels of masks [N, S, S] -> [N, count, 2] as x, y; a large bias prefers pixels deep inside."""
    s = masks.shape[-1]
    coarse = F.avg_pool2d(masks[:, None].float(), 4)[:, 0]
    depth = coarse + blur(coarse, 3) + blur(coarse, 7)
    depth = F.interpolate((depth - depth.amax((1, 2), keepdim=True))[:, None], (s, s))[:, 0]
    score = torch.where(masks, torch.exp(bias * depth), torch.zeros_like(depth)).flatten(1)
    score = torch.where(score.sum(1, keepdim=True) > 0, score, torch.ones_like(score))
    k = torch.multinomial(score, count, replacement=True, generator=generator)
    return torch.stack([k % s, k // s], -1).float()


def prompts(kind: str, masks, generator):
    """Arguments of sam.encode_prompts for masks [N, S, S]."""
    n, s = masks.shape[0], masks.shape[-1]
    draw = lambda *shape: torch.rand(n, *shape, generator=generator, device=masks.device)
    out = {}
    if kind in ("box", "box and point"):
        box = tight_boxes(masks)
        size = torch.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])[:, None]
        loose = (draw(1) < 0.4) * 0.08 * size * (draw(4) - 0.5)
        out["boxes"] = box + loose
    if kind in ("click", "box and point"):
        out["points"] = inner_points(masks, 1, generator, bias=4.0 if chance(generator) < 0.6 else 0.5)
        out["labels"] = torch.ones(n, 1, device=masks.device)
    if kind == "points":
        around = F.max_pool2d(masks[:, None].float(), 9, 4, 4)
        ring = (F.interpolate(around, (s, s))[:, 0] > 0) & ~masks
        out["points"] = torch.cat([inner_points(masks, 2, generator, 0.5), inner_points(ring, 1, generator, 0.0)], 1)
        out["labels"] = torch.tensor([[1.0, 1.0, 0.0]], device=masks.device).expand(n, -1)
    if kind == "mask":
        soft = F.avg_pool2d(blur(masks.float(), 7)[:, None], 2)
        out["masks"] = 12 * (soft - 0.5) + 3 * smooth_noise((n, *soft.shape[2:]), 14, generator)[:, None]
        out["points"] = inner_points(masks, 1, generator, 2.0)
        out["labels"] = torch.ones(n, 1, device=masks.device)
    return out


def mask_losses(logits, target):
    """logits [N, T, S, S], target [N, 1, S, S] -> cross entropy + Dice per mask, and IoU; [N, T]."""
    entropy = F.binary_cross_entropy_with_logits(logits, target.expand_as(logits), reduction="none")
    p = torch.sigmoid(logits)
    focal = (entropy * (p - target).abs() ** 0.5).mean((2, 3)) / target.mean((2, 3)).clamp(0.02, 1)
    dice = 1 - (2 * (p * target).sum((2, 3)) + 1) / (p.sum((2, 3)) + target.sum((2, 3)) + 1)
    with torch.no_grad():
        hard, t = logits > 0, target > 0.5
        iou = (hard & t).sum((2, 3)) / (hard | t).sum((2, 3)).clamp_min(1)
    return focal + dice, iou


def main() -> None:
    args = arguments("SAM", batch=4, rate=1e-3).parse_args()
    config = configs.choose("sam", args.sizes or args.device)
    loop = Loop(args, config, sam_net.initial(config, args.seed), frozen=(sam_net.GAUSSIAN,))
    pool = Pool(args.data, args.device, FIELDS, args.pool_gib)
    size = config["image"]

    def losses(generator):
        if loop.step % 200 == 0:
            pool.refresh()
        r = pool.draw(args.batch, generator)
        rgb = r["rgb"].permute(0, 3, 1, 2).float() / 255
        tint = lambda: torch.rand(args.batch, 3, 1, 1, generator=generator, device=args.device) - 0.5
        rgb = (rgb * (1 + 0.3 * tint()) + 0.1 * tint()).clamp(0, 1)
        if chance(generator) < 0.5:
            rgb = F.avg_pool2d(F.pad(rgb, (1, 1, 1, 1), mode="replicate"), 3, 1) * 0.7 + rgb * 0.3
        picture, label = view(r["number"], rgb, size, generator)
        masks, usable = objects(label, generator)
        masks = masks.flatten(0, 1)
        kind = KINDS[int(torch.multinomial(torch.tensor(SHARES, device=args.device), 1, generator=generator))]
        given = prompts(kind, masks, generator)
        w = loop.weights
        with building_on(args.device):
            embedding = sam_net.encode_image(w, config, picture).repeat_interleave(PROMPTS, 0)
            with torch.autocast(picture.device.type, enabled=False):  # bf16 is too coarse for coordinates
                sparse, dense = sam.encode_prompts(w, config, **given)
                low, quality = sam.decode_masks(w, config, embedding.float(), sparse, dense)
        # at the resolution of the logits: a pixel of an outline is covered in part
        covered = F.interpolate(masks[:, None].float(), low.shape[2:], mode="area")
        loss, iou = mask_losses(low, covered)
        best = loss[:, 1:].min(1).values
        error = ((quality - iou) ** 2).mean(1)
        keep = usable.repeat_interleave(PROMPTS).float()
        total = ((loss[:, 0] + 0.5 * best + 0.5 * error) * keep).sum() / keep.sum().clamp_min(1)
        mean_iou = (iou[:, 0] * keep).sum() / keep.sum().clamp_min(1)
        return total, {"loss": total, "quality": (error * keep).mean(), f"iou {kind}": mean_iou, "records": len(pool)}

    loop.run(losses)


if __name__ == "__main__":
    main()
