"""Training records: pictures of scenes with truth, and queries around the main object for MCC.

A record keeps everything in metres in the camera frame; what the chain does to it (masks, crops, normalisation, noise) happens
at training time. `data.py DIRECTORY FIRST COUNT [WORKER WORKERS]` writes shards; existing shards are skipped.
"""
from __future__ import annotations

import os
import sys
import time

import numpy as np
import torch

from render import Renderer
from scene import HELD_OUT_FROM, random_scene

HEIGHT, WIDTH = 192, 256
NEAR, UNIFORM = 1024, 512
SHARD = 64
BOX_LOW, BOX_HIGH = (-3.5, -3.5, -2.0), (3.5, 3.5, 5.5)  # of MCC's grid, normalised
SMALLEST = 350  # visible pixels of a usable main object

RECORD = np.dtype(
    [
        ("seed", "<i8"),
        ("usable", "u1"),
        ("fov", "<f4"),
        ("centre", "<f4", 3),
        ("rgb", "u1", (HEIGHT, WIDTH, 3)),
        ("depth", "<u2", (HEIGHT, WIDTH)),
        ("number", "u1", (HEIGHT, WIDTH)),
        ("near", "<f2", (NEAR, 3)),
        ("near_distance", "<f2", NEAR),
        ("near_colour", "u1", (NEAR, 3)),
        ("uniform", "<f2", (UNIFORM, 3)),
        ("uniform_distance", "<f2", UNIFORM),
    ]
)

# What the small SAM and ZoeDepth say of a record's main object (predicted.py); their depth is right up to a factor.
PREDICTION = np.dtype([("seen_mask", "?", (HEIGHT, WIDTH)), ("seen_depth", "<u2", (HEIGHT, WIDTH))])


def shards_of(directory: str) -> list[str]:
    """Names of the shards that are whole, in order."""
    return sorted(n for n in os.listdir(directory) if n.startswith("shard-") and n.endswith(".npy") and ".part" not in n)


def predictions_of(shard: str) -> str:
    """Path of the predictions for a shard's path."""
    return shard.replace("shard-", "predicted-")


def unproject(depth, fov):
    """Depth [..., H, W] metres and horizontal field of view [...] degrees -> camera points [..., 3, H, W]."""
    h, w = depth.shape[-2:]
    v, u = torch.meshgrid(torch.arange(h, device=depth.device), torch.arange(w, device=depth.device), indexing="ij")
    f = 0.5 * w / torch.tan(torch.deg2rad(fov) / 2)[..., None, None]
    return torch.stack([(u - w / 2) / f * depth, (v - h / 2) / f * depth, depth], -3)


def normalisation(points, mask):
    """points [..., 3, H, W], mask [..., H, W] -> scale [...] and centre [..., 3] of the scaled points, as the chain does."""
    m = mask[..., None, :, :].to(points.dtype)
    n = m.sum((-2, -1))
    mean = (points * m).sum((-2, -1)) / n
    var = ((points - mean[..., None, None]) ** 2 * m).sum((-2, -1)) / (n - 1)
    scale = var.sqrt().mean(-1)
    return scale, mean / scale[..., None]


@torch.no_grad()
def record(seed: int, device: str = "cpu") -> np.ndarray:
    out = np.zeros((), RECORD)
    scene = random_scene(seed)
    renderer = Renderer(scene, device)
    rgb, depth, number = renderer.picture(HEIGHT, WIDTH)
    out["seed"], out["fov"], out["rgb"], out["number"] = seed, scene.fov, rgb, number
    out["depth"] = np.round(depth * 1000)
    mask = torch.from_numpy(number == 1)
    border = mask[0].sum() + mask[:, 0].sum() + mask[:, -1].sum() + mask[-1].sum()
    out["usable"] = int(mask.sum() >= SMALLEST and border < 40)
    if not out["usable"]:
        return out
    scale, centre = normalisation(unproject(torch.from_numpy(depth), torch.tensor(scene.fov)), mask)
    g = torch.Generator().manual_seed(seed)
    camera, colour, world = renderer.surface(NEAR, lines=700)
    sigma = torch.where(torch.rand(NEAR, generator=g) < 0.5, 0.06, 0.2) * scale
    near = camera + (torch.randn(NEAR, 3, generator=g) * sigma[:, None]).to(device)
    low, high = torch.tensor(BOX_LOW), torch.tensor(BOX_HIGH)
    uniform = ((low + (high - low) * torch.rand(UNIFORM, 3, generator=g)) + centre) * scale
    middle = camera.mean(0)
    out["centre"], out["near_colour"] = middle.cpu(), colour.cpu()
    for name, q in (("near", near), ("uniform", uniform.to(device))):
        p = renderer.axes @ q.T + renderer.eye
        slope = renderer.tables.gradient(0, p)
        distance = renderer.tables.distance(0, p).abs() / (slope * slope).sum(0).sqrt().clamp(0.5, 1.5)
        out[name], out[name + "_distance"] = (q - middle).cpu(), distance.clamp(0, 9).cpu()
    return out


def write_shards(directory: str, first: int, count: int, worker: int = 0, workers: int = 1) -> None:
    os.makedirs(directory, exist_ok=True)
    for start in range(first + worker * SHARD, first + count, workers * SHARD):
        path = os.path.join(directory, f"shard-{start:08d}.npy")
        if os.path.exists(path):
            continue
        begun = time.time()
        shard = np.stack([record(seed) for seed in range(start, start + SHARD)])
        np.save(path + ".part.npy", shard)
        os.replace(path + ".part.npy", path)
        print(f"{path}: {SHARD / (time.time() - begun):.1f} scenes/s, {int(shard['usable'].sum())} usable", flush=True)


class Pool:
    """The usable training records of a directory; grows as shards appear. On a GPU the fields are kept in its memory, up to `gib`.

    Fields are those of RECORD and PREDICTION; with any of the latter only shards that have predictions count."""

    def __init__(self, directory: str, device: str, fields, gib: float):
        self.directory, self.device, self.fields = directory, device, tuple(fields)
        self.names, self.shards, self.index, self.count = set(), [], [], 0
        self.predicted = any(f in PREDICTION.names for f in self.fields)
        if device != "cpu":
            of = lambda f: PREDICTION[f] if f in PREDICTION.names else RECORD[f]
            size = sum(of(f).itemsize for f in self.fields)
            self.capacity = int(gib * 2**30) // size
            self.store = {
                f: torch.empty(
                    self.capacity, *of(f).shape, dtype=tensor_of(np.zeros(1, of(f).base)).dtype, device=device
                )
                for f in self.fields
            }
        self.refresh()

    def refresh(self) -> int:
        """Looks for new shards, and their predictions where the fields ask for any; returns how many records there are."""
        for name in shards_of(self.directory):
            path = os.path.join(self.directory, name)
            if name in self.names or int(name[6:14]) >= HELD_OUT_FROM:
                continue
            if self.predicted and not os.path.exists(predictions_of(path)):
                continue
            records = np.load(path, mmap_mode="r")
            usable = np.nonzero(records["usable"])[0]
            shard = {f: records[f] for f in self.fields if f in RECORD.names}
            if self.predicted:
                told = np.load(predictions_of(path), mmap_mode="r")
                shard |= {f: told[f] for f in self.fields if f in PREDICTION.names}
            if self.device == "cpu":
                self.index += [(len(self.shards), i) for i in usable]
                self.shards.append(shard)
            elif self.count + len(usable) > self.capacity:
                break
            else:
                for f in self.fields:
                    self.store[f][self.count : self.count + len(usable)] = tensor_of(shard[f][usable]).to(self.device)
            self.names.add(name)
            self.count += len(usable)
        return self.count

    def __len__(self) -> int:
        return self.count

    def draw(self, size: int, generator) -> dict:
        """The fields of `size` random records as tensors [size, ...]; floats are f32, depth is in millimetres."""
        which = torch.randint(self.count, (size,), generator=generator, device=generator.device)
        if self.device == "cpu":
            at = [self.index[k] for k in which.tolist()]
            batch = {f: tensor_of(np.stack([self.shards[s][f][i] for s, i in at])) for f in self.fields}
        else:
            batch = {f: v[which] for f, v in self.store.items()}
        return {f: v.float() if v.dtype in (torch.float16, torch.int32) else v for f, v in batch.items()}


def tensor_of(a: np.ndarray) -> torch.Tensor:
    """Depth has at most 65,535 mm: as i32, which torch knows."""
    return torch.from_numpy(a.astype(np.int32) if a.dtype == np.uint16 else a)


def main() -> None:
    torch.set_num_threads(1)
    directory, first, count, *rest = sys.argv[1:]
    write_shards(directory, int(first), int(count), *map(int, rest))


if __name__ == "__main__":
    main()
