#!/usr/bin/env python3
"""Write and read MCAP files with the reference Python library, to compare with another implementation's.

    python3 -m pip install mcap==1.6.0 zstandard lz4
    python3 Tests/Interop/mcap_files.py write FILE none|zstd|lz4 [plain]
    python3 Tests/Interop/mcap_files.py read FILE

`write` makes a file of 500 messages on two channels in chunks of about 4 KiB, two attachments and two metadata
records; with `plain` messages outside chunks. `read` checks every CRC, reads by the index and from the start, and
prints what it found as lines: `message TOPIC SEQUENCE LOG_TIME PUBLISH_TIME LENGTH:CRC32`, `attachment …`, `metadata …`,
`chunks COMPRESSION COUNT`.
"""

import hashlib
import sys
import zlib
from collections import Counter

from mcap.reader import make_reader
from mcap.records import Channel, Chunk, Message
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer

COMPRESSIONS = {"none": CompressionType.NONE, "zstd": CompressionType.ZSTD, "lz4": CompressionType.LZ4}


def payload(number: int) -> bytes:
    """Compressible for even numbers, not for odd ones."""
    if number % 2 == 0:
        return bytes([number % 251]) * (50 + number % 200)
    return hashlib.sha512(str(number).encode()).digest()


def write(path: str, compression: str, plain: bool) -> None:
    with open(path, "wb") as file:
        writer = Writer(
            file, chunk_size=4096, compression=COMPRESSIONS[compression], use_chunking=not plain, enable_data_crcs=True
        )
        writer.start(profile="test", library="python")
        schema = writer.register_schema(name="Text", encoding="jsonschema", data=b'{"type": "object"}')
        channels = [
            writer.register_channel(topic=f"/topic/{name}", message_encoding="json", schema_id=schema) for name in "ab"
        ]
        for number in range(500):
            writer.add_message(
                channel_id=channels[number % 2], log_time=1000 + number, publish_time=900 + number, sequence=number,
                data=payload(number),
            )
            if number in (100, 300):
                writer.add_attachment(
                    create_time=5, log_time=number, name=f"file-{number}", media_type="text/plain", data=payload(number)
                )
                writer.add_metadata(name=f"note-{number}", data={"key": f"value {number}"})
        writer.finish()


def digest(data: bytes) -> str:
    return f"{len(data)}:{zlib.crc32(data)}"


def line(topic: str, message: Message) -> str:
    return f"message {topic} {message.sequence} {message.log_time} {message.publish_time} {digest(message.data)}"


def read(path: str) -> list[str]:
    lines, topics, kinds = [], {}, Counter()
    with open(path, "rb") as file:
        for record in StreamReader(file, emit_chunks=False, validate_crcs=True).records:
            if isinstance(record, Channel):
                topics[record.id] = record.topic
            elif isinstance(record, Message):
                lines.append(line(topics[record.channel_id], record))
    with open(path, "rb") as file:
        for record in StreamReader(file, emit_chunks=True).records:
            if isinstance(record, Chunk):
                kinds[record.compression or "none"] += 1
    with open(path, "rb") as file:
        reader = make_reader(file, validate_crcs=True)
        indexed = [line(channel.topic, message) for _, channel, message in reader.iter_messages(log_time_order=False)]
        if sorted(indexed) != sorted(lines):
            raise ValueError(f"{len(indexed)} messages by the index, {len(lines)} from the start")
        summary = reader.get_summary()
        if summary.statistics.message_count != len(lines):
            raise ValueError(f"statistics say {summary.statistics.message_count}, found {len(lines)}")
        for item in reader.iter_attachments():
            about = f"{item.name} {item.media_type} {item.log_time} {item.create_time}"
            lines.append(f"attachment {about} {digest(item.data)}")
        for item in reader.iter_metadata():
            entries = ",".join(f"{key}={value}" for key, value in sorted(item.metadata.items()))
            lines.append(f"metadata {item.name} {entries}")
    lines += [f"chunks {name} {count}" for name, count in sorted(kinds.items())]
    return lines


def main(arguments: list[str]) -> int:
    if len(arguments) >= 3 and arguments[0] == "write" and arguments[2] in COMPRESSIONS:
        write(arguments[1], arguments[2], plain="plain" in arguments[3:])
        return 0
    if len(arguments) == 2 and arguments[0] == "read":
        print("\n".join(read(arguments[1])))
        return 0
    print(__doc__, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
