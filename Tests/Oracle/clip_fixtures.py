"""Writes Fixtures/clip: tiny CLIP models with random weights, and what transformers makes of them.

Each directory is saved by transformers' `CLIPModel` and holds `expected.json` and
`expected.safetensors`, computed in float64 from the weights as stored.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizerFast
from transformers.utils import logging

FIXTURES = Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures"
SMALL = FIXTURES / "tokenizer" / "small"
START_ID, END_ID = 832, 833
DIRECTION_COUNT = 12

TEMPLATES = ["A photo of a {label}.", "{label}", "a bad drawing of the large {label}, with flowers"]
LABELS = [
    "tench",
    "golden retriever",
    "jack-o'-lantern",
    "Café",
    "日本語",
    "castle",
    "3 1/2 dogs!!",
]
OTHER_PROMPTS = [
    "",
    "a photo of a dog, " * 12,
    "a photo of a <|endoftext|> dog",
]

VISION = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 1,
    "num_attention_heads": 4,
    "image_size": 16,
    "patch_size": 8,
}


def text_sizes(width, heads, layers, intermediate):
    """The sizes of a text tower."""
    return {
        "hidden_size": width,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "intermediate_size": intermediate,
        "max_position_embeddings": 40,
        "vocab_size": END_ID + 1,
        "bos_token_id": START_ID,
        "eos_token_id": END_ID,
        "pad_token_id": END_ID,
    }


def both(projection, text, vision, **shared):
    """The keyword arguments of a `CLIPConfig`; `shared` goes to both towers."""
    text = {**text, **shared, "projection_dim": projection}
    vision = {**vision, **shared, "projection_dim": projection}
    return {"text_config": text, "vision_config": vision, "projection_dim": projection}


# Name to (configuration, stored dtype, tokenizer folder, log of the logit scale, seed).
MODELS = {
    "quick-gelu": (
        both(
            16,
            {**text_sizes(24, 4, 3, 56), "eos_token_id": 2},
            {**VISION, "num_hidden_layers": 2},
            hidden_act="quick_gelu",
        ),
        torch.float32,
        "small",
        4.6052,
        1,
    ),
    "gelu": (
        both(
            20,
            {**text_sizes(40, 5, 2, 100), "layer_norm_eps": 1e-3},
            {**VISION, "layer_norm_eps": 1e-2},
            hidden_act="gelu",
        ),
        torch.float16,
        "small-json",
        4.6052,
        2,
    ),
    "tanh": (
        both(12, text_sizes(36, 3, 4, 60), VISION, hidden_act="gelu_pytorch_tanh"),
        torch.bfloat16,
        "small-json-strings",
        3.3,
        3,
    ),
    "sharded": (
        both(24, text_sizes(32, 2, 2, 64), VISION, hidden_act="quick_gelu"),
        torch.float32,
        "small",
        2.6592,
        4,
    ),
    "legacy": (
        both(
            16,
            {**text_sizes(24, 4, 2, 40), "eos_token_id": 2},
            VISION,
            hidden_act="quick_gelu",
        ),
        torch.float32,
        "small",
        4.6052,
        5,
    ),
}


def scale_of(name):
    """The deviation of a parameter: low for queries and keys, or attention takes one token."""
    if "q_proj" in name or "k_proj" in name:
        return 0.12
    return 0.6 if "text_model.embeddings" in name else 0.3


def randomize(model, seed, log_scale):
    """Gives every parameter random values large enough that no activation is degenerate."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if name == "logit_scale":
            value = torch.tensor(log_scale, dtype=torch.float64)
        elif "norm" in name or "layrnorm" in name:
            value = 0.3 * noise + (1 if name.endswith("weight") else 0)
        else:
            value = scale_of(name) * noise
        parameter.data = value.to(torch.float32)


def overlay_legacy(folder):
    """Rewrites config.json as old files had it: `*_config_dict` laid over `*_config`.

    The inner dictionary goes through the class's constructor, so its defaults win over
    `text_config` too: here the activation, the epsilons, and with them every result.
    """
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    for tower in ("text", "vision"):
        inner = dict(config[f"{tower}_config"])
        for key in ("layer_norm_eps", "hidden_act", "dtype", "model_type"):
            inner.pop(key, None)
        config[f"{tower}_config_dict"] = inner
        overridden = {"layer_norm_eps": 0.5, "hidden_act": "gelu", "num_attention_heads": 2}
        config[f"{tower}_config"] = {**config[f"{tower}_config"], **overridden}
    config["text_config"]["eos_token_id"] = END_ID
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def check_legacy(config):
    """transformers resolves the overlay as `overlay_legacy` says."""
    for tower in (config.text_config, config.vision_config):
        assert tower.layer_norm_eps == 1e-5 and tower.hidden_act == "quick_gelu"
        assert tower.num_attention_heads == 4
    assert config.text_config.eos_token_id == 2


def save_model(name, folder):
    """Writes the checkpoint and the tokenizer's files of the model `name`."""
    arguments, dtype, tokenizer, log_scale, seed = MODELS[name]
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(**arguments))
    randomize(model, seed, log_scale)
    shard = "140KB" if name == "sharded" else "1GB"
    model.to(dtype).save_pretrained(folder, max_shard_size=shard)
    for path in sorted((FIXTURES / "tokenizer" / tokenizer).iterdir()):
        if path.name in ("vocab.json", "merges.txt", "tokenizer.json"):
            shutil.copy(path, folder / path.name)
    if name == "legacy":
        overlay_legacy(folder)
    shards = len(list(folder.glob("model*.safetensors")))
    assert shards == (2 if name == "sharded" else 1), shards


def load_double(folder):
    """The model in float64, its weights widened from the stored ones.

    Attention is the fused kernel: transformers' own takes the softmax in float32.
    """
    model = CLIPModel.from_pretrained(folder, dtype=torch.float64, attn_implementation="sdpa")
    assert all(p.dtype == torch.float64 for p in model.parameters())
    return model.eval()


def prompts():
    """Class-major prompts of the labels and templates, then the others."""
    filled = [template.replace("{label}", label) for label in LABELS for template in TEMPLATES]
    return filled + OTHER_PROMPTS


def text_embeddings(model, ids):
    """Unit text embeddings [N, D] of unpadded token ids, one prompt at a time."""
    rows = []
    for one in ids:
        pooled = model.text_model(input_ids=torch.tensor([one])).pooler_output
        rows.append(model.text_projection(pooled)[0])
    rows = torch.stack(rows)
    return rows / rows.norm(dim=1, keepdim=True)


def directions(width, seed):
    """Random directions [12, d] f32; row 10 has norm 1e-4, row 11 norm 1e4."""
    generator = torch.Generator().manual_seed(1000 + seed)
    rows = torch.randn(DIRECTION_COUNT, width, generator=generator, dtype=torch.float64)
    for row, norm in ((10, 1e-4), (11, 1e4)):
        rows[row] *= norm / rows[row].norm()
    return rows.to(torch.float32)


def mapped_full(model, x):
    """`visual_projection(post_layernorm(x))`, [12, D]."""
    return model.visual_projection(model.vision_model.post_layernorm(x))


def mapped_linear(model, x):
    """`P diag(gamma) (x - mean(x))`, [12, D]: no division by the deviation, no bias."""
    centred = x - x.mean(dim=1, keepdim=True)
    return (centred * model.vision_model.post_layernorm.weight) @ model.visual_projection.weight.T


def expectations(name, folder):
    """Computes `expected.json` and `expected.safetensors` of a saved model."""
    model = load_double(folder)
    if name == "legacy":
        check_legacy(model.config)
    length = model.config.text_config.max_position_embeddings
    tokenizer = CLIPTokenizerFast.from_pretrained(SMALL)
    ids = [tokenizer(p, truncation=True, max_length=length)["input_ids"] for p in prompts()]
    assert all(one[-1] == END_ID and one[0] == START_ID for one in ids)
    assert max(map(len, ids)) == length
    x = directions(model.config.vision_config.hidden_size, MODELS[name][4])
    with torch.no_grad():
        tensors = {
            "text_embeddings": text_embeddings(model, ids),
            "directions": x,
            "mapped_full": mapped_full(model, x.double()),
            "mapped_linear": mapped_linear(model, x.double()),
        }
    save_file({key: t.contiguous() for key, t in tensors.items()}, folder / "expected.safetensors")
    write_expected_json(folder, model, ids)
    return tensors


def write_expected_json(folder, model, ids):
    """The prompts, their ids, and the settings as transformers resolved them."""
    text, vision = model.config.text_config, model.config.vision_config
    expected = {
        "templates": TEMPLATES,
        "labels": LABELS,
        "prompts": prompts(),
        "input_ids": ids,
        "logit_scale": model.logit_scale.exp().item(),
        "text_layer_norm_eps": text.layer_norm_eps,
        "text_hidden_act": text.hidden_act,
        "text_heads": text.num_attention_heads,
        "text_eos_token_id": text.eos_token_id,
        "vision_layer_norm_eps": vision.layer_norm_eps,
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in expected.items())
    (folder / "expected.json").write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def report(name, tensors):
    """Prints how far apart the text embeddings of a model are."""
    rows = tensors["text_embeddings"]
    cosines = (rows @ rows.T)[~torch.eye(len(rows), dtype=torch.bool)]
    print(f"{name}: {tuple(rows.shape)}, cosines {cosines.min():.3f} to {cosines.max():.3f}")


def main():
    """Writes every model, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(MODELS))
    logging.disable_progress_bar()
    for name in parser.parse_args().names:
        folder = FIXTURES / "clip" / name
        shutil.rmtree(folder, ignore_errors=True)
        save_model(name, folder)
        report(name, expectations(name, folder))
        for path in folder.iterdir():
            path.chmod(0o644)


if __name__ == "__main__":
    main()
