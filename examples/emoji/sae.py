"""Activations of the trained model and the two sparse autoencoders on them.

Run after `train.py`, in the same folder. Writes `activations.safetensors`, `sae-resid/`
(on the CLS residual that enters the last block) and `sae-embed/` (on the image
embedding), each with `top_pictures.safetensors`, and prints the README's table.
"""

import argparse
import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers import CLIPModel

import render
import train

KINDS = {
    "sae-resid": ("residuals", "the CLS token's residual stream as it enters the last block"),
    "sae-embed": ("embeddings", "the image embedding as the model gives it, not normalised"),
}
PUSH = 0.01  # how far the bias of a feature that never fires rises in one step


@torch.no_grad()
def activations(model, pictures, norm, seed, stream, rounds):
    """CLS residuals, image embeddings, picture and view ids of fresh views, as f16."""
    residuals, embeddings, ids_seen, views_seen = [], [], [], []
    for view in range(rounds):
        for index, ids in enumerate(torch.arange(len(pictures)).split(374)):
            rng = train.generator(seed, stream, view * 1000 + index)
            pixels = (train.views(pictures, ids, rng) - norm[0]) / norm[1]
            embedding, residual = train.embed_views(model, pixels)
            residuals.append(residual.half())
            embeddings.append(embedding.half())
            ids_seen.append(ids.int())
            views_seen.append(torch.full_like(ids, view, dtype=torch.int32))
    columns = residuals, embeddings, ids_seen, views_seen
    return dict(zip(("residuals", "embeddings", "picture_ids", "view_ids"), map(torch.cat, columns)))


def gather(args):
    """Activations of the views to commit and of the views to train on, and the block count."""
    model, norm = load_model(os.path.join(args.out, "model"))
    blocks = model.config.vision_config.num_hidden_layers
    if args.cache and os.path.exists(args.cache):
        return *torch.load(args.cache), blocks
    pictures = torch.from_numpy(render.render(train.RENDERED)[2])
    unseen = activations(model, pictures, norm, args.seed, train.COMMITTED_VIEWS, args.views)
    seen = activations(model, pictures, norm, args.seed, train.SAE_VIEWS, args.train_views)
    if args.cache:
        torch.save((unseen, seen), args.cache)
    return unseen, seen, blocks


def load_model(folder):
    """The saved f16 model computing in f32, and the views' colour mean and spread."""
    model = CLIPModel.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    with open(os.path.join(folder, "preprocessor_config.json")) as file:
        settings = json.load(file)
    norm = [torch.tensor(settings[key])[:, None, None] for key in ("image_mean", "image_std")]
    return model, norm


def encode(weights, x, k):
    """What the features say before the choice, and the `k` largest of them: values, ids."""
    before = (x - weights["b_dec"].detach()) @ weights["W_enc"] + weights["b_enc"]
    values, ids = before.topk(k, dim=1)
    return before, values.relu(), ids


def decode(weights, values, ids):
    """The input rebuilt from the features chosen, without `b_dec`."""
    return F.embedding_bag(ids, weights["W_dec"], per_sample_weights=values, mode="sum")


def start(data, features, k):
    """Weights to begin with: decoder rows point at data, the encoder is their transpose.

    The encoder is scaled so that the first rebuilt inputs have the right size: otherwise
    the first steps only shrink everything, and most features die of it.
    """
    middle = data.mean(0)
    rows = data[torch.randperm(len(data))[:features]] - middle
    rows = F.normalize(rows + rows.std() * torch.randn_like(rows), dim=1)
    weights = dict(W_enc=rows.T.clone(), b_enc=torch.zeros(features), W_dec=rows, b_dec=middle)
    sample = data[torch.randint(len(data), (2048,))]
    rebuilt = decode(weights, *encode(weights, sample, k)[1:])
    weights["W_enc"] *= ((sample - middle) * rebuilt).sum() / rebuilt.square().sum()
    return {name: weight.requires_grad_() for name, weight in weights.items()}


@torch.no_grad()
def tend(weights, firing, low, push):
    """Unit decoder rows, encoder columns of one length, and a push for quiet features.

    Columns free to grow would let a few features win every choice. What fires less often
    than `low` has its bias raised, in proportion, until it is chosen for those inputs
    that it fits best; the gradient does the rest.
    """
    weights["W_dec"] /= weights["W_dec"].norm(dim=1, keepdim=True)
    lengths = weights["W_enc"].norm(dim=0)
    weights["W_enc"] *= lengths.mean() / lengths
    weights["b_enc"] += push * (1 - firing / low).clamp(min=0)


def dead_loss(weights, before, rest, quiet, k):
    """How badly the quiet features would explain what is left over."""
    columns = quiet.nonzero().flatten()
    if len(columns) == 0:
        return torch.zeros(())
    values, ids = before[:, columns].topk(min(k, len(columns)), dim=1)
    guess = decode(weights, values.relu(), columns[ids])
    return (rest - guess).square().sum(1).mean() / rest.square().sum(1).mean().clamp(min=1e-8)


def fit(data, features, k, steps, batch=1024, rate=1e-3):
    """Train one top-k autoencoder; inputs are scaled to unit variance and scaled back.

    Dividing the input by a number divides every activation by it, so that the scale
    goes wholly into the two biases. A feature is quiet while it fires at less than a
    tenth of the average feature's rate, as counted over the last thirty or so batches.
    """
    scale = (data - data.mean(0)).square().mean().sqrt()
    data = data / scale
    spread = (data - data.mean(0)).square().sum(1).mean()
    weights = start(data, features, k)
    optimizer = torch.optim.Adam(weights.values(), lr=rate, betas=(0.9, 0.99), fused=True)
    firing, low = torch.full((features,), k / features), 0.1 * k / features
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * min(1, 3 * (1 - step / steps))
        x = data[torch.randint(len(data), (batch,))]
        before, values, ids = encode(weights, x, k)
        rest = x - weights["b_dec"] - decode(weights, values, ids)
        loss = rest.square().sum(1).mean() / spread
        extra = dead_loss(weights, before, rest.detach(), firing < low, max(k // 2, 4))
        optimizer.zero_grad()
        (loss + extra / 4).backward()
        optimizer.step()
        firing.lerp_(ids[values > 0].bincount(minlength=features) / batch, 0.03)
        tend(weights, firing, low, PUSH if step < 0.9 * steps else 0)
        if step % 250 == 0:
            print(f"  step {step} loss {loss:.4f} quiet {(firing < low).sum()}", flush=True)
    weights = {name: weight.detach() for name, weight in weights.items()}
    weights["b_enc"], weights["b_dec"] = weights["b_enc"] * scale, weights["b_dec"] * scale
    return weights


@torch.no_grad()
def measure(weights, data, picture_ids, k):
    """On unseen activations: unexplained variance, mean L0, density, mean by picture."""
    features, pictures = weights["W_enc"].shape[1], int(picture_ids.max()) + 1
    fired, left, active = torch.zeros(features), 0.0, 0
    means = torch.zeros(pictures, features)
    for rows, ids in zip(data.split(4096), picture_ids.split(4096)):
        _, values, chosen = encode(weights, rows, k)
        rebuilt = decode(weights, values, chosen) + weights["b_dec"]
        left += (rows - rebuilt).square().sum().item()
        active += int((values > 0).sum())
        dense = torch.zeros(len(rows), features).scatter(1, chosen, values)
        fired += (dense > 0).sum(0)
        means.index_add_(0, ids.long(), dense)
    means /= picture_ids.bincount(minlength=pictures)[:, None]
    whole = (data - data.mean(0)).square().sum().item()
    live = int((fired > 0).sum())
    figures = dict(
        features=features, k=k, fvu=left / whole, l0=active / len(data), live=live, dead=features - live
    )
    return figures, fired / len(data), means


def write_sae(folder, weights, density, means, config):
    """One autoencoder in SAELens's layout, and the pictures that fire each feature most."""
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "cfg.json"), "w") as file:
        json.dump(config, file, indent=2)
    save_file({n: w.contiguous() for n, w in weights.items()}, os.path.join(folder, "sae_weights.safetensors"))
    values, ids = means.topk(5, dim=0)
    top = dict(
        top_picture_ids=ids.masked_fill(values <= 0, -1).T.int().contiguous(),
        top_activations=values.T.contiguous(),
        density=density.contiguous(),
    )
    notes = {
        "top_picture_ids": "the five pictures with the largest mean activation over the views of "
        "activations.safetensors, largest first; -1: none",
        "top_activations": "those means",
        "density": "share of those views on which the feature fires",
    }
    save_file(top, os.path.join(folder, "top_pictures.safetensors"), metadata=notes)


def config_of(kind, width, features, k, blocks):
    """SAELens's description of a top-k autoencoder and where it reads."""
    if kind == "sae-resid":
        hook = dict(hook_name=f"blocks.{blocks - 2}.hook_resid_post", hook_layer=blocks - 2)
    else:
        hook = dict(hook_name="visual_projection.output")
    metadata = dict(
        sae_lens_version="6.0.0",
        model_name="emoji-clip",
        model_class_name="CLIPModel",
        hook_head_index=None,
        token="CLS",
        reads=KINDS[kind][1],
        **hook,
    )
    return dict(
        architecture="topk", d_in=width, d_sae=features, k=k, dtype="float32", device="cpu",
        apply_b_dec_to_input=True, normalize_activations="none", reshape_activations="none",
        rescale_acts_by_decoder_norm=False, metadata=metadata,
    )


def write_activations(path, found, seed):
    """The committed activations, with a word on what each tensor is."""
    notes = {
        "residuals": "CLS token of the residual stream entering the last block of the vision tower",
        "embeddings": "image embeddings as the model gives them, before unit normalisation",
        "picture_ids": "which picture: line of labels.txt and emoji.txt, from 0",
        "view_ids": "which random view of that picture",
        "seed": str(seed),
    }
    save_file(found, path, metadata=notes)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--views", type=int, default=24, help="views a picture in activations.safetensors")
    parser.add_argument("--train-views", type=int, default=24, help="views a picture to train on")
    parser.add_argument("--cache", help="file that keeps all activations from one run to the next")
    parser.add_argument("--features", type=int, default=2560)
    parser.add_argument("--k", type=int, default=12)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    unseen, seen, blocks = gather(args)
    write_activations(os.path.join(args.out, "activations.safetensors"), unseen, args.seed)
    for kind, (name, _) in KINDS.items():
        torch.manual_seed(args.seed)
        print(kind, flush=True)
        weights = fit(seen[name].float(), args.features, args.k, args.steps)
        data = unseen[name].float()
        figures, density, means = measure(weights, data, unseen["picture_ids"], args.k)
        config = config_of(kind, data.shape[1], args.features, args.k, blocks)
        write_sae(os.path.join(args.out, kind), weights, density, means, config)
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
