"""Print every decoded event of a recording: python3 read_recording.py FILE_OR_DIRECTORY"""
import datetime, pathlib, sys
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory

path = pathlib.Path(sys.argv[1])
for segment in sorted(path.glob("*.mcap")) if path.is_dir() else [path]:
    with segment.open("rb") as file:
        reader = make_reader(file, validate_crcs=True, decoder_factories=[DecoderFactory()])
        for schema, _, message, event in reader.iter_decoded_messages(log_time_order=False):
            when = datetime.datetime.fromtimestamp(message.log_time / 1e9, datetime.timezone.utc)
            print(when.isoformat(), schema.name, str(event).replace("\n", " "))
