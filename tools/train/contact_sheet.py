"""A PNG with the pictures of a range of seeds: `contact_sheet.py FIRST COUNT FILE`."""
import sys
import time

import numpy as np
import torch
from PIL import Image

from render import Renderer
from scene import random_scene


def main() -> None:
    first, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(1)
    tiles, begun = [], time.time()
    for seed in range(first, first + count):
        renderer = Renderer(random_scene(seed))
        tiles.append(renderer.picture(192, 256)[0])
    print(f"{count / (time.time() - begun):.1f} pictures per second")
    columns = 6
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[i : i + columns], 1) for i in range(0, len(tiles), columns)]
    Image.fromarray(np.concatenate(rows)).save(path)


if __name__ == "__main__":
    main()
