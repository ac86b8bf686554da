"""Writes Fixtures/sae: small SAELens directories, most of them saved and read back by sae-lens.

Needs the package sae-lens. Canonical decoder rows, encoder rows and decoder biases of every
fixture that must load are in `expected.safetensors`; `expected.json` says which must not, and why.
"""

import argparse
import json
import shutil
from pathlib import Path

import sae_lens
import torch
from safetensors.torch import load_file, save_file

FIXTURES = Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures" / "sae"
D_IN, D_SAE = 32, 48
HOOK = "blocks.1.hook_resid_post"
DTYPES = {torch.float32: "float32", torch.float16: "float16", torch.bfloat16: "bfloat16"}


def unit(rows):
    """`rows` divided by their norms."""
    return rows / rows.norm(dim=1, keepdim=True)


def random_sae(seed, features=D_SAE, dtype=torch.float32):
    """Stored tensors of a standard SAE: unit decoder rows, encoder rows near them."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    decoder = unit(normal(features, D_IN))
    encoder = (decoder + 0.12 * normal(features, D_IN)) * (0.5 + normal(features, 1).abs())
    tensors = {
        "W_enc": encoder.T,
        "b_enc": 0.1 * normal(features),
        "W_dec": decoder,
        "b_dec": 0.3 * normal(D_IN),
    }
    return {name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}


def expected_of(tensors):
    """Canonical form: `W_dec` [n, d], `W_enc` [n, d], `b_dec` [d], all f32."""
    canonical = {"W_dec": tensors["W_dec"], "W_enc": tensors["W_enc"].T}
    if "b_dec" in tensors:
        canonical["b_dec"] = tensors["b_dec"]
    return {name: tensor.float().contiguous() for name, tensor in canonical.items()}


def save_new(name, tensors, architecture="standard", hook=HOOK, training=False, **options):
    """Saves a directory through sae-lens, and checks that sae-lens reads it back."""
    classes = sae_lens.registry.SAE_TRAINING_CLASS_REGISTRY if training else (
        sae_lens.registry.SAE_CLASS_REGISTRY
    )  # fmt: skip
    sae_class, config_class = classes[architecture]
    config = config_class(
        d_in=tensors["b_dec"].numel(),
        d_sae=tensors["W_dec"].shape[0],
        dtype=DTYPES[tensors["W_dec"].dtype],
        metadata=sae_lens.saes.sae.SAEMetadata(model_name="fixture-clip", hook_name=hook),
        **options,
    )
    sae = sae_class(config)
    sae.load_state_dict(tensors)
    folder = FIXTURES / name
    sae.save_model(folder)
    read_back = sae_class.load_from_disk(folder).state_dict()
    for key, tensor in tensors.items():
        assert torch.equal(read_back[key].nan_to_num(7), tensor.nan_to_num(7)), (name, key)
    return expected_of(tensors)


def save_raw(name, tensors, config):
    """Saves a directory by hand: for old configurations and for wrong ones."""
    folder = FIXTURES / name
    folder.mkdir(parents=True)
    save_file(tensors, folder / "sae_weights.safetensors")
    (folder / "cfg.json").write_text(json.dumps(config) + "\n", encoding="utf-8")


def old_config():
    """The flat configuration of SAELens before version 6 (its own keys of that time)."""
    return {
        "architecture": "standard",
        "d_in": D_IN,
        "d_sae": D_SAE,
        "activation_fn_str": "relu",
        "activation_fn_kwargs": {},
        "apply_b_dec_to_input": True,
        "finetuning_scaling_factor": False,
        "context_size": 50,
        "model_name": "fixture-clip",
        "hook_name": HOOK,
        "hook_layer": 1,
        "hook_head_index": None,
        "prepend_bos": True,
        "dataset_path": "fixture",
        "dtype": "torch.float32",
        "device": "cuda",
        "normalize_activations": "none",
        "sae_lens_training_version": "3.12.0",
    }


def older_config():
    """A still older one: hook_point, no architecture, a boolean for the normalization."""
    config = old_config()
    for key in ("architecture", "hook_name", "hook_layer", "finetuning_scaling_factor"):
        del config[key]
    return {**config, "hook_point": HOOK, "hook_point_layer": 1, "normalize_activations": False}


def save_old(name, tensors, config):
    """Saves an old directory and checks that sae-lens reads it."""
    save_raw(name, tensors, config)
    sae = sae_lens.SAE.load_from_disk(FIXTURES / name, device="cpu")
    for key, tensor in tensors.items():
        assert torch.equal(sae.state_dict()[key], tensor), (name, key)
    return expected_of(tensors)


def gated():
    """A gated SAE in bf16: `b_gate`, `r_mag`, `b_mag`, no `b_enc`."""
    tensors = random_sae(17, dtype=torch.bfloat16)
    bias = tensors.pop("b_enc")
    tensors |= {"b_gate": bias, "r_mag": bias.flip(0) * 2, "b_mag": bias.roll(5)}
    return save_new("gated", tensors, "gated", hook="vision_model.encoder.layers.1")


def jumprelu():
    """The form in which batch-top-k SAEs are published."""
    tensors = random_sae(16)
    tensors["threshold"] = torch.linspace(0.01, 0.5, D_SAE)
    return save_new("jumprelu", tensors, "jumprelu", apply_b_dec_to_input=False)


def batchtopk():
    """A training checkpoint: architecture batchtopk and a scalar `topk_threshold` in f64."""
    tensors = random_sae(15)
    tensors["topk_threshold"] = torch.tensor(0.25, dtype=torch.float64)
    return save_new("batchtopk", tensors, "batchtopk", training=True, k=8.0)


def square_ambiguous():
    """An orthogonal decoder, so unit rows and unit columns, and an encoder of its own."""
    tensors = random_sae(19, features=D_IN)
    generator = torch.Generator().manual_seed(190)
    orthogonal = torch.linalg.qr(torch.randn(D_IN, D_IN, generator=generator).double()).Q
    tensors["W_dec"] = orthogonal.float().contiguous()
    tensors["W_enc"] = torch.randn(D_IN, D_IN, generator=generator)
    return save_new("square-ambiguous", tensors)


def scaled():
    """A training checkpoint whose activations are multiplied by 0.25 before encoding."""
    expected = save_new("scaled", random_sae(20), normalize_activations="expected_average_only_in")
    (FIXTURES / "scaled" / "activation_scaler.json").write_text('{"scaling_factor": 0.25}\n')
    return expected


def masked():
    """Decoder rows 5 zero, 7 with a NaN, 9 with an Inf, 10 with a -Inf; encoder 12 zero, 13 NaN."""
    tensors = random_sae(22)
    tensors["W_dec"][5] = 0
    tensors["W_dec"][7, 3] = torch.nan
    tensors["W_dec"][9, 31] = torch.inf
    tensors["W_dec"][10, 0] = -torch.inf
    tensors["W_enc"][:, 12] = 0
    tensors["W_enc"][4, 13] = torch.nan
    return save_new("masked", tensors)


def standard_new():
    """A standard SAE of version 6, with its side file of log10 firing frequencies."""
    expected = save_new("standard-new", random_sae(11))
    sparsity = torch.linspace(-5, -0.5, D_SAE)
    save_file({"sparsity": sparsity}, FIXTURES / "standard-new" / "sparsity.safetensors")
    return expected


def generic():
    """One file with PyTorch's names: decoder.weight [d, n], encoder.weight [n, d], bias [d]."""
    tensors = random_sae(23)
    stored = {
        "decoder.weight": tensors["W_dec"].T.contiguous(),
        "encoder.weight": tensors["W_enc"].T.contiguous(),
        "encoder.bias": tensors["b_enc"],
        "bias": tensors["b_dec"],
    }
    save_file(stored, FIXTURES / "generic.safetensors")
    return expected_of(tensors)


def decoder_only():
    """One file with one tensor, `W_dec` [n, d] in f16."""
    decoder = random_sae(24, dtype=torch.float16)["W_dec"]
    save_file({"W_dec": decoder}, FIXTURES / "decoder-only.safetensors")
    return {"W_dec": decoder.float()}


def loadable():
    """Name to canonical tensors of every fixture that has a canonical form."""
    return {
        "standard-new": standard_new(),
        "standard-old": save_old("standard-old", random_sae(12), old_config()),
        "standard-older": save_old("standard-older", random_sae(13), older_config()),
        "topk": save_new("topk", random_sae(14, dtype=torch.float16), "topk", k=4),
        "batchtopk": batchtopk(),
        "jumprelu": jumprelu(),
        "gated": gated(),
        "square": save_new("square", random_sae(18, features=D_IN)),
        "square-ambiguous": square_ambiguous(),
        "scaled": scaled(),
        "layer-norm": save_new("layer-norm", random_sae(21), normalize_activations="layer_norm"),
        "mlp-hook": save_new("mlp-hook", random_sae(25), hook="blocks.3.mlp.hook_post"),
        "masked": masked(),
        "generic.safetensors": generic(),
        "decoder-only.safetensors": decoder_only(),
    }


def save_refused():
    """The directories whose tensors contradict their configuration."""
    config = json.loads((FIXTURES / "standard-new" / "cfg.json").read_text(encoding="utf-8"))
    tensors = random_sae(26)
    tensors["W_dec"] = tensors["W_dec"].T.contiguous()
    save_raw("transposed", tensors, config)
    save_raw("mismatch", random_sae(27), {**config, "d_sae": 64})


# What a reader must make of the fixtures that are not plain.
NOTES = {
    "square": "d_in == d_sae: unit rows and encoder-decoder alignment prove the orientation",
    "square-ambiguous": "d_in == d_sae: neither norms nor alignment prove the orientation",
    "scaled": "activations are scaled before encoding (0.25); directions are unaffected",
    "layer-norm": "activations are layer-normalized before encoding",
    "mlp-hook": "the hook is an MLP hidden layer, not the residual stream",
    "masked": "decoder rows 5 zero, 7 NaN, 9 Inf, 10 -Inf; encoder rows 12 zero, 13 NaN",
    "transposed": "refuse: W_dec is [d_in, d_sae], against cfg.json",
    "mismatch": "refuse: cfg.json says d_sae 64, the tensors have 48",
}


def summary(name):
    """What `expected.json` says of a fixture: its note, architecture, hook, stored dtypes."""
    path = FIXTURES / name
    weights = load_file(path if path.is_file() else path / "sae_weights.safetensors")
    entry = {"note": NOTES.get(name, "")}
    if path.is_dir():
        config = json.loads((path / "cfg.json").read_text(encoding="utf-8"))
        metadata = config.get("metadata", config)
        entry["architecture"] = config.get("architecture")
        entry["hook_name"] = metadata.get("hook_name", metadata.get("hook_point"))
    entry["tensors"] = {
        key: [str(tensor.dtype).removeprefix("torch."), *tensor.shape]
        for key, tensor in sorted(weights.items())
    }
    return entry


def main():
    """Writes every fixture."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    shutil.rmtree(FIXTURES, ignore_errors=True)
    FIXTURES.mkdir(parents=True)
    expected = loadable()
    save_refused()
    flat = {f"{name}/{key}": t for name, one in expected.items() for key, t in one.items()}
    save_file(flat, FIXTURES / "expected.safetensors")
    names = [*expected, "transposed", "mismatch"]
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(summary(name))}" for name in names)
    (FIXTURES / "expected.json").write_text("{\n" + lines + "\n}\n", encoding="utf-8")
    for path in FIXTURES.rglob("*.safetensors"):
        path.chmod(0o644)
    print(f"{len(names)} fixtures, sae-lens {sae_lens.__version__}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
