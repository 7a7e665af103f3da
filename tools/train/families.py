"""Families of procedural objects: each draws the parts of one object from a random generator.

Coordinates: y up, roughly within the unit ball. Material indices 0..3 are colours that belong together.
"""
from __future__ import annotations

import math

import numpy as np

from parts import ELLIPSOID, PRISM, row

EYE = np.eye(3, dtype=np.float32)


def turn(axis: int, angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    m = np.eye(3)
    i, j = ((1, 2), (2, 0), (0, 1))[axis]
    m[i, i], m[j, j], m[i, j], m[j, i] = c, c, -s, s
    return m


def any_turn(r) -> np.ndarray:
    q = r.normal(size=4)
    w, x, y, z = q / np.linalg.norm(q)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def prism(c, half, m=0, corner=0.0, edge=0.01, wall=0.0, profile=(0, 0, 0, 0), rot=EYE, blend=0.0, sign=1.0):
    """half = x, z, y. `rot` maps local to object axes."""
    a, b, w, _ = profile
    slope = max(half[0], half[1]) * (abs(a) + abs(b * w)) / half[2]
    edge = min(edge, 0.98 * min(half[2], wall if wall else min(half[0], half[1])))
    sizes = [half[0], half[1], half[2], min(corner, half[0], half[1]), edge, wall, *profile, 1 / math.hypot(1, slope)]
    return row(PRISM, c, np.asarray(rot).T, sizes, m, blend, sign)


def box(c, half, m=0, edge=0.02, rot=EYE, **k):
    """half: one number or x, y, z."""
    half = np.broadcast_to(half, 3)
    return prism(c, (half[0], half[2], half[1]), m, edge, edge, rot=rot, **k)


def cylinder(c, radius, h, m=0, taper=0.0, edge=0.01, **k):
    """Radius at the middle; it changes by the share `taper` towards the top."""
    return prism(c, (radius, radius, h), m, radius, edge, profile=(taper, 0, 0, 0), **k)


def ring(c, radius, tube, m=0, rot=EYE, **k):
    return prism(c, (radius, radius, tube), m, radius, tube, wall=tube, rot=rot, **k)


def ball(c, radius, m=0, rot=EYE, powers=(2, 2), **k):
    """radius: one number or x, y, z."""
    x, y, z = np.broadcast_to(radius, 3)
    blend, sign = k.get("blend", 0.0), k.get("sign", 1.0)
    return row(ELLIPSOID, c, np.asarray(rot).T, [x, z, y, *powers], m, blend, sign)


def capsule(p, q, radius, m=0, taper=0.0, **k):
    """A round rod from p to q."""
    p, q = np.asarray(p, float), np.asarray(q, float)
    axis = q - p
    length = np.linalg.norm(axis)
    y = axis / length
    x = np.cross(y, (0.0, 0.0, 1.0) if abs(y[2]) < 0.9 else (1.0, 0.0, 0.0))
    x /= np.linalg.norm(x)
    rot = np.stack([x, y, np.cross(x, y)], 1)
    return cylinder((p + q) / 2, radius, length / 2 + radius, m, taper, edge=radius, rot=rot, **k)


def lathe(c, radius, h, m, bulge, waves, phase, taper=0.0, **k):
    return prism(c, (radius, radius, h), m, radius, 0.02, profile=(taper, bulge, waves, phase), **k)


def solid(r):
    """One primitive, in any pose."""
    u, kind = r.uniform, r.integers(7)
    rot = any_turn(r) if r.random() < 0.4 else turn(0, r.choice([0, 0, math.pi / 2]))
    s = u(0.35, 0.9, 3)
    if kind == 0:
        return [box((0, 0, 0), s, edge=u(0.0, 0.15), rot=rot)]
    if kind == 1:
        return [cylinder((0, 0, 0), s[0], s[1], taper=u(-0.9, 0.3) if r.random() < 0.6 else 0, edge=u(0, 0.1), rot=rot)]
    if kind == 2:
        return [ring((0, 0, 0), u(0.5, 0.75), u(0.12, 0.3), rot=rot)]
    if kind == 3:
        return [ball((0, 0, 0), s, rot=rot)]
    if kind == 4:
        return (
            [capsule((0, -u(0.2, 0.6), 0), (0, u(0.2, 0.6), 0), u(0.2, 0.4))]
            if r.random() < 0.5
            else [capsule((-u(0.2, 0.6), 0, 0), (u(0.2, 0.6), 0, 0), u(0.2, 0.4))]
        )
    if kind == 5:
        return [prism((0, 0, 0), (s[0], s[1], s[2]), corner=u(0, 0.3), edge=0.02, profile=(u(-0.95, -0.2), 0, 0, 0))]
    return [cylinder((0, 0, 0), u(0.4, 0.7), u(0.15, 0.8), wall=u(0.06, 0.2), edge=0.04, rot=rot)]


def superquadric(r):
    u = r.uniform
    powers = (r.choice([1.2, 2, 3, 4, 7]), r.choice([1.2, 2, 3, 4, 7]))
    out = [ball((0, 0, 0), u(0.35, 0.85, 3), powers=powers, rot=any_turn(r) if r.random() < 0.3 else EYE)]
    if r.random() < 0.35:
        out.append(ball((0, u(0.4, 0.8), 0), u(0.2, 0.4, 3), 1, powers=(r.choice([2, 4]), r.choice([2, 4]))))
    return out


def vase(r):
    """A lathe profile, sometimes hollow, sometimes with a foot or a lid."""
    u = r.uniform
    h, radius = u(0.5, 0.9), u(0.25, 0.5)
    shape = dict(bulge=u(0.1, 0.45), waves=u(1.5, 4.5), phase=u(0, 6.28), taper=u(-0.3, 0.3))
    out = [lathe((0, 0, 0), radius, h, 0, **shape)]
    if r.random() < 0.5:
        inner = dict(shape, m=1, radius=radius - u(0.05, 0.1), h=h)
        out.append(lathe((0, u(0.08, 0.15), 0), sign=-1.0, **inner))
    elif r.random() < 0.6:
        out.append(ball((0, h, 0), u(0.1, 0.25), 1))
    if r.random() < 0.4:
        out.append(cylinder((0, -h, 0), radius * u(0.7, 1.2), 0.05, 1))
    return out


def bowl(r):
    u = r.uniform
    w, h = u(0.6, 0.85), u(0.3, 0.6)
    out = [ball((0, 0, 0), (w, h, w), 0), box((0, h * u(1.0, 1.4), 0), (1, h, 1), 0, sign=-1.0)]
    wall = u(0.06, 0.12)
    out.append(ball((0, 0, 0), (w - wall, h - wall, w - wall), 1, sign=-1.0))
    if r.random() < 0.6:
        out.append(cylinder((0, -h, 0), w * u(0.3, 0.6), 0.07, 0, taper=-0.2))
    if r.random() < 0.4:
        for _ in range(r.integers(1, 4)):
            a, d = u(0, 6.28), u(0.1, 0.3) * w
            out.append(ball((d * math.cos(a), 0.0, d * math.sin(a)), u(0.18, 0.3), 2 + r.integers(2)))
    return out


def blob(r):
    """Balls and rods that melt into each other."""
    u = r.uniform
    k = u(0.12, 0.35)
    out = [ball((0, 0, 0), u(0.3, 0.55, 3), 0, blend=k)]
    for _ in range(r.integers(2, 6)):
        d = r.normal(size=3)
        d /= np.linalg.norm(d)
        c = d * u(0.3, 0.65)
        if r.random() < 0.6:
            out.append(ball(c, u(0.15, 0.4), r.choice([0, 0, 1]), blend=k))
        else:
            out.append(capsule(c * 0.3, c * 1.4, u(0.08, 0.18), r.choice([0, 1]), blend=k))
    return out


def mug(r):
    u = r.uniform
    w, h, wall, taper = u(0.4, 0.6), u(0.4, 0.75), u(0.04, 0.08), u(-0.1, 0.25)
    out = [cylinder((0, 0, 0), w, h, 0, taper, edge=0.03)]
    hr, tube = h * u(0.4, 0.65), u(0.05, 0.1)
    sides = [1] if r.random() < 0.75 else [1, -1]
    for s in sides:
        if r.random() < 0.6:
            out.append(ring((s * w * 0.98, u(-0.05, 0.1), 0), hr, tube, 1, rot=turn(0, math.pi / 2)))
        else:
            out.append(
                prism(
                    (s * w, 0.05, 0),
                    (hr * 0.8, hr, tube),
                    1,
                    corner=0.15,
                    edge=tube * 0.5,
                    wall=tube * 0.7,
                    rot=turn(0, math.pi / 2),
                )
            )
    out.append(cylinder((0, 2 * wall, 0), w - wall, h, 2 if r.random() < 0.5 else 0, taper, sign=-1.0))
    if r.random() < 0.3:
        out.append(ball((0, h - u(0.1, 0.3), 0), (w - wall * 0.5, 0.03, w - wall * 0.5), 3))
    return out


def teapot(r):
    u = r.uniform
    w, h = u(0.4, 0.55), u(0.35, 0.5)
    out = [
        ball((0, 0, 0), (w, h, w), 0, powers=(2, r.choice([2, 3]))),
        ball((0, h, 0), (w * 0.5, 0.12, w * 0.5), 1),
        ball((0, h + 0.13, 0), 0.08, 2),
    ]
    out.append(ring((-w, 0.02, 0), h * 0.6, 0.06, 1, rot=turn(0, math.pi / 2)))
    out.append(capsule((w * 0.7, -0.1, 0), (w * 1.5, h * u(0.5, 0.9), 0), 0.09, 0, taper=-0.3))
    out.append(cylinder((0, -h, 0), w * 0.6, 0.05, 1))
    return out


def chair(r):
    u = r.uniform
    w, d, t, h = u(0.38, 0.6), u(0.38, 0.6), u(0.05, 0.12), u(0.3, 0.55)
    out = [box((0, 0, 0), (w, t, d), 0, edge=u(0.01, 0.05))]
    leg = u(0.05, 0.1)
    for sx in (-1, 1):
        for sz in (-1, 1):
            c = (sx * (w - leg), -h, sz * (d - leg))
            out.append(box(c, (leg, h, leg), 1) if w > 0.5 else cylinder(c, leg, h, 1, taper=-0.0))
    b = u(0.3, 0.6)
    if r.random() < 0.75:
        out.append(box((0, b, -d + 0.06), (w, b, 0.07), r.choice([0, 2]), edge=0.03))
    if r.random() < 0.3:
        for sx in (-1, 1):
            out.append(box((sx * (w - 0.05), 0.25, 0), (0.06, 0.06, d), 1))
            out.append(box((sx * (w - 0.05), 0.12, d - 0.06), (0.05, 0.14, 0.05), 1))
    return out


def sofa(r):
    u = r.uniform
    w, d, h = u(0.6, 0.9), u(0.35, 0.5), u(0.15, 0.25)
    e = u(0.04, 0.12)
    out = [box((0, 0, 0), (w, h, d), 0, edge=e), box((0, h * 1.8, -d + 0.12), (w, h * 1.8, 0.14), 0, edge=e)]
    for sx in (-1, 1):
        out.append(box((sx * (w - 0.08), h, 0), (0.12, h * 1.2, d), r.choice([0, 0, 1]), edge=e))
    if r.random() < 0.5:
        out.append(ball((u(-0.4, 0.4) * w, h * 2, -d * 0.3), (0.2, 0.2, 0.12), 2, powers=(3, 3)))
    return out


def table(r):
    u = r.uniform
    w, d, t, h = u(0.5, 0.85), u(0.4, 0.8), u(0.04, 0.1), u(0.25, 0.5)
    top = r.integers(3)
    out = [box((0, h, 0), (w, t, d), 0) if top else cylinder((0, h, 0), w, t, 0)]
    if r.random() < 0.35:
        out += [cylinder((0, 0, 0), u(0.08, 0.15), h, 1), cylinder((0, -h, 0), u(0.3, 0.5), 0.06, 1, taper=-0.3)]
    else:
        leg, s = u(0.05, 0.09), 0.85 if top else 0.6
        for sx in (-1, 1):
            for sz in (-1, 1):
                out.append(cylinder((sx * w * s, 0, sz * (d if top else w) * s), leg, h, 1, taper=u(0, 0.3)))
    if r.random() < 0.35:
        out.append(cylinder((u(-0.3, 0.3), h + t + 0.14, u(-0.3, 0.3)), 0.12, 0.15, 2))
    return out


def bottle(r):
    u = r.uniform
    w, h, neck, nh = u(0.22, 0.4), u(0.35, 0.6), u(0.08, 0.14), u(0.12, 0.25)
    corner = w if r.random() < 0.7 else 0.06
    out = [
        prism((0, 0, 0), (w, w * u(0.6, 1), h), 0, corner, 0.06, blend=0.12),
        prism((0, h + nh, 0), (neck, neck, nh + 0.08), 0, neck, 0.02, blend=0.12),
        cylinder((0, h + 2 * nh + 0.08, 0), neck * u(1.05, 1.4), 0.08, 1),
    ]
    if r.random() < 0.6:
        out.append(
            prism((0, u(-0.15, 0.1), 0), (w + 0.012, w + 0.012, h * 0.4), 2, w, 0.01)
            if corner == w
            else box((0, 0, 0), (w + 0.012, h * 0.4, w * 0.5), 2)
        )
    return out


def animal(r):
    """Body, head, legs, ears and tail, melted together or blocky."""
    u = r.uniform
    length, w, h = u(0.4, 0.6), u(0.2, 0.32), u(0.2, 0.32)
    soft = r.random() < 0.7
    k = u(0.06, 0.14) if soft else 0.0

    def lump(c, s, m):
        return ball(c, s, m, blend=k) if soft else box(c, s, m, edge=0.04)

    out = [lump((0, 0, 0), (length, h, w), 0)]
    hs, up = u(0.17, 0.26), u(0.7, 1.4)
    head = np.array([length * 1.0, h * up, 0])
    if up > 1.0:
        out.append(capsule((length * 0.7, 0, 0), head, w * 0.45, 0, blend=k))
    out.append(lump(head, (hs * u(1, 1.3), hs, hs), r.choice([0, 0, 1])))
    out.append(ball(head + (hs * 1.1, -hs * 0.25, 0), hs * u(0.45, 0.6), 1, blend=k))
    leg, lw = u(0.2, 0.45), u(0.06, 0.11)
    for sx in (-0.62, 0.62):
        for sz in (-0.55, 0.55):
            out.append(
                capsule(
                    (sx * length, -h * 0.4, sz * w),
                    (sx * length, -h * 0.6 - leg, sz * w),
                    lw,
                    r.choice([0, 1]),
                    blend=k * 0.5,
                )
            )
    ear = u(0.06, 0.12)
    for sz in (-1, 1):
        out.append(ball(head + (-0.02, hs, sz * hs * 0.6), (ear * 0.6, ear * u(1, 2.2), ear), 2, blend=k * 0.3))
    if r.random() < 0.7:
        out.append(capsule((-length * 0.9, h * 0.3, 0), (-length * 1.25, h * u(0.4, 1.6), 0), 0.05, 1, blend=k))
    return out


def figure(r):
    """A toy person, robot or snowman."""
    u = r.uniform
    if r.random() < 0.35:
        out, y, radius = [], -0.6, u(0.32, 0.45)
        for i in range(3):
            out.append(ball((0, y, 0), radius, 0))
            y += radius * 1.55
            radius *= u(0.65, 0.8)
        out.append(cylinder((0, y - 0.05, 0), u(0.15, 0.25), u(0.06, 0.2), 1))
        return out
    block = r.random() < 0.5
    w, h = u(0.2, 0.32), u(0.25, 0.38)
    out = [box((0, 0, 0), (w, h, w * 0.65), 0, edge=0.03 if block else 0.12)]
    hs = u(0.15, 0.24)
    out.append(box((0, h + hs, 0), hs, 1, edge=0.03) if block else ball((0, h + hs, 0), hs, 1))
    a = u(-0.5, 1.2)
    for s in (-1, 1):
        arm = np.array([s * (w + 0.05), h * 0.7, 0])
        out.append(capsule(arm, arm + (s * 0.35 * math.cos(a), -0.35 * math.sin(a), u(0, 0.2)), u(0.06, 0.09), 2))
        out.append(capsule((s * w * 0.5, -h, 0), (s * w * u(0.5, 0.8), -h - u(0.25, 0.4), 0), u(0.07, 0.11), 3))
    if r.random() < 0.4:
        out.append(cylinder((0, h + 2 * hs, 0), hs * 1.1, 0.06, 3, taper=-0.4))
    return out


def stack(r):
    """Bowls, rings, blocks on one axis: towers, spinning tops, chess pieces."""
    u = r.uniform
    out, y, w = [], 0.0, u(0.35, 0.65)
    for i in range(r.integers(2, 6)):
        h, m, kind = u(0.08, 0.3), r.integers(4), r.integers(4)
        if kind == 0:
            out.append(box((0, y + h, 0), (w * 0.9, h, w * 0.9), m, rot=turn(1, u(0, 1.5))))
        elif kind == 1:
            out.append(ball((0, y + h, 0), (w, h * 1.15, w), m))
        elif kind == 2:
            out.append(cylinder((0, y + h, 0), w, h, m, taper=u(-0.5, 0.5)))
        else:
            tube = min(h, w * 0.45)
            out.append(ring((0, y + tube, 0), w - tube, tube, m))
            out.append(cylinder((0, y + tube, 0), w * 0.5, tube * 0.7, m))
            h = tube
        y += 2 * h * 0.96
        w = float(np.clip(w * u(0.55, 1.25), 0.15, 0.7))
    return out


def lamp(r):
    u = r.uniform
    h, shade = u(0.4, 0.65), u(0.3, 0.5)
    out = [
        cylinder((0, -h, 0), u(0.22, 0.4), u(0.03, 0.08), 0, taper=-0.2),
        lathe((0, 0, 0), u(0.08, 0.16), h, 0, u(0, 0.5), u(2, 6), u(0, 6)),
        cylinder((0, h + 0.05, 0), shade, u(0.18, 0.3), 1, taper=-u(0, 0.5)),
    ]
    return out


def house(r):
    u = r.uniform
    w, d, h, roof = u(0.4, 0.65), u(0.4, 0.65), u(0.25, 0.5), u(0.15, 0.35)
    out = [box((0, 0, 0), (w, h, d), 0)]
    out.append(prism((0, h + roof, 0), (w * 0.62, d * 0.62, roof), 1, 0, 0.01, profile=(-0.93, 0, 0, 0)))
    if r.random() < 0.6:
        out.append(box((w * 0.5, h + roof, d * u(-0.4, 0.4)), (0.08, roof, 0.08), 2))
    if r.random() < 0.6:
        out.append(box((u(-0.4, 0.4) * w, -h * 0.35, d), (0.1, h * 0.62, 0.03), 3))
    if r.random() < 0.4:
        out.append(box((w, -h * 0.3, 0), (w * 0.6, h * 0.6, d * 0.6), 0))
    return out


def plant(r):
    """Mushrooms, trees, potted plants."""
    u, kind = r.uniform, r.integers(3)
    h = u(0.3, 0.5)
    if kind == 0:
        w = u(0.4, 0.65)
        return [
            cylinder((0, -0.1, 0), u(0.12, 0.25), h, 0, taper=-0.2),
            ball((0, h - 0.1, 0), (w, u(0.25, 0.45), w), 1),
        ]
    if kind == 1:
        out = [cylinder((0, -h, 0), u(0.07, 0.13), h, 0)]
        if r.random() < 0.5:
            for i in range(3):
                out.append(cylinder((0, 0.1 + 0.28 * i, 0), 0.26 - 0.06 * i, 0.2, 1, taper=-0.9))
        else:
            for _ in range(r.integers(2, 5)):
                out.append(ball(u(-0.22, 0.22, 3) + (0, 0.25, 0), u(0.22, 0.38), 1, blend=0.06))
        return out
    out = [cylinder((0, -0.4, 0), u(0.25, 0.38), u(0.2, 0.3), 0, taper=0.2)]
    for _ in range(r.integers(3, 7)):
        a, s = u(0, 6.28), u(0.15, 0.4)
        tip = (s * math.cos(a), u(0.1, 0.5), s * math.sin(a))
        out.append(capsule((0, -0.3, 0), tip, u(0.05, 0.08), 1))
        if r.random() < 0.5:
            out.append(ball(tip, u(0.09, 0.16), 2))
    return out


def cluster(r):
    """A random union, often mirror symmetric."""
    u = r.uniform
    mirror, flip = r.random() < 0.6, np.diag([-1.0, 1.0, 1.0])
    base = u(0.3, 0.6, 3)
    out = [ball((0, 0, 0), base, 0) if r.random() < 0.4 else box((0, 0, 0), base, 0, edge=u(0.01, 0.15))]
    for _ in range(r.integers(1, 4)):
        d = r.normal(size=3)
        c = d / np.linalg.norm(d) * base * u(0.7, 1.1)
        s, m, kind = u(0.1, 0.38, 3), r.integers(4), r.integers(3)
        rot = any_turn(r) if r.random() < 0.5 else EYE

        def one(c, rot):
            if kind == 0:
                return ball(c, s, m, rot=rot)
            return box(c, s, m, edge=0.03, rot=rot) if kind == 1 else cylinder(c, s[0], s[1], m, rot=rot)

        out.append(one(c, rot))
        if mirror:
            out.append(one(flip @ c, flip @ rot @ flip))
    return out


def car(r):
    """Body, cabin, wheels. Never trained on."""
    u = r.uniform
    length, w, h = u(0.6, 0.8), u(0.28, 0.38), u(0.12, 0.2)
    out = [box((0, 0, 0), (length, h, w), 0, edge=u(0.03, 0.1))]
    ch = u(0.12, 0.2)
    out.append(
        prism(
            (u(-0.2, 0.1), h + ch, 0),
            (length * u(0.45, 0.65), w * 0.85, ch),
            1,
            0.06,
            0.05,
            profile=(-u(0.1, 0.3), 0, 0, 0),
        )
    )
    radius = u(0.14, 0.2)
    for sx in (-0.6, 0.6):
        for sz in (-1, 1):
            out.append(cylinder((sx * length, -h, sz * w), radius, 0.08, 2, edge=0.03, rot=turn(0, math.pi / 2)))
    return out


TRAINED = {
    f.__name__: f
    for f in (
        solid,
        superquadric,
        vase,
        bowl,
        blob,
        mug,
        teapot,
        chair,
        sofa,
        table,
        bottle,
        animal,
        figure,
        stack,
        lamp,
        house,
        plant,
        cluster,
    )
}
WEIGHTS = dict(
    solid=1.6,
    superquadric=1.0,
    vase=1.0,
    bowl=0.7,
    blob=1.2,
    mug=1.0,
    teapot=0.7,
    chair=1.0,
    sofa=0.7,
    table=1.0,
    bottle=1.0,
    animal=1.4,
    figure=1.0,
    stack=1.2,
    lamp=0.8,
    house=0.8,
    plant=0.8,
    cluster=1.2,
)
HELD_OUT = {"car": car}


def draw(r, held_out: bool):
    """(family, parts). With `held_out`, one object in eight is of the family that is never trained on."""
    if held_out and r.random() < 1 / 8:
        name, make = "car", car
    else:
        names = list(TRAINED)
        p = np.array([WEIGHTS[n] for n in names])
        name = names[r.choice(len(names), p=p / p.sum())]
        make = TRAINED[name]
    return name, np.stack(make(r)).astype(np.float32)
