"""All masks of a photo: the steps of SAM's automatic mask generator, and the fixtures of it.

The program follows what the released automatic_mask_generator.py and utils/amg.py compute. It keeps every candidate as a
plain record and every mask as a plain array, because only small photos pass through it.
"""
from __future__ import annotations

import itertools
import math
import os

import numpy as np
import torch
import torch.nn.functional as F
from torchvision.ops.boxes import batched_nms

import coco
import fixtures
import sam as S
import synthetic
from common import Fixture, make_weights

DEFAULTS = dict(pointsPerSide=32, pointsPerBatch=64, predIouThresh=0.88, stabilityScoreThresh=0.95, stabilityScoreOffset=1.0,
                boxNmsThresh=0.7, cropNLayers=0, cropNmsThresh=0.7, cropOverlapRatio=512 / 1500,
                cropNPointsDownscaleFactor=1, minMaskRegionArea=0)
EDGE = 20
# An engine that sums in another order is at most this many times as far from float64 as the float32 run here.
FACTOR = 8


def point_grid(side: int) -> np.ndarray:
    """[side * side, 2] of (x, y) in 0..1, row by row."""
    line = np.linspace(1 / (2 * side), 1 - 1 / (2 * side), side)
    return np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)


def crop_boxes(height: int, width: int, o: dict):
    """(box, layer) of the photo and of all crops."""
    yield (0, 0, width, height), 0
    for layer in range(1, o["cropNLayers"] + 1):
        n = 2**layer
        overlap = int(o["cropOverlapRatio"] * min(height, width) * (2 / n))
        w, h = (math.ceil((overlap * (n - 1) + length) / n) for length in (width, height))
        for i, j in itertools.product(range(n), range(n)):
            x, y = i * (w - overlap), j * (h - overlap)
            yield (x, y, min(x + w, width), min(y + h, height)), layer


def box_of(mask) -> list:
    """First and last column and row of a mask [H, W]; zeros for an empty one."""
    y, x = torch.nonzero(mask, as_tuple=True)
    return [int(x.min()), int(y.min()), int(x.max()), int(y.max())] if len(x) else [0, 0, 0, 0]


def touches_cut(box, crop, height, width) -> bool:
    placed = [box[0] + crop[0], box[1] + crop[1], box[2] + crop[0], box[3] + crop[1]]
    return any(abs(v - c) <= EDGE and abs(v - p) > EDGE for v, c, p in zip(placed, crop, (0, 0, width, height)))


def nms(boxes, scores, limit: float) -> list:
    boxes = torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)
    return batched_nms(boxes, torch.tensor(scores, dtype=torch.float32), torch.zeros(len(boxes)), limit).tolist()


def regions(mask):
    """[H, W] numbers of the regions of a mask, of pixels that touch at a side or a corner; 0 outside."""
    labels = (torch.arange(1, mask.numel() + 1, dtype=torch.float64).view(mask.shape)) * mask
    while True:
        grown = F.max_pool2d(labels[None, None], 3, 1, 1)[0, 0] * mask
        if torch.equal(grown, labels):
            return labels.long()
        labels = grown


def first_of_largest(labels, numbers, counts) -> int:
    """Of the regions with most pixels, the one whose first block of 2 x 2 pixels comes first: OpenCV numbers regions in this order."""
    def first_block(number):
        y, x = torch.nonzero(labels == number, as_tuple=True)
        return min(zip((y // 2).tolist(), (x // 2).tolist()))
    return min(numbers[counts == counts.max()].tolist(), key=first_block)


def without_small_regions(mask, area: int):
    """The mask with small holes filled and small islands removed, and whether there were any."""
    changed = False
    for inside in (False, True):
        labels = regions(mask == inside)
        numbers, counts = labels[labels > 0].unique(return_counts=True)
        small = numbers[counts < area]
        if len(small) == 0:
            continue
        changed = True
        if inside and len(small) == len(numbers):
            small = numbers[numbers != first_of_largest(labels, numbers, counts)]
        mask = torch.where(torch.isin(labels, small), torch.tensor(not inside), mask)
    return mask, changed


def candidates(w: dict, c: dict, image: np.ndarray, points: np.ndarray, o: dict, dtype):
    """Low-resolution logits and predicted IoU of three masks for each point of an image or crop."""
    height, width = image.shape[:2]
    resized = S.resize_image(image, c["image"])
    embedding = S.encode_image(w, c, S.preprocess(resized, c["image"], dtype))
    scaled = torch.as_tensor(S.scale_coords(points, (height, width), c["image"]))
    low, iou = [], []
    for batch in scaled.split(o["pointsPerBatch"]):
        labels = torch.ones(len(batch), 1, dtype=torch.int32)
        sparse, dense = S.encode_prompts(w, c, batch[:, None].to(dtype), labels)
        masks, quality = S.decode_masks(w, c, embedding, sparse, dense)
        low.append(masks[:, 1:])
        iou.append(quality[:, 1:])
    return torch.cat(low), torch.cat(iou), resized.shape[:2]


def search_crop(w, c, image, crop, layer, o, dtype):
    """The masks of one crop, best first, and the predicted IoU of all candidates."""
    height, width = image.shape[:2]
    x0, y0, x1, y1 = crop
    part = image[y0:y1, x0:x1]
    points = point_grid(int(o["pointsPerSide"] / o["cropNPointsDownscaleFactor"] ** layer)) * [x1 - x0, y1 - y0]
    low, iou, resized = candidates(w, c, part, points, o, dtype)
    found = []
    for i, k in itertools.product(range(len(points)), range(iou.shape[1])):
        if o["predIouThresh"] > 0 and not iou[i, k] > o["predIouThresh"]:
            continue
        logits = S.upscale_masks(c, low[i : i + 1, k : k + 1], resized, part.shape[:2])[0, 0]
        offset = o["stabilityScoreOffset"]
        stability = ((logits > offset).sum().to(torch.int32) / (logits > -offset).sum().to(torch.int32))
        if o["stabilityScoreThresh"] > 0 and not stability >= o["stabilityScoreThresh"]:
            continue
        box = box_of(logits > 0)
        if touches_cut(box, crop, height, width):
            continue
        found.append(dict(box=box, iou=float(iou[i, k]), stability=float(stability), logits=logits, crop=crop,
                          point=[points[i, 0] + x0, points[i, 1] + y0], key=(crop, i, k)))
    kept = [found[i] for i in nms([f["box"] for f in found], [f["iou"] for f in found], o["boxNmsThresh"])]
    for f in kept:
        f["mask"] = F.pad(f["logits"] > 0, (x0, width - x1, y0, height - y1))
        f["box"] = [f["box"][0] + x0, f["box"][1] + y0, f["box"][2] + x0, f["box"][3] + y0]
    return kept, iou.flatten(), found


def search(w: dict, c: dict, image: np.ndarray, options: dict, dtype=torch.float32):
    """All masks of an image [H, W, 3], in the order of the original."""
    o = {**DEFAULTS, **options}
    found, qualities, stable = [], [], []
    crops = list(crop_boxes(*image.shape[:2], o))
    for crop, layer in crops:
        kept, iou, passed = search_crop(w, c, image, crop, layer, o, dtype)
        found += kept
        qualities.append(iou)
        stable += passed
    if len(crops) > 1:
        scores = [1 / np.float32((f["crop"][2] - f["crop"][0]) * (f["crop"][3] - f["crop"][1])) for f in found]
        found = [found[i] for i in nms([f["box"] for f in found], scores, o["cropNmsThresh"])]
    if o["minMaskRegionArea"] > 0:
        scores = []
        for f in found:
            f["mask"], changed = without_small_regions(f["mask"], o["minMaskRegionArea"])
            f["box"] = box_of(f["mask"]) if changed else f["box"]
            scores.append(0.0 if changed else 1.0)
        found = [found[i] for i in nms([f["box"] for f in found], scores, max(o["boxNmsThresh"], o["cropNmsThresh"]))]
    return found, torch.cat(qualities), stable


# --- fixtures ----------------------------------------------------------------------

def margins(found, qualities, stable, exact, o):
    """Bounds of the errors of quality and logits; raises if a candidate is so close to a limit that it may fall either way."""
    if [f["key"] for f in found] != [f["key"] for f in exact[0]]:
        raise ValueError("float32 and float64 find other masks; take another seed")
    quality = FACTOR * float((qualities.double() - exact[1]).abs().max())
    logits = FACTOR * max(float((f["logits"].double() - e["logits"]).abs().max()) for f, e in zip(found, exact[0]))
    if float((qualities - o["predIouThresh"]).abs().min()) < quality:
        raise ValueError("a predicted IoU is too close to its limit")
    ranked = sorted(f["iou"] for f in stable)
    if min((b - a for a, b in zip(ranked, ranked[1:])), default=1) < quality:
        raise ValueError("two predicted IoUs are too close to each other")
    return quality, logits


CASES = {
    "everything_a": dict(seed=1, image=(5, 87, 116), config=fixtures.SAM_CASES["sam_a"]["config"], options=dict(
        pointsPerSide=5, pointsPerBatch=7, predIouThresh=0.15, stabilityScoreThresh=0.7, stabilityScoreOffset=0.02, boxNmsThresh=1.0)),
    "everything_b": dict(seed=2, image=(6, 131, 60), config=fixtures.SAM_CASES["sam_b"]["config"], options=dict(
        pointsPerSide=6, predIouThresh=0.5, stabilityScoreThresh=0.7, stabilityScoreOffset=0.03, boxNmsThresh=0.98,
        minMaskRegionArea=25)),
}
LARGE_CASES = {
    "everything_vit_b": dict(seed=1, image=(5, 60, 80), config=S.VIT_B, options=dict(
        pointsPerSide=3, predIouThresh=0.1, stabilityScoreThresh=0.6, stabilityScoreOffset=0.02, boxNmsThresh=1.0)),
    # Masks of generated weights reach from side to side. Crops that end within EDGE pixels of the photo's sides keep them.
    "everything_vit_b_crops": dict(seed=1, image=(5, 60, 80), config=S.VIT_B, options=dict(
        pointsPerSide=4, predIouThresh=0.1, stabilityScoreThresh=0.6, stabilityScoreOffset=0.02, boxNmsThresh=1.0,
        cropNLayers=1, cropOverlapRatio=0.8, cropNmsThresh=0.9, cropNPointsDownscaleFactor=2)),
}


def fixture(path: str, case: dict, weights=None):
    """Writes the fixture of a case. `weights` gives the weights in a precision; by default they are generated."""
    c, o = case["config"], {**DEFAULTS, **case["options"]}
    image = synthetic.image(*case["image"])
    weights = weights or (lambda dtype: make_weights(S.specs(c), case["seed"], dtype))
    found, qualities, stable = search(weights(torch.float32), c, image, o)
    exact = search(weights(torch.float64), c, image, o, torch.float64)
    quality, logits = margins(found, qualities, stable, exact, o)
    f = Fixture(path, "everything", c)
    f.meta.update(network="sam", seed=case["seed"], options=case["options"])
    f.meta["image"] = dict(zip(("seed", "height", "width"), case["image"]))
    f.meta["segmentations"] = [coco.encode(one["mask"].numpy()) for one in found]
    offset = o["stabilityScoreOffset"]
    near = lambda one, at: int(((one["logits"] - at).abs() <= logits).sum())
    integers = lambda values: torch.tensor(values, dtype=torch.int32)
    f.add("boxes", integers([one["box"] for one in found]))
    f.add("crops", integers([one["crop"] for one in found]))
    f.add("areas", integers([int(one["mask"].sum()) for one in found]))
    f.add("points", torch.tensor([one["point"] for one in found], dtype=torch.float32))
    f.add("quality", torch.tensor([one["iou"] for one in found]), torch.tensor([e["iou"] for e in exact[0]], dtype=torch.float64))
    f.add("stability", torch.tensor([one["stability"] for one in found]))
    f.add("undecided", integers([[near(one, at) for at in (0, offset, -offset)] for one in found]))
    f.meta["notes"] = ("undecided: number of pixels whose logit is so close to 0, +offset and -offset that rounding decides; "
                       "points are those of the photo, rounded to float32")
    return f


def build(out: str, cases: dict):
    for name, case in cases.items():
        f = fixture(os.path.join(out, name + ".safetensors"), case)
        yield f.path, f.save()
