"""COCO's run-length encoding by pycocotools, which the engine's own encoder and decoder are compared with.

    python coco.py --golden FILE      masks with their encodings, for the tests: test/golden/coco_rle.json
    python coco.py --polygons FILE    polygons with the encodings of their masks: test/golden/coco_polygons.json
    python coco.py masks.json ...     decode files of `unflat segment --everything`, and compare areas and boxes
"""
from __future__ import annotations

import argparse
import json
import sys

import numpy as np
from pycocotools import mask as coco


def encode(mask: np.ndarray) -> str:
    """The compressed counts of a mask [H, W]."""
    return coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()


def sample_masks():
    """Masks of a pixel, of noise, of everything and nothing, and of long runs."""
    random = np.random.RandomState(5)
    for height, width, share in ((1, 1, 0), (1, 1, 1), (7, 9, 0.5), (33, 20, 0.1), (64, 40, 0.97), (90, 70, 1), (90, 70, 0)):
        yield random.random_sample((height, width)) < share
    y, x = np.mgrid[:300, :211]
    yield ((x - 100) ** 2 + (y - 120) ** 2 < 80**2) & ((x // 13 + y // 29) % 5 != 0)
    yield y < 299  # a run that goes on in the next column
    yield np.ones((2000, 3000), bool)


def write_golden(path: str):
    lines = []
    for mask in sample_masks():
        height, width = mask.shape
        # Rows of the mask, each as the columns where it changes.
        changes = [np.flatnonzero(np.diff(row.astype(np.int8), prepend=0)).tolist() for row in mask]
        same = all(row == changes[0] for row in changes)
        lines.append(json.dumps(dict(size=[height, width], counts=encode(mask), rows=changes[:1] if same else changes)))
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


def sample_polygons():
    """Sizes [height, width] with polygons: on pixels, between them, thin, crossing themselves, outside, and several at once."""
    yield (10, 10), [[1, 1, 5, 1, 5, 4]]
    yield (10, 10), [[0, 0, 10, 0, 10, 10, 0, 10]]
    yield (10, 10), [[2.5, 2.5, 7.5, 2.5, 7.5, 7.5, 2.5, 7.5]]
    yield (12, 9), [[-3, -4, 20, -4, 20, 30, -3, 30]]
    yield (12, 9), [[4.1, 1, 4.3, 1, 4.3, 11, 4.1, 11]]
    yield (12, 9), [[3, 3, 3, 3, 3, 3]]
    yield (20, 30), [[5, 5, 25, 15, 25, 5, 5, 15]]
    yield (20, 30), [[-8.2, 3.3, 12, -5.7, 40, 25.1, 3, 19.9], [10, 2, 14, 2, 14, 6, 10, 6]]
    random = np.random.RandomState(8)
    for corners in (3, 4, 5, 8, 13, 40):
        for _ in range(4):
            height, width = random.randint(5, 60, 2)
            places = random.uniform(-0.2, 1.2, (corners, 2)) * (width, height)
            yield (height, width), [np.round(places, random.randint(4)).reshape(-1).tolist()]
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    for radius in (7.3, 33):
        circle = np.stack([40 + radius * np.cos(angle), 35.2 + radius * np.sin(angle)], 1)
        yield (70, 80), [np.round(circle, 2).reshape(-1).tolist()]


def write_polygons(path: str):
    lines = []
    for (height, width), polygons in sample_polygons():
        runs = coco.merge(coco.frPyObjects(polygons, int(height), int(width)))
        lines.append(json.dumps(dict(size=[int(height), int(width)], polygons=polygons, counts=runs["counts"].decode())))
    with open(path, "w") as file:
        file.write("[\n" + ",\n".join(lines) + "\n]\n")


def check(path: str) -> int:
    """Compares the masks of a file with what it says about them. Returns the number of masks that differ."""
    with open(path) as file:
        results = json.load(file)
    wrong = 0
    for result in results:
        mask = coco.decode(result["segmentation"])
        left, top, width, height = coco.toBbox(result["segmentation"]).tolist()
        box = [left, top, width - 1, height - 1] if mask.any() else [0, 0, 0, 0]
        ok = int(mask.sum()) == result["area"] and box == result["bbox"] and encode(mask) == result["segmentation"]["counts"]
        if not ok:
            print(f"{path}: mask {result['id']} has {int(mask.sum())} pixels in {box}, the file says {result['area']} in {result['bbox']}")
        wrong += not ok
    print(f"{path}: {len(results) - wrong} of {len(results)} masks agree")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--golden")
    parser.add_argument("--polygons")
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    if args.golden:
        write_golden(args.golden)
    if args.polygons:
        write_polygons(args.polygons)
    sys.exit(1 if sum(check(path) for path in args.files) else 0)


if __name__ == "__main__":
    main()
