"""Headlines per second of Python's datasketch on the items that `epicenter-bench news` reads.

It does less: MinHash signatures and near-duplicates by LSH, without names, languages, stories, tiers or attention.
"""

import gzip
import json
import re
import sys
import time

from datasketch import MinHash, MinHashLSH

path, limit = sys.argv[1], int(sys.argv[2])
titles = []
with gzip.open(path, "rt", encoding="utf-8") as file:
    for line in file:
        if len(titles) == limit:
            break
        titles.append(json.loads(line)["title"])

WORD = re.compile(r"[\u4e00-\u9fff\u3041-\u30ff]|\w+")


def shingles(title):
    words = [re.sub(r"\d+", "0", word) for word in WORD.findall(title.lower())]
    return {" ".join(words[at:at + 2]).encode() for at in range(max(1, len(words) - 1))}


began = time.perf_counter()
index = MinHashLSH(num_perm=128, params=(32, 4))
duplicates = 0
for number, title in enumerate(titles):
    signature = MinHash(num_perm=128)
    signature.update_batch(shingles(title))
    duplicates += bool(index.query(signature))
    index.insert(number, signature)
seconds = time.perf_counter() - began
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
name = f"datasketch MinHashLSH 128 (32 x 4), Python {sys.version.split()[0]}"
print(f"{name:<50}{len(titles) / seconds:>14.0f}{'':>18}{peak / 1024:>18.0f}  {duplicates} with a near-duplicate, none forgotten")
