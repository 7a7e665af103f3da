"""Writes the torch files that the tests of weights/convert read, and what torch itself reads from them.

    python tools/reference/torch_files.py test/golden/torch

Each NAME.pth has a NAME.safetensors beside it: the bytes of every tensor that conversion must give, as U8, and in the
metadata `tensors` their dtypes and shapes, `skipped` the entries that are left out, and `torch` the version.  The files
in `refused/` must not convert; one of them would write a file if it were unpickled.
"""
from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
from collections import OrderedDict

import numpy as np
import torch

from common import save_tensors

_DTYPES = {
    torch.float64: "F64", torch.int64: "I64", torch.float32: "F32", torch.int32: "I32", torch.float16: "F16",
    torch.bfloat16: "BF16", torch.int16: "I16", torch.uint8: "U8", torch.int8: "I8", torch.bool: "BOOL",
}  # fmt: skip


def raw_bytes(t: torch.Tensor) -> torch.Tensor:
    """The elements' bytes in row-major order."""
    flat = t.detach().contiguous().reshape(-1)
    if flat.dtype == torch.bfloat16:
        flat = flat.view(torch.int16)
    return torch.from_numpy(np.frombuffer(flat.numpy().tobytes(), np.uint8).copy())


class Writer:
    def __init__(self, folder: str):
        self.folder = folder
        os.makedirs(os.path.join(folder, "refused"), exist_ok=True)

    def write(self, name: str, obj, expected: dict, skipped=(), **options) -> None:
        """`expected`: converted name -> how to get the tensor from what torch.load gives."""
        path = os.path.join(self.folder, name + ".pth")
        torch.save(obj, path, **options)
        loaded = torch.load(path)
        tensors = {key: pick(loaded) for key, pick in expected.items()}
        described = {key: [_DTYPES[t.dtype], list(t.shape)] for key, t in tensors.items()}
        metadata = {"tensors": json.dumps(described), "skipped": json.dumps(list(skipped)), "torch": torch.__version__}
        contents = {key: raw_bytes(t) for key, t in tensors.items()}
        save_tensors(os.path.join(self.folder, name + ".safetensors"), contents, metadata)


def at(*keys):
    """A function that follows keys into dictionaries."""

    def pick(obj):
        for key in keys:
            obj = obj[key]
        return obj

    return pick


def numbers(*shape, dtype=torch.float32) -> torch.Tensor:
    """Values that differ from each other, with signs and fractions where the type has them."""
    count = int(np.prod(shape, dtype=np.int64))
    return (torch.arange(count, dtype=torch.float64).mul(0.7310585).sub(count / 5)).reshape(shape).to(dtype)


def every_dtype() -> OrderedDict:
    state = OrderedDict((kind.lower(), numbers(3, 5, dtype=dtype)) for dtype, kind in _DTYPES.items())
    state["u8"] = torch.arange(15, dtype=torch.uint8).mul(17).reshape(3, 5)
    state["bool"] = torch.tensor([True, False, True])
    special = [float("nan"), float("inf"), -float("inf"), -0.0, 1e-42, 3.4e38]
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
        state["special_" + _DTYPES[dtype].lower()] = torch.tensor(special).to(dtype)
    state["scalar"] = torch.tensor(7)
    state["empty"] = torch.zeros(3, 0)
    return state


def views() -> dict:
    base = numbers(6, 10)
    qkv = numbers(9, 4)
    return {
        "base": base,
        "rows": base[2:5],
        "columns": base[:, 3:7],
        "transposed": base.t(),
        "steps": base[::2, 1::3],
        "permuted": numbers(2, 3, 4, 5, dtype=torch.float16).permute(3, 0, 2, 1),
        "channels_last": numbers(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
        "expanded": numbers(4, 1).expand(4, 6),
        "one": base[3, 4],
        "bytes": torch.arange(60, dtype=torch.uint8).reshape(6, 10).t(),
        "longs": numbers(3, 4, dtype=torch.int64).t(),
        "q": qkv[0:3],
        "k": qkv[3:6],
        "v": qkv[6:9],
        "none": base[6:],
    }


def network() -> torch.nn.Module:
    torch.manual_seed(5)
    layers = [torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2)]
    return torch.nn.Sequential(OrderedDict(zip(["blocks", "norm", "head"], layers)))


def training_run() -> tuple[dict, torch.nn.Module]:
    """What a training program saves: weights of a data-parallel model, and everything beside them."""
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.ones(8, 3)).sum().backward()
    optimizer.step()
    args = argparse.Namespace(
        lr=1e-3, output=pathlib.PurePosixPath("runs/1"), device=torch.device("cpu"), dtype=torch.float16,
        mean=np.float64(0.5), table=np.arange(3), names=["a", "b"], kinds={"x", "y"}, big=2**80,
    )  # fmt: skip
    checkpoint = {
        "model": OrderedDict(("module." + key, value) for key, value in model.state_dict().items()),
        "optimizer": optimizer.state_dict(),
        "epoch": 99,
        "scaler": {"scale": 65536.0, "_growth_tracker": 0},
        "args": args,
        "best": np.float32(0.25),
    }
    return checkpoint, model


def scene_run() -> dict:
    """What MCC's training program saves with --use_hypersim: tensors that are called as those of MCC for objects are."""
    args = argparse.Namespace(epochs=50, use_hypersim=True, regress_color=False, hypersim_path="hypersim_data")
    model = OrderedDict({"decoder_blocks.0.norm1.weight": numbers(4), "blocks_xyz.0.norm1.bias": numbers(4)})
    return {"model": model, "epoch": 49, "args": args}


class WritesFile:
    """Unpickling one would run os.system."""

    def __reduce__(self):
        return os.system, ("echo run > run-by-pickle.txt",)


def main() -> None:
    folder = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    out = Writer(folder)
    state = every_dtype()
    flat = {key: at(key) for key in state}
    out.write("dtypes", state, flat)
    for protocol in (3, 4, 5):
        out.write(f"protocol{protocol}", state, flat, pickle_protocol=protocol)
    out.write("legacy", state, flat, _use_new_zipfile_serialization=False)
    out.write("views", views(), {key: at(key) for key in views()})
    out.write("legacy_views", views(), {key: at(key) for key in views()}, _use_new_zipfile_serialization=False)

    checkpoint, model = training_run()
    skipped = ["optimizer", "epoch", "scaler", "args", "best"]
    in_model = {key: at("model", "module." + key) for key in model.state_dict()}
    out.write("checkpoint", checkpoint, in_model, skipped)
    out.write("legacy_checkpoint", checkpoint, in_model, skipped, _use_new_zipfile_serialization=False)

    scenes = scene_run()
    out.write("scenes", scenes, {key: at("model", key) for key in scenes["model"]}, ["epoch", "args"])

    complex_values = torch.complex(numbers(4), numbers(4))
    nested = {
        "encoder": {"patch": torch.nn.Parameter(numbers(2, 3)), "blocks": [numbers(2)], 0: {"w": numbers(3)}},
        "step": numbers(2),
        "complex": complex_values,
        "sparse": torch.eye(3).to_sparse(),
        "note": "text",
        "optimizer": {"state": {0: {"exp_avg": numbers(2)}}},
    }
    paths = {"encoder.patch": at("encoder", "patch"), "encoder.0.w": at("encoder", 0, "w"), "step": at("step")}
    out.write("nested", nested, paths, ["encoder.blocks", "complex", "sparse", "note", "optimizer"])
    out.write("legacy_nested", nested, paths, ["encoder.blocks", "complex", "sparse", "note", "optimizer"],
              _use_new_zipfile_serialization=False)  # fmt: skip

    refused = os.path.join(folder, "refused")
    torch.save({"weight": numbers(2), "payload": WritesFile()}, os.path.join(refused, "runs_code.pth"))
    torch.save({"weight": numbers(2), "payload": WritesFile()}, os.path.join(refused, "runs_code_legacy.pth"),
               _use_new_zipfile_serialization=False)  # fmt: skip
    torch.save(torch.nn.Linear(2, 2), os.path.join(refused, "whole_module.pth"))
    torch.jit.script(torch.nn.Linear(2, 2)).save(os.path.join(refused, "script.pt"))
    torch.save({"epoch": 3, "loss": [0.5]}, os.path.join(refused, "no_tensors.pth"))


if __name__ == "__main__":
    main()
