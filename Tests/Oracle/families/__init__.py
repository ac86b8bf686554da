"""Small checkpoints of every family of sparse autoencoders; run `make_checkpoints.py` beside it."""
