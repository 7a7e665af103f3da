"""Signed distance of solid parts, and objects as unions and differences of them.

A part is one row of numbers (columns below). Two kinds exist: a `prism` (a rounded rectangle swept along y, whose size
follows a profile; it covers boxes, cylinders, cones, vases, capsules, rings) and an `ellipsoid` (a superellipsoid).
Distances never overestimate by more than sphere tracing forgives: they are lower bounds up to the factor `SHRINK`.

The same code runs for one object (tables broadcast over points) and for many objects at once (one table row per point).
"""
from __future__ import annotations

import math

import numpy as np
import torch

# Columns of a part: centre, rotation (rows are the local axes), then sizes by kind.
CENTRE, ROTATION, SIZE = 0, 3, 12
# prism: half sizes x, z, y; corner radius in plan; edge radius; wall (0: solid); profile 1 + a t + b sin(c t + d); Lipschitz factor
# ellipsoid: half sizes x, z, y; exponent in plan; exponent along y
BLEND, SIGN, MATERIAL, KIND = 23, 24, 25, 26
COLUMNS = 27
PRISM, ELLIPSOID = 0, 1
FAR = 1e3
CHUNK = 4096  # points per evaluation on a CPU, so that the temporaries stay in its cache
SHRINK = 0.75  # of the radial distance to a superellipsoid


def row(kind: int, centre, rotation, sizes, material: int, blend: float = 0.0, sign: float = 1.0) -> np.ndarray:
    r = np.zeros(COLUMNS, np.float32)
    r[CENTRE : CENTRE + 3] = centre
    r[ROTATION : ROTATION + 9] = np.asarray(rotation).reshape(9)
    r[SIZE : SIZE + len(sizes)] = sizes
    r[BLEND], r[SIGN], r[MATERIAL], r[KIND] = blend, sign, material, kind
    return r


def bounding_radius(parts: np.ndarray) -> float:
    """Of a ball around the origin that holds every solid part."""
    solid = parts[parts[:, SIGN] > 0]
    s = solid[:, SIZE : SIZE + 3].copy()
    prism = solid[:, KIND] == PRISM
    swell = 1 + np.abs(solid[:, SIZE + 6]) + np.abs(solid[:, SIZE + 7])
    s[prism, :2] = s[prism, :2] * swell[prism, None] + solid[prism, SIZE + 5, None]
    return float((np.linalg.norm(solid[:, :3], axis=1) + np.linalg.norm(s, axis=1)).max())


def transform(parts: np.ndarray, rotation: np.ndarray, scale: float, shift) -> np.ndarray:
    """Parts after x -> scale * rotation x + shift."""
    p = parts.copy()
    p[:, :3] = scale * parts[:, :3] @ rotation.T + np.asarray(shift)
    p[:, ROTATION : ROTATION + 9] = (parts[:, ROTATION : ROTATION + 9].reshape(-1, 3, 3) @ rotation.T).reshape(-1, 9)
    prism = parts[:, KIND] == PRISM
    p[:, SIZE : SIZE + 3] *= scale
    p[prism, SIZE + 3 : SIZE + 6] *= scale
    p[:, BLEND] *= scale
    return p


def _length(*xs):
    return sum(x * x for x in xs).sqrt()


def _prism(s, x, y, z, profiled: bool, walled: bool):
    sx, sz, h, corner, edge, wall, a, b, c, d, lipschitz = s[:11]
    if profiled:
        t = (y / h).clamp(-1, 1)
        g = (1 + a * t + b * torch.sin(c * t + d)).clamp_min(0.02)
        sx, sz, corner = sx * g, sz * g, corner * g
    u, v = x.abs() - (sx - corner), z.abs() - (sz - corner)
    plan = _length(u.clamp_min(0), v.clamp_min(0)) + torch.maximum(u, v).clamp_max(0) - corner
    if walled:
        plan = torch.where(wall > 0, plan.abs() - wall, plan)
    u, v = plan + edge, y.abs() - h + edge
    dist = _length(u.clamp_min(0), v.clamp_min(0)) + torch.maximum(u, v).clamp_max(0) - edge
    return dist * lipschitz if profiled else dist


def _ellipsoid(s, x, y, z, round_: bool):
    a, c, b, n, m = s[:5]
    length = _length(x, y, z)
    u, v, w = x.abs() / a, z.abs() / c, y.abs() / b
    if round_:
        level = (u * u + v * v + w * w).sqrt().clamp_min(1e-4)
    else:
        tiny = 1e-6
        plan = ((u + tiny) ** n + (v + tiny) ** n) ** (1 / n)
        level = ((plan + tiny) ** m + (w + tiny) ** m) ** (1 / m)
    return SHRINK * length * (1 - 1 / level)


class Tables:
    """The parts of N objects: prisms [COLUMNS, K, N] and ellipsoids [COLUMNS, K, N], padded with parts far away."""

    def __init__(self, objects: list[np.ndarray], device="cpu"):
        self.count, self.device = len(objects), device
        self.tables, self.single = [], []
        split = [[p[p[:, KIND] == kind] for kind in (PRISM, ELLIPSOID)] for p in objects]
        for kind in (PRISM, ELLIPSOID):
            k = max(len(s[kind]) for s in split)
            table = np.zeros((len(objects), k, COLUMNS), np.float32)
            table[..., 0] = FAR
            table[..., [ROTATION, ROTATION + 4, ROTATION + 8]] = 1
            table[..., SIZE : SIZE + 5] = (1, 1, 1, 2, 2)
            table[..., SIZE + 10], table[..., SIGN] = 1, 1
            for n, s in enumerate(split):
                table[n, : len(s[kind])] = s[kind]
            self.tables.append(torch.from_numpy(table).permute(2, 1, 0).contiguous().to(device))
        self.lengths = [[len(s[0]), len(s[1])] for s in split]
        prisms = [s[0] for s in split]
        self.flags = [self._flags(prisms[n], split[n][1], objects[n]) for n in range(len(objects))]
        self.all_flags = tuple(any(f[i] for f in self.flags) for i in range(4))

    @staticmethod
    def _flags(prisms, ellipsoids, parts):
        """What needs computing: profiles, walls, exponents other than 2, blends."""
        return (
            bool((prisms[:, SIZE + 6 : SIZE + 8] != 0).any()),
            bool((prisms[:, SIZE + 5] > 0).any()),
            bool((ellipsoids[:, SIZE + 3 : SIZE + 5] != 2).any()),
            bool((parts[:, BLEND] > 0).any()),
        )

    def _select(self, obj):
        if isinstance(obj, int):
            return [t[:, :k, obj : obj + 1] for t, k in zip(self.tables, self.lengths[obj])], self.flags[obj]
        return [t[:, :, obj] for t in self.tables], self.all_flags

    def parts(self, obj, p):
        """Distance to each part, [K, R], with the part columns blend, sign, material, each [K, R or 1]. p is [3, R]."""
        (prisms, ellipsoids), (profiled, walled, powers, _) = self._select(obj)
        out, columns = [], []
        for table, kind in ((prisms, PRISM), (ellipsoids, ELLIPSOID)):
            if table.shape[1] == 0:
                continue
            x, y, z = p[0] - table[0], p[1] - table[1], p[2] - table[2]
            r = table[ROTATION : ROTATION + 9]
            lx, ly, lz = (r[i] * x + r[i + 1] * y + r[i + 2] * z for i in (0, 3, 6))
            s = table[SIZE:BLEND]
            out.append(
                _prism(s, lx, ly, lz, profiled, walled) if kind == PRISM else _ellipsoid(s, lx, ly, lz, not powers)
            )
            columns.append(table[BLEND:KIND])
        return torch.cat(out), torch.cat(columns, 1)

    def distance(self, obj, p):
        """[R], negative inside. `obj` is one index, or one per point."""
        if isinstance(obj, int) and p.shape[1] > CHUNK:
            return torch.cat([self._distance(obj, q) for q in p.split(CHUNK, 1)])
        return self._distance(obj, p)

    def _distance(self, obj, p):
        d, (blend, sign, _) = self.parts(obj, p)
        flags = self.all_flags if not isinstance(obj, int) else self.flags[obj]
        solid = torch.where(sign > 0, d, torch.full_like(d, FAR))
        if flags[3]:
            total = solid[0]
            for i in range(1, len(solid)):
                k = torch.maximum(blend[i], torch.full_like(blend[i], 1e-6))
                overlap = (k - (total - solid[i]).abs()).clamp_min(0)
                total = torch.minimum(total, solid[i]) - overlap * overlap / (4 * k)
        else:
            total = solid.amin(0)
        return torch.maximum(total, torch.where(sign < 0, -d, torch.full_like(d, -FAR)).amax(0))

    def material(self, obj, p):
        """Material of the part whose surface is nearest, [R]."""
        d, (_, _, material) = self.parts(obj, p)
        return material.expand_as(d).gather(0, d.abs().argmin(0, keepdim=True))[0].long()

    def normal(self, obj, p):
        """Unit gradient [3, R]."""
        n = self.gradient(obj, p)
        return n / _length(*n).clamp_min(1e-9)

    def gradient(self, obj, p, step: float = 2e-3):
        """Of the distance, [3, R], by four taps on a tetrahedron."""
        corners = torch.tensor([[1, -1, -1], [-1, -1, 1], [-1, 1, -1], [1, 1, 1]], dtype=p.dtype, device=p.device)
        q = (p[:, None] + step * corners.T[:, :, None]).reshape(3, -1)
        index = obj if isinstance(obj, int) else obj.repeat(4)
        d = self.distance(index, q).view(4, -1)
        return corners.T @ d / (4 * step)


def march(tables: Tables, obj, origin, direction, start, stop, steps: int = 56, precision: float = 6e-4):
    """First surface along rays: t [R], inf where there is none. origin [3, R or 1], direction [3, R] of unit length."""
    result = torch.full_like(start, math.inf)
    t, index = start.clone(), torch.arange(len(start), device=start.device)
    o, d, end, which = origin.expand_as(direction), direction, stop, obj
    for i in range(steps):
        if not len(t):
            break
        dist = tables.distance(which, o + t * d)
        hit = dist < precision * (1 + t)
        result[index[hit]] = t[hit]
        t = t + dist
        alive = ~hit & (t < end)
        if i % 2 == 0 or i < 4:
            t, index, d, o, end = t[alive], index[alive], d[:, alive], o[:, alive], end[alive]
            which = which if isinstance(which, int) else which[alive]
        else:
            t = torch.where(alive, t, torch.full_like(t, 1e4))
    return result


def sphere_span(origin, direction, centre, radius):
    """Entry and exit of rays through balls; entry > exit where missed. All but radius are [3, R or 1]."""
    to = centre - origin
    along = (to * direction).sum(0)
    half2 = radius**2 - (to * to).sum(0) + along**2
    half = half2.clamp_min(0).sqrt()
    return (along - half).clamp_min(0), torch.where(half2 > 0, along + half, torch.full_like(half, -1.0))


def surface_points(tables: Tables, obj, centre, radius, lines: int, samples: int, generator):
    """Points [3, M] spread evenly over the whole surface: crossings of random lines through the ball (Cauchy-Crofton)."""
    device = tables.device
    draw = torch.randn(6, lines, generator=generator)
    axis = (draw[:3] / _length(*draw[:3])).to(device)
    side = torch.linalg.cross(axis.T, draw[3:].to(device).T).T
    side = side / _length(*side)
    rho, jitter = torch.rand(2, lines, generator=generator).to(device)
    base = centre + radius * rho.sqrt() * side
    t = (torch.arange(samples, device=device)[:, None] + jitter) / samples * 2 - 1  # [S, L]
    p = base[:, None] + radius * t * axis[:, None]
    d = tables.distance(obj, p.reshape(3, -1)).view(samples, lines)
    cross = (d[:-1] > 0) != (d[1:] > 0)
    s, l = cross.nonzero(as_tuple=True)
    lo, hi, sign = t[s, l] * radius, t[s + 1, l] * radius, torch.sign(d[s, l])
    for _ in range(7):
        mid = (lo + hi) / 2
        same = tables.distance(obj, base[:, l] + mid * axis[:, l]) * sign > 0
        lo, hi = torch.where(same, mid, lo), torch.where(same, hi, mid)
    return base[:, l] + (lo + hi) / 2 * axis[:, l]
