"""DN-CBM, through the library it is built on.

neuroexplicit-saar/Discover-then-Name has a copy of ai-safety-foundation's `sparse_autoencoder`;
1.3.0 on PyPI has its constructor and its names (from 1.4 on, weights have no underscore). The
package imports trainers of language models: it is made a stub, and
`sparse_autoencoder.autoencoder.model` is imported as it is.
"""

import importlib
import importlib.util
from importlib.metadata import version

import torch

from .checkpoint import Checkpoint, stub_package

LIBRARY = f"library sparse-autoencoder {version('sparse-autoencoder')}"


def write():
    """Writes the fixture: one component, three names for one bias."""
    folder = importlib.util.find_spec("sparse_autoencoder").submodule_search_locations[0]
    stub_package("sparse_autoencoder", folder)
    model_class = importlib.import_module("sparse_autoencoder.autoencoder.model").SparseAutoencoder
    parts = Checkpoint("dncbm", "relu")
    model = model_class(n_input_features=parts.d, n_learned_features=parts.n, n_components=1)
    state = model.state_dict()
    values = {
        "tied_bias": parts.b_dec,
        "encoder._weight": parts.encoder,
        "encoder._bias": parts.b_enc,
        "decoder._weight": parts.decoder.T,
    }
    for name, value in values.items():
        state[name].copy_(value)
    torch.save(model.state_dict(), parts.path("sparse_autoencoder_final.pt"))
    read = model_class(n_input_features=parts.d, n_learned_features=parts.n, n_components=1)
    read.load_state_dict(torch.load(parts.path("sparse_autoencoder_final.pt")))
    with torch.no_grad():
        acts, _ = read(parts.inputs[:, None])
    tensors = {
        "W_enc": parts.encoder,
        "W_dec": parts.decoder,
        "b_enc": parts.b_enc,
        "b_dec": parts.b_dec,
    }
    parts.expect(
        tensors, acts[:, 0], {"name": "relu"}, LIBRARY, architecture="SparseAutoencoder",
        subtracts_b_dec=True,
        notes="trained on the image embeddings (hook out); the file says nothing of it",
    )  # fmt: skip
