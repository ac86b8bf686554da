"""Writes Tests/EngineTests/Fixtures/replay: what the published code of the first experiment makes of a small autoencoder.

    replay_fixtures.py [--out DIR]

A model of which only the image head is there, an autoencoder, label embeddings, a listing of the folders of living
features in no order, and the folders as the code fills them: row k of the results goes into folder listing[k]. The computation is
that of the published script, in float64: normalise(P LN(13 d + b)), softmax of cosines over 0.015, the ten most likely
labels, `f"{100 p:.4g}"`. A seed is taken for which no fourth digit is within 0.03 of a rounding boundary, and no two of the first eleven
labels are nearly equal, so that float32 gives the same bytes. Needs NumPy and safetensors.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

D_IN, D_OUT, FEATURES, ALIVE = 24, 16, 40, 22
EPS = 1e-5
LABELS = [
    "tench, Tinca tinca", "goldfish, Carassius auratus", "cock", "hen", "crane", "bonnet, poke bonnet", "caf\u00e9",
    "jack-o'-lantern", "maillot, tank suit", "Model T", "Mr. Ant.", "\u65e5\u672c", "potter's wheel", "a",
]  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures" / "replay"


def single(values):
    """float32, as it is stored."""
    return np.ascontiguousarray(values, np.float32)


def parts(seed):
    """The tensors of a seed."""
    rng = np.random.default_rng(seed)
    text = rng.standard_normal((len(LABELS), D_OUT)) + 1.6 * rng.standard_normal(D_OUT)
    projection = rng.standard_normal((D_OUT, D_IN)) / D_IN**0.5
    # Decoder rows whose images lie near a label or two, so that probabilities of all sizes occur.
    target = text[rng.integers(len(LABELS), size=FEATURES)] + 1.5 * rng.standard_normal((FEATURES, D_OUT))
    decoder = target @ np.linalg.pinv(projection).T
    decoder /= np.linalg.norm(decoder, axis=1, keepdims=True)
    return dict(
        text=single(text / np.linalg.norm(text, axis=1, keepdims=True)), projection=single(projection),
        gamma=single(1 + 0.1 * rng.standard_normal(D_IN)), beta=single(0.1 * rng.standard_normal(D_IN)),
        decoder=single(decoder), bias=single(rng.standard_normal(D_IN)),
        encoder=single(decoder.T + 0.1 * rng.standard_normal((D_IN, FEATURES))),
        listing=rng.permutation(rng.permutation(FEATURES)[:ALIVE]),
    )  # fmt: skip


def probabilities(p):
    """The probability of each label, [features, labels]."""
    text, head = p["text"].astype(float), {key: p[key].astype(float) for key in ("projection", "gamma", "beta")}
    rows = 13 * p["decoder"].astype(float) + p["bias"].astype(float)
    rows = (rows - rows.mean(1, keepdims=True)) / np.sqrt(rows.var(1, keepdims=True) + EPS)
    images = (rows * head["gamma"] + head["beta"]) @ head["projection"].T
    images /= np.linalg.norm(images, axis=1, keepdims=True)
    logits = images @ (text / np.linalg.norm(text, axis=1, keepdims=True)).T / 0.015
    weights = np.exp(logits - logits.max(1, keepdims=True))
    return weights / weights.sum(1, keepdims=True)


def is_safe(table):
    """Whether float32 cannot change a digit or the order of what is written."""
    top = -np.sort(-100 * table, axis=1)[:, :11]
    unit = 10.0 ** (np.floor(np.log10(top)) - 3)
    distance = np.abs((top / unit) % 1 - 0.5)
    return top[:, 9].min() > 1e-20 and distance[:, :10].min() > 0.03 and (top[:, 1:] / top[:, :-1]).max() < 0.999


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT)
    out = parser.parse_args().out
    seed = next(seed for seed in range(10**7) if is_safe(probabilities(p := parts(seed))[:ALIVE]))
    p = parts(seed)
    table = probabilities(p)
    shutil.rmtree(out, ignore_errors=True)
    for folder in ("model", "sae", "dashboard"):
        (out / folder).mkdir(parents=True)
    config = dict(
        model_type="clip", architectures=["CLIPModel"], projection_dim=D_OUT,
        text_config=dict(model_type="clip_text_model", hidden_size=D_OUT, num_hidden_layers=2, num_attention_heads=2),
        vision_config=dict(
            model_type="clip_vision_model", hidden_size=D_IN, num_hidden_layers=4, num_attention_heads=2,
            projection_dim=D_OUT, layer_norm_eps=EPS),
    )  # fmt: skip
    sae = dict(
        architecture="standard", d_in=D_IN, d_sae=FEATURES, dtype="float32", device="cpu", activation_fn="relu",
        apply_b_dec_to_input=True, normalize_activations="none", reshape_activations="none",
        metadata=dict(
            sae_lens_version="6.0.0", model_name="planted", hook_name="blocks.2.hook_resid_post", hook_layer=2,
            hook_head_index=None),
    )  # fmt: skip
    (out / "model" / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    (out / "sae" / "cfg.json").write_text(json.dumps(sae, indent=2) + "\n", encoding="utf-8")
    head = {
        "vision_model.post_layernorm.weight": p["gamma"], "vision_model.post_layernorm.bias": p["beta"],
        "visual_projection.weight": p["projection"], "logit_scale": single(np.log(100.0)),
    }  # fmt: skip
    save_file(head, out / "model" / "model.safetensors")
    weights = {"W_enc": p["encoder"], "b_enc": single(np.zeros(FEATURES)), "W_dec": p["decoder"], "b_dec": p["bias"]}
    save_file(weights, out / "sae" / "sae_weights.safetensors")
    save_file({"embeddings": p["text"]}, out / "text.safetensors")
    (out / "names.txt").write_text("".join(f"{name}\n" for name in LABELS), encoding="utf-8")
    (out / "listing.txt").write_text("".join(f"{i}\n" for i in p["listing"]), encoding="utf-8")
    for row, folder in enumerate(p["listing"]):
        lines = [
            f"A photo of a {LABELS[j]}.\nProbability: {table[row, j] * 100:.4g}% \n\n" for j in np.argsort(-table[row])[:10]
        ]
        (out / "dashboard" / str(folder)).mkdir()
        (out / "dashboard" / str(folder) / "text_explanation.txt").write_text("".join(lines), encoding="utf-8")
    print(f"{out}: seed {seed}")


if __name__ == "__main__":
    main()
