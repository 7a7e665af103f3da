"""ZoeDepth (N) for training: initial weights, and a faster form of the same function, also at every second pixel alone."""
from __future__ import annotations

import functools
import math

import torch
import torch.nn.functional as F

from nets import xavier, zoe

ASIDE = "aside."  # names of weights that only training has

def _pointwise(w: dict, name: str, x):
    """A convolution of one tap on [B, h, w, C]: a product of matrices."""
    weight = w[name + ".weight"]
    return F.linear(x, weight.view(weight.shape[:2]), w.get(name + ".bias"))


def _conv3(w: dict, name: str, x, stride: int = 1, padding: int = 1):
    """A convolution of three taps on [B, h, w, C]: processors like this layout best."""
    return zoe.conv(w, name, x.permute(0, 3, 1, 2), stride, padding).permute(0, 2, 3, 1)


def _net(w: dict, name: str, x):
    return _pointwise(w, name + "._net.2", F.relu(_pointwise(w, name + "._net.0", x)))


def _residual_unit(w: dict, name: str, x):
    return _conv3(w, name + ".conv2", F.relu(_conv3(w, name + ".conv1", F.relu(x)))) + x


@functools.lru_cache(maxsize=4096)
def _taps(size: int, target: int, first: int = 0, count: int | None = None, step: int = 1):
    """The matrix [count, size] that stretches `size` values to `target` (align_corners): its rows first, first + step, ...;
    rows beyond the target are zero, as convolutions pad."""
    at = first + step * torch.arange(count or target, dtype=torch.float64)
    source = at * (size - 1) / (target - 1)
    rows = (1 - (source[:, None] - torch.arange(size)).abs()).clamp_min(0)
    rows[(at < 0) | (at >= target)] = 0
    return rows.float()


def _stretch(x, rows, columns):
    """[B, h, w, C] -> [B, H, W, C] with matrices [H, h] and [W, w]."""
    b, h, w, c = x.shape
    x = (rows.to(x.device, x.dtype) @ x.reshape(b, h, w * c)).view(b * len(rows), w, c)
    return (columns.to(x.device, x.dtype) @ x).view(b, len(rows), len(columns), c)


def _resize(x, size):
    return _stretch(x, *(_taps(n, m) for n, m in zip(x.shape[1:3], size)))


class Span:
    """Which rows (or columns) of the full size are wanted, and which of half the size that takes."""

    def __init__(self, full: int, half: int, first: int, count: int, step: int):
        self.full, self.half, self.first, self.count, self.step = full, half, first, count, step
        scale = (half - 1) / (full - 1)
        self.low = max(0, math.floor((first - 1) * scale))
        self.high = min(half, math.floor((first + count) * scale) + 2)

    def half_rows(self, size: int, halo: int = 0):
        """[high - low + 2 halo, size]: stretches `size` values to those of half the size; zero where a convolution pads."""
        return _taps(size, self.half, self.low - halo, self.high - self.low + 2 * halo)

    def every_row(self):
        """All wanted ones and a neighbour at both ends, as a convolution of three taps needs."""
        return _taps(self.half, self.full, self.first - 1, self.count + 2)[:, self.low : self.high]

    def rows(self):
        return _taps(self.half, self.full, self.first, self.count // self.step, self.step)[:, self.low : self.high]


def depth(w: dict, c: dict, picture, window=None, step: int = 1):
    """What tools/reference/zoe.py computes from normalised pictures [B, 3, H, W], in a window (top, left, height, width) of them, of
    which every `step`th row and column -> [B, 1, height / step, width / step]. Only N.

    The finest level takes most of training's time, and a part of it teaches as much about outlines. (Of distances it teaches less: a
    window's gradient points elsewhere. For them see `token_depths`.) Convolutions of one tap come before the stretches that follow
    them in the reference: both are linear, and the weights of a stretch add up to one."""
    return decode(w, c, zoe.backbone(w, c, picture), picture.shape[2:], window, step)


def decode(w: dict, c: dict, layers, full, window=None, step: int = 1):
    """`depth` from the outputs of the backbone for pictures of full = (H, W)."""
    h, wide = full[0] // zoe.PATCH, full[1] // zoe.PATCH
    l1, l2, l3, l4 = (x.permute(0, 2, 3, 1) for x in zoe.reassemble(w, c, layers, h, wide))
    half = [2 * n for n in l1.shape[1:3]]
    top, left, height, width = window or (0, 0, *full)
    spans = Span(full[0], half[0], top, height, step), Span(full[1], half[1], left, width, step)
    paths, x = [], None
    for level, skip in enumerate((l4, l3, l2, l1)):
        name = f"{zoe.SCR}refinenet{4 - level}"
        x = skip if x is None else x + _residual_unit(w, name + ".resConfUnit1", skip)
        x = _pointwise(w, name + ".out_conv", _residual_unit(w, name + ".resConfUnit2", x))
        if level < 3:
            x = _resize(x, [2 * n for n in x.shape[1:3]] if level else l3.shape[1:3])
            paths.append(x)
    x = _stretch(x, *(s.half_rows(n, halo=1) for s, n in zip(spans, l1.shape[1:3])))
    paths.append(x[:, 1:-1, 1:-1])
    y = _stretch(_conv3(w, zoe.SCR + "output_conv.0", x, padding=0), *(s.every_row() for s in spans))
    features = F.relu(_conv3(w, zoe.SCR + "output_conv.2", y, stride=step, padding=0))
    relative = F.relu(_pointwise(w, zoe.SCR + "output_conv.4", features))

    bottleneck = _pointwise(w, "conv2", l4)
    centres = F.softplus(_net(w, "seed_bin_regressor", bottleneck).float())
    before = _net(w, "seed_projector", bottleneck)
    for i, path in enumerate(paths):
        to_path = lambda x: _resize(x, path.shape[1:3])
        if i == 3:
            to_path = lambda x: _stretch(x, *(s.half_rows(n) for s, n in zip(spans, x.shape[1:3])))
        embedding = _net(w, f"projectors.{i}", path)
        points = F.softplus(_net(w, f"attractors.{i}", embedding + to_path(before)).float())
        centres, before = _attract(points, to_path(centres)), embedding
    return _mean_depth(w, c, features, relative, before, centres, *(s.rows() for s in spans))


def _attract(points, centres):
    """zoe.attract with the attractors [..., A] and the centres [..., bins] last."""
    dx = points[..., :, None] - centres[..., None, :]
    return centres + (dx / (1 + zoe.ATTRACTOR_ALPHA * dx**2)).mean(-2)


def _mean_depth(w: dict, c: dict, features, relative, embedding, centres, rows, columns):
    """The centres' mean under conditional log binomials, whose arithmetic is in f32: bf16 is too coarse for it."""
    name, size = "conditional_log_binomial.mlp.", features.shape[-1] + 1
    first = w[name + "0.weight"][:, :, 0, 0]
    y = F.linear(torch.cat([features, relative], -1), first[:, :size])
    y = y + _stretch(F.linear(embedding, first[:, size:], w[name + "0.bias"]), rows, columns)
    y = F.softplus(_pointwise(w, name + "2", F.gelu(y)).float()) + 1e-4
    with torch.autocast(y.device.type, enabled=False):
        p = y[..., :1] / (y[..., :1] + y[..., 1:2])
        t = (c["maxTemp"] - c["minTemp"]) * (y[..., 2:3] / (y[..., 2:3] + y[..., 3:])) + c["minTemp"]
        k = torch.arange(c["bins"], dtype=y.dtype, device=y.device)
        score = zoe.log_binomial(c["bins"], y.dtype, y.device) + k * p.clamp(1e-4, 1).log()
        score = score + (c["bins"] - 1 - k) * (1 - p).clamp(1e-4, 1).log()
        probabilities = torch.softmax(score / t, -1)
        return (probabilities * _stretch(centres, rows, columns)).sum(-1)[:, None]


CELLS = 4  # per side of a patch, in what a token is asked for
ASKED = (2, 3)  # hooked blocks


def token_heads(c: dict) -> dict:
    """Weights of `token_depths`, which only training has: nothing of them ships."""
    w, cells = {}, CELLS * CELLS
    for k in ASKED:
        w[f"{ASIDE}{k}.weight"] = 0.02 * torch.randn(cells, 2 * c["embed"])
        w[f"{ASIDE}{k}.bias"] = 0.7 * torch.ones(cells)
    return w


def token_depths(w: dict, c: dict, layers, full) -> list:
    """What the last hooked blocks know, from the outputs of the backbone for pictures of full = (H, W): logarithms of depth
    [B, CELLS h, CELLS w] of h x w tokens, each a linear function of its token and the class token."""
    h, wide = full[0] // zoe.PATCH, full[1] // zoe.PATCH
    out = []
    for k in ASKED:
        x = layers[k]
        x = torch.cat([x[:, 1:], x[:, :1].expand(-1, h * wide, -1)], -1)
        y = F.linear(F.layer_norm(x, x.shape[-1:]), w[f"{ASIDE}{k}.weight"], w[f"{ASIDE}{k}.bias"]).float()
        y = y.view(-1, h, wide, CELLS, CELLS).transpose(2, 3)
        out.append(y.reshape(-1, CELLS * h, CELLS * wide))
    return out


def of_backbone(name: str) -> bool:
    """Whether a weight takes part in `token_depths`."""
    return name.startswith((ASIDE, zoe.BACK + "model.")) and ".fc_norm." not in name and ".model.head." not in name


CLASS_KEY = -2  # row of a bias table: every token looks at the class token


def _directions(shape, block: int):
    """Position biases [(2n - 1)^2 + 3, heads]. In the first block heads look at everything above, below, left, right of them; later
    around themselves, a little up, down, left, right, along rows and columns, everywhere.

    Only these tables know where a token is. From zeros they stay near zero for tens of thousands of samples, and depth does not get
    better than what a patch shows by itself. The class token beside half a picture tells a token its row or column: the fewer
    tokens there are on that side, the more of the attention falls on the class token."""
    side = math.isqrt(shape[0] - 3)
    at = torch.arange(side) - side // 2
    y, x = at[:, None].expand(side, side).float(), at[None].expand(side, side).float()
    ahead = lambda u, v: (u - 2) ** 2 + v**2
    kinds = (x**2 + y**2, ahead(y, x), y**2, 0 * x, x**2 + y**2, ahead(-y, x), x**2, ahead(x, y), ahead(-x, y), 0 * x)
    halves = tuple(24.0 * (u < 0) for u in (y, -y, x, -x))
    table = torch.zeros(shape)
    for head in range(shape[1]):
        far = halves[head % 4] if block == 0 else kinds[(block * shape[1] + head) % len(kinds)]
        table[:-3, head] = (-far / 4).clamp_min(-6).flatten()
    if block == 0:
        table[CLASS_KEY] = math.log(side * side / 8)  # half the attention, where half the tokens are on that side
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
            if ".resConfUnit" in name and ".conv2." in name:
                t *= 0.2  # eight of these units follow each other: what they add must not grow from path to path
        else:
            t = xavier(shape, 3 if "qkv" in name else 1)
        w[name] = t
    centres = 0.4 * 20 ** torch.linspace(0, 1, c["bins"])  # equal ratios: the mean bin is then a logarithm of depth
    w["seed_bin_regressor._net.2.bias"] = torch.log(torch.expm1(centres))  # softplus gives the centres back
    w["seed_bin_regressor._net.2.weight"] *= 0.1
    w["conditional_log_binomial.mlp.2.bias"] = torch.tensor([0.0, 0.0, -2.0, 2.0])  # a temperature of about 3
    w[zoe.SCR + "output_conv.4.bias"] += 0.5
    return w
