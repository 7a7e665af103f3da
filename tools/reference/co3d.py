"""A small category in the files of CO3D, for the tests of our reader: test/golden/co3d.

    /usr/bin/python3 co3d.py DIRECTORY

A ball on a board, in two sequences. Every pixel's ray is cut with ball and board in the coordinates of the sequence, and the
camera's are only used to place rays, as PyTorch3D defines them: x_camera = x_world R + T, x left, y up, z forward. So the
points in expected.json do not come from unprojecting a depth map.
"""
from __future__ import annotations

import gzip
import json
import os
import sys

import numpy as np
from PIL import Image

CATEGORY = "toyball"
CENTER, RADIUS = np.array([0.3, -0.2, 0.5]), 1.0
BOARD_Y = -1.2  # below the ball: y points up in the world
# Sequence, number, width, height, yaw in degrees, format of the intrinsics, focal lengths, principal point, scale of the depth.
FRAMES = [
    ("101_1_a", 3, 64, 48, 20.0, "ndc_isotropic", (3.1, 3.0), (0.11, -0.07), 1.5),
    ("101_1_a", 8, 64, 48, 140.0, "ndc_isotropic", (3.1, 3.0), (0.11, -0.07), 1.5),
    ("202_2_b", 0, 40, 56, -65.0, "ndc_norm_image_bounds", (4.0, 2.9), (-0.05, 0.09), 0.75),
]
DISTANCE = 6.0


def camera(yaw: float):
    """R and T of a camera that looks at the ball from a little above. Rows of R are the world's axes in the camera's frame."""
    a, b = np.radians(yaw), np.radians(25.0)
    forward = np.array([np.sin(a) * np.cos(b), -np.sin(b), np.cos(a) * np.cos(b)])
    left = np.cross([0.0, 1.0, 0.0], forward)
    left /= np.linalg.norm(left)
    up = np.cross(forward, left)
    rotation = np.stack([left, up, forward], 1)
    position = CENTER - DISTANCE * forward
    return rotation, -position @ rotation, position


def rays(width, height, style, focal, point, rotation):
    """Directions [H, W, 3] in the world, of length 1 along the camera's z, through the middles of the pixels."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    if style == "ndc_isotropic":
        ndc_x, ndc_y = ((side / 2 - v) / (min(width, height) / 2) for side, v in ((width, x), (height, y)))
    else:
        ndc_x, ndc_y = 1 - 2 * x / width, 1 - 2 * y / height
    local = np.stack([(ndc_x - point[0]) / focal[0], (ndc_y - point[1]) / focal[1], np.ones_like(ndc_x)], -1)
    return local @ rotation.T


def cut(position, direction):
    """How far along the rays ball and board are; infinity where they are not."""
    to = position - CENTER
    a, b, c = (direction**2).sum(-1), direction @ to, to @ to - RADIUS**2
    root = np.sqrt(np.maximum(b * b - a * c, 0))
    ball = np.where(b * b > a * c, (-b - root) / a, np.inf)
    with np.errstate(divide="ignore"):
        board = (BOARD_Y - position[1]) / direction[..., 1]
    return ball, np.where((board > 0) & (board < 20), board, np.inf)


def colors(world):
    checks = (np.floor(world * 2.5).astype(int).sum(-1) % 2)[..., None]
    return np.where(checks, [200, 120, 60], [60, 110, 190]).astype(np.uint8)


def write_frame(folder, sequence, number, width, height, yaw, style, focal, point, scale):
    rotation, translation, position = camera(yaw)
    direction = rays(width, height, style, focal, point, rotation)
    ball, board = cut(position, direction)
    depth = np.minimum(ball, board)
    on_ball = ball < board
    world = position + np.where(np.isfinite(depth), depth, 0)[..., None] * direction
    rgb = np.where(on_ball[..., None], colors(world), np.where(np.isfinite(depth)[..., None], 225, 170)).astype(np.uint8)
    stored = np.where(np.isfinite(depth), depth / scale, 0).astype(np.float16)
    stored[height // 2 : height // 2 + 3, width // 2 : width // 2 + 2] = 0  # a hole in the ball's depth
    stored[height // 2 + 5, width // 2] = np.inf
    name = f"frame{2 * number + 1:06d}"  # numbers of files and of frames differ in the data set
    parts = dict(images=f"{name}.jpg", depths=f"{name}.jpg.geometric.png", depth_masks=f"{name}.png", masks=f"{name}.png")
    paths = {part: f"{CATEGORY}/{sequence}/{part}/{file}" for part, file in parts.items()}
    full = {part: os.path.join(folder, path) for part, path in paths.items()}
    for path in full.values():
        os.makedirs(os.path.dirname(path), exist_ok=True)
    Image.fromarray(rgb).save(full["images"], quality=90)
    # 128 of 255 is the smallest value above a half.
    Image.fromarray(np.where(on_ball, 128, 127).astype(np.uint8)).save(full["masks"])
    Image.fromarray(stored.view(np.uint16)).save(full["depths"])
    Image.fromarray(np.where(stored > 0, 255, 0).astype(np.uint8)).convert("1").save(full["depth_masks"])
    annotation = dict(
        sequence_name=sequence, frame_number=number, frame_timestamp=0.1 * number,
        image=dict(path=paths["images"], size=[height, width]),
        depth=dict(path=paths["depths"], scale_adjustment=scale, mask_path=paths["depth_masks"]),
        mask=dict(path=paths["masks"], mass=float(on_ball.sum())),
        viewpoint=dict(R=rotation.tolist(), T=translation.tolist(), focal_length=focal, principal_point=point, intrinsics_format=style),
        meta=None)
    # Pixels of the ball away from the hole: where they are, from the rays, in the frame x right, y down, z forward.
    valid = on_ball & (stored > 0) & np.isfinite(stored)
    local = (world - position) @ rotation * [-1, -1, 1]
    rows, columns = np.nonzero(valid)
    pick = np.linspace(0, len(rows) - 1, 40).astype(int)
    points = [dict(pixel=[int(columns[i]), int(rows[i])], xyz=local[rows[i], columns[i]].tolist()) for i in pick]
    return annotation, dict(mask=int(on_ball.sum()), depths=int((np.isfinite(stored) & (stored > 0)).sum()), points=points)


def write_cloud(path, count=1500):
    """The ball's surface, evenly, as the data set's ASCII or binary PLY: x, y, z and colors."""
    i = np.arange(count) + 0.5
    z, turn = 1 - 2 * i / count, np.pi * (1 + 5**0.5) * i
    ring = np.sqrt(1 - z * z)
    xyz = CENTER + RADIUS * np.stack([ring * np.cos(turn), ring * np.sin(turn), z], 1)
    vertices = np.zeros(count, dtype=[("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1")])
    vertices["x"], vertices["y"], vertices["z"] = xyz.T
    vertices["red"], vertices["green"], vertices["blue"] = colors(xyz).T
    kinds = dict(zip(vertices.dtype.names, ["float"] * 3 + ["uchar"] * 3))
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {count}"]
    header += [f"property {kind} {name}" for name, kind in kinds.items()] + ["end_header", ""]
    with open(path, "wb") as f:
        f.write("\n".join(header).encode() + vertices.tobytes())


def write_jgz(path, value):
    with open(path, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as f:
        f.write(json.dumps(value).encode())


def main(folder: str):
    written = {f"{frame[0]}/{frame[1]}": write_frame(folder, *frame) for frame in FRAMES}
    category = os.path.join(folder, CATEGORY)
    for sequence in {frame[0] for frame in FRAMES}:
        write_cloud(os.path.join(category, sequence, "pointcloud.ply"))
    write_jgz(os.path.join(category, "frame_annotations.jgz"), [annotation for annotation, _ in written.values()])
    sequences = [dict(sequence_name=name, category=CATEGORY, point_cloud=dict(path=f"{CATEGORY}/{name}/pointcloud.ply", quality_score=1.0, n_points=1500))
                 for name in sorted({frame[0] for frame in FRAMES})]
    write_jgz(os.path.join(category, "sequence_annotations.jgz"), sequences)
    with open(os.path.join(folder, "expected.json"), "w") as f:
        json.dump({key: expected for key, (_, expected) in written.items()}, f)


if __name__ == "__main__":
    main(sys.argv[1])
