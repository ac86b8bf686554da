"""Writes a truth file for `lensctl verdict` from a folder of pictures and a CLIP model.

    python activations.py --model openai/clip-vit-large-patch14 --pictures FOLDER --layer 22 --out truth.safetensors

FOLDER holds one folder for each class, named as its label, with pictures in it. Needs torch, transformers, pillow and
safetensors. Written:

    residuals   [N, d]  CLS token of the residual stream behind block `--layer`, before any further normalisation
    embeddings  [N, D]  image embeddings as the model gives them, not unit vectors
    class_ids   i32 [N] the picture's class, a line of the names file from 0

and beside it the names of the classes, one a line (`truth.txt` for `truth.safetensors`; `lensctl verdict --classes`).

Blocks count from 0. SAELens's hook `blocks.22.hook_resid_post` is the output of block 22, which is `--layer 22`; negative
numbers count from the end, so that -1 is the last block, whose output goes into `post_layernorm`, and -2 the one before.
In transformers `hidden_states[0]` is the input of block 0 (after `pre_layrnorm`), so block N's output is
`hidden_states[N + 1]`. `--layer pre` takes that input, `blocks.0.hook_resid_pre`.
Source: transformers `modeling_clip.py`, `CLIPEncoder`, `CLIPVisionTransformer`.
"""

import argparse
import sys
from pathlib import Path

import torch
from PIL import Image, UnidentifiedImageError
from safetensors.torch import save_file
from transformers import CLIPImageProcessor, CLIPModel

KINDS = {".bmp", ".gif", ".jpeg", ".jpg", ".png", ".ppm", ".tif", ".tiff", ".webp"}
DTYPES = {"f16": torch.float16, "f32": torch.float32}


def find(folder):
    """Names of the classes, in order, and (path, class id) of every picture."""
    classes = sorted(entry for entry in Path(folder).iterdir() if entry.is_dir())
    if not classes:
        raise SystemExit(f"{folder}: no folders in it, one for each class")
    pictures = []
    for number, entry in enumerate(classes):
        found = sorted(path for path in entry.rglob("*") if path.suffix.lower() in KINDS)
        if not found:
            raise SystemExit(f"{entry}: no pictures in it")
        pictures += [(path, number) for path in found]
    return [entry.name for entry in classes], pictures


def block_count(model):
    """How many blocks the vision tower has."""
    return model.config.vision_config.num_hidden_layers


def state_index(layer, blocks):
    """The index into `hidden_states` of the output of block `layer`."""
    if layer == "pre":
        return 0
    number = int(layer)
    block = number + blocks if number < 0 else number
    if not 0 <= block < blocks:
        raise SystemExit(f"--layer {layer}: the tower has blocks 0 to {blocks - 1}")
    return block + 1


@torch.no_grad()
def activations(model, pixels, index):
    """CLS residuals [B, d] and embeddings [B, D] of pixels [B, 3, h, w]."""
    output = model.vision_model(pixel_values=pixels, output_hidden_states=True)
    return output.hidden_states[index][:, 0], model.visual_projection(output.pooler_output)


def opened(path):
    """The picture in three colours; None, and a warning, if it cannot be read."""
    try:
        with Image.open(path) as picture:
            return picture.convert("RGB")
    except (OSError, UnidentifiedImageError) as error:
        print(f"{path}: left out: {error}", file=sys.stderr)
        return None


def gather(model, processor, pictures, index, batch, dtype):
    """Residuals [N, d], embeddings [N, D] in `dtype` and class ids [N] of all pictures that can be read."""
    residuals, embeddings, ids = [], [], []
    for start in range(0, len(pictures), batch):
        some = [(opened(path), number) for path, number in pictures[start : start + batch]]
        some = [(picture, number) for picture, number in some if picture is not None]
        if not some:
            continue
        pixels = processor([picture for picture, _ in some], return_tensors="pt")["pixel_values"]
        residual, embedding = activations(model, pixels.to(model.device), index)
        for name, values in (("residuals", residual), ("embeddings", embedding)):
            if values.abs().max() > torch.finfo(dtype).max:
                raise SystemExit(f"{name}: {values.abs().max():.3g} is too large for f16; use --dtype f32")
        residuals.append(residual.to(dtype).cpu())
        embeddings.append(embedding.to(dtype).cpu())
        ids += [number for _, number in some]
        print(f"\r{start + len(some)} of {len(pictures)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    if not ids:
        raise SystemExit("no picture could be read")
    return torch.cat(residuals), torch.cat(embeddings), torch.tensor(ids, dtype=torch.int32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a Hugging Face CLIP directory or name")
    parser.add_argument("--pictures", required=True, help="one folder of pictures for each class")
    parser.add_argument("--layer", default="-2", help="the block whose output is taken, or pre (default: -2)")
    parser.add_argument("--out", required=True, help="the safetensors file to be made")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--dtype", choices=DTYPES, default="f16")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()

    names, pictures = find(arguments.pictures)
    model = CLIPModel.from_pretrained(arguments.model, dtype=torch.float32).eval().to(arguments.device)
    index = state_index(arguments.layer, block_count(model))
    processor = CLIPImageProcessor.from_pretrained(arguments.model)
    residuals, embeddings, ids = gather(
        model, processor, pictures, index, arguments.batch, DTYPES[arguments.dtype])  # fmt: skip
    hook = "blocks.0.hook_resid_pre" if index == 0 else f"blocks.{index - 1}.hook_resid_post"
    notes = {"model": arguments.model, "token": "CLS", "hook": hook}
    tensors = {"residuals": residuals.contiguous(), "embeddings": embeddings.contiguous(), "class_ids": ids}
    save_file(tensors, arguments.out, metadata=notes)
    Path(arguments.out).with_suffix(".txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    print(f"{len(ids)} pictures of {len(names)} classes, {hook}: {arguments.out}")


if __name__ == "__main__":
    main()
