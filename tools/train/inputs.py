"""What MCC is given, for whole batches: crops, normalised point maps, and the errors that masks and depth have in the chain."""
from __future__ import annotations

import functools

import torch
import torch.nn.functional as F

from data import normalisation, unproject

MISSING = -100.0
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def crop(mask, margin):
    """Mask [B, H, W], margin [B] pixels -> top, bottom, left, right [B], half-open, clipped, and the square's side."""
    h, w = mask.shape[-2:]
    rows, columns = mask.any(2).float(), mask.any(1).float()
    top, left = rows.argmax(1), columns.argmax(1)
    bottom, right = h - rows.flip(1).argmax(1), w - columns.flip(1).argmax(1)
    top, left = (top - margin).clamp_min(0), (left - margin).clamp_min(0)
    bottom, right = (bottom + margin).clamp_max(h), (right + margin).clamp_max(w)
    return top, bottom, left, right, torch.maximum(bottom - top, right - left)


def _taps(side, size: int):
    """Bilinear taps (align_corners false) of [B] squares resized to `size`: index, next index, share of the next; [B, size]."""
    i = torch.arange(size, device=side.device, dtype=torch.float32)
    src = ((i + 0.5) * side[:, None] / size - 0.5).clamp_min(0)
    first = src.floor().long()
    return first, torch.minimum(first + 1, side[:, None] - 1), src - first


def point_map(points, valid, box, size: int):
    """points [B, 3, H, W] normalised, valid [B, H, W] -> [B, size, size, 3], valid [B, size, size]: all taps must be valid."""
    top, bottom, left, right, side = box
    b, _, h, w = points.shape
    packed = torch.cat([points, torch.ones_like(points[:, :1])], 1) * valid[:, None]
    packed = packed.permute(0, 2, 3, 1).reshape(b, h * w, 4)
    i0, i1, fi = _taps(side, size)
    out = 0
    count = 0
    for i, wi in ((i0, 1 - fi), (i1, fi)):
        for j, wj in ((i0, 1 - fi), (i1, fi)):
            y, x = top[:, None] + i, left[:, None] + j
            inside = (y < bottom[:, None])[:, :, None] & (x < right[:, None])[:, None, :]
            flat = (y.clamp_max(h - 1)[:, :, None] * w + x.clamp_max(w - 1)[:, None, :]).view(b, -1)
            tap = packed.gather(1, flat[..., None].expand(-1, -1, 4)).view(b, size, size, 4) * inside[..., None]
            out = out + tap[..., :3] * (wi[:, :, None] * wj[:, None, :])[..., None]
            count = count + tap[..., 3]
    ok = count > 3.5
    return torch.where(ok[..., None], out, torch.full_like(out, MISSING)), ok


def colour_map(rgb, box, size: int):
    """rgb [B, 3, H, W] in 0..1 -> normalised crops [B, 3, size, size]; padding is black. Skips the chain's stop at 800 pixels."""
    top, bottom, left, right, side = box
    h, w = rgb.shape[-2:]
    i = (torch.arange(size, device=rgb.device) + 0.5) / size
    x, y = left[:, None] + i * side[:, None], top[:, None] + i * side[:, None]
    grid = torch.stack(
        [(x / w * 2 - 1)[:, None, :].expand(-1, size, -1), (y / h * 2 - 1)[:, :, None].expand(-1, -1, size)], -1
    )
    out = F.grid_sample(rgb, grid, mode="bilinear", padding_mode="border", align_corners=False)
    inside = (y < bottom[:, None])[:, :, None] & (x < right[:, None])[:, None, :]
    out = out * inside[:, None]
    mean, std = (torch.tensor(v, device=rgb.device).view(1, 3, 1, 1) for v in (MEAN, STD))
    return (out - mean) / std


@functools.lru_cache
def _bicubic(cells: int, size: int, device: str):
    """Matrix [size, cells] of the interpolation of `cells` values to `size`: as a product it is ten times faster on a processor."""
    one_hot = torch.eye(cells, device=device)[:, None, None]
    return F.interpolate(one_hot, (1, size), mode="bicubic", align_corners=False)[:, 0, 0].T.contiguous()


def smooth_noise(shape, cells, generator):
    """[B, H, W] of unit variance at the given number of cells per side."""
    b, h, w = shape
    device = str(generator.device)
    coarse = torch.randn(b, cells, cells, generator=generator, device=generator.device)
    return _bicubic(cells, h, device) @ coarse @ _bicubic(cells, w, device).T


def blur(x, size: int):
    """Box blur of [B, H, W] with an odd size, edges repeated: sums of shifted slices, which a processor does faster than pooling."""
    k = size // 2
    wide = F.pad(x[:, None], (k, k, k, k), mode="replicate")[:, 0]
    for axis in (1, 2):
        n = x.shape[axis]
        wide = sum(wide.narrow(axis, i, n) for i in range(size)) / size
    return wide


def imperfect(mask, depth, generator):
    """Masks and depth with errors like those of small networks: wobbly outlines, smooth relief, smeared edges. Half stay true."""
    draw = lambda: torch.rand(len(mask), 1, 1, generator=generator, device=mask.device)
    shape = mask.shape
    soft = blur(mask.float(), 5)
    wobbly = soft + 0.22 * smooth_noise(shape, 24, generator) * (soft - soft * soft) * 4 > 0.5 + 0.5 * (draw() - 0.5)
    wobbly = torch.where(wobbly.sum((1, 2), keepdim=True) > 60, wobbly, mask)
    amount = 0.03 * draw() ** 2
    bumps = smooth_noise(shape, 5, generator) + 0.5 * smooth_noise(shape, 14, generator)
    smeared = torch.where(draw() < 0.5, blur(depth, 5), blur(depth, 3))
    noisy = torch.where(draw() < 0.6, smeared, depth) * (1 + amount * bumps)
    return torch.where(draw() < 0.5, wobbly, mask), torch.where(draw() < 0.6, noisy, depth)


def mcc_inputs(rgb, mask, depth, fov, margin, image: int = 224):
    """rgb [B, 3, H, W] in 0..1, mask [B, H, W], depth metres, fov [B], margin [B] -> image, points, valid, scale, centre."""
    points = unproject(depth, fov)
    scale, centre = normalisation(points, mask)
    normal = points / scale[:, None, None, None] - centre[..., None, None]
    box = crop(mask, margin)
    xyz, valid = point_map(normal, mask, box, image // 2)
    return colour_map(rgb, box, image), xyz, valid, scale, centre


def median_ratio(noisy, true, mask):
    """Median of noisy / true depth over masks: what the size of the truth is multiplied with to lie on the noisy points."""
    return torch.where(mask, noisy / true, torch.full_like(true, torch.nan)).flatten(1).nanmedian(1).values


def padded(x, share, flip, size, mode: str, view=None):
    """[B, C, H, W] with reflected borders of `share` [B] of each side, mirrored where `flip`, resized to `size` (align_corners).

    `view` [B, 4]: only this part of the picture, as its middle (x, y) and half sides (x, y) in the picture's -1..1."""
    axis = lambda n: reflect(torch.linspace(-1, 1, n, device=x.device)[None] * (1 + 2 * share[:, None]))
    y, u = axis(size[0]), axis(size[1])
    u = torch.where(flip[:, None], -u, u)
    if view is not None:
        u, y = view[:, :1] + view[:, 2:3] * u, view[:, 1:2] + view[:, 3:] * y
    grid = torch.stack([u[:, None, :].expand(-1, size[0], -1), y[:, :, None].expand(-1, -1, size[1])], -1)
    return F.grid_sample(x, grid, mode=mode, padding_mode="border", align_corners=True)


def reflect(t):
    """Coordinates beyond -1..1, mirrored at its ends."""
    return 1 - ((t + 1) % 4 - 2).abs()


def unpadded(x, share, size):
    """The inverse for a map over the padded picture: [B, 1, h, w] -> [B, H, W] of the picture itself."""
    device = x.device
    y = torch.linspace(-1, 1, size[0], device=device)[None] / (1 + 2 * share[:, None])
    u = torch.linspace(-1, 1, size[1], device=device)[None] / (1 + 2 * share[:, None])
    grid = torch.stack([u[:, None, :].expand(-1, size[0], -1), y[:, :, None].expand(-1, -1, size[1])], -1)
    return F.grid_sample(x, grid, align_corners=True)[:, 0]
