"""Pieces that the three networks share for training, and the reference modules whose tensor names and sizes they follow."""
from __future__ import annotations

import contextlib
import math
import os
import sys

import torch
import torch.nn.functional as F

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
import mcc  # noqa: E402,F401
import sam  # noqa: E402,F401
import zoe  # noqa: E402,F401


def building_on(device: str):
    """Where the reference modules make their constants: they name no device."""
    return torch.device(device) if device.startswith("cuda") else contextlib.nullcontext()


def linear(w: dict, name: str, x):
    return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))


def norm(w: dict, name: str, x, eps: float):
    return F.layer_norm(x, (x.shape[-1],), w[name + ".weight"], w[name + ".bias"], eps)


def attention(q, k, v, bias=None):
    """softmax(q k^T / sqrt(d) + bias) v for [B, heads, N, d]."""
    if q.is_cuda:
        return F.scaled_dot_product_attention(q, k, v, None if bias is None else bias.to(q.dtype))
    logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)
    return torch.softmax(logits if bias is None else logits + bias, -1) @ v


def vit_block(w: dict, name: str, x, heads: int):
    """LayerNorm, attention, residual, LayerNorm, MLP, residual; x [B, N, E]."""
    b, n, e = x.shape
    qkv = linear(w, name + ".attn.qkv", norm(w, name + ".norm1", x, 1e-6))
    q, k, v = qkv.view(b, n, 3, heads, e // heads).permute(2, 0, 3, 1, 4)
    x = x + linear(w, name + ".attn.proj", attention(q, k, v).transpose(1, 2).reshape(b, n, e))
    return x + linear(w, name + ".mlp.fc2", F.gelu(linear(w, name + ".mlp.fc1", norm(w, name + ".norm2", x, 1e-6))))


def xavier(shape, outputs_are: int = 1):
    """Uniform with the variance of Glorot and Bengio; `outputs_are` matrices are stacked along the outputs."""
    fan_in, fan_out = math.prod(shape[1:]), shape[0] / outputs_are
    return (torch.rand(shape) * 2 - 1) * math.sqrt(6 / (fan_in + fan_out))


def sincos(channels: int, side: int):
    """Position table [1, 1 + side^2, channels]: zero for the class token, then sines and cosines of x and y."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    frequency = 10000.0 ** (-torch.arange(channels // 4) / (channels / 4))
    parts = [f(p.reshape(-1, 1) * frequency) for p in (x, y) for f in (torch.sin, torch.cos)]
    return torch.cat([torch.zeros(1, channels), torch.cat(parts, 1)])[None]
