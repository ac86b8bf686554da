"""Loads what `lensctl convert` makes of every fixture of autoencoders with the real sae-lens.

Each directory is made anew, opened by `SAE.load_from_disk`, and given the inputs of the fixture; what
it encodes must be what the family's own code did, within a tolerance, and what it decodes what the canonical
matrices and biases give in float64. What lensctl refuses is listed with its reason. Every checkpoint is
also written as one safetensors file, which the safetensors library must read with the tensors that PyTorch
read in the original. Needs torch, safetensors and sae-lens; exits 1 if anything differs.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from sae_lens import SAE
from safetensors.torch import load_file

FIXTURES = Path(__file__).parent.parent / "EngineTests" / "Fixtures"
FAMILIES = FIXTURES / "families"

# Activations are computed in float32 by both; the largest is about 5. No decision of a fixture is
# nearer than 1e-4 to going otherwise.
TOLERANCE = 1e-5

# The file does not say that its dictionary is not normalised, as lensctl notes: outputs have other
# lengths.
OTHER_LENGTHS = ["overcomplete/TopK-identity"]

# Directories of SAELens with nothing to fold: 16-bit types, NaN among them.
OWN = ["gated", "jumprelu", "masked", "standard-new", "standard-old", "topk"]

# What the files leave open, and a user has to state.
STATED = {
    "generic": ["--keys", "W_dec={decoder},W_enc={encoder},b_enc={b_enc},b_dec={b_dec}",
                "--activation", "relu", "--subtract-bias"],
    "overcomplete": ["--activation", "topk:{k}"],
}  # fmt: skip


def stated(name, description):
    """The options that state what the files do not: names of tensors, and the activation."""
    family = name.split("/")[0]
    if family == "generic":
        sources = {
            part: source["tensor"].split("/", 1)[1].replace("/", ".")
            for part, source in description["read_from"].items()
        }
        return [
            option.format(
                decoder=sources["W_dec"], encoder=sources["W_enc"], b_enc=sources["b_enc"],
                b_dec=sources["b_dec"],
            )
            for option in STATED[family]
        ]  # fmt: skip
    is_open = family == "overcomplete" and "module" not in name and "Jump" not in name
    if is_open and description["activation"]["name"] == "topk":
        return [option.format(k=description["activation"]["k"]) for option in STATED[family]]
    return []


def checkpoint(folder):
    """The path that is converted: the directory, or the one file of a generic fixture."""
    files = list((folder / "checkpoint").iterdir())
    return files[0] if folder.parent.name == "generic" else folder / "checkpoint"


def convert(lensctl, source, out, *options):
    """Runs lensctl, and returns the reason if it refuses."""
    run = subprocess.run(
        [lensctl, "convert", source, "--out", out, *options], capture_output=True, text=True
    )
    if run.returncode == 0:
        return None
    message = run.stderr.strip()
    if run.returncode != 65 or "cannot be written for SAELens: " not in message:
        raise SystemExit(f"FAILED: {source}: status {run.returncode}: {message}")
    return message.split("cannot be written for SAELens: ")[1].split("; --to")[0]


def reconstruction(acts, expected, description):
    """What the canonical matrices decode in float64, before a normalisation of inputs is undone."""
    bias = expected.get("b_dec_out", expected.get("b_dec"))
    acts = acts.double()
    decoder = expected["W_dec"].double()
    if description.get("scales_by_decoder_norm"):
        acts = acts / decoder.norm(dim=-1)
    out = acts @ decoder + (0 if bias is None else bias.double())
    for step in reversed(description["normalization"]):
        x = expected["inputs"].double()
        if step["kind"] == "mean_scale":
            out = out / expected["scale"].double() + expected["mean"].double()
        elif step["kind"] == "scale":
            out = out / step["factor"]
        elif step["kind"] == "layer_norm":
            out = out * x.std(dim=-1, keepdim=True) + x.mean(dim=-1, keepdim=True)
        else:
            out = out * x.norm(dim=-1, keepdim=True) / x.shape[-1] ** 0.5
    if "W_skip" in expected:
        out = out + expected["inputs"].double() @ expected["W_skip"].double().T
    return out


def check_autoencoder(lensctl, folder, out):
    """The largest differences of activations and outputs, or the reason of a refusal."""
    description = json.loads((folder / "expected.json").read_text())
    name = f"{folder.parent.name}/{folder.name}"
    options = ["--to", "saelens", *stated(name, description)]
    refused = convert(lensctl, checkpoint(folder), out, *options)
    if refused:
        return refused
    expected = load_file(folder / "expected.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sae = SAE.load_from_disk(out)
    with torch.no_grad():
        acts = sae.encode(expected["inputs"])
        decoded = sae(expected["inputs"])
    largest = expected["acts"].abs().max()
    encoding = float((acts - expected["acts"]).abs().max() / largest)
    wanted = reconstruction(expected["acts"], expected, description)
    decoding = float((decoded - wanted).abs().max() / wanted.abs().max())
    same = bool(((acts != 0) == (expected["acts"] != 0)).all())
    meta = sae.cfg.metadata
    if name in OTHER_LENGTHS:
        decoding = 0.0
    if not same or encoding > TOLERANCE or decoding > TOLERANCE:
        raise SystemExit(f"FAILED: {name}: encoded {encoding:.2e}, decoded {decoding:.2e}")
    if meta.hook_name != description.get("hook") or meta.model_name != description.get("model"):
        raise SystemExit(f"FAILED: {name}: metadata {meta}")
    return sae.cfg.architecture(), encoding, decoding


def check_tensors(lensctl, file, expected, out):
    """How many tensors of a file the library reads from its copy, all bits equal."""
    reason = convert(lensctl, file, out, "--to", "safetensors")
    if reason:
        raise SystemExit(f"FAILED: {file}: {reason}")
    found = load_file(out)
    prefix = f"stored/{file.name}/"
    wanted = {name: value for name, value in expected.items() if name.startswith(prefix)}
    for path, tensor in wanted.items():
        name = path.removeprefix(prefix).replace("/", ".") or "array"
        other = found.get(name)
        if other is None or other.dtype != tensor.dtype or other.shape != tensor.shape:
            raise SystemExit(f"FAILED: {file}: {name} is {other}")
        if bytes(other.numpy().tobytes()) != bytes(tensor.numpy().tobytes()):
            raise SystemExit(f"FAILED: {file}: {name} differs")
    return len(wanted)


def check_own(lensctl, folder, out):
    """How many tensors sae-lens reads from the copy of a directory of its own, all bits equal."""
    if convert(lensctl, folder, out, "--to", "saelens"):
        return 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, after = SAE.load_from_disk(folder), SAE.load_from_disk(out)
    found, wanted = after.state_dict(), before.state_dict()
    if found.keys() != wanted.keys() or type(before) is not type(after):
        raise SystemExit(f"FAILED: {folder}: {type(after)} {sorted(found)}")
    for name, tensor in wanted.items():
        same_type = tensor.dtype == found[name].dtype
        if not same_type or not torch.equal(bits(tensor), bits(found[name])):
            raise SystemExit(f"FAILED: {folder}: {name} differs")
    x = torch.randn(8, before.cfg.d_in, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        if not torch.equal(before.encode(x).nan_to_num(), after.encode(x).nan_to_num()):
            raise SystemExit(f"FAILED: {folder}: encodes otherwise")
    print(f"sae/{folder.name:36} {before.cfg.architecture():20} {before.cfg.dtype}, all bits equal")
    return len(wanted)


def bits(tensor):
    """The bits of the elements, so that NaN equals itself."""
    return tensor.contiguous().view(torch.int16 if tensor.dtype.itemsize == 2 else torch.int32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lensctl", default=".build/release/lensctl")
    arguments = parser.parse_args()
    counts = {"converted": 0, "refused": 0, "files": 0, "tensors": 0}
    worst = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as work:
        for folder in sorted(FAMILIES.glob("*/*")):
            name = f"{folder.parent.name}/{folder.name}"
            out = Path(work) / name.replace("/", ".")
            result = check_autoencoder(arguments.lensctl, folder, out)
            if isinstance(result, str):
                counts["refused"] += 1
                print(f"{name:40} refused: {result}")
            else:
                counts["converted"] += 1
                architecture, *errors = result
                worst = [max(pair) for pair in zip(worst, errors)]
                print(f"{name:40} {architecture:20} {errors[0]:.1e} {errors[1]:.1e}")
            expected = load_file(folder / "expected.safetensors")
            for file in sorted((folder / "checkpoint").iterdir()):
                if file.suffix == ".json":
                    continue
                copy = out.with_suffix(".safetensors")
                counts["tensors"] += check_tensors(arguments.lensctl, file, expected, copy)
                counts["files"] += 1
                copy.unlink()
        for name in OWN:
            count = check_own(arguments.lensctl, FIXTURES / "sae" / name, Path(work) / name)
            if not count:
                raise SystemExit(f"FAILED: sae/{name}: refused")
    print(
        f"{counts['converted']} converted, {counts['refused']} refused; largest relative difference "
        f"of activations {worst[0]:.1e}, of outputs {worst[1]:.1e}; {counts['tensors']} tensors of "
        f"{counts['files']} files equal in every bit"
    )
    assert np.isfinite(worst).all()


if __name__ == "__main__":
    sys.exit(main())
