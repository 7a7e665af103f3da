"""Scene files for measuring: `sceneFiles.py DIRECTORY FIRST COUNT [WIDTH]` writes one folder per scene. README.md has the format."""
from __future__ import annotations

import os
import sys

import numpy as np
import torch
from PIL import Image

from data import SMALLEST
from export import write_json, write_safetensors
from render import Renderer
from scene import random_scene

POINTS = 8000
# So many more say how near a prediction is to the surface: of nearly every place of the surface, one of them is within 0.05.
DENSE = 40000
WIDTH = 480


def in_steps(xyz: torch.Tensor) -> dict:
    """Points [n, 3] in 16 bits a coordinate: middle + step * dense. A step is about a hundredth of a millimeter."""
    low, high = xyz.amin(0), xyz.amax(0)
    middle, step = (low + high) / 2, (high - low) / 65534
    return dict(dense=((xyz - middle) / step).round().clamp(-32767, 32767).to(torch.int16), middle=middle, step=step)


def click_point(mask: np.ndarray) -> tuple[int, int]:
    """The pixel (x, y) of a mask that lies deepest inside it (chessboard distance; the middle one of the deepest)."""
    inside = np.pad(mask, 1)
    deepest = inside
    while inside.any():
        deepest = inside
        p = np.pad(inside, 1)
        inside = np.logical_and.reduce(
            [p[1 + dy : p.shape[0] - 1 + dy, 1 + dx : p.shape[1] - 1 + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
        )
    y, x = np.nonzero(deepest)
    k = len(y) // 2
    return int(x[k]) - 1, int(y[k]) - 1


@torch.no_grad()
def write_scene(directory: str, seed: int, width: int = WIDTH) -> bool:
    """False, and nothing written, for a scene whose main object is hardly visible or cut by the frame."""
    scene = random_scene(seed)
    renderer = Renderer(scene)
    height = width * 3 // 4
    rgb, depth, number = renderer.picture(height, width, supersample=2)
    mask = number == 1
    border = mask[0].sum() + mask[-1].sum() + mask[:, 0].sum() + mask[:, -1].sum()
    if mask.sum() < SMALLEST * (width / 256) ** 2 or border > 40 * width / 256:
        return False
    camera, colour, world = renderer.surface(POINTS, lines=4000)
    seen = renderer.visible(world)
    dense, _, _ = renderer.surface(DENSE, lines=20000)
    folder = os.path.join(directory, str(seed))
    os.makedirs(folder, exist_ok=True)
    Image.fromarray(rgb).save(os.path.join(folder, "photo.png"), optimize=True)
    Image.fromarray(np.round(depth * 1000).astype(np.uint16)).save(os.path.join(folder, "depth.png"))
    Image.fromarray(number).save(os.path.join(folder, "objects.png"), optimize=True)
    write_safetensors(
        os.path.join(folder, "surface.safetensors"),
        dict(xyz=camera.float(), colour=colour, seen=seen.to(torch.uint8), **in_steps(dense.float())),
        {},
    )
    y, x = np.nonzero(mask)
    facts = dict(
        seed=seed,
        family=scene.families[0],
        heldOutFamily=scene.families[0] == "car",
        fov=round(scene.fov, 6),
        width=width,
        height=height,
        box=[int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1],
        click=list(click_point(mask)),
        maskPixels=int(mask.sum()),
        otherObjects=len(scene.objects) - 1,
    )
    write_json(os.path.join(folder, "scene.json"), facts)
    return True


def main() -> None:
    torch.set_num_threads(1)
    directory, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    width = int(sys.argv[4]) if len(sys.argv) > 4 else WIDTH
    written, seed = 0, first
    while written < count:
        ok = write_scene(directory, seed, width)
        print(f"{seed}: {'written' if ok else 'left out, its object is hardly visible or cut'}", flush=True)
        written, seed = written + ok, seed + 1


if __name__ == "__main__":
    main()
