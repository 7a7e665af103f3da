"""Weights of runs in progress and of weights that ship, read alike."""
from __future__ import annotations

import json
import os

import numpy as np
import torch

TYPES = {"F32": np.float32, "F16": np.float16, "I16": np.int16, "U8": np.uint8, "I64": np.int64}


def read_safetensors(path: str) -> dict:
    with open(path, "rb") as f:
        header = json.loads(f.read(int.from_bytes(f.read(8), "little")))
        body = f.read()
    out = {}
    for name, t in header.items():
        if name != "__metadata__":
            a, b = t["data_offsets"]
            out[name] = torch.from_numpy(np.frombuffer(body[a:b], TYPES[t["dtype"]]).reshape(t["shape"]).copy())
    return out


def newest(path: str) -> str:
    """The file that `read` reads: of a run (the --out of a training program) its last state, else the safetensors file itself."""
    return path if path.endswith(".safetensors") else os.path.join(path, "last.pt")


def read(path: str, device: str = "cpu"):
    """(config, weights in f32) from the moving average of a run, or from a shipped file such as weights/tiny/mcc.safetensors."""
    if path.endswith(".safetensors"):
        folder, name = os.path.split(path)
        with open(os.path.join(folder, "config.json")) as f:
            config = json.load(f)[name.removesuffix(".safetensors")]
        return config, {k: v.float().to(device) for k, v in read_safetensors(path).items()}
    state = torch.load(newest(path), map_location=device)
    return state["config"], state["average"]
