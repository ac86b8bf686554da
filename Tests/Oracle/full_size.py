"""Compares lensctl's text tower with transformers' at the sizes of real CLIP models.

Writes CLIP directories with random weights and the text towers of ViT-B/32 and ViT-L/14 (real
vocabulary, one vision layer) as f32, f16 and bf16, embeds the 1000 ImageNet prompts with
transformers in float32 from the stored weights and with `lensctl embed`, and prints the largest
difference. `--synthetic-sae` writes an autoencoder of 65,536 features for the ViT-L/14 model.
"""

import argparse
import copy
import json
import subprocess
import sys
import time
from pathlib import Path

import torch
from clip_bpe import real_merges, save_vocab_and_merges
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizerFast
from transformers.utils import logging

TEMPLATE = "A photo of a {label}."
BATCH = 50
BOUND = 2e-6
DTYPES = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
SAE_FEATURES, SAE_WIDTH = 65536, 1024

# Name to sizes: text width, heads, joint width, vision width, vision heads, patch.
SIZES = {
    "vit-b-32": (512, 8, 512, 768, 12, 32),
    "vit-l-14": (768, 12, 768, 1024, 16, 14),
}


def configuration(name):
    """The configuration of a model; its vision tower has one layer."""
    width, heads, joint, vision_width, vision_heads, patch = SIZES[name]
    text = {
        "hidden_size": width,
        "intermediate_size": 4 * width,
        "num_attention_heads": heads,
        "num_hidden_layers": 12,
        "max_position_embeddings": 77,
        "vocab_size": 49408,
        "hidden_act": "quick_gelu",
        "projection_dim": joint,
        "bos_token_id": 49406,
        "eos_token_id": 49407,
        "pad_token_id": 49407,
    }
    vision = {
        "hidden_size": vision_width,
        "intermediate_size": 4 * vision_width,
        "num_attention_heads": vision_heads,
        "num_hidden_layers": 1,
        "patch_size": patch,
        "hidden_act": "quick_gelu",
        "projection_dim": joint,
    }
    return CLIPConfig(text_config=text, vision_config=vision, projection_dim=joint)


def deviation(name, shape):
    """The standard deviation of a random weight.

    Queries and keys are larger than at CLIP's own initialization, so that attention chooses, and
    values too, so that what a prompt says reaches its last token: the median cosine of two prompts
    is about 0.8 (0.99 otherwise), where those of the real ViT-B/32 have 0.63.
    """
    if "embedding" in name:
        return 0.3 if "token" in name else 0.03
    scale = 1.0
    if "q_proj" in name or "k_proj" in name:
        scale = 2.5
    elif "v_proj" in name or "out_proj" in name:
        scale = 2.0
    return scale * shape[-1] ** -0.5


def randomize(model, seed):
    """Gives every parameter a random value of sensible size."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator)
        if name == "logit_scale":
            parameter.data = torch.tensor(4.6052)
        elif "norm" in name or "layrnorm" in name:
            parameter.data = 0.2 * noise + (1 if name.endswith("weight") else 0)
        elif noise.dim() == 1:
            parameter.data = 0.1 * noise
        else:
            parameter.data = deviation(name, parameter.shape) * noise


def make_model(name, work, data):
    """Writes the model in every dtype, unless it is there; returns dtype -> directory."""
    folders = {dtype: work / f"{name}-{dtype}" for dtype in DTYPES}
    if all((folder / "model.safetensors").exists() for folder in folders.values()):
        return folders
    model = CLIPModel(configuration(name))
    randomize(model, sum(map(ord, name)))
    for dtype, folder in folders.items():
        # Each dtype is rounded from f32, never from another.
        rounded = copy.deepcopy(model).to(DTYPES[dtype])
        rounded.save_pretrained(folder, max_shard_size="10GB")
        save_vocab_and_merges(real_merges(data), folder)
    return folders


def prompts(data):
    """The 1000 ImageNet prompts, in class order."""
    text = (data / "vocab" / "imagenet1000.txt").read_text(encoding="utf-8")
    return [TEMPLATE.replace("{label}", name) for name in text.removesuffix("\n").split("\n")]


@torch.no_grad()
def reference(folder, texts, dtype=torch.float32):
    """Unit text embeddings [N, D] by transformers, padded to the longest of each batch."""
    model = CLIPModel.from_pretrained(folder, dtype=dtype).eval()
    tokenizer = CLIPTokenizerFast.from_pretrained(folder)
    rows = []
    for start in range(0, len(texts), BATCH):
        batch = tokenizer(texts[start : start + BATCH], padding=True, return_tensors="pt")
        pooled = model.text_model(**batch).pooler_output
        rows.append(model.text_projection(pooled))
    rows = torch.cat(rows)
    return rows / rows.norm(dim=1, keepdim=True)


def embed(lensctl, folder, output):
    """Unit text embeddings [N, D] by `lensctl embed`."""
    output.unlink(missing_ok=True)
    command = [lensctl, "embed", "--no-cache", "--model", folder, "--labels", "imagenet"]
    command += ["--template", TEMPLATE, "--out", output]
    subprocess.run([str(part) for part in command], check=True)
    return load_file(output)["embeddings"].float()


def timed(function, *arguments):
    """The result of a call and its seconds."""
    start = time.perf_counter()
    return function(*arguments), time.perf_counter() - start


def cosine_quartiles(rows):
    """Least, quartiles and greatest cosine of two different rows."""
    cosines = (rows @ rows.T)[~torch.eye(len(rows), dtype=torch.bool)]
    marks = torch.tensor([0, 0.25, 0.5, 0.75, 1])
    step = max(1, len(cosines) // 1_000_000)
    return " ".join(f"{value:.2f}" for value in torch.quantile(cosines[::step], marks).tolist())


def compare(folder, texts, arguments):
    """Prints one line of the table; returns whether the difference is within the bound."""
    rows, seconds = timed(reference, folder, texts)
    line = f"{folder.name:16} {seconds:8.1f}"
    if arguments.double:
        exact = reference(folder, texts, torch.float64)
        line += f" {(rows - exact).abs().max():14.2e}"
    if arguments.lensctl:
        output = arguments.work / "embedded.safetensors"
        ours, seconds = timed(embed, arguments.lensctl, folder, output)
        difference = (ours - rows).abs().max().item()
        line += f" {seconds:8.1f} {difference:14.2e} {'ok' if difference <= BOUND else 'TOO FAR'}"
        if arguments.double:
            line += f" {(ours - exact).abs().max():14.2e}"
    else:
        difference = 0.0
    print(f"{line}   {cosine_quartiles(rows)}", flush=True)
    return difference <= BOUND


def header(arguments):
    """The first line of the table."""
    line = f"{'model':16} {'torch s':>8}"
    line += f" {'torch-f64':>14}" if arguments.double else ""
    if arguments.lensctl:
        line += f" {'ours s':>8} {'ours-torch':>14} ok"
        line += f" {'ours-f64':>14}" if arguments.double else ""
    return line + "   cosines: least, quartiles, greatest"


def write_synthetic_sae(folder, seed=0):
    """A SAELens directory: unit decoder rows [n, d], encoder rows near them, f32."""
    generator = torch.Generator().manual_seed(seed)
    decoder = torch.randn(SAE_FEATURES, SAE_WIDTH, generator=generator)
    decoder /= decoder.norm(dim=1, keepdim=True)
    noise = torch.randn(SAE_FEATURES, SAE_WIDTH, generator=generator) * (0.5 * SAE_WIDTH**-0.5)
    tensors = {
        "W_enc": (decoder + noise).T.contiguous(),
        "b_enc": torch.full((SAE_FEATURES,), -0.1),
        "W_dec": decoder,
        "b_dec": 0.1 * torch.randn(SAE_WIDTH, generator=generator),
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "sae_weights.safetensors")
    config = {
        "architecture": "standard",
        "d_in": SAE_WIDTH,
        "d_sae": SAE_FEATURES,
        "dtype": "float32",
        "device": "cpu",
        "apply_b_dec_to_input": True,
        "normalize_activations": "none",
        "reshape_activations": "none",
        "metadata": {"model_name": "random vit-l-14", "hook_name": "blocks.22.hook_resid_post"},
    }
    (folder / "cfg.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    print(f"{folder}: {SAE_FEATURES} x {SAE_WIDTH}")


def main():
    """Writes what is missing, compares, and exits 1 if a difference is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="where models are written")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--lensctl", type=Path, help="the binary; without it nothing is compared")
    parser.add_argument("--models", nargs="+", default=list(SIZES), choices=list(SIZES))
    parser.add_argument("--double", action="store_true", help="also compare with float64")
    parser.add_argument("--make-only", action="store_true", help="write the models and stop")
    parser.add_argument("--synthetic-sae", action="store_true", help="write the autoencoder")
    arguments = parser.parse_args()
    logging.disable_progress_bar()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.synthetic_sae:
        write_synthetic_sae(arguments.work / f"sae-{SAE_FEATURES}x{SAE_WIDTH}")
        return
    made = [make_model(name, arguments.work, arguments.data) for name in arguments.models]
    folders = [folder for one in made for folder in one.values()]
    if arguments.make_only:
        return
    print(header(arguments))
    results = [compare(folder, prompts(arguments.data), arguments) for folder in folders]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
