#!/usr/bin/env python3
"""Read an MCAP file with the reference Python library, checking every CRC, and count its messages.

    python3 -m pip install mcap==1.6.0 zstandard lz4
    python3 Tests/Interop/read_mcap.py FILE…

Prints one JSON object a file: messages on each channel's topic, log times, chunks, and what the file's own
statistics say. Exit status 1 if a file cannot be read or contradicts its statistics.
"""

import json
import sys
from collections import Counter

from mcap.reader import make_reader
from mcap.records import Channel, Message
from mcap.stream_reader import StreamReader


def scan(path: str) -> dict:
    """Counts by reading the file from its start; raises on a wrong CRC of a chunk, an attachment or the data section."""
    topics: dict[int, str] = {}
    counts: Counter[str] = Counter()
    first, last = None, None
    with open(path, "rb") as file:
        for record in StreamReader(file, emit_chunks=False, validate_crcs=True).records:
            if isinstance(record, Channel):
                topics[record.id] = record.topic
            elif isinstance(record, Message):
                counts[topics[record.channel_id]] += 1
                first = record.log_time if first is None else min(first, record.log_time)
                last = record.log_time if last is None else max(last, record.log_time)
    return {"messages": dict(sorted(counts.items())), "first_log_time": first, "last_log_time": last}


def indexed(path: str) -> dict:
    """Counts by way of the summary and the chunk indexes; raises on a wrong CRC of a chunk or the summary."""
    counts: Counter[str] = Counter()
    with open(path, "rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        for _, channel, _ in reader.iter_messages():
            counts[channel.topic] += 1
        statistics = summary.statistics if summary else None
        return {
            "indexed_messages": dict(sorted(counts.items())),
            "chunks": len(summary.chunk_indexes) if summary else None,
            "stated_messages": statistics.message_count if statistics else None,
        }


def main(paths: list[str]) -> int:
    if not paths:
        print(__doc__, file=sys.stderr)
        return 64
    status = 0
    for path in paths:
        try:
            result = scan(path) | indexed(path)
        except Exception as error:  # whatever the library finds wrong is a failure of the file
            print(json.dumps({"file": path, "error": f"{type(error).__name__}: {error}"}))
            status = 1
            continue
        total = sum(result["messages"].values())
        if result["messages"] != result["indexed_messages"] or result["stated_messages"] not in (None, total):
            status = 1
        print(json.dumps({"file": path} | result))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
