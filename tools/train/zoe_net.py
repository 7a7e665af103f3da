"""ZoeDepth for training: initial weights; its function is tools/reference/zoe.py itself, with convolutions of one tap as products."""
from __future__ import annotations

import math

import torch

from nets import xavier, zoe

_reference_conv = zoe.conv


def _conv(w: dict, name: str, x, stride=1, padding=0):
    """A convolution of one tap is a product: several times faster on a processor than torch's convolution, backwards most of all."""
    weight = w[name + ".weight"]
    if weight.shape[2:] != (1, 1) or stride != 1 or x.is_cuda:
        return _reference_conv(w, name, x, stride=stride, padding=padding)
    y = weight[:, :, 0, 0] @ x.flatten(2)
    if name + ".bias" in w:
        y = y + w[name + ".bias"][:, None]
    return y.view(*y.shape[:2], *x.shape[2:])


zoe.conv = _conv


def _directions(shape, block: int):
    """Position biases [(2n - 1)^2 + 3, heads]: heads look around themselves, up, down, left, right, along rows and columns, everywhere.

    Only these tables know where a token is. From zeros they stay near zero for tens of thousands of samples, and depth does not get
    better than what a patch shows by itself."""
    side = math.isqrt(shape[0] - 3)
    at = torch.arange(side) - side // 2
    y, x = at[:, None].expand(side, side).float(), at[None].expand(side, side).float()
    ahead = lambda u, v: (u - 2) ** 2 + v**2
    kinds = (x**2 + y**2, ahead(y, x), y**2, 0 * x, x**2 + y**2, ahead(-y, x), x**2, ahead(x, y), ahead(-x, y), 0 * x)
    table = torch.zeros(shape)
    for head in range(shape[1]):
        far = kinds[(block * shape[1] + head) % len(kinds)]
        table[:-3, head] = (-far / 4).clamp_min(-6).flatten()
    return table


def initial(c: dict, seed: int = 0) -> dict:
    torch.manual_seed(seed)
    w = {}
    for name, (kind, shape) in zoe.specs(c).items():
        if kind != "F32" or name.endswith("K_minus_1"):
            continue
        if "norm" in name:
            t = torch.ones(shape) if name.endswith("weight") else torch.zeros(shape)
        elif name.endswith(("gamma_1", "gamma_2")):
            t = 0.5 * torch.ones(shape)
        elif name.endswith("relative_position_bias_table"):
            t = _directions(shape, int(name.split("blocks.")[1].split(".")[0]))
        elif name.endswith("bias"):
            t = torch.zeros(shape)
        elif "cls_token" in name:
            t = 0.02 * torch.randn(shape)
        elif len(shape) == 4 and "patch_embed" not in name:  # rectified convolutions; transposed ones see one tap each
            taps = (
                1
                if "act_postprocess" in name and name.endswith("4.weight") and shape[2] in (2, 4)
                else shape[2] * shape[3]
            )
            t = torch.randn(shape) * (1.5 / (shape[1] * taps)) ** 0.5
        else:
            t = xavier(shape, 3 if "qkv" in name else 1)
        w[name] = t
    centres = 0.4 * 20 ** torch.linspace(0, 1, c["bins"])  # equal ratios: the mean bin is then a logarithm of depth
    w["seed_bin_regressor._net.2.bias"] = torch.log(torch.expm1(centres))  # softplus gives the centres back
    w["seed_bin_regressor._net.2.weight"] *= 0.1
    w["conditional_log_binomial.mlp.2.bias"] = torch.tensor([0.0, 0.0, -2.0, 2.0])  # a temperature of about 3
    w[zoe.SCR + "output_conv.4.bias"] += 0.5
    return w
