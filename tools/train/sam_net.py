"""SAM for training: initial weights, and the image encoder of tools/reference/sam.py without bias tensors.

The positional terms of the attention, q . Rh[yq - yk] + q . Rw[xq - xk], become further channels: q is extended by its
products with all rows and columns, k by the indicators of its own row and column.
"""
from __future__ import annotations

import torch
import torch.nn.functional as F

from nets import attention, linear, norm, sam, xavier

GAUSSIAN = "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"


def initial(c: dict, seed: int = 0) -> dict:
    torch.manual_seed(seed)
    w = {}
    for name, (_, shape) in sam.specs(c).items():
        is_norm = "norm" in name or any(
            s in name for s in ("neck.1.", "neck.3.", "downscaling.1.", "downscaling.4.", "upscaling.1.")
        )
        if is_norm:
            t = torch.ones(shape) if name.endswith("weight") else torch.zeros(shape)
        elif name.endswith("bias") or "rel_pos" in name:
            t = torch.zeros(shape)
        elif name == GAUSSIAN:
            t = torch.randn(shape)
        elif "pos_embed" in name:
            t = 0.1 * torch.randn(shape)
        elif "embed" in name and "proj" not in name or "token" in name and len(shape) == 2 and shape[0] <= 4:
            t = 0.5 * torch.randn(shape)
        elif "output_upscaling" in name:  # transposed: inputs first, each output sees one tap
            t = torch.randn(shape) * (2 / shape[0]) ** 0.5
        else:
            t = xavier(shape, 3 if "qkv" in name else 1)
        w[name] = t
    return w


def _attention(w: dict, name: str, x, heads: int):
    """x [B, gh, gw, C]."""
    b, gh, gw, c = x.shape
    d = c // heads
    q, k, v = linear(w, name + ".qkv", x).view(b, gh * gw, 3, heads, d).permute(2, 0, 3, 1, 4)
    grid = q.reshape(b, heads, gh, gw, d)
    rows = torch.einsum("bnyxd,ykd->bnyxk", grid, sam.relative_rows(w[name + ".rel_pos_h"], gh)).reshape(
        b, heads, gh * gw, gh
    )
    columns = torch.einsum("bnyxd,xkd->bnyxk", grid, sam.relative_rows(w[name + ".rel_pos_w"], gw)).reshape(
        b, heads, gh * gw, gw
    )
    wide = d + gh + gw
    # `attention` divides by sqrt(width): undo it, so that only q . k is scaled
    q = torch.cat([q * d**-0.5, rows, columns], -1) * wide**0.5
    own = torch.arange(gh * gw, device=x.device)
    marks = torch.cat([F.one_hot(own // gw, gh), F.one_hot(own % gw, gw)], 1).to(k.dtype)
    k = torch.cat([k, marks.expand(b, heads, -1, -1)], -1)
    if x.is_cuda:  # fused kernels want equal widths
        v = F.pad(v, (0, wide - d))
    out = attention(q, k, v)[..., :d]
    return linear(w, name + ".proj", out.transpose(1, 2).reshape(b, gh, gw, c))


def encode_image(w: dict, c: dict, x):
    """[B, 3, S, S] normalised and padded -> [B, out, S / patch, S / patch]."""
    p = "image_encoder."
    x = F.conv2d(x, w[p + "patch_embed.proj.weight"], w[p + "patch_embed.proj.bias"], c["patch"]).permute(0, 2, 3, 1)
    x = x + w[p + "pos_embed"]
    for i in range(c["depth"]):
        b = f"{p}blocks.{i}."
        y = norm(w, b + "norm1", x, 1e-6)
        if i in c["globalBlocks"]:
            y = _attention(w, b + "attn", y, c["heads"])
        else:
            y = _attention(w, b + "attn", sam.window_partition(y, c["window"]), c["heads"])
            y = sam.window_merge(y, c["window"], *x.shape[1:3])
        x = x + y
        x = x + linear(w, b + "mlp.lin2", F.gelu(linear(w, b + "mlp.lin1", norm(w, b + "norm2", x, 1e-6))))
    x = sam.conv(w, p + "neck.0", x.permute(0, 3, 1, 2))
    x = sam.conv(w, p + "neck.2", sam.layer_norm_2d(w, p + "neck.1", x), padding=1)
    return sam.layer_norm_2d(w, p + "neck.3", x)
