"""Writes weights/tiny: f16 safetensors under the released names, config.json, and the curves.

`export.py OUT [sam=RUN] [zoe=RUN] [mcc=RUN] [threshold=T]`, where RUN is the --out of a training program and T the probability
above which MCC's points are occupied. A run's curve joins those of the runs before it that OUT has, under the name of its directory.
"""
from __future__ import annotations

import json
import os
import sys

import torch

from zoe_net import ASIDE

KINDS = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64", torch.int16: "I16", torch.uint8: "U8"}


def write_json(path: str, value) -> None:
    """As prettier formats it: one key per line, lists on one line."""

    def text(v, indent: int) -> str:
        if isinstance(v, dict):
            inner = ",\n".join(f"{' ' * (indent + 2)}{json.dumps(k)}: {text(x, indent + 2)}" for k, x in v.items())
            return "{\n" + inner + "\n" + " " * indent + "}"
        return json.dumps(v)

    with open(path, "w") as f:
        f.write(text(value, 0) + "\n")


def write_safetensors(path: str, tensors: dict, metadata: dict) -> None:
    """Aligned, in a fixed order: large elements first, then by name."""
    header, offset = {"__metadata__": dict(sorted(metadata.items()))} if metadata else {}, 0
    order = sorted(tensors, key=lambda k: (-tensors[k].element_size(), k))
    for name in order:
        t = tensors[name]
        size = t.numel() * t.element_size()
        header[name] = {"dtype": KINDS[t.dtype], "shape": list(t.shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for name in order:
            f.write(tensors[name].contiguous().cpu().numpy().tobytes())


def add_curve(path: str, run: str) -> None:
    """Adds a run's lines to a curve, in place of earlier ones of the same run."""
    name = os.path.basename(os.path.abspath(run))
    read = lambda p: [json.loads(line) for line in open(p)] if os.path.exists(p) else []
    lines = [line for line in read(path) if line.get("run") != name]
    lines += [{"run": name, **line} for line in read(os.path.join(run, "curve.jsonl"))]
    with open(path, "w") as f:
        f.writelines(json.dumps(line) + "\n" for line in lines)


def main() -> None:
    out, runs = sys.argv[1], dict(a.split("=", 1) for a in sys.argv[2:])
    threshold = runs.pop("threshold", None)
    os.makedirs(out, exist_ok=True)
    path = os.path.join(out, "config.json")
    config = json.load(open(path)) if os.path.exists(path) else {}
    for network, run in runs.items():
        state = torch.load(os.path.join(run, "last.pt"), map_location="cpu")
        half = {}
        for name, value in state["average"].items():
            if name.startswith(ASIDE):
                continue
            half[name] = value.half()
            if not torch.isfinite(half[name]).all():
                raise SystemExit(
                    f"{network}: {name} does not fit f16: largest value {value.abs().max():.3g}. Train with more weight decay."
                )
        write_safetensors(
            os.path.join(out, network + ".safetensors"),
            half,
            {"network": network, "samples": str(state["samples"]), "license": "same as the project"},
        )
        config[network] = state["config"]
        add_curve(os.path.join(out, network + ".curve.jsonl"), run)
        print(
            f"{network}: {sum(v.numel() for v in half.values())} values, {os.path.getsize(os.path.join(out, network + '.safetensors'))} bytes"
        )
    if threshold is not None:
        config["mcc"]["threshold"] = float(threshold)
    write_json(path, config)


if __name__ == "__main__":
    main()
