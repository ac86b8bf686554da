"""Fry's ViT autoencoders and those that come from them: PatchSAE.

Layout and rule as in hyesulim/mats_sae_training_for_ViTs 062c35f (Fry's code, kept by a fork),
`sae_training/{sparse_autoencoder,config}.py`, and dynamical-inference/cytosae f474f8f (PatchSAE's
code), `src/sae_training/`. The configuration is pickled as an instance of a class of that code.
"""

from collections import OrderedDict

import torch

from .checkpoint import Checkpoint, foreign_class, foreign_instance
from .stable_pickle import dumps, gzipped

FRY_CONFIG = foreign_class("sae_training.config", "ViTSAERunnerConfig")
PATCH_CONFIG = foreign_class("src.sae_training.config", "ViTSAERunnerConfig")
PATCH_PLAIN_CONFIG = foreign_class("src.sae_training.config", "Config")


def attributes(parts, **changes):
    """The attributes of a configuration, in the order its class declares them."""
    return {
        "class_token": True,
        "image_width": 224,
        "image_height": 224,
        "model_name": "openai/clip-vit-large-patch14",
        "module_name": "resid",
        "block_layer": -2,
        "dataset_path": "evanarlian/imagenet_1k_resized_256",
        "use_cached_activations": False,
        "cached_activations_path": None,
        "d_in": parts.d,
        "total_training_tokens": 2_621_440,
        "n_batches_in_store": 15,
        "store_size": 15360,
        "max_batch_size_for_vit_forward_pass": 1024,
        "device": torch.device("cuda"),
        "seed": 42,
        "dtype": torch.float32,
        "b_dec_init_method": "mean",
        "expansion_factor": parts.n // parts.d,
        "from_pretrained_path": None,
        "gated_sae": False,
        "l1_coefficient": 0.00008,
        "lr": 0.0004,
        "lr_scheduler_name": "constantwithwarmup",
        "lr_warm_up_steps": 500,
        "batch_size": 1024,
        "use_ghost_grads": True,
        "n_checkpoints": 10,
        "checkpoint_path": "checkpoints/fixture",
        "d_sae": parts.n,
        "run_name": f"{parts.n}-L1-8e-05-LR-0.0004-Tokens-2.621e+06",
        **changes,
    }


def weights(parts):
    """The state dictionary: W_enc [d, n], b_enc [n], W_dec [n, d], b_dec [d]."""
    return OrderedDict(
        W_enc=parts.encoder.T.contiguous(),
        b_enc=parts.b_enc,
        W_dec=parts.decoder,
        b_dec=parts.b_dec,
    )


def relu_acts(parts, state):
    """`forward_standard`: relu((x - b_dec) W_enc + b_enc)."""
    return torch.relu((parts.inputs - state["b_dec"]) @ state["W_enc"] + state["b_enc"])


def canonical(parts):
    """The canonical tensors of a standard autoencoder."""
    return {
        "W_enc": parts.encoder,
        "W_dec": parts.decoder,
        "b_enc": parts.b_enc,
        "b_dec": parts.b_dec,
    }


def expect_standard(parts, state, config, notes=""):
    """Describes a standard autoencoder."""
    parts.expect(
        canonical(parts),
        relu_acts(parts, state),
        {"name": "relu"},
        "layout only",
        architecture="standard",
        subtracts_b_dec=True,
        model=config["model_name"],
        hook=config["module_name"],
        layer=config["block_layer"],
        notes=notes,
    )


def fry(variant, name, n=32):
    """A checkpoint of Fry's code; the extension of `name` chooses the container, as there."""
    parts = Checkpoint("fry", variant, n=n)
    config = attributes(parts)
    state = weights(parts)
    content = {"cfg": foreign_instance(FRY_CONFIG, config), "state_dict": state}
    if name.endswith(".pt"):
        torch.save(content, parts.path(name))
    else:
        pickled = dumps(content)
        parts.path(name).write_bytes(gzipped(pickled) if name.endswith(".gz") else pickled)
    note = "layer -2 is the output of the last block but one"
    expect_standard(parts, state, config, notes=note)


def patch_standard():
    """PatchSAE, trained on all tokens."""
    parts = Checkpoint("patchsae", "standard", n=32)
    config = attributes(
        parts, class_token=False, model_name="openai/clip-vit-base-patch16", block_layer=-2,
        mse_cls_coefficient=1.0, image_key="image", label_key="label",
    )  # fmt: skip
    state = weights(parts)
    content = {"cfg": foreign_instance(PATCH_CONFIG, config), "state_dict": state}
    torch.save(content, parts.path("clip-vit-base-patch16_-2_resid_32.pt"))
    expect_standard(parts, state, config)


def patch_gated():
    """The gated variant, its configuration the plain class with attributes set one by one."""
    parts = Checkpoint("patchsae", "gated", n=32)
    config = attributes(parts, class_token=False, gated_sae=True, use_ghost_grads=False)
    magnitude = {
        "r_mag": (0.3 * parts.normal(parts.n)).float(),
        "b_mag": (0.2 * parts.normal(parts.n)).float(),
    }
    state = weights(parts)
    state = OrderedDict(
        W_enc=state["W_enc"], b_enc=state["b_enc"], W_dec=state["W_dec"], **magnitude,
        b_dec=state["b_dec"],
    )  # fmt: skip
    content = {"cfg": foreign_instance(PATCH_PLAIN_CONFIG, config), "state_dict": state}
    torch.save(content, parts.path("clip-vit-large-patch14_-2_resid_32.pt"))
    x = parts.inputs - state["b_dec"]
    gate = (x @ state["W_enc"] + state["b_enc"] > 0).float()
    acts = gate * torch.relu(x @ (state["W_enc"] * state["r_mag"].exp()) + state["b_mag"])
    parts.expect(
        {
            "W_enc": parts.encoder,
            "W_dec": parts.decoder,
            "b_gate": parts.b_enc,
            "b_dec": parts.b_dec,
            **magnitude,
        },
        acts,
        {"name": "gated"},
        "layout only",
        architecture="gated",
        subtracts_b_dec=True,
        model=config["model_name"],
        hook="resid",
        layer=-2,
        notes="b_enc as stored is the bias of the gate; there is no b_gate",
    )


def write():
    """Writes every fixture of these families."""
    fry("pt", "final_sparse_autoencoder_-2_resid_32.pt")
    fry("pkl-gz", "final_sparse_autoencoder_-2_resid_32.pkl.gz")
    fry("pkl", "final_sparse_autoencoder_-2_resid_32.pkl")
    fry("square", "final_sparse_autoencoder_-2_resid_16.pt", n=16)
    patch_standard()
    patch_gated()
