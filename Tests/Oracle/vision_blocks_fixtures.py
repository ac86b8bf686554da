"""Writes Fixtures/vision-blocks: what the last blocks of a vision tower make of a lone CLS token.

Models are those of Fixtures/clip, computed by transformers, and the open-clip and openai ones of
Fixtures/clip-families, computed by torch's own MultiheadAttention; all in float64 from the weights as
stored, with attention over a sequence of one token.

    python Tests/Oracle/vision_blocks_fixtures.py
"""
import pathlib

import torch
from safetensors.torch import load_file, save_file
from transformers import CLIPModel

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures"
ROWS = 8


def inputs(width, seed):
    """Random states, [8, d] f32; row 6 is long, row 7 short."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(ROWS, width, generator=generator, dtype=torch.float64)
    rows[6] *= 100
    rows[7] *= 0.01
    return rows.to(torch.float32)


def transformers_blocks(name):
    """(states in, blocks as functions, the perceptron of the first, the head) of a model of Fixtures/clip."""
    model = CLIPModel.from_pretrained(
        FIXTURES / "clip" / name, dtype=torch.float64, attn_implementation="sdpa").eval()
    tower = model.vision_model

    def block(layer):
        def apply(x):
            out = layer(x[:, None, :], attention_mask=None)
            return (out[0] if isinstance(out, tuple) else out)[:, 0]
        return apply

    def perceptron(x):
        layer = tower.encoder.layers[0]
        return x + layer.mlp(layer.layer_norm2(x))

    return (
        model.config.vision_config.hidden_size, [block(l) for l in tower.encoder.layers], perceptron,
        lambda x: model.visual_projection(tower.post_layernorm(x)))


def open_clip_blocks(name, file, heads):
    """The same of a model in the layout of open_clip."""
    stored = load_file(FIXTURES / "clip-families" / name / file)
    w = {k: v.to(torch.float64) for k, v in stored.items() if k.startswith("visual.")}
    width = w["visual.ln_post.weight"].shape[0]
    count = 1 + max(int(k.split(".")[3]) for k in w if k.startswith("visual.transformer.resblocks."))

    def norm(x, key):
        return torch.nn.functional.layer_norm(x, (width,), w[key + ".weight"], w[key + ".bias"], 1e-5)

    def perceptron(x, index=0):
        key = f"visual.transformer.resblocks.{index}"
        inner = torch.nn.functional.linear(
            norm(x, key + ".ln_2"), w[key + ".mlp.c_fc.weight"], w[key + ".mlp.c_fc.bias"])
        return x + torch.nn.functional.linear(
            inner * torch.sigmoid(1.702 * inner), w[key + ".mlp.c_proj.weight"],
            w[key + ".mlp.c_proj.bias"])

    def block(index):
        key = f"visual.transformer.resblocks.{index}"
        attention = torch.nn.MultiheadAttention(width, heads, batch_first=True, dtype=torch.float64)
        attention.in_proj_weight.data = w[key + ".attn.in_proj_weight"]
        attention.in_proj_bias.data = w[key + ".attn.in_proj_bias"]
        attention.out_proj.weight.data = w[key + ".attn.out_proj.weight"]
        attention.out_proj.bias.data = w[key + ".attn.out_proj.bias"]

        def apply(x):
            y = norm(x, key + ".ln_1")[:, None, :]
            return perceptron(x + attention(y, y, y, need_weights=False)[0][:, 0], index)
        return apply

    return (
        width, [block(i) for i in range(count)], perceptron,
        lambda x: norm(x, "visual.ln_post") @ w["visual.proj"])


@torch.no_grad()
def main():
    models = {name: transformers_blocks(name) for name in ("quick-gelu", "gelu", "tanh", "legacy")}
    models["open-clip"] = open_clip_blocks("open-clip", "open_clip_model.safetensors", 2)
    models["openai"] = open_clip_blocks("openai", "model.safetensors", 1)
    tensors = {}
    for seed, (name, (width, blocks, perceptron, head)) in enumerate(models.items()):
        states = inputs(width, 40 + seed)
        x = states.to(torch.float64)
        tensors[f"{name}/states"] = states
        for first in range(len(blocks)):
            y = x
            for block in blocks[first:]:
                y = block(y)
            tensors[f"{name}/end.{first}"] = y
            tensors[f"{name}/image.{first}"] = head(y)
        y = perceptron(x)
        for block in blocks[1:]:
            y = block(y)
        tensors[f"{name}/perceptron"] = y
    folder = FIXTURES / "vision-blocks"
    folder.mkdir(exist_ok=True)
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "expected.safetensors")


main()
