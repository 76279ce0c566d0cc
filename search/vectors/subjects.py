"""Writes subjects.bin: a vector for each word that says what software is for.

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python subjects.py Translation-fr Components-amd64.yml.gz

The arguments are two indexes of a Debian archive: the French descriptions of its
packages (dists/bookworm/main/i18n) and its AppStream data (dists/bookworm/main/dep11).
Words get near vectors if they occur in the same descriptions (latent semantic
analysis): the singular vectors of the matrix of stems and descriptions, weighed by
rarity. No text of a description goes into the file. It needs Go and a minute.
"""

import collections
import gzip
import html
import math
import pathlib
import re
import struct
import sys

import numpy as np
import scipy.sparse as sparse
from scipy.sparse.linalg import svds

from generate import fold, stems_of

DIMENSIONS = 200
IN_TITLE = 2  # occurrences that a word of the summary counts for
RARE = 3  # descriptions that a stem must occur in
COMMON = 0.3  # share of the descriptions that a stem may occur in
DAMPING = 0.25  # exponent of the singular values
SAME = 150  # characters by which descriptions of one source are the same


def packages(path):
    """Returns the summary and the text of each description, each text once."""
    seen, found = set(), []
    for block in pathlib.Path(path).read_text(encoding="utf-8").split("\n\n"):
        parts = re.match(r"Package: .*\nDescription-md5: .*\nDescription-\w+: (.*)(?:\n([\s\S]*))?", block)
        if not parts:
            continue
        text = re.sub(r"^ \.?", "", parts[2] or "", flags=re.M)
        if text.strip()[:SAME] not in seen:
            seen.add(text.strip()[:SAME])
            found.append((parts[1], text))
    return found


def applications(path):
    """Returns the French summary and description of each application that has both."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        blocks = file.read().split("\n---\n")
    found = []
    for block in blocks:
        french = {}
        for name in ("Summary", "Description"):
            section = re.search(rf"^{name}:\n((?:  .*\n|\n)+)", block, re.M)
            text = section and re.search(r"^  fr: (.*(?:\n(?:    .*|\s*))*)", section[1], re.M)
            if text:
                french[name] = html.unescape(re.sub(r"<[^>]*>|\\n|\s+", " ", text[1]))
        if "Summary" in french:
            found.append((french["Summary"], french.get("Description", "")))
    return found


def words_of(text):
    return re.findall("[a-z0-9]+", fold(text))


def bags(texts):
    """Returns, for each summary and text, how often each stem occurs in them."""
    split = [(words_of(summary), words_of(text)) for summary, text in texts]
    vocabulary = sorted({word for parts in split for part in parts for word in part})
    stem = dict(zip(vocabulary, stems_of(vocabulary)))
    counted = []
    for summary, text in split:
        bag = collections.Counter(stem[word] for word in text if stem[word])
        for word in summary:
            if stem[word]:
                bag[stem[word]] += IN_TITLE
        counted.append(bag)
    return counted


def main():
    counted = bags(packages(sys.argv[1]) + applications(sys.argv[2]))
    counted = [bag for bag in counted if len(bag) > 3]
    spread = collections.Counter(stem for bag in counted for stem in bag)
    stems = sorted(s for s, n in spread.items() if RARE <= n < COMMON * len(counted))
    rarity = np.array([math.log(len(counted) / spread[s]) for s in stems])
    at = {s: i for i, s in enumerate(stems)}
    entries = [(at[s], j, (1 + math.log(n)) * rarity[at[s]]) for j, bag in enumerate(counted) for s, n in bag.items() if s in at]
    rows, columns, values = zip(*entries)
    matrix = sparse.csr_matrix((values, (rows, columns)), shape=(len(stems), len(counted)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=0)))[0]
    matrix = matrix @ sparse.diags(1 / np.maximum(lengths, 1e-6))
    left, singular, _ = svds(matrix, k=DIMENSIONS, random_state=0)
    write(stems, rarity, left * singular**DAMPING)
    print(len(counted), "descriptions,", len(stems), "stems")


def write(stems, rarity, vectors):
    """Writes the table; subjects.go says how it is laid out."""
    vectors = np.round(vectors / np.abs(vectors).max(axis=1, keepdims=True) * 127).astype(np.int8)
    weights = rarity / np.linalg.norm(vectors.astype(np.float64), axis=1)
    names, text = [0], b""
    for stem in stems:
        text += stem.encode()
        names.append(len(text))
    with open(pathlib.Path(__file__).parent / "subjects.bin", "wb") as out:
        out.write(struct.pack("<II", len(stems), vectors.shape[1]))
        out.write(np.array(names, "<u4").tobytes())
        out.write(weights.astype("<f4").tobytes())
        out.write(vectors.tobytes() + text)
        print(out.tell(), "bytes")


if __name__ == "__main__":
    main()
