"""One scene as numbers: objects on a floor before walls, light, camera. Everything follows from the seed.

World: metres, y up, floor at y = 0, the main object at the origin. Camera: x right, y down, z forward.
"""
from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

import families
import materials
from parts import Tables, bounding_radius, surface_points, transform

HELD_OUT_FROM = 1_000_000  # seeds from here on are never trained on


@dataclass
class Scene:
    seed: int
    families: list[str]  # main object first
    objects: list[np.ndarray]  # parts in world coordinates
    frames: np.ndarray  # [O, 13]: rotation (world to object), centre, scale: where textures live
    spheres: np.ndarray  # [O, 4]: bounding ball
    materials: np.ndarray  # [4 O + 1 + walls, ...]: objects, floor, walls
    walls: np.ndarray  # [W, 4]: n . p = d, n towards the camera
    sun: np.ndarray  # [3] direction to the light
    light: np.ndarray  # [3, 3]: sun, sky, bounce from below (linear colours)
    eye: np.ndarray
    axes: np.ndarray  # [3, 3]: columns right, down, forward
    fov: float  # horizontal, degrees


def place(r, held_out, generator):
    """An object with a pose: family, parts around the origin, their ball and lowest point, in object units."""
    while True:
        name, parts = families.draw(r, held_out)
        tilt = families.turn(1, r.uniform(0, 2 * math.pi))
        if r.random() < 0.06:
            tilt = tilt @ families.any_turn(r)
        parts = transform(parts, tilt, 1.0, (0, 0, 0))
        bound = bounding_radius(parts)
        points = surface_points(Tables([parts]), 0, torch.zeros(3, 1), bound, 160, 40, generator).numpy()
        if points.shape[1] >= 60:
            break
    low, high = points.min(1), points.max(1)
    middle = (low + high) / 2
    radius = float(np.linalg.norm(points - middle[:, None], axis=0).max())
    return name, parts, middle, radius, float(low[1]), tilt


def random_scene(seed: int) -> Scene:
    r = np.random.default_rng(seed)
    g = torch.Generator().manual_seed(seed)
    u = r.uniform
    held_out = seed >= HELD_OUT_FROM
    fov = float(np.clip(r.normal(55, 7), 35, 75))
    radius = 0.4 * math.exp(0.1 * r.normal())
    half_view = math.atan(0.75 * math.tan(math.radians(fov / 2)))
    distance = radius / math.sin(half_view * u(0.5, 0.92))
    elevation, azimuth = math.radians(u(4, 42)), u(0, 2 * math.pi)
    towards = np.array(
        [math.sin(azimuth) * math.cos(elevation), math.sin(elevation), math.cos(azimuth) * math.cos(elevation)]
    )

    names, objects, frames, spheres, rows = [], [], [], [], []
    for i in range(1 + r.choice(4, p=[0.25, 0.35, 0.28, 0.12])):
        name, parts, middle, size, low, tilt = place(r, held_out and i == 0, g)
        scale = (radius if i == 0 else radius * u(0.45, 1.1)) / size
        reach = scale * size
        shift = -scale * middle
        shift[1] = -scale * low
        if i > 0:
            for _ in range(30):
                angle, away = u(0, 2 * math.pi), u(1.0, 3.5) * radius
                spot = np.array([math.sin(angle), 0, math.cos(angle)]) * away
                apart = all(np.hypot(*(spot - s[:3])[[0, 2]]) > reach + s[3] for s in spheres)
                near = spot @ towards > 0.2 * radius
                blocks = near and abs(np.cross(towards, spot)[1]) < 0.6 * radius + reach
                if apart and (not blocks or r.random() < 0.1):
                    break
            else:
                continue
            shift = shift + spot
        objects.append(transform(parts, np.eye(3), scale, shift))
        centre = scale * middle + shift
        spheres.append((*centre, reach * 1.06))
        frames.append((*tilt.T.reshape(9), *shift, scale))
        rows += materials.of_object(r)
        names.append(name)

    centre = np.array(spheres[0][:3])
    eye = centre + distance * towards
    aim = centre + radius * u(-0.35, 0.35, 3)
    forward = (aim - eye) / np.linalg.norm(aim - eye)
    right = np.cross(forward, (0, 1, 0))
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(forward, right), forward], 1) @ families.turn(2, math.radians(r.normal(0, 2)))

    rows.append(materials.of_floor(r))
    walls = []
    back = azimuth + math.radians(u(-40, 40))
    furthest = max(np.hypot(s[0], s[2]) + s[3] for s in spheres)
    for k in range(r.choice(3, p=[0.08, 0.47, 0.45])):
        n = (
            np.array([math.sin(back), 0, math.cos(back)])
            if k == 0
            else np.array([math.cos(back), 0, -math.sin(back)]) * side
        )
        walls.append((*n, -max(furthest, 0) * 1.05 - u(0.05, 2.5)))
        rows.append(materials.of_wall(r, n))
        side = 1 if np.cross((math.sin(back), 0, math.cos(back)), towards)[1] > 0 else -1
    high, round_ = math.radians(u(25, 75)), u(0, 2 * math.pi)
    sun = np.array([math.sin(round_) * math.cos(high), math.sin(high), math.cos(round_) * math.cos(high)])
    warm = u(-0.12, 0.12)
    strength = u(0.35, 0.85)
    light = np.stack(
        [
            strength * np.array([1 + warm, 1, 1 - warm]),
            (1.05 - strength) * u(0.6, 1.0) * np.array([1 - warm, 1, 1 + warm]),
            u(0.05, 0.2) * np.ones(3),
        ]
    )
    return Scene(
        seed,
        names,
        objects,
        np.array(frames, np.float32),
        np.array(spheres, np.float32),
        np.stack(rows),
        np.array(walls, np.float32).reshape(-1, 4),
        sun.astype(np.float32),
        light.astype(np.float32),
        eye.astype(np.float32),
        axes.astype(np.float32),
        fov,
    )
