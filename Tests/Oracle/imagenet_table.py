"""Writes Sources/Engine/Text/ImageNetTable.swift: the 1000 ImageNet names with WordNet ids; and ImageNetSynsets.swift.

The names are OpenAI's curated ones, from the installed open_clip package; they are checked
against two published lists under `--data`, and the ids against WordNet 3.0 (Debian's package
wordnet-base, or its `data.noun` by `--wordnet`). Any difference stops the script. The words of the
classes' synsets, which data sets have as names of classes, come from there too; `--synsets` writes them alone.
"""

import argparse
import ast
import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SYNSETS = ROOT / "Sources" / "Engine" / "Text" / "ImageNetSynsets.swift"
OUTPUT = ROOT / "Sources" / "Engine" / "Text" / "ImageNetTable.swift"
CLASS_COUNT = 1000

HEADER = '''\
/// The 1000 ImageNet class names that OpenAI's CLIP was evaluated with, and their WordNet ids.
///
/// The classes are those of ILSVRC-2012 in its order, which is the order of the ids. An id is `n`
/// and the eight-digit offset of the noun synset in WordNet 3.0. Two names occur twice: "missile"
/// and "sunglasses", each for two synsets; so 998 names are distinct.
///
/// Made by `Tests/Oracle/imagenet_table.py`, not by hand. Names: OpenAI's curated list, as
/// `open_clip/zero_shot_metadata.py` has it (`IMAGENET_CLASSNAMES`; CLIP and open_clip are under
/// the MIT License). Ids: facts of ILSVRC-2012, each found in WordNet 3.0.
enum ImageNetTable {
  /// One class a line, in class order: WordNet id, tab, name.
  static let rows = """
'''
SYNSETS_HEADER = '''\
// This software and database is being provided to you, the LICENSEE, by
// Princeton University under the following license.  By obtaining, using
// and/or copying this software and database, you agree that you have
// read, understood, and will comply with these terms and conditions.:
//
// Permission to use, copy, modify and distribute this software and
// database and its documentation for any purpose and without fee or
// royalty is hereby granted, provided that you agree to comply with
// the following copyright notice and statements, including the disclaimer,
// and that the same appear on ALL copies of the software, database and
// documentation, including modifications that you make for internal
// use or for distribution.
//
// WordNet 3.0 Copyright 2006 by Princeton University.  All rights reserved.
//
// THIS SOFTWARE AND DATABASE IS PROVIDED "AS IS" AND PRINCETON
// UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES, EXPRESS OR
// IMPLIED.  BY WAY OF EXAMPLE, BUT NOT LIMITATION, PRINCETON
// UNIVERSITY MAKES NO REPRESENTATIONS OR WARRANTIES OF MERCHANT-
// ABILITY OR FITNESS FOR ANY PARTICULAR PURPOSE OR THAT THE USE
// OF THE LICENSED SOFTWARE, DATABASE OR DOCUMENTATION WILL NOT
// INFRINGE ANY THIRD PARTY PATENTS, COPYRIGHTS, TRADEMARKS OR
// OTHER RIGHTS.
//
// The name of Princeton University or Princeton may not be used in
// advertising or publicity pertaining to distribution of the software
// and/or database.  Title to copyright in this software, database and
// any associated documentation shall at all times remain with
// Princeton University and LICENSEE agrees to preserve same.

/// The words of the WordNet synsets of the 1000 ImageNet classes, as data sets name the classes.
///
/// In the order of the classes. "crane" stands for two synsets, so 999 lines are distinct.
///
/// Made by `Tests/Oracle/imagenet_table.py`, not by hand, from WordNet 3.0, whose notice stands above.
enum ImageNetSynsets {
  /// One class a line: all words of its synset, in WordNet's order.
  static let rows = """
'''
FOOTER = '''\
    """
}
'''


def open_clip_names():
    """The names in open_clip's metadata, read without importing the package."""
    package = importlib.util.find_spec("open_clip").submodule_search_locations[0]
    source = (Path(package) / "zero_shot_metadata.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "IMAGENET_CLASSNAMES":
            return list(ast.literal_eval(node.value))
    raise ValueError("open_clip has no IMAGENET_CLASSNAMES")


def lines_of(path):
    """The lines of a text file."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def wordnet_nouns(path):
    """WordNet id to the words of its synset, from a `data.noun` file."""
    nouns = {}
    for line in lines_of(path):
        if not line.startswith(" "):
            fields = line.split(" ")
            count = int(fields[3], 16)
            nouns["n" + fields[0]] = [fields[4 + 2 * i].replace("_", " ") for i in range(count)]
    return nouns


def check(ids, names, listed, openai):
    """Both published lists agree with `names`, and the table's format can hold them."""
    assert len(names) == len(ids) == len(openai) == CLASS_COUNT
    assert ids == sorted(set(ids)), "class order is the order of the ids"
    for index, rest in enumerate(zip(names, openai, listed)):
        assert len(set(rest)) == 1, f"class {index} {ids[index]}: {rest}"
    assert all(name.isascii() and name.isprintable() for name in names)
    assert not any(mark in name for name in names for mark in '"\\')


def check_wordnet(ids, names, path):
    """Every id is a noun synset; prints how many names are not among the synset's words."""
    nouns = wordnet_nouns(path)
    assert not [id for id in ids if id not in nouns], "an id is not in WordNet"
    reworded = [
        f"{id} {name} | {', '.join(nouns[id])}"
        for id, name in zip(ids, names)
        if name.lower() not in (word.lower() for word in nouns[id])
    ]
    print(f"{len(reworded)} names are not a word of their synset (--verbose lists them)")
    return reworded


def write_synsets(ids, path):
    """Writes the words of the synsets."""
    nouns = wordnet_nouns(path)
    lines = [", ".join(nouns[id]) for id in ids]
    assert all(line.isascii() and line.isprintable() and '"' not in line and "\\" not in line for line in lines)
    assert [line for line in set(lines) if lines.count(line) > 1] == ["crane"]
    rows = "".join(f"    {line}\n" for line in lines)
    SYNSETS.write_text(SYNSETS_HEADER + rows + FOOTER, encoding="utf-8")
    print(f"{SYNSETS.name}: {len(lines)} lines, {len(set(lines))} distinct")


def main():
    """Checks the lists and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--wordnet", type=Path, default=Path("/usr/share/wordnet/data.noun"))
    parser.add_argument("--synsets", action="store_true", help="write the words of the synsets alone")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    pairs = [
        line.split(" ", 1) for line in lines_of(arguments.data / "vocab/imagenet1000_wnid.txt")
    ]
    ids, listed = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    write_synsets(ids, arguments.wordnet)
    if arguments.synsets:
        return
    names = open_clip_names()
    check(ids, names, listed, lines_of(arguments.data / "vocab/imagenet1000.txt"))
    reworded = check_wordnet(ids, names, arguments.wordnet)
    if arguments.verbose:
        print("\n".join(reworded))
    rows = "".join(f"    {id}\\t{name}\n" for id, name in zip(ids, names))
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(HEADER + rows + FOOTER, encoding="utf-8")
    print(f"{OUTPUT.name}: {len(names)} names, {len(set(names))} distinct")


if __name__ == "__main__":
    main()
