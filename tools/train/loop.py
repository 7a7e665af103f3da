"""The training loop that all three networks share: Muon and AdamW, warm-up, constant rate, cool-down; resumable; one JSON line per report.

Several processes with the variables of torch.distributed (RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT) train one network together: one
process per core is faster than one process with as many threads.

The rate stays constant until the last `cooldown` share of the run. The state before the cool-down is kept as `stable.pt`:
training goes on from there with a larger `--samples` or `--minutes`. A moving average of the weights is what gets evaluated and exported.
"""
from __future__ import annotations

import argparse
import json
import os
import signal
import time

import torch
import torch.distributed as dist

from checkpoints import read

# Rate (in units of --rate) and weight decay of matrices between tokens' channels, and of convolutions. A decoder has no norms
# between its convolutions: without decay they grow until its activations reach 1e5 and most of it learns nothing.
MATRICES = dict(factor=2.0, weight_decay=0.05)
CONVOLUTIONS = dict(factor=1.0, weight_decay=0.5)
# What blocks add is a multiple of these: a block that a run starts without begins as nothing.
LAYER_SCALES, RESIDUALS = ("gamma_",), (".attn.proj.", ".mlp.fc2.")


def arguments(name: str, batch: int, rate: float) -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=f"Trains the small {name}.")
    p.add_argument("--data", required=True, help="directory of shards (data.py)")
    p.add_argument("--out", required=True, help="directory for checkpoints and the curve; training resumes from it")
    p.add_argument("--start", help="run, or shipped .safetensors, to take the first weights from; its pictures may have another size, its blocks may be fewer")
    p.add_argument("--samples", type=int, help="length of the whole run")
    p.add_argument("--minutes", type=float, help="length of the whole run, instead of --samples")
    p.add_argument("--batch", type=int, default=batch)
    p.add_argument("--rate", type=float, default=rate)
    p.add_argument("--warmup", type=int, default=200, help="steps")
    p.add_argument("--cooldown", type=float, default=0.25, help="share of the run over which the rate falls to zero")
    p.add_argument("--device", default="cpu")
    p.add_argument("--bf16", action="store_true", help="bf16 products on a processor too; needs torch 2 and AVX512-BF16")
    p.add_argument("--pool-gib", type=float, default=16, help="GPU memory for the records")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--sizes", choices=("cpu", "gpu"), help="of configs.py; those of the device by default")
    p.add_argument("--report", type=int, default=100, help="steps between lines of the curve")
    p.add_argument("--save-minutes", type=float, default=2)
    p.add_argument("--seed", type=int, default=0)
    return p


def is_matrix(name: str, weight) -> bool:
    """Whether a weight is a matrix between channels: for those Muon halves the samples that training takes. Tables are none."""
    return weight.dim() == 2 and min(weight.shape) >= 16 and "rel_pos" not in name


def is_convolution(weight) -> bool:
    """Whether a weight is the kernel of a convolution that Muon can treat as the matrix [outputs, inputs x taps]."""
    return weight.dim() == 4 and min(weight.shape[0], weight[0].numel()) >= 16


class Loop:
    def __init__(self, args, config: dict, weights: dict, frozen: tuple = ()):
        torch.set_num_threads(args.threads)
        self.rank, self.ranks = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        if self.ranks > 1:
            dist.init_process_group("gloo")
        if (args.samples is None) == (args.minutes is None):
            raise SystemExit("Give the length of the run: --samples or --minutes.")
        self.args, self.config, self.length = args, config, args.samples or args.minutes
        os.makedirs(args.out, exist_ok=True)
        with open(os.path.join(args.out, f"pid{self.rank or ''}"), "w") as f:
            f.write(str(os.getpid()))
        self.shapes = {k: v.shape for k, v in weights.items()}
        flat = lambda v: v.flatten(1) if is_convolution(v) else v
        self.leaves = {k: flat(v.to(args.device)).requires_grad_(k not in frozen) for k, v in weights.items()}
        trained = [k for k, v in self.leaves.items() if v.requires_grad]
        convolutions = [k for k in trained if is_convolution(weights[k])]
        matrices = [k for k in trained if is_matrix(k, weights[k])]
        rest = [k for k in trained if k not in convolutions and k not in matrices]
        group = lambda names, kind: dict(params=[self.leaves[k] for k in names], **kind)
        muon = [group(names, kind) for names, kind in ((matrices, MATRICES), (convolutions, CONVOLUTIONS)) if names]
        self.optimisers = [
            torch.optim.Muon(muon, lr=args.rate, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW([group(rest, dict(factor=1.0, weight_decay=0.0))], lr=args.rate, betas=(0.9, 0.95)),
        ]
        self.average = {k: v.detach().clone() for k, v in self.weights.items()}
        self.step = self.samples = 0
        self.seconds = 0.0
        self.stop = self.cooled = False
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stop", True))
        self.generator = torch.Generator(args.device).manual_seed(self._seed())
        if args.start and not os.path.exists(self.path("last.pt")):
            self._start(args.start)
        self._resume()
        if self.rank == 0:
            self._keep_curve()

    @property
    def weights(self) -> dict:
        """Name -> tensor as the networks want it."""
        return {k: v.view(self.shapes[k]) for k, v in self.leaves.items()}

    def path(self, name: str) -> str:
        return os.path.join(self.args.out, name)

    def _seed(self) -> int:
        return self.args.seed + self.step + 1_000_003 * self.rank

    def _start(self, run: str) -> None:
        weights = read(run, self.args.device)[1]
        new = [k for k in self.leaves if k not in weights]
        scaled = any("gamma_" in k for k in self.leaves)
        for k, v in self.leaves.items():
            if k in weights:
                self.average[k].copy_(weights[k])
            elif "blocks." in k and any(last in k for last in (LAYER_SCALES if scaled else RESIDUALS)):
                self.average[k].zero_()
            v.data.copy_(self.average[k].view(v.shape))
        print(f"starts from {run}" + (f", without {len(new)} weights, such as {new[0]}" if new else ""), flush=True)

    def _resume(self) -> None:
        if not os.path.exists(self.path("last.pt")):
            return
        state = torch.load(self.path("last.pt"), map_location=self.args.device)
        if state["cooled"] and state["length"] != self.length:  # another length goes on from before the cool-down
            if not os.path.exists(self.path("stable.pt")):
                raise SystemExit(
                    f"{self.args.out}: cooled down for another length, and stable.pt is gone. Choose another --out."
                )
            state = torch.load(self.path("stable.pt"), map_location=self.args.device)
        if state["config"] != self.config:
            raise SystemExit(f"{self.args.out}: holds a run of other sizes. Choose another --out.")
        for k, v in state["weights"].items():
            self.leaves[k].data.copy_(v.view(self.leaves[k].shape))
        self.average = state["average"]
        for optimiser, kept in zip(self.optimisers, state["optimisers"]):
            optimiser.load_state_dict(kept)
        self.step, self.samples, self.seconds = state["step"], state["samples"], state["seconds"]
        self.cooled = state["cooled"]
        self.generator.manual_seed(self._seed())
        print(f"resumed at step {self.step}, {self.samples} samples, {self.seconds / 60:.1f} minutes", flush=True)

    def _keep_curve(self) -> None:
        """Leaves the lines up to the step that the run goes on from."""
        lines = open(self.path("curve.jsonl")).readlines() if os.path.exists(self.path("curve.jsonl")) else []
        with open(self.path("curve.jsonl"), "w") as f:
            f.writelines(line for line in lines if json.loads(line)["step"] <= self.step)

    def save(self, name: str) -> None:
        if self.rank > 0:
            return
        state = dict(
            config=self.config,
            weights={k: v.detach() for k, v in self.weights.items()},
            average=self.average,
            optimisers=[o.state_dict() for o in self.optimisers],
            step=self.step,
            samples=self.samples,
            seconds=self.seconds,
            cooled=self.cooling(),
            length=self.length,
        )
        torch.save(state, self.path(name) + ".part")
        os.replace(self.path(name) + ".part", self.path(name))

    def progress(self) -> float:
        return self.samples / self.length if self.args.samples else self.seconds / 60 / self.length

    def cooling(self) -> bool:
        return self.progress() > 1 - self.args.cooldown

    def rate(self) -> float:
        left = (1 - self.progress()) / self.args.cooldown
        return self.args.rate * min(1.0, (self.step + 1) / self.args.warmup) * max(0.0, min(1.0, left))

    def _agree(self, leaves, seconds: float) -> None:
        """All processes go on with the mean of their gradients and of their clocks, or stop together."""
        if self.ranks > 1:
            everything = torch.cat([leaf.grad.flatten() for leaf in leaves] + [torch.tensor([seconds, float(self.stop)])])
            dist.all_reduce(everything)
            everything /= self.ranks
            *gradients, clock = everything.split([leaf.numel() for leaf in leaves] + [2])
            for leaf, gradient in zip(leaves, gradients):
                leaf.grad.copy_(gradient.view(leaf.shape))
            seconds, self.stop = float(clock[0]), bool(clock[1] > 0)
        self.seconds += seconds

    def run(self, losses) -> None:
        """`losses(generator)` returns the loss of a batch and a dictionary of numbers for the curve."""
        sums, saved, cooling = {}, time.time(), self.cooled
        kind = self.args.device.split(":")[0]
        spent = 0.0  # after the last step's gradients
        while self.progress() < 1 and not self.stop:
            begun = time.time()
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = group["factor"] * self.rate()
            with torch.autocast(kind, torch.bfloat16, enabled=self.args.bf16 or kind == "cuda"):
                loss, numbers = losses(self.generator)
            for leaf in self.leaves.values():
                leaf.grad = None
            loss.backward()
            used = [p for p in self.leaves.values() if p.grad is not None]
            self._agree(used, time.time() - begun + spent)
            begun = time.time()
            if torch.isfinite(torch.nn.utils.clip_grad_norm_(used, 1.0)):
                for optimiser in self.optimisers:
                    optimiser.step()
            else:
                print(f"step {self.step}: skipped, its gradient is not finite", flush=True)
            self.step, self.samples = self.step + 1, self.samples + self.args.batch * self.ranks
            keep = min(0.9995, (1 + self.step) / (20 + self.step))
            with torch.no_grad():
                for k, v in self.weights.items():
                    self.average[k].lerp_(v, 1 - keep)
            spent = time.time() - begun
            if self.cooling() and not cooling:
                cooling = True
                self.save("stable.pt")
            for k, v in numbers.items():
                total, count = sums.get(k, (0.0, 0))
                sums[k] = (total + (v.detach() if torch.is_tensor(v) else v), count + 1)
            if self.step % self.args.report == 0 and self.rank == 0:
                line = dict(
                    step=self.step,
                    samples=self.samples,
                    hours=round(self.seconds / 3600, 4),
                    rate=float(f"{self.rate():.3g}"),
                    **{k: round(float(total) / count, 5) for k, (total, count) in sums.items()},
                )
                with open(self.path("curve.jsonl"), "a") as f:
                    f.write(json.dumps(line) + "\n")
                print(line, f"{self.samples / self.seconds:.1f} samples/s", flush=True)
                sums = {}
            if time.time() - saved > 60 * self.args.save_minutes:
                self.save("last.pt")
                saved = time.time()
        self.save("last.pt")
