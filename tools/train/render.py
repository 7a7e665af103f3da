"""Pictures, metric depth, object numbers and surface points of scenes, by sphere tracing.

A pixel (u, v) looks along ((u - W/2) / f, (v - H/2) / f, 1): integer coordinates, as the chain unprojects depth.
"""
from __future__ import annotations

import math

import numpy as np
import torch

import materials
from parts import Tables, march, sphere_span, surface_points
from scene import Scene

FAR = 10.0  # metres; what lies beyond is sky at this depth
GAMMA = materials.GAMMA


class Renderer:
    """One scene on one device."""

    def __init__(self, scene: Scene, device="cpu"):
        self.scene, self.device = scene, device
        self.tables = Tables(scene.objects, device)
        put = lambda a: torch.as_tensor(np.asarray(a), dtype=torch.float32, device=device)
        self.spheres, self.frames, self.rows = put(scene.spheres), put(scene.frames), put(scene.materials)
        self.walls, self.sun, self.light = put(scene.walls), put(scene.sun)[:, None], put(scene.light)
        self.eye, self.axes = put(scene.eye)[:, None], put(scene.axes)
        self.count = len(scene.objects)

    def focal(self, width: int) -> float:
        return 0.5 * width / math.tan(math.radians(self.scene.fov / 2))

    def rays(self, u, v, height: int, width: int):
        """World directions of unit length [3, R], and the z component in the camera [R]."""
        f = self.focal(width)
        d = torch.stack([(u - width / 2) / f, (v - height / 2) / f, torch.ones_like(u)])
        n = (d * d).sum(0).sqrt()
        return self.axes @ (d / n), 1 / n

    # --- light ---

    def shadow(self, p, start: float = 0.01):
        """Share of the sun that reaches points [3, R], soft at the edges."""
        light = torch.ones_like(p[0])
        for n in range(self.count):
            centre, radius = self.spheres[n, :3, None], self.spheres[n, 3]
            t0, t1 = sphere_span(p, self.sun, centre, radius * 1.05)
            todo = (t1 > start).nonzero()[:, 0]
            if not len(todo):
                continue
            o, t, end = p[:, todo], t0[todo].clamp_min(start), t1[todo]
            soft = torch.ones_like(t)
            for _ in range(18):
                d = self.tables.distance(n, o + t * self.sun)
                soft = torch.minimum(soft, (9 * d / t.clamp_min(0.05)).clamp_min(0))
                light[todo] = torch.minimum(light[todo], soft)
                t = t + d.clamp_min(0.008)
                alive = (t < end) & (soft > 0.02)
                if not alive.any():
                    break
                todo, o, t, end, soft = todo[alive], o[:, alive], t[alive], end[alive], soft[alive]
        return light

    def openness(self, p, normal):
        """Ambient occlusion 0..1 from distances to the objects and to the floor along the normal."""
        blocked = torch.zeros_like(p[0])
        for n in range(self.count):
            centre, radius = self.spheres[n, :3, None], self.spheres[n, 3]
            near = (((p - centre) ** 2).sum(0) < (radius * 1.5) ** 2).nonzero()[:, 0]
            if not len(near):
                continue
            for step, weight in ((0.04, 0.35), (0.12, 0.35)):
                d = self.tables.distance(n, p[:, near] + step * normal[:, near])
                blocked[near] += weight * (1 - d / step).clamp(0, 1)
        up = normal[1].clamp(-1, 1)
        floor = (1 - (p[1] / 0.25)).clamp(0, 1) * (0.5 - 0.5 * up) * 0.7
        return (1 - blocked - floor).clamp(0.15, 1)

    def diffuse(self, albedo, p, normal):
        """Linear colour [3, R] without highlights."""
        facing = (normal * self.sun).sum(0).clamp_min(0)
        lit = torch.zeros_like(facing)
        turned = (facing > 0).nonzero()[:, 0]
        if len(turned):
            lit[turned] = self.shadow(p[:, turned] + 0.006 * normal[:, turned]) * facing[turned]
        sky = self.openness(p, normal) * (0.6 + 0.4 * normal[1])
        return albedo * (
            self.light[0][:, None] * lit
            + self.light[1][:, None] * sky
            + self.light[2][:, None] * (0.5 - 0.5 * normal[1])
        )

    def albedo(self, n: int, p):
        """Of object n at surface points, and the gloss [R]."""
        frame = self.frames[n]
        local = frame[:9].view(3, 3) @ (p - frame[9:12, None]) / frame[12]
        rows = self.rows[4 * n + self.tables.material(n, p)]
        return materials.albedo(rows, local), rows[:, materials.GLOSS]

    # --- picture ---

    @torch.no_grad()
    def picture(self, height: int, width: int, supersample: int = 1):
        """rgb u8 [H, W, 3], depth f32 metres [H, W], object numbers u8 [H, W] (0: none, 1: the main object)."""
        rgb, depth, number = self._trace(height, width, 0.0, 0.0)
        if supersample > 1:
            offsets = (np.arange(supersample) + 0.5) / supersample - 0.5
            rgb = (
                sum(self._trace(height, width, float(a), float(b))[0] for a in offsets for b in offsets)
                / supersample**2
            )
        rgb = (rgb.clamp(0, 1) ** (1 / GAMMA) * 255 + 0.5).to(torch.uint8)
        return (
            rgb.T.reshape(height, width, 3).cpu().numpy(),
            depth.view(height, width).cpu().numpy(),
            number.view(height, width).to(torch.uint8).cpu().numpy(),
        )

    def _trace(self, height: int, width: int, du: float, dv: float):
        dev = self.device
        v, u = torch.meshgrid(torch.arange(height, device=dev), torch.arange(width, device=dev), indexing="ij")
        u, v = u.reshape(-1).float() + du, v.reshape(-1).float() + dv
        d, cos = self.rays(u, v, height, width)
        best = torch.full_like(u, FAR) / cos
        number = torch.zeros_like(u, dtype=torch.long)
        for n in range(self.count):
            t0, t1 = sphere_span(self.eye, d, self.spheres[n, :3, None], self.spheres[n, 3])
            todo = (t1 > t0).nonzero()[:, 0]
            if not len(todo):
                continue
            t = march(self.tables, n, self.eye, d[:, todo], t0[todo], t1[todo])
            closer = t < best[todo]
            best[todo[closer]], number[todo[closer]] = t[closer], n + 1
        best, number = self._room(d, best, number)
        colour = torch.zeros(3, len(u), device=dev)
        for n in range(int(number.max()) + 1):
            todo = (number == n).nonzero()[:, 0]
            if not len(todo):
                continue
            p = self.eye + best[todo] * d[:, todo]
            if n == 0:  # sky
                mix = (d[1, todo] * 2 + 0.3).clamp(0, 1)
                colour[:, todo] = self.light[1][:, None] * (0.6 + 0.5 * mix)
            elif n <= self.count:
                normal = self.tables.normal(n - 1, p)
                albedo, gloss = self.albedo(n - 1, p)
                half = self.sun - d[:, todo]
                half = half / (half * half).sum(0).sqrt()
                spot = gloss * (half * normal).sum(0).clamp_min(0) ** 40
                colour[:, todo] = self.diffuse(albedo, p, normal) + self.light[0][:, None] * spot
            else:
                w = n - self.count - 1
                normal = torch.tensor([0.0, 1.0, 0.0], device=dev) if w == 0 else self.walls[w - 1, :3]
                row = self.rows[4 * self.count + w][None]
                colour[:, todo] = self.diffuse(materials.albedo(row, p), p, normal[:, None].expand_as(p))
        number = torch.where(number > self.count, torch.zeros_like(number), number)
        return colour, best * cos, number

    def _room(self, d, best, number):
        """Floor and walls where nothing is in front of them."""
        planes = [(torch.tensor([0.0, 1.0, 0.0], device=self.device), 0.0)] + [(w[:3], w[3]) for w in self.walls]
        for k, (normal, offset) in enumerate(planes):
            slope = (normal[:, None] * d).sum(0)
            t = (offset - (normal[:, None] * self.eye).sum(0)) / torch.where(slope.abs() < 1e-6, slope - 1e-6, slope)
            closer = (t > 0) & (t < best)
            best = torch.where(closer, t, best)
            number = torch.where(closer, torch.full_like(number, self.count + 1 + k), number)
        return best, number

    # --- surface ---

    @torch.no_grad()
    def surface(self, points: int, lines: int = 2600, n: int = 0):
        """Even points on the whole surface of object n: camera frame [P, 3], colours u8 [P, 3], world frame [3, P]."""
        centre, radius = self.spheres[n, :3, None], self.spheres[n, 3]
        g = torch.Generator().manual_seed(self.scene.seed)
        p = torch.zeros(3, 0, device=self.device)
        while p.shape[1] < points:
            p = torch.cat([p, surface_points(self.tables, n, centre, radius, lines, 64, g)], 1)
        p = p[:, torch.randperm(p.shape[1], generator=g)[:points].to(self.device)]
        normal = self.tables.normal(n, p)
        colour = self.diffuse(self.albedo(n, p)[0], p, normal).clamp(0, 1) ** (1 / GAMMA)
        camera = self.axes.T @ (p - self.eye)
        return camera.T.contiguous(), (colour.T * 255 + 0.5).to(torch.uint8), p

    @torch.no_grad()
    def visible(self, p, n: int = 0):
        """Whether surface points [3, R] of object n face the camera and nothing stands in between."""
        normal = self.tables.normal(n, p)
        start = p + 0.005 * normal
        d = self.eye - start
        far = (d * d).sum(0).sqrt()
        d = d / far
        clear = (d * normal).sum(0) > 0
        for k in range(self.count):
            t0, t1 = sphere_span(start, d, self.spheres[k, :3, None], self.spheres[k, 3])
            todo = (clear & (t1 > t0)).nonzero()[:, 0]
            if len(todo):
                t = march(self.tables, k, start[:, todo], d[:, todo], t0[todo], torch.minimum(t1, far)[todo])
                clear[todo] &= torch.isinf(t)
        return clear
