"""MCC for training: the same function as tools/reference/mcc.py, faster. Weights are a dictionary under the released names.

The block over the points of a window is evaluated without its points' channels: only the class token's output is used and the
embedding of a point is linear in its coordinates, so logits and context need 5 numbers per point (see `embed_points`).
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from nets import attention, linear, mcc, norm, sincos, vit_block, xavier

WINDOW = mcc.WINDOW
COLOURS = 3


def initial(c: dict, seed: int = 0) -> dict:
    torch.manual_seed(seed)
    w = {}
    for name, (_, shape) in mcc.specs(c).items():
        if name.endswith("two_d_pos_embed"):
            t = 0.3 * sincos(shape[2], WINDOW)
        elif name in ("pos_embed", "decoder_pos_embed"):
            t = sincos(shape[2], math.isqrt(shape[1] - 1))
        elif "norm" in name:
            t = torch.ones(shape) if name.endswith("weight") else torch.zeros(shape)
        elif "xyz_pos_embed.pos_embed" in name:  # coordinates of unit size must spread over all channels
            t = 0.5 * torch.randn(shape)
        elif name.endswith("bias"):
            t = torch.zeros(shape)
        elif "token" in name:
            t = 0.02 * torch.randn(shape)
        else:
            t = xavier(shape, 3 if "qkv" in name else 1)
        w[name] = t
    w["decoder_pred.bias"][0] = -1.5
    if c["regressColor"]:
        w["decoder_pred.bias"][1:] = 0.4
    return w


def embed_points(w: dict, c: dict, xyz, valid):
    """[B, S, S, 3], [B, S, S] -> [B, windows, E].

    A point's embedding is x = A p + t_j with p = (xyz, 1, 0), or (0, 0, 0, 0, 1) when missing, and t_j its place in the window.
    LayerNorm's variance is then a quadratic form of p, so that attention of the constant class query follows from p alone.
    """
    pre, heads, e = "xyz_pos_embed.", c["xyzHeads"], c["embed"]
    block = pre + "blocks.0"
    b, s = xyz.shape[:2]
    ok = valid[..., None].to(xyz.dtype)
    p = torch.cat([torch.where(valid[..., None], xyz, torch.zeros_like(xyz)), ok, 1 - ok], -1)
    p = p.view(b, s // WINDOW, WINDOW, s // WINDOW, WINDOW, 5).transpose(2, 3).reshape(-1, WINDOW * WINDOW, 5)
    a = torch.stack([*w[pre + "pos_embed.weight"].T, w[pre + "pos_embed.bias"], w[pre + "invalid_xyz_token"]])  # [5, E]
    table = w[pre + "two_d_pos_embed"][0]
    cls = w[pre + "cls_token"].view(1, e) + table[:1]
    a, t = a - a.mean(1, keepdim=True), table[1:] - table[1:].mean(1, keepdim=True)
    gamma, beta = w[block + ".norm1.weight"], w[block + ".norm1.bias"]
    normed = norm(w, block + ".norm1", cls, 1e-6)
    wq, wk, wv = w[block + ".attn.qkv.weight"].chunk(3)
    bq, _, bv = w[block + ".attn.qkv.bias"].chunk(3)
    q = F.linear(normed, wq, bq).view(heads, 1, e // heads)
    u = (q @ wk.view(heads, e // heads, e))[:, 0] * (
        e // heads
    ) ** -0.5  # [heads, E]; the bias of k shifts all logits alike
    var = ((p @ (a @ a.T / e)) * p).sum(-1) + 2 * (p * (t @ a.T / e)).sum(-1) + (t * t).mean(1)
    rs = torch.rsqrt(var + 1e-6)[..., None]  # [n, 64, 1]
    ug = (u * gamma).T
    logits = (p @ (a @ ug) + t @ ug) * rs + u @ beta
    first = (normed @ u.T).expand(len(p), 1, heads)
    alpha = torch.softmax(torch.cat([first, logits], 1), 1)
    share = (alpha[:, 1:] * rs).transpose(1, 2)  # [n, heads, 64]
    context = (
        ((share @ p) @ a + share @ t) * gamma + alpha[:, 1:].sum(1)[..., None] * beta + alpha[:, 0, :, None] * normed
    )
    v = torch.einsum("nhe,hde->nhd", context, wv.view(heads, e // heads, e)).reshape(-1, e) + bv
    y = cls + linear(w, block + ".attn.proj", v)
    y = y + linear(w, block + ".mlp.fc2", F.gelu(linear(w, block + ".mlp.fc1", norm(w, block + ".norm2", y, 1e-6))))
    return y.view(b, -1, e)


def encode(w: dict, c: dict, image, xyz, valid):
    """image [B, 3, S, S] normalised, xyz [B, S/2, S/2, 3], valid -> latent [B, 1 + patches, 2E]."""
    x = F.conv2d(image, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], c["patch"]).flatten(2).transpose(1, 2)
    table = w["pos_embed"]
    x = torch.cat([(w["cls_token"] + table[:, :1]).expand(len(x), -1, -1), x + table[:, 1:]], 1)
    with torch.autocast(image.device.type, enabled=False):
        y = embed_points(w, c, mcc.shrink_points(xyz.float(), c["shrinkThreshold"]), valid)
    y = torch.cat([w["cls_token_xyz"].expand(len(y), -1, -1), y], 1)
    for i in range(c["depth"]):
        x = vit_block(w, f"blocks.{i}", x, c["heads"])
        y = vit_block(w, f"blocks_xyz.{i}", y, c["heads"])
    return torch.cat([norm(w, "norm", x, 1e-6), norm(w, "norm_xyz", y, 1e-6)], 2)


def seen_tokens(w: dict, c: dict, latent):
    """Keys and values of the seen tokens in every decoder block: they do not depend on queries."""
    x = linear(w, "decoder_embed", latent) + w["decoder_pos_embed"]
    heads, e, cache = c["decoderHeads"], c["decoderEmbed"], []
    for i in range(c["decoderDepth"]):
        n = f"decoder_blocks.{i}"
        qkv = linear(w, n + ".attn.qkv", norm(w, n + ".norm1", x, 1e-6))
        q, k, v = qkv.view(*x.shape[:2], 3, heads, e // heads).permute(2, 0, 3, 1, 4)
        cache.append((k, v))
        if i + 1 < c["decoderDepth"]:
            x = x + linear(w, n + ".attn.proj", attention(q, k, v).transpose(1, 2).reshape(x.shape))
            x = x + linear(w, n + ".mlp.fc2", F.gelu(linear(w, n + ".mlp.fc1", norm(w, n + ".norm2", x, 1e-6))))
    return cache


def decode(w: dict, c: dict, cache, queries):
    """queries [B, N, 3] -> [B, N, 1 + colours]."""
    with torch.autocast(queries.device.type, enabled=False):  # bf16 would round coordinates by 0.01
        z = linear(w, "decoder_xyz_pos_embed.pos_embed", mcc.shrink_points(queries, c["shrinkThreshold"]))
    heads, (b, n, e) = c["decoderHeads"], z.shape
    for i, (ks, vs) in enumerate(cache):
        name = f"decoder_blocks.{i}"
        qkv = linear(w, name + ".attn.qkv", norm(w, name + ".norm1", z, 1e-6))
        q, k, v = qkv.view(b, n, 3, heads, e // heads).permute(2, 0, 3, 1, 4)
        q = q * (e // heads) ** -0.5
        logits = torch.cat([q @ ks.transpose(-2, -1), (q * k).sum(-1, keepdim=True)], -1)
        weights = torch.softmax(logits, -1)
        m = ks.shape[2]
        out = weights[..., :m] @ vs + weights[..., m:] * v
        z = z + linear(w, name + ".attn.proj", out.transpose(1, 2).reshape(b, n, e))
        z = z + linear(w, name + ".mlp.fc2", F.gelu(linear(w, name + ".mlp.fc1", norm(w, name + ".norm2", z, 1e-6))))
    return linear(w, "decoder_pred", norm(w, "decoder_norm", z, 1e-6))
