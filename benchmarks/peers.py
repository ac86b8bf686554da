"""The lens and the text tower as people run them today: NumPy, PyTorch, transformers.

Started by enginebench. Reads one job a line from standard input, a JSON object, and answers with
one line of JSON each: `{"seconds": ...}` with results, or `{"missing": "..."}` if a library is not
installed. Threads are limited by the environment that enginebench sets before the start.

What the scan computes for each feature, in float32: layer normalisation with weight and bias, the
projection, the unit vector, its cosines with all labels, softmax of 100 times the cosines, its
entropy, and the 10 best labels with their probabilities. The engine's seconds also hold the 10
worst labels, mean, standard deviation, skewness, kurtosis and margin.
"""

import ctypes
import importlib
import json
import os
import platform
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

TOP, SCALE, EPSILON = 10, 100.0, 1e-5
THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))


def optional(name):
    """The module of a name, or None if it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


np = optional("numpy")


class Missing(Exception):
    """A library that a job needs is not installed."""


def need(name):
    """The module of a name."""
    module = optional(name)
    if module is None:
        raise Missing(f"{name} not installed")
    return module


def tensor(path, name):
    """A float32 tensor of a safetensors file, mapped."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(size))[name]
    assert entry["dtype"] == "F32", entry
    shape = tuple(entry["shape"])
    return np.memmap(path, np.float32, "c", 8 + size + entry["data_offsets"][0], shape)


# --- OpenBLAS under NumPy


def openblas():
    """The OpenBLAS that NumPy has loaded, and the prefix and suffix of its symbols, or None."""
    with open("/proc/self/maps", encoding="utf-8") as file:
        paths = set(re.findall(r"/\S*(?:openblas|blas\.so)\S*", file.read()))
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        for prefix in ("", "scipy_"):
            for suffix in ("", "64_"):
                if hasattr(library, f"{prefix}openblas_get_corename{suffix}"):
                    return library, prefix, suffix
    return None


def blas_call(name, *arguments, result=None):
    """Calls a function of NumPy's OpenBLAS."""
    library, prefix, suffix = BLAS
    function = getattr(library, f"{prefix}{name}{suffix}")
    function.restype = result
    return function(*arguments)


def blas_kernel():
    """The kernels that NumPy's OpenBLAS runs."""
    name = blas_call("openblas_get_corename", result=ctypes.c_char_p) if BLAS else None
    return name.decode() if name else "not OpenBLAS"


def restart_with_better_kernels():
    """Starts again with the engine's kernels where an old OpenBLAS does not know the processor."""
    wish = os.environ.get("ENGINE_KERNEL")
    if blas_kernel() in ("Prescott", "Core2", "Nehalem") and "OPENBLAS_CORETYPE" not in os.environ:
        if wish:
            environment = {**os.environ, "OPENBLAS_CORETYPE": wish}
            os.execve(sys.executable, [sys.executable, *sys.argv], environment)


# --- The scan


class Model:
    """The weights of a scan, mapped from the engine's files."""

    def __init__(self, job):
        if np is None:
            raise Missing("numpy not installed")
        self.directions = tensor(job["autoencoder"], "W_dec")
        self.weight = np.array(tensor(job["model"], "vision_model.post_layernorm.weight"))
        self.bias = np.array(tensor(job["model"], "vision_model.post_layernorm.bias"))
        self.projection = np.array(tensor(job["model"], "visual_projection.weight"))
        self.labels = np.array(tensor(job["labels"], "embeddings"))


def numpy_block(model, start, end):
    """Reads features start to end; returns the best labels [rows, 10]."""
    rows = model.directions[start:end]
    centred = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", centred, centred) / rows.shape[1]
    centred *= (1 / np.sqrt(variance + np.float32(EPSILON)))[:, None]
    centred *= model.weight
    centred += model.bias
    images = centred @ model.projection.T
    images /= np.sqrt(np.einsum("ij,ij->i", images, images))[:, None]
    cosines = images @ model.labels.T
    top = np.argpartition(cosines, -TOP, axis=1)[:, -TOP:]
    best = np.take_along_axis(cosines, top, axis=1)
    order = np.argsort(-best, axis=1)
    top = np.take_along_axis(top, order, axis=1)
    greatest = np.take_along_axis(best, order[:, :1], axis=1)
    cosines -= greatest
    cosines *= np.float32(SCALE)
    weights = np.exp(cosines)
    sums = weights.sum(axis=1)
    # The entropy of p = w / s with l = log w: log s - sum(w l) / s.
    entropies = np.log(sums) - np.einsum("ij,ij->i", weights, cosines) / sums
    probabilities = np.take_along_axis(weights, top, axis=1) / sums[:, None]
    assert np.isfinite(entropies).all() and np.isfinite(probabilities).all()
    return top


def numpy_scan(model, block, threads):
    """All features in blocks; with threads, blocks on them and BLAS on one thread each."""
    count = len(model.directions)
    starts = range(0, count, block)
    if BLAS:
        blas_call("openblas_set_num_threads", 1 if threads else THREADS)
    if threads:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(lambda s: numpy_block(model, s, min(s + block, count)), starts))
    return [numpy_block(model, start, min(start + block, count)) for start in starts]


def torch_scan(model, block, threads):
    """All features in blocks; PyTorch divides each operation over its threads."""
    torch = need("torch")
    torch.set_num_threads(THREADS)
    functional = torch.nn.functional
    if not hasattr(model, "torch"):
        names = ("directions", "weight", "bias", "projection", "labels")
        model.torch = [torch.from_numpy(getattr(model, name)) for name in names]
    directions, weight, bias, projection, labels = model.torch
    found = []
    with torch.inference_mode():
        for start in range(0, len(directions), block):
            rows = directions[start : start + block]
            normal = functional.layer_norm(rows, rows.shape[1:], weight, bias, EPSILON)
            images = functional.normalize(normal @ projection.T, dim=1)
            logits = (images @ labels.T).mul_(SCALE)
            logs = torch.log_softmax(logits, dim=1)
            best, top = logs.topk(TOP, dim=1)
            probabilities = best.exp()
            entropies = -(logs.exp() * logs).sum(dim=1)
            assert torch.isfinite(entropies).all() and torch.isfinite(probabilities).all()
            found.append(top.numpy())
    return found


def scan(job, state):
    """One scan: its seconds, and the best labels of the first features."""
    if "model" not in state:
        state["model"] = Model(job)
    model = state["model"]
    if job["with"] == "torch":
        need("torch")
    run = torch_scan if job["with"] == "torch" else numpy_scan
    block = job["block"] or len(model.directions)
    start = time.perf_counter()
    found = run(model, block, job["threads"])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "top": found[0][:64, 0].tolist()}


# --- The text tower


def tower(job, state):
    """Embeds prompts in batches of equal padding, as transformers pads them."""
    torch, transformers = need("torch"), need("transformers")
    torch.set_num_threads(THREADS)
    if "tower" not in state:
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
        load = transformers.CLIPTextModelWithProjection.from_pretrained
        state["tower"] = load(job["model"], dtype=torch.float32).eval()
    with open(job["prompts"], encoding="utf-8") as file:
        prompts = [[int(word) for word in line.split()] for line in file][: job["count"]]
    end = prompts[0][-1]
    rows = []
    start = time.perf_counter()
    with torch.inference_mode():
        for first in range(0, len(prompts), job["batch"]):
            batch = prompts[first : first + job["batch"]]
            length = 77 if job["padding"] == "77" else max(map(len, batch))
            ids = torch.tensor([ids + [end] * (length - len(ids)) for ids in batch])
            mask = torch.tensor([[1] * len(ids) + [0] * (length - len(ids)) for ids in batch])
            rows.append(state["tower"](input_ids=ids, attention_mask=mask).text_embeds)
        rows = torch.nn.functional.normalize(torch.cat(rows), dim=1)
    seconds = time.perf_counter() - start
    if job.get("out"):
        np.save(job["out"], rows.numpy())
    return {"seconds": seconds}


def versions(job, state):
    """What is installed."""
    found = {"Python": platform.python_version()}
    for name, module in (("NumPy", "numpy"), ("torch", "torch"), ("transformers", "transformers")):
        library = optional(module)
        found[name] = library.__version__ if library else "not installed"
    if np is not None:
        found["NumPy"] += f", kernel {blas_kernel()}"
    torch = optional("torch")
    if torch is not None:
        found["torch"] += ", MKL" if torch.backends.mkl.is_available() else ", without MKL"
    return found


def main():
    """Answers jobs until standard input ends."""
    restart_with_better_kernels()
    jobs = {"versions": versions, "scan": scan, "tower": tower}
    state = {}
    # Libraries print to standard output; answers go to a copy of it.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = jobs[job["job"]](job, state)
        except Missing as missing:
            answer = {"missing": str(missing)}
        print(json.dumps(answer), file=answers, flush=True)


BLAS = openblas() if np is not None else None

if __name__ == "__main__":
    main()
