"""Train a small CLIP on the emoji of Noto Color Emoji and their Unicode names.

Writes `model/` (Hugging Face CLIP layout, f16, with its own tokenizer), `labels.txt`,
`emoji.txt` and `pictures.png` into the output folder. `sae.py` makes the rest from
what this writes. See README.md for the commands.
"""

import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F
from transformers import CLIPConfig, CLIPModel

import render
import tokens

SIZE, PATCH, CONTEXT, VOCABULARY = 48, 8, 32, 3000
RENDERED = 72  # side at which the pictures wait to be changed into views
PROMPT = "A photo of a {}."
# Share of each picture's patches that the tower sees until this share of the time is
# over: most is learnt from many half-seen pictures, the details from whole ones.
KEEP = ((0.4, 0.5), (0.7, 0.75))
# Random streams: views drawn for one purpose never serve another.
TRAIN_VIEWS, CHECK_VIEWS, SAE_VIEWS, COMMITTED_VIEWS, TEST_VIEWS = range(5)


def generator(seed, stream, index):
    """The random numbers of one batch: the same whenever the run is taken up again."""
    return torch.Generator().manual_seed((seed * 8 + stream) * 10_000_000 + index)


def affine(count, rng):
    """Random turn (12 degrees), size (78 to 105 %), shear and shift, for `affine_grid`."""

    def uniform(low, high):
        return torch.rand(count, generator=rng) * (high - low) + low

    angle = uniform(-12, 12) * math.pi / 180
    shear = uniform(-0.08, 0.08)
    scale, stretch = uniform(0.78, 1.05), uniform(0.95, 1.05)
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    x, y = uniform(-0.07, 0.07), uniform(-0.07, 0.07)
    top = torch.stack([cos * stretch, (cos * shear - sin) * stretch, x], dim=1)
    bottom = torch.stack([sin / stretch, (sin * shear + cos) / stretch, y], dim=1)
    return torch.stack([top, bottom], dim=1)


def backgrounds(count, rng, size=SIZE):
    """Smooth backgrounds: from one random colour to another along a random direction."""
    ends = torch.rand(2, count, 3, 1, 1, generator=rng)
    angle = torch.rand(count, 1, 1, generator=rng) * 2 * math.pi
    line = torch.linspace(-0.5, 0.5, size)
    ramp = torch.cos(angle) * line[None, None, :] + torch.sin(angle) * line[None, :, None]
    ramp = (ramp[:, None] + 0.5).clamp(0, 1)
    return ends[0] * (1 - ramp) + ends[1] * ramp


def views(pictures, ids, rng):
    """One random view of each picture named in `ids`: colours 0..1, [n, 3, SIZE, SIZE].

    The picture is turned, scaled, sheared and shifted, set on a random background, and
    the whole changed in brightness, contrast and colour balance.
    """
    count = len(ids)
    grid = F.affine_grid(affine(count, rng), (count, 4, SIZE, SIZE), align_corners=False)
    source = pictures[ids].float() / 255
    drawn = F.grid_sample(source, grid, padding_mode="zeros", align_corners=False)
    out = drawn[:, :3] + (1 - drawn[:, 3:]) * backgrounds(count, rng)
    gain = 1 + 0.1 * (2 * torch.rand(count, 3, 1, 1, generator=rng) - 1)
    contrast = 1 + 0.2 * (2 * torch.rand(count, 1, 1, 1, generator=rng) - 1)
    shift = 0.1 * (2 * torch.rand(count, 1, 1, 1, generator=rng) - 1)
    return ((out * gain - 0.5) * contrast + 0.5 + shift).clamp(0, 1)


def make_model(vocabulary, width=192, layers=5, text_layers=2, dim=128):
    """A CLIP of the given sizes with fresh weights; `vocabulary` is its token count."""
    ids = dict(bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1)
    common = dict(
        hidden_size=width,
        intermediate_size=4 * width,
        num_attention_heads=width // 64,
        projection_dim=dim,
        hidden_act="quick_gelu",
    )
    text = dict(
        vocab_size=vocabulary, num_hidden_layers=text_layers, max_position_embeddings=CONTEXT, **common, **ids
    )
    vision = dict(num_hidden_layers=layers, image_size=SIZE, patch_size=PATCH, **common)
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=dim, **ids)
    # plain attention: on a CPU its backward pass is several times faster at this size
    return CLIPModel._from_config(config, attn_implementation="eager")


def embed_views(model, pixels, keep=1.0, rng=None):
    """Image embeddings (not normalised) and the CLS residual that enters the last block.

    With `keep` below one, each picture is seen through a random share of its patches.
    """
    tower = model.vision_model
    hidden = tower.embeddings(pixels)
    if keep < 1:
        count, length, width = hidden.shape
        order = torch.rand(count, length - 1, generator=rng).argsort(dim=1)
        order = 1 + order[:, : round(keep * (length - 1)), None].expand(-1, -1, width)
        hidden = torch.cat([hidden[:, :1], hidden.gather(1, order)], dim=1)
    hidden = tower.pre_layrnorm(hidden)
    for layer in tower.encoder.layers:
        residual = hidden[:, 0]
        hidden = layer(hidden, attention_mask=None)
    return model.visual_projection(tower.post_layernorm(hidden[:, 0])), residual


def embed_texts(model, ids):
    """Text embeddings (not normalised) of rows of token ids."""
    return model.text_projection(model.text_model(input_ids=ids).pooler_output)


def embed_by_length(model, ids):
    """Text embeddings, computed a quarter at a time, short texts with short: less padding."""
    end = model.config.text_config.eos_token_id
    lengths = (ids == end).float().argmax(dim=1) + 1
    order = lengths.argsort()
    parts = [embed_texts(model, ids[part, : lengths[part].max()]) for part in order.chunk(4)]
    return torch.cat(parts)[order.argsort()]


@torch.no_grad()
def embed_all_texts(model, ids):
    """Unit text embeddings of every prompt."""
    with torch.autocast("cpu", torch.bfloat16):
        parts = [embed_texts(model, part) for part in ids.split(256)]
    return F.normalize(torch.cat(parts).float(), dim=1)


@torch.no_grad()
def accuracy(model, data, seed, stream, rounds, half=True):
    """Top-1 and top-5 share among all names, on `rounds` views of every picture."""
    texts = embed_all_texts(model, data["prompts"])
    hits = torch.zeros(2)
    for turn in range(rounds):
        for index, ids in enumerate(torch.arange(len(texts)).split(374)):
            rng = generator(seed, stream, turn * 1000 + index)
            pixels = (views(data["pictures"], ids, rng) - data["mean"]) / data["std"]
            with torch.autocast("cpu", torch.bfloat16, enabled=half):
                images = embed_views(model, pixels)[0].float()
            best = (images @ texts.T).topk(5).indices == ids[:, None]
            hits += torch.tensor([best[:, 0].sum(), best.sum()])
    return (hits / (rounds * len(texts))).tolist()


def contrastive(images, texts, scale):
    """CLIP's loss: each picture finds its name in the batch, each name its picture."""
    logits = scale * F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T
    target = torch.arange(len(logits))
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def optimizer_of(model, rate, decay):
    """AdamW, without decay for biases, norms, embeddings and the logit scale."""
    plain, decayed = [], []
    for name, weight in model.named_parameters():
        free = weight.ndim < 2 or "embedding" in name
        (plain if free else decayed).append(weight)
    groups = [dict(params=decayed, weight_decay=decay), dict(params=plain, weight_decay=0.0)]
    return torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), fused=True)


def rate_at(share):
    """The learning rate's factor after `share` of the time: short warm-up, then cosine."""
    return min(share / 0.03, 1.0) * (0.5 + 0.5 * math.cos(math.pi * min(share, 1.0))) + 1e-4


class Run:
    """Everything that a training run carries from step to step, and its checkpoint."""

    def __init__(self, model, args):
        self.model, self.args = model, args
        self.average = CLIPModel._from_config(model.config, attn_implementation="eager")
        self.average.load_state_dict(model.state_dict())
        self.optimizer = optimizer_of(model, args.rate, 0.05)
        self.step, self.seconds = 0, 0.0

    def save(self, path):
        """Write the checkpoint, whole or not at all."""
        parts = ("model", "average", "optimizer")
        state = {name: getattr(self, name).state_dict() for name in parts}
        state |= dict(step=self.step, seconds=self.seconds)
        torch.save(state, path + ".part")
        os.replace(path + ".part", path)

    def load(self, path):
        """Take up where a checkpoint left off."""
        state = torch.load(path)
        for name in ("model", "average", "optimizer"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.seconds = state["step"], state["seconds"]

    @torch.no_grad()
    def blend(self):
        """Move the averaged weights towards the present ones."""
        share = 1 - min(0.998, (1 + self.step) / (10 + self.step))
        old, new = list(self.average.parameters()), list(self.model.parameters())
        torch._foreach_lerp_(old, new, share)


def batch_ids(count, size, seed, step):
    """The distinct pictures of one batch; every picture comes once before any comes twice."""
    per_turn = count // size
    order = torch.randperm(count, generator=generator(seed, 5, step // per_turn))
    return order[step % per_turn * size :][:size]


def train(run, data):
    """Train until the time given is used up, saving the state every few minutes."""
    args, model = run.args, run.model
    total, saved, shown = args.minutes * 60, time.time(), time.time()
    while run.seconds < total:
        began, share = time.time(), run.seconds / total
        for group in run.optimizer.param_groups:
            group["lr"] = args.rate * rate_at(share)
        ids = batch_ids(len(data["pictures"]), args.batch, args.seed, run.step)
        rng = generator(args.seed, TRAIN_VIEWS, run.step)
        pixels = (views(data["pictures"], ids, rng) - data["mean"]) / data["std"]
        keep = next((keep for end, keep in KEEP if share < end), 1.0)
        with torch.autocast("cpu", torch.bfloat16):
            images, _ = embed_views(model, pixels, keep, rng)
            texts = embed_by_length(model, data["prompts"][ids])
        scale = model.logit_scale.exp().clamp(max=100)
        loss = contrastive(images.float(), texts.float(), scale)
        run.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        run.optimizer.step()
        run.step += 1
        run.blend()
        if time.time() - shown > 120:
            top = accuracy(run.average, data, args.seed, CHECK_VIEWS, 1)
            note = f"step {run.step} {run.seconds / 60:.1f} min loss {loss:.3f} scale {scale:.1f}"
            print(f"{note} unseen views top-1 {top[0]:.3f} top-5 {top[1]:.3f}", flush=True)
            shown = time.time()
        if time.time() - saved > 180:
            run.save(args.state)
            saved = time.time()
        run.seconds += time.time() - began
    run.save(args.state)


def load_data(args):
    """Pictures, names, token ids of the prompts and the views' colour mean and spread."""
    characters, names, pictures, left_out = render.render(RENDERED)
    print(f"{len(names)} emoji drawn, {len(left_out)} left out: {left_out}")
    prompts = [PROMPT.format(name) for name in names]
    vocabulary, merges = tokens.learn(prompts, VOCABULARY)
    os.makedirs(args.model, exist_ok=True)
    tokenizer = tokens.save(args.model, vocabulary, merges, CONTEXT)
    # whatever follows a text's end is not looked at: pad to the longest, not to CONTEXT
    ids = tokenizer(prompts, padding=True, return_tensors="pt").input_ids
    assert ids.shape[1] <= CONTEXT
    pictures = torch.from_numpy(pictures)
    sample = views(pictures, torch.arange(len(names)), generator(args.seed, TRAIN_VIEWS, 0))
    spread, mean = torch.std_mean(sample, dim=(0, 2, 3))
    mean, spread = (torch.round(x, decimals=4)[:, None, None] for x in (mean, spread))
    return dict(
        characters=characters, names=names, pictures=pictures, prompts=ids,
        mean=mean, std=spread, vocabulary=len(vocabulary),
    )


def write_model(run, data, out):
    """The averaged weights as f16 with their configuration, names and thumbnails."""
    run.average.to(torch.float16).save_pretrained(os.path.join(out, "model"))
    side = {"height": SIZE, "width": SIZE}
    mean, std = (
        [round(x, 4) for x in data[key].flatten().tolist()] for key in ("mean", "std")
    )
    preprocessor = dict(
        image_processor_type="CLIPImageProcessor", do_convert_rgb=True, do_resize=True,
        size={"shortest_edge": SIZE}, resample=3, do_center_crop=True, crop_size=side,
        do_rescale=True, rescale_factor=1 / 255, do_normalize=True, image_mean=mean, image_std=std,
    )
    with open(os.path.join(out, "model", "preprocessor_config.json"), "w") as file:
        json.dump(preprocessor, file, indent=2)
    for name, key in (("labels.txt", "names"), ("emoji.txt", "characters")):
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in data[key]))
    sprite = render.sprite(data["pictures"].numpy())
    sprite.save(os.path.join(out, "pictures.png"), optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--state", default="emoji-train.pt", help="checkpoint, taken up if it exists")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.model = os.path.join(args.out, "model")
    torch.manual_seed(args.seed)
    data = load_data(args)
    run = Run(make_model(data["vocabulary"]), args)
    if os.path.exists(args.state):
        run.load(args.state)
    train(run, data)
    write_model(run, data, args.out)
    print(f"{run.step} steps in {run.seconds / 60:.1f} minutes")
    top = accuracy(run.average.float(), data, args.seed, TEST_VIEWS, 8, half=False)
    print(f"saved model, 8 unseen views a picture: top-1 {top[0]:.4f} top-5 {top[1]:.4f}")


if __name__ == "__main__":
    main()
