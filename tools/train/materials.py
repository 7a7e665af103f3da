"""Colours and solid textures. A material is a row: two linear colours, pattern, frequency, phase, axes, gloss."""
from __future__ import annotations

import numpy as np
import torch

from families import any_turn

A, B, PATTERN, FREQUENCY, PHASE, AXES, GLOSS = 0, 3, 6, 7, 8, 9, 18
COLUMNS = 19
PLAIN, STRIPES, GRADIENT, CHECKER, DOTS, MARBLE, WOOD, PATCHES, TILES, PLANKS = range(10)
GAMMA = 2.2


def colour(r) -> np.ndarray:
    """A random display colour, 0..1: some greys, some strong hues."""
    if r.random() < 0.2:
        return np.clip(r.uniform(0.08, 0.95) + r.uniform(-0.05, 0.05, 3), 0.03, 0.97)
    hue, saturation, value = r.uniform(0, 6), r.uniform(0.25, 0.95), r.uniform(0.25, 0.97)
    rgb = np.clip(np.abs((hue + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)
    return value * (1 - saturation * (1 - rgb))


def make(a, b, pattern=PLAIN, frequency=1.0, phase=0.0, axes=np.eye(3), gloss=0.0) -> np.ndarray:
    m = np.zeros(COLUMNS, np.float32)
    m[A : A + 3], m[B : B + 3] = np.asarray(a) ** GAMMA, np.asarray(b) ** GAMMA
    m[PATTERN], m[FREQUENCY], m[PHASE], m[GLOSS] = pattern, frequency, phase, gloss
    m[AXES : AXES + 9] = np.asarray(axes).reshape(9)
    return m


def of_object(r) -> list[np.ndarray]:
    """Four materials that go together, in coordinates where the object has radius 1."""
    out = []
    plain = r.random() < 0.35
    for _ in range(4):
        a = colour(r)
        b = colour(r) if r.random() < 0.5 else np.clip(a * r.uniform(0.3, 1.6), 0.02, 0.98)
        pattern = (
            PLAIN if plain or r.random() < 0.3 else r.choice([STRIPES, GRADIENT, CHECKER, DOTS, MARBLE, WOOD, PATCHES])
        )
        axes = np.eye(3)[[1, 2, 0]] if r.random() < 0.6 else any_turn(r)
        out.append(make(a, b, pattern, r.uniform(4, 13), r.uniform(0, 6.28), axes, r.choice([0, 0, 0.15, 0.4])))
    return out


def of_floor(r) -> np.ndarray:
    """Patterns have the same size in metres in every scene: a cue for scale."""
    a = np.clip(colour(r) * 0.6 + 0.25, 0, 1)
    b = np.clip(a * r.uniform(0.55, 0.9), 0, 1)
    pattern = r.choice([PLAIN, CHECKER, TILES, PLANKS, MARBLE, PATCHES, DOTS], p=[0.1, 0.15, 0.25, 0.2, 0.1, 0.1, 0.1])
    frequency = {PLAIN: 1, CHECKER: np.pi / 0.3, TILES: 1 / 0.3, PLANKS: 1 / 0.15, MARBLE: 8, PATCHES: 14, DOTS: 25}[
        pattern
    ]
    c, s = np.cos(angle := r.uniform(0, 6.28)), np.sin(angle)
    return make(a, b, pattern, frequency, r.uniform(0, 6.28), [[c, 0, s], [-s, 0, c], [0, 1, 0]])


def of_wall(r, normal) -> np.ndarray:
    a = np.clip(colour(r) * 0.5 + 0.4, 0, 1)
    b = np.clip(a * r.uniform(0.7, 1.0) + r.uniform(-0.05, 0.05, 3), 0, 1)
    pattern = r.choice([PLAIN, STRIPES, GRADIENT, TILES, PATCHES, DOTS], p=[0.35, 0.15, 0.2, 0.15, 0.1, 0.05])
    frequency = {PLAIN: 1, STRIPES: 2 * np.pi / 0.25, GRADIENT: 3, TILES: 1 / 0.3, PATCHES: 9, DOTS: 20}[pattern]
    along = np.cross((0, 1, 0), normal)
    return make(a, b, pattern, frequency, r.uniform(0, 6.28), [along, (0, 1, 0), normal])


def albedo(rows, p):
    """rows [R, COLUMNS] (or [1, COLUMNS]), p [3, R] -> linear colour [3, R]."""
    m = rows.T
    axes = m[AXES : AXES + 9]
    u, v, w = (axes[i] * p[0] + axes[i + 1] * p[1] + axes[i + 2] * p[2] for i in (0, 3, 6))
    f, phase, pattern = m[FREQUENCY], m[PHASE], m[PATTERN].expand_as(u)
    fu, fv, fw = f * u + phase, f * v, f * w
    mix = torch.zeros_like(u)
    for kind in torch.unique(pattern).tolist():
        kind = int(kind)
        if kind == PLAIN:
            continue
        if kind == STRIPES:
            x = (4 * torch.sin(fu) + 0.5).clamp(0, 1)
        elif kind == GRADIENT:
            x = 0.5 + 0.5 * torch.sin(0.25 * fu)
        elif kind == CHECKER:
            x = (6 * torch.sin(0.6 * fu) * torch.sin(0.6 * fv + 0.7) * torch.cos(0.6 * fw) + 0.5).clamp(0, 1)
        elif kind == DOTS:
            s = torch.sin(0.8 * fu) ** 2 * torch.sin(0.8 * fv + 1) ** 2 * torch.cos(0.5 * fw) ** 2
            x = (8 * (s - 0.45)).clamp(0, 1)
        elif kind == MARBLE:
            x = 0.5 + 0.5 * torch.sin(0.5 * fu + 1.5 * torch.sin(0.4 * fv + 1) + 1.2 * torch.sin(0.9 * fw + 0.3 * fu))
        elif kind == WOOD:
            x = 0.5 + 0.5 * torch.sin(2.0 * torch.hypot(fv, fw + 1.5) + 0.6 * torch.sin(0.7 * fu))
        elif kind == PATCHES:
            x = (3 * (torch.sin(fu) + torch.sin(1.3 * fv + 1) + torch.sin(0.8 * fw + 0.6 * fu + 2)) + 0.3).clamp(0, 1)
        else:  # TILES, PLANKS: dark joints; planks are long and shifted
            long = fv * 0.15 + 0.37 * torch.floor(fu) if kind == PLANKS else fv
            to_joint = lambda x: 0.5 - (x - torch.floor(x) - 0.5).abs()
            edge = torch.minimum(to_joint(fu), to_joint(long) * (6.0 if kind == PLANKS else 1.0))
            tone = 0.35 * (torch.sin(7.3 * torch.floor(fu) + 12.9 * torch.floor(long)) * 0.5 + 0.5)
            x = torch.maximum((1 - (edge - 0.02) / 0.03).clamp(0, 1), tone)
        mix = torch.where(pattern == kind, x, mix)
    return m[A : A + 3] * (1 - mix) + m[B : B + 3] * mix
