"""Writes Fixtures/clip-families: tiny models of the other families, and what their libraries compute.

OpenCLIP, OpenCLIP with custom text and OpenAI's layout by open_clip, SigLIP and SigLIP 2 by
transformers, their tokenizers by tokenizers; expectations in float64 from the weights as stored.
open_clip imports torchvision and ftfy, which are not needed for this: stubs stand for them.
"""

import argparse
import gzip
import json
import shutil
import struct
import sys
import types
from importlib.machinery import ModuleSpec
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizer_texts import TRAINING_WORDS
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import Siglip2Config, Siglip2Model, Siglip2Tokenizer, SiglipConfig, SiglipModel
from transformers.utils import logging

FIXTURES = Path(__file__).resolve().parent.parent / "EngineTests" / "Fixtures"
TARGET = FIXTURES / "clip-families"
CONTEXT = 16
PUNCTUATION = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""

TEXTS = [
    "A photo of a tench.",
    "tench",
    "Golden Retriever",
    "jack-o'-lantern_on the grass",
    "  two   dogs\tand a cat \n",
    "Café",
    "日本語 castle",
    "3 1/2 dogs!!",
    "",
    "a photo of a dog, a castle, a tench and a golden retriever, " * 4,
    "flowers 🌻 in the sun",
    "a photo of a </s> dog",
]

TRICKY = [
    "",
    " ",
    "   leading and trailing   ",
    "▁",
    "▁▁a ▁b",
    "a\u00a0b\u2003c\u3000d",
    "ﬁsh ﬂower ½ ① ™ Å",
    "e\u0301 é E\u0301 x\u0301",
    "İstanbul ΣΑΣ straße ẞ",
    "日本語 한국어 ไทย",
    "🌻🏳️‍🌈👩‍👩‍👧",
    "a\r\nb\tc\x00d\x07e",
    "<unk> <pad> </s> <eos>dog<eos>",
    "</s>dog </S> < / s >",
    "x" * 70,
    "dog" * 30,
    "tenchtenchtench tench",
    "don't DON'T 3.14159 2,000,000",
    "zebra Zebra ZEBRA",
    "____ -- ..",
    "\u200b\u200d\ufeff zero",
    "qqqq 🌻🌻 qq",
]


class Stubs:
    """Finds empty modules of the names that open_clip imports and does not use here."""

    names = ("torchvision", "ftfy")

    def find_spec(self, name, path=None, target=None):
        """A specification for a stub."""
        if name.split(".")[0] not in self.names:
            return None
        return ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        """A module with any attribute; `fix_text` gives its argument back."""
        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__getattr__ = lambda name: stub_member(name)
        return module

    def exec_module(self, module):
        """Nothing to run."""


def stub_member(name):
    """What a stub has under a name."""
    if name.startswith("__"):
        raise AttributeError(name)
    if name == "fix_text":
        return lambda text: text
    return StubClass(name, (), {})


class StubClass(type):
    """A class with any member."""

    def __getattr__(cls, name):
        """A member, of no use."""
        return stub_member(name)


sys.meta_path.append(Stubs())
import open_clip  # noqa: E402
from open_clip.model import CLIP, CustomTextCLIP, build_model_from_openai_state_dict  # noqa: E402
from open_clip.tokenizer import SimpleTokenizer  # noqa: E402

# MARK: Tokenizers


def corpus():
    """Words for training tokenizers."""
    words = " ".join(TEXTS[:8]) + " the large bad drawing with flowers of zebra sun grass on in and"
    words = words.lower().replace("/", " ") + " " + " ".join(TRAINING_WORDS.lower().split())
    return [words] * 4 + words.split() * 3


def character_map(pairs):
    """The bytes of a `precompiled_charsmap`: a darts-clone double array and the replacements."""
    replacements, trie, values = b"", {}, {}
    for key, value in pairs.items():
        node = trie
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = len(replacements)
        replacements += value.encode() + b"\0"
    units, used = {0: 0}, {0}
    pending = [(0, 0, trie)]
    while pending:
        place, label, node = pending.pop(0)
        base = 1
        while any((base ^ (c or 0)) in used for c in node) or base in used:
            base += 1
        leaf = None in node
        units[place] = label | (1 << 8 if leaf else 0) | ((place ^ base) << 10)
        used.add(base)
        for child in node:
            used.add(base ^ (child or 0))
        if leaf:
            units[base] = node[None] | 1 << 31
        pending += [(base ^ c, c, inner) for c, inner in node.items() if c is not None]
    size = (max(used) | 0xFF) + 1
    array = [units.get(index, 0) for index in range(size)]
    return struct.pack("<I", 4 * size) + struct.pack(f"<{size}I", *array) + replacements


CHARACTERS = {
    "ﬁ": "fi",
    "①": "1",
    "½": "1/2",
    "™": "tm",
    "å": "a",
    "e\u0301": "é",
    "\u3000": " ",
    "\u200d": " ",
    "\u200b": "",
    "ß": "ss",
}


def unigram():
    """A unigram tokenizer as those of SigLIP, with a table of characters."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex(PUNCTUATION), ""),
            normalizers.Replace(Regex(r"\s+"), " "),
            normalizers.Strip(),
            normalizers.Precompiled(character_map(CHARACTERS)),
            normalizers.Strip(left=False, right=True),
            normalizers.Replace(Regex(" {2,}"), "▁"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    # As `SiglipTokenizer` has them: white space around a special token belongs to it.
    specials = [
        AddedToken(name, lstrip=True, rstrip=True, normalized=False, special=True)
        for name in ("<pad>", "</s>", "<unk>")
    ]
    train_unigram(tokenizer, specials, 300)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", "</s>"], special_tokens=[("</s>", 1)]
    )
    return tokenizer


def unigram_bytes():
    """A unigram tokenizer that falls back to bytes."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace("''", '"'), normalizers.Prepend("▁")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(
        replacement="▁", prepend_scheme="first", split=True
    )
    specials = ["<pad>", "</s>", "<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    train_unigram(tokenizer, specials, 520)
    described = json.loads(tokenizer.to_str())
    described["model"]["byte_fallback"] = True
    described["added_tokens"] = [t for t in described["added_tokens"] if t["id"] < 3]
    tokenizer = Tokenizer.from_str(json.dumps(described))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", "</s>"], special_tokens=[("</s>", 1)]
    )
    return tokenizer


def train_unigram(tokenizer, specials, size):
    """Trains a unigram model."""
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=specials, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)


def pairs():
    """Pairs of scalars with a token for each byte, as Gemma's tokenizer has them."""
    learned = Tokenizer(models.BPE())
    learned.normalizer = normalizers.Replace(" ", "▁")
    learned.train_from_iterator(
        corpus(), trainers.BpeTrainer(vocab_size=160, show_progress=False)
    )
    model = json.loads(learned.to_str())["model"]
    names = ["<pad>", "<eos>", "<bos>", "<unk>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    names += [name for name in model["vocab"] if name not in names]
    tokenizer = Tokenizer(
        models.BPE(
            vocab={name: index for index, name in enumerate(names)},
            merges=[tuple(merge) for merge in model["merges"]],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", behavior="merged_with_previous")
    tokenizer.add_special_tokens([AddedToken(n, normalized=False) for n in names[:4]])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=["$A", "<eos>"], special_tokens=[("<eos>", 1)]
    )
    return tokenizer


def save_tokenizer(tokenizer, folder, **configuration):
    """Writes a tokenizer, its configuration, and the ids of tricky texts."""
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", configuration)
    texts = TEXTS + TRICKY
    write_json(folder / "cases.json", [[t, tokenizer.encode(t).ids] for t in texts])


def save_merges(folder):
    """Writes the small tokenizer's merges as open_clip has its own."""
    lines = (FIXTURES / "tokenizer" / "small" / "merges.txt").read_text(encoding="utf-8")
    path = folder / "bpe_simple_vocab_16e6.txt.gz"
    path.write_bytes(gzip.compress(lines.rstrip("\n").encode(), mtime=0))
    return path


# MARK: Models


def write_json(path, value):
    """Writes JSON, one member or element a line."""
    items = value.items() if isinstance(value, dict) else None
    if items is not None:
        lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in items]
    else:
        lines = [json.dumps(v) for v in value]
    ends = "{}" if items is not None else "[]"
    path.write_text(f"{ends[0]}\n" + ",\n".join(lines) + f"\n{ends[1]}\n", encoding="utf-8")


def randomize(model, seed, scale, bias=None):
    """Gives every parameter random values large enough that no activation is degenerate."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(model.named_parameters()):
        noise = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
        if name == "logit_scale":
            value = torch.full(parameter.shape, scale, dtype=torch.float64)
        elif name == "logit_bias":
            value = torch.full(parameter.shape, bias, dtype=torch.float64)
        elif "ln_" in name or "norm" in name:
            value = 0.3 * noise + (1 if name.endswith("weight") else 0)
        elif "embedding" in name:
            value = 0.6 * noise
        else:
            value = (0.15 if "attn" in name else 0.3) * noise
        parameter.data = value.to(torch.float32)


def directions(width, seed):
    """Random directions [8, d] f32; row 7 has norm 1e-4."""
    generator = torch.Generator().manual_seed(1000 + seed)
    rows = torch.randn(8, width, generator=generator, dtype=torch.float64)
    rows[7] *= 1e-4 / rows[7].norm()
    return rows.to(torch.float32)


def unit(rows):
    """Rows of length 1."""
    return rows / rows.norm(dim=1, keepdim=True)


def expect(folder, ids, text, model, head=None, **facts):
    """Writes `expected.json` and `expected.safetensors`."""
    tensors = {"text_embeddings": unit(text)}
    if head is not None:
        norm, projection = head
        x = directions(projection.shape[0], facts["seed"])
        centred = x.double() - x.double().mean(dim=1, keepdim=True)
        tensors["directions"] = x
        tensors["mapped_full"] = norm(x.double()) @ projection
        tensors["mapped_linear"] = (centred * norm.weight) @ projection
    save_file({k: t.detach().contiguous() for k, t in tensors.items()}, folder / "expected.safetensors")
    scale = model.logit_scale.double().exp().item()
    bias = model.logit_bias.item() if getattr(model, "logit_bias", None) is not None else None
    facts = {"texts": TEXTS, "input_ids": ids.tolist(), "logit_scale": scale, "logit_bias": bias, **facts}
    write_json(folder / "expected.json", facts)


VISION = {"layers": 1, "width": 32, "head_width": 16, "mlp_ratio": 1.5, "patch_size": 8, "image_size": 16}


def make_open_clip(folder):
    """open_clip's `CLIP` with its own tokenizer; a width that heads of 64 do not divide."""
    text = {"context_length": CONTEXT, "vocab_size": 834, "width": 24, "heads": 3, "layers": 2, "mlp_ratio": 2.5}
    config = {"embed_dim": 20, "quick_gelu": True, "vision_cfg": VISION, "text_cfg": text}
    write_json(folder / "open_clip_config.json", {"model_cfg": config, "preprocess_cfg": {}})
    model = CLIP(**config)
    randomize(model, 11, 4.6052)
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    ids = SimpleTokenizer(str(save_merges(folder)), context_length=CONTEXT)(TEXTS)
    model = model.double().eval()
    head = (model.visual.ln_post, model.visual.proj)
    expect(folder, ids, model.encode_text(ids), model, head, seed=11)


def make_custom_text(folder):
    """open_clip's `CustomTextCLIP` as SigLIP's: no mask, last token, projection with bias, f16."""
    text = {
        "context_length": CONTEXT,
        "vocab_size": 520,
        "hf_tokenizer_name": "none/none",
        "tokenizer_kwargs": {"clean": "canonicalize"},
        "width": 24,
        "heads": 2,
        "layers": 2,
        "mlp_ratio": 2,
        "no_causal_mask": True,
        "proj_bias": True,
        "pool_type": "last",
        "norm_kwargs": {"eps": 1e-6},
        "act_kwargs": {"approximate": "tanh"},
    }
    config = {"embed_dim": 12, "init_logit_bias": -10, "custom_text": True, "vision_cfg": VISION, "text_cfg": text}
    write_json(folder / "open_clip_config.json", {"model_cfg": config, "preprocess_cfg": {}})
    arguments = {k: v for k, v in config.items() if k != "custom_text"}
    model = CustomTextCLIP(**arguments)
    randomize(model, 12, 2.5, -9.5)
    model.half()
    save_file(model.state_dict(), folder / "open_clip_model.safetensors")
    save_tokenizer(
        unigram_bytes(), folder, tokenizer_class="PreTrainedTokenizerFast", pad_token="<pad>", eos_token="</s>"
    )
    ids = open_clip.get_tokenizer(f"local-dir:{folder}")(TEXTS)
    model = model.double().eval()
    head = (model.visual.ln_post, model.visual.proj)
    expect(folder, ids, model.encode_text(ids), model, head, seed=12)


def make_openai(folder):
    """OpenAI's layout: sizes of the tensors alone, half precision but for norms and embeddings."""
    text = {"context_length": CONTEXT, "vocab_size": 834, "width": 64, "heads": 1, "layers": 1}
    vision = {**VISION, "width": 64, "head_width": 64, "mlp_ratio": 4}
    model = CLIP(embed_dim=16, quick_gelu=True, vision_cfg=vision, text_cfg=text)
    randomize(model, 13, 4.6052)
    full = ("ln_", "token_embedding", "positional_embedding", "logit_scale", "class_embedding")
    state = {
        name: value if any(part in name for part in full) else value.half()
        for name, value in model.state_dict().items()
    }
    extra = {"input_resolution": 16, "context_length": CONTEXT, "vocab_size": 834}
    state |= {name: torch.tensor(value) for name, value in extra.items()}
    save_file(state, folder / "model.safetensors")
    stored = {k: v.double() for k, v in load_file(folder / "model.safetensors").items()}
    model = build_model_from_openai_state_dict(stored, cast_dtype=torch.float64).double().eval()
    ids = SimpleTokenizer(str(save_merges(folder)), context_length=CONTEXT)(TEXTS)
    head = (model.visual.ln_post, model.visual.proj)
    expect(folder, ids, model.encode_text(ids), model, head, seed=13)


SIGLIP_TEXT = {
    "hidden_size": 24,
    "intermediate_size": 40,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "max_position_embeddings": CONTEXT,
    "bos_token_id": 2,
    "eos_token_id": 1,
}
SIGLIP_VISION = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2}


def without_punctuation(text):
    """What `SiglipTokenizer.canonicalize_text` does; the class itself needs sentencepiece."""
    import re
    import string

    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    return re.sub(r"\s+", " ", text).strip()


def padded(rows, token):
    """Ids cut and filled up to the context; a cut text keeps the end token."""
    cut = [row if len(row) <= CONTEXT else row[: CONTEXT - 1] + row[-1:] for row in rows]
    return torch.tensor([row + [token] * (CONTEXT - len(row)) for row in cut])


def save_siglip(folder, model, ids, seed):
    """Computes what is expected of a SigLIP model that was saved."""
    model = type(model).from_pretrained(folder, dtype=torch.float64, attn_implementation="sdpa").eval()
    with torch.no_grad():
        text = model.text_model(input_ids=ids).pooler_output
    expect(folder, ids, text, model, seed=seed)


def make_siglip(folder):
    """transformers' `SiglipModel` with a unigram tokenizer."""
    tokenizer = unigram()
    text = {**SIGLIP_TEXT, "vocab_size": tokenizer.get_vocab_size(), "projection_size": 16}
    vision = {**SIGLIP_VISION, "image_size": 16, "patch_size": 8}
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision))
    randomize(model, 14, 4.7, -12.5)
    model.save_pretrained(folder)
    save_tokenizer(tokenizer, folder, tokenizer_class="SiglipTokenizer", pad_token="</s>")
    ids = padded([tokenizer.encode(without_punctuation(t)).ids for t in TEXTS], 1)
    save_siglip(folder, model, ids, 14)


def make_siglip2(folder):
    """transformers' `Siglip2Model` with pairs and bytes, in bf16."""
    tokenizer = pairs()
    text = {**SIGLIP_TEXT, "vocab_size": tokenizer.get_vocab_size(), "projection_size": 16}
    vision = {**SIGLIP_VISION, "num_patches": 4, "patch_size": 8}
    model = Siglip2Model(Siglip2Config(text_config=text, vision_config=vision))
    randomize(model, 15, 4.0, -16.25)
    model.to(torch.bfloat16).save_pretrained(folder)
    save_tokenizer(
        tokenizer, folder, tokenizer_class="Siglip2Tokenizer", pad_token="<pad>", padding_side="right"
    )
    reader = Siglip2Tokenizer.from_pretrained(folder)
    rows = reader(TEXTS, padding="max_length", max_length=CONTEXT, truncation=True)["input_ids"]
    save_siglip(folder, model, torch.tensor(rows), 15)


MODELS = {
    "open-clip": make_open_clip,
    "custom-text": make_custom_text,
    "openai": make_openai,
    "siglip": make_siglip,
    "siglip2": make_siglip2,
}


def main():
    """Writes every model, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=list(MODELS))
    logging.disable_progress_bar()
    for name in parser.parse_args().names:
        folder = TARGET / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        torch.manual_seed(0)
        MODELS[name](folder)
        for path in folder.iterdir():
            path.chmod(0o644)
        print(name, sum(p.stat().st_size for p in folder.iterdir()), "bytes")


if __name__ == "__main__":
    main()
