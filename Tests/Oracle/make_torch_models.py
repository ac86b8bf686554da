"""Writes the small models of the fixtures again, as torch archives.

Reads `clip/sharded`, `clip-families/open-clip` and `clip-families/openai`, and writes into
`torch-models` what others publish: `pytorch_model.bin`, its shards with their index,
`open_clip_pytorch_model.bin`, and OpenAI's TorchScript archive. Configurations and tokenizers stay
where they are. Needs torch and safetensors.
"""

import json
import warnings
from pathlib import Path

import torch
from safetensors.torch import load_file

FIXTURES = Path(__file__).resolve().parents[1] / "EngineTests" / "Fixtures"
OUT = FIXTURES / "torch-models"
SHARDS = [f"pytorch_model-{i:05d}-of-00002.bin" for i in (1, 2)]


class Node(torch.nn.Module):
    """A module that holds what its name says and computes nothing."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What scripting asks for."""
        return x


def as_modules(tensors):
    """The tree of modules whose parameters have the names of the tensors."""
    root = Node()
    for name, tensor in tensors.items():
        *path, last = name.split(".")
        module = root
        for part in path:
            if not hasattr(module, part):
                module.add_module(part, Node())
            module = getattr(module, part)
        if tensor.is_floating_point():
            module.register_parameter(last, torch.nn.Parameter(tensor, requires_grad=False))
        else:
            module.register_buffer(last, tensor)
    return root


def main():
    """Writes all of them."""
    OUT.mkdir(exist_ok=True)
    names = json.loads((FIXTURES / "clip" / "sharded" / "model.safetensors.index.json").read_text())
    files = sorted(set(names["weight_map"].values()))
    shards = [load_file(FIXTURES / "clip" / "sharded" / file) for file in files]
    torch.save({**shards[0], **shards[1]}, OUT / "pytorch_model.bin")
    for shard, file in zip(shards, SHARDS):
        torch.save(shard, OUT / file)
    weights = {key: SHARDS[files.index(file)] for key, file in names["weight_map"].items()}
    index = {"metadata": {}, "weight_map": weights}
    (OUT / "pytorch_model.bin.index.json").write_text(json.dumps(index, indent=1) + "\n")

    family = FIXTURES / "clip-families"
    weights = load_file(family / "open-clip" / "open_clip_model.safetensors")
    torch.save(weights, OUT / "open_clip_pytorch_model.bin")
    weights = load_file(family / "openai" / "model.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        script = torch.jit.script(as_modules(weights))
    script.save(str(OUT / "openai.pt"))


if __name__ == "__main__":
    main()
