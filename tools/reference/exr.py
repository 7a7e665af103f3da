"""Depth in OpenEXR files, written by OpenImageIO, for the tests of our reader: test/golden/exr.

    apt-get install python3-openimageio
    /usr/bin/python3 exr.py DIRECTORY

The depth of pixel x, y is 1 + (x + 2 y) / 64 meters, which every type holds exactly; whole numbers are 64 times that.
Five pixels have none: 0 at 4,3 and 5,3, not a number at 6,3, infinity at 7,3, and -1 at 8,3 (0 where numbers have no sign).
"""
from __future__ import annotations

import os
import sys

import numpy as np
import OpenImageIO as oiio

WIDTH, HEIGHT = 37, 21
DATE = "2026:01:01 00:00:00"  # the same bytes every time
NONE = dict(zip(((4, 3), (5, 3), (6, 3), (7, 3), (8, 3)), (0, 0, np.nan, np.inf, -1)))


def depth(width=WIDTH, height=HEIGHT) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    values = (1 + (x + 2 * y) / 64).astype(np.float32)
    for (column, row), value in NONE.items():
        values[row, column] = value
    return values


def stored(values: np.ndarray, kind: str) -> np.ndarray:
    if kind != "uint":
        return values
    return np.clip(np.nan_to_num(values * 64, posinf=0), 0, None).astype(np.uint32)


def write(path: str, planes: dict, kind: str, compression: str, tile=0, window=None):
    """Writes planes [H, W] by their names. `window`: left, top, width and height of the picture that the planes lie in."""
    height, width = next(iter(planes.values())).shape
    spec = oiio.ImageSpec(width, height, len(planes), kind)
    spec.channelnames = tuple(planes)
    spec["compression"] = compression
    spec["DateTime"] = DATE
    spec.tile_width = spec.tile_height = tile
    if window:
        spec.full_x, spec.full_y, spec.full_width, spec.full_height = window
    out = oiio.ImageOutput.create(path)
    if not out.open(path, spec) or not out.write_image(np.stack([stored(plane, kind) for plane in planes.values()], -1)):
        raise OSError(out.geterror())
    out.close()


def write_mipmaps(path: str, source: str):
    """The picture of a file with smaller copies of it, in tiles."""
    config = oiio.ImageSpec(0, 0, 0, "float")
    config.tile_width = config.tile_height = 16
    config["compression"] = "zips"
    config["DateTime"] = DATE
    if not oiio.ImageBufAlgo.make_texture(oiio.MakeTxTexture, oiio.ImageBuf(source), path, config):
        raise OSError(oiio.geterror())


def main(folder: str):
    os.makedirs(folder, exist_ok=True)
    path = lambda name: os.path.join(folder, name + ".exr")
    z = depth()
    for compression in ("none", "rle", "zips", "zip"):
        for kind in ("half", "float", "uint"):
            write(path(f"{compression}_{kind}"), {"Z": z}, kind, compression)
    for compression in ("none", "zip"):
        write(path(f"tiles_{compression}"), {"Z": z}, "float", compression, tile=16)
    write_mipmaps(path("mipmaps"), path("zip_float"))
    # Other channels before and after the depth in a row.
    write(path("rgb"), {"R": z, "G": z + 100, "B": z + 200}, "float", "zip")
    write(path("layers"), {"Depth.Z": z, "Combined.R": z + 100, "Combined.G": z + 200, "Normal.X": z, "Normal.Y": z, "Normal.Z": z + 300}, "half", "zip")
    # A picture of 40 x 24 pixels; the file has only those from 2,1 on.
    write(path("window"), {"Y": z}, "float", "zip", window=(-2, -1, 40, 24))
    # A picture of 32 x 16 pixels; the file has more around it.
    write(path("overscan"), {"Y": z}, "float", "rle", window=(3, 2, 32, 16))
    write(path("unclear"), {"A": z, "B": z}, "half", "zip")
    write(path("piz"), {"Z": z}, "half", "piz")


if __name__ == "__main__":
    main(sys.argv[1])
