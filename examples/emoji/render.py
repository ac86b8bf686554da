"""Names and pictures of the emoji: which exist, what they are called, how they look.

Reads Unicode's `emoji-test.txt` and the colour font Noto Color Emoji; nothing
here needs PyTorch.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

EMOJI_TEST = "/usr/share/unicode/emoji/emoji-test.txt"
FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
STRIKE = 109  # the one bitmap size that the font holds, in pixels per em
CELL = 136  # the glyphs of that strike are 136 wide and 128 high
SKIN_TONES = {chr(c) for c in range(0x1F3FB, 0x1F400)}


def emoji_names(path=EMOJI_TEST):
    """Every fully-qualified emoji without a skin tone, as (characters, name)."""
    found = []
    for line in open(path, encoding="utf-8"):
        code, _, rest = line.partition(";")
        status, _, comment = rest.partition("#")
        if status.strip() != "fully-qualified":
            continue
        text = "".join(chr(int(c, 16)) for c in code.split())
        if SKIN_TONES & set(text):
            continue
        # the comment reads "<emoji> E<version> <name>"
        found.append((text, comment.strip().split(" ", 2)[2].strip()))
    return found


def glyph(font, text):
    """One emoji drawn at the font's own size: premultiplied RGBA, or None.

    It is drawn on black and on white; what differs between the two is what is
    transparent. None where the font has no single glyph for these characters:
    where the line is not one cell wide, or nothing is drawn.
    """
    if abs(font.getlength(text) - font.getlength("\U0001F600")) > 1:
        return None
    layers = []
    for ground in (0, 255):
        page = Image.new("RGB", (CELL, CELL), (ground,) * 3)
        left, top, right, bottom = font.getbbox(text)
        at = ((CELL - (right - left)) // 2 - left, (CELL - (bottom - top)) // 2 - top)
        ImageDraw.Draw(page).text(at, text, font=font, embedded_color=True)
        layers.append(np.asarray(page, dtype=np.float32))
    black, white = layers
    alpha = 255 - (white - black).mean(axis=2, keepdims=True)
    if alpha.max() < 128:
        return None
    return np.clip(np.concatenate([np.minimum(black, alpha), alpha], axis=2), 0, 255)


def shrink(picture, size):
    """A premultiplied RGBA picture at `size` by `size`, each band by area."""
    bands = [Image.fromarray(picture[:, :, band]) for band in range(4)]
    bands = [band.resize((size, size), Image.Resampling.BOX) for band in bands]
    return np.stack([np.asarray(band) for band in bands]).round().astype(np.uint8)


def render(size=72, path=EMOJI_TEST, font_path=FONT):
    """All emoji that the font draws as one glyph of their own.

    Returns their characters, their names, the pictures [N, 4, size, size]
    (premultiplied RGBA, bytes) and a list of (characters, name) left out.
    """
    font = ImageFont.truetype(font_path, STRIKE, layout_engine=ImageFont.Layout.RAQM)
    missing = glyph(font, "\U000E0080")  # unassigned: what the font shows for "no glyph"
    texts, names, pictures, left_out = [], [], [], []
    for text, name in emoji_names(path):
        picture = glyph(font, text)
        if picture is None or (missing is not None and np.array_equal(picture, missing)):
            left_out.append((text, name))
            continue
        texts.append(text)
        names.append(name)
        pictures.append(shrink(picture, size))
    assert len(set(names)) == len(names), "two emoji share a name"
    return texts, names, np.stack(pictures), left_out


def sprite(pictures, side=32, columns=44):
    """One palette picture of all thumbnails on white, row by row in picture order."""
    rows = -(-len(pictures) // columns)
    page = Image.new("RGB", (columns * side, rows * side), "white")
    for index, picture in enumerate(pictures):
        colour = picture[:3].astype(np.int32) + 255 - picture[3:].astype(np.int32)
        thumb = Image.fromarray(colour.clip(0, 255).astype(np.uint8).transpose(1, 2, 0))
        thumb = thumb.resize((side, side), Image.Resampling.LANCZOS)
        page.paste(thumb, (index % columns * side, index // columns * side))
    return page.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
