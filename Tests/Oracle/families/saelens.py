"""SAELens, through the package `sae-lens`.

Every directory is written by the library, read back by it, and encoded with by it; `pre-6` and
`hook-point` have a configuration of before version 6, which the library converts.
"""

import json

import sae_lens
import torch
from safetensors.torch import save_file

from .checkpoint import Checkpoint

HOOK = "vision_model.encoder.layers.9"
LIBRARY = f"library sae-lens {sae_lens.__version__}"
LAYER_NORM = {"kind": "layer_norm", "eps": 1e-5}
JUMP = {"name": "jumprelu", "at_threshold": False}


def weights(parts, *extra):
    """Stored tensors: W_enc [d, n], W_dec [n, d_out], b_enc [n], b_dec, and those named `extra`."""
    tensors = {
        "W_enc": parts.encoder.T.contiguous(),
        "b_enc": parts.b_enc,
        "W_dec": parts.decoder,
        "b_dec": (0.3 * parts.normal(parts.d_out)).float(),
    }
    for name in extra:
        tensors[name] = (0.3 * parts.normal(parts.n)).float()
    return tensors


def options_of(parts, options):
    """The arguments of a configuration class."""
    metadata = sae_lens.saes.sae.SAEMetadata(
        model_name="openai/clip-vit-base-patch32", hook_name=HOOK
    )
    return {
        "d_in": parts.d, "d_sae": parts.n, "dtype": "float32", "metadata": metadata, **options,
    }  # fmt: skip


def canonical(sae):
    """The canonical tensors, as the library holds them: W_enc by rows, the others as they are."""
    state = sae.state_dict()
    return {**state, "W_enc": state["W_enc"].T}


def describe(parts, activation, architecture, **facts):
    """Reads the directory back through the library and describes it."""
    sae = sae_lens.SAE.load_from_disk(parts.path(""), device="cpu")
    with torch.no_grad():
        acts = sae.encode(parts.inputs)
    facts = {"subtracts_b_dec": True, "hook": HOOK, **facts}
    parts.expect(
        canonical(sae), acts, activation, LIBRARY, architecture=architecture,
        model="openai/clip-vit-base-patch32", **facts,
    )  # fmt: skip


def inference(variant, architecture, activation, *extra, facts=None, size=None, **options):
    """An autoencoder for inference, saved by the library."""
    parts = Checkpoint("saelens", variant, **(size or {}))
    tensors = weights(parts, *extra)
    if "threshold" in tensors:
        tensors["threshold"] = parts.threshold
    if "b_gate" in tensors:
        del tensors["b_enc"]
    if "W_skip" in (facts or {}).get("also", ()):
        tensors["W_skip"] = (0.1 * parts.normal(parts.d_out, parts.d)).float()
    if options.get("rescale_acts_by_decoder_norm"):
        tensors["W_dec"] = tensors["W_dec"] * (0.5 + parts.threshold)[:, None]
    if architecture.endswith("transcoder"):
        options |= {"d_out": parts.d_out, "apply_b_dec_to_input": False}
    sae_class, config_class = sae_lens.registry.SAE_CLASS_REGISTRY[architecture]
    sae = sae_class(config_class(**options_of(parts, options)))
    sae.load_state_dict(tensors)
    sae.save_model(parts.path(""))
    facts = {key: value for key, value in (facts or {}).items() if key != "also"}
    describe(parts, activation, architecture, **facts)


def trained(variant, architecture, **options):
    """A batch-top-k training autoencoder as the library saves it for inference: jumprelu.

    The library folds the norms of the decoder into the encoder. It writes the configuration in
    the order of a set; here its keys are sorted.
    """
    parts = Checkpoint("saelens", variant)
    tensors = weights(parts)
    tensors["W_dec"] = tensors["W_dec"] * (0.5 + parts.threshold)[:, None]
    tensors["topk_threshold"] = torch.tensor(0.4, dtype=torch.float64)
    training = sae_lens.registry.SAE_TRAINING_CLASS_REGISTRY
    sae_class, config_class = training[architecture]
    sae = sae_class(config_class(**options_of(parts, {"k": 5.0, **options})))
    sae.load_state_dict(tensors)
    sae.save_inference_model(parts.path(""))
    config = json.loads(parts.path("cfg.json").read_text(encoding="utf-8"))
    parts.path("cfg.json").write_text(json.dumps(config, sort_keys=True), encoding="utf-8")
    notes = f"trained as {architecture}; the library saves it as jumprelu"
    describe(parts, JUMP, "jumprelu", notes=notes)


def scaled():
    """Inputs are multiplied by the factor of `activation_scaler.json`.

    The library ignores it when it reads a directory for inference: the inputs are scaled here.
    """
    parts = Checkpoint("saelens", "scaled")
    tensors = weights(parts)
    sae_class, config_class = sae_lens.registry.SAE_CLASS_REGISTRY["standard"]
    options = options_of(parts, {"normalize_activations": "expected_average_only_in"})
    sae = sae_class(config_class(**options))
    sae.load_state_dict(tensors)
    sae.save_model(parts.path(""))
    parts.write_json("activation_scaler.json", {"scaling_factor": 0.25})
    with torch.no_grad():
        acts = sae.encode(0.25 * parts.inputs)
    parts.expect(
        canonical(sae), acts, {"name": "relu"}, LIBRARY, architecture="standard",
        model="openai/clip-vit-base-patch32", subtracts_b_dec=True, hook=HOOK,
        normalization=[{"kind": "scale", "factor": 0.25}],
        notes="the factor is in activation_scaler.json; the library leaves scaling to its caller",
    )  # fmt: skip


def old(variant, activation, **changes):
    """A configuration of before version 6: flat, and in the names of that time."""
    parts = Checkpoint("saelens", variant)
    tensors = weights(parts)
    fields = {
        "architecture": "standard",
        "d_in": parts.d,
        "d_sae": parts.n,
        "activation_fn_str": "relu",
        "activation_fn_kwargs": {},
        "apply_b_dec_to_input": True,
        "finetuning_scaling_factor": False,
        "context_size": 50,
        "model_name": "openai/clip-vit-base-patch32",
        "hook_name": HOOK,
        "hook_layer": 9,
        "hook_head_index": None,
        "prepend_bos": True,
        "dataset_path": "fixture",
        "dtype": "torch.float32",
        "device": "cuda",
        "normalize_activations": "none",
        "sae_lens_training_version": "3.12.0",
        **changes,
    }
    fields = {key: value for key, value in fields.items() if value != "absent"}
    parts.path("cfg.json").write_text(json.dumps(fields), encoding="utf-8")
    save_file(tensors, parts.path("sae_weights.safetensors"))
    describe(parts, activation, "topk" if activation["name"] == "topk" else "standard")


def write():
    """Writes every fixture of this family."""
    relu, top = {"name": "relu"}, {"name": "topk", "k": 4, "relu": True}
    inference("standard", "standard", relu)
    inference(
        "layer-norm", "standard", relu, normalize_activations="layer_norm",
        facts={"normalization": [LAYER_NORM]},
    )  # fmt: skip
    inference(
        "constant-norm", "standard", relu, normalize_activations="constant_norm_rescale",
        facts={"normalization": [{"kind": "constant_norm_rescale"}]},
    )  # fmt: skip
    inference("topk", "topk", {"name": "topk", "k": 13, "relu": True}, k=13)
    inference(
        "topk-rescaled", "topk", top, k=4, rescale_acts_by_decoder_norm=True,
        facts={"scales_by_decoder_norm": True},
    )  # fmt: skip
    inference(
        "abstopk", "abstopk", {"name": "topk", "k": 6, "relu": False, "by_magnitude": True}, k=6
    )
    inference(
        "jumprelu", "jumprelu", JUMP, "threshold", apply_b_dec_to_input=False,
        facts={"subtracts_b_dec": False},
    )  # fmt: skip
    inference("gated", "gated", {"name": "gated"}, "b_gate", "r_mag", "b_mag")
    output = {"subtracts_b_dec": False, "notes": "b_dec [d_out] is added after decoding only"}
    inference("transcoder", "transcoder", relu, facts=output, size={"d_out": 20})
    inference(
        "skip-transcoder", "skip_transcoder", relu, facts={**output, "also": ["W_skip"]},
        size={"d_out": 20},
    )  # fmt: skip
    inference(
        "jumprelu-transcoder", "jumprelu_transcoder", JUMP, "threshold", facts=output,
        size={"d_out": 20},
    )  # fmt: skip
    trained("batchtopk", "batchtopk")
    trained("matryoshka", "matryoshka_batchtopk", matryoshka_widths=[6, 12, 24])
    scaled()
    old("pre-6", relu)
    old("pre-6-topk", top, activation_fn_str="topk", activation_fn_kwargs={"k": 4})
    old(
        "hook-point", relu, hook_name="absent", hook_layer="absent", architecture="absent",
        hook_point=HOOK, hook_point_layer=9, normalize_activations=False,
    )  # fmt: skip
