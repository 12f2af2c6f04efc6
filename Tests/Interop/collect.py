"""Subscribes and writes what it receives: python3 collect.py ALERTS REPLAY OUT [--option VALUE …]

OUT gets a record for each item: 8 bytes of sequence, 4 of length, the body; a withdrawal has length 0xFFFFFFFF.
The last line on standard output is a JSON object of counters, seconds and the token.
"""
import argparse, json, pathlib, struct, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "docs/examples/python"))
from epicenter import FROM_START, Alert, Subscription, Withdrawn

parser = argparse.ArgumentParser()
parser.add_argument("alerts")
parser.add_argument("replay")
parser.add_argument("out")
parser.add_argument("--prefix", default="alert/")
parser.add_argument("--resume", default=FROM_START)
parser.add_argument("--snapshot", action="store_true")
parser.add_argument("--idle", type=float, default=10)
parser.add_argument("--until", type=int, help="end behind this sequence")
parser.add_argument("--key")
parser.add_argument("--server-key")
options = parser.parse_args()

alerts = Subscription(options.alerts, options.replay, options.prefix, options.resume if options.resume != "now" else None,
                      options.snapshot, options.key, options.server_key, options.idle)
seen, first, last = 0, None, None
with open(options.out, "ab") as out:
    for item in alerts:
        last = time.monotonic()
        first = first or last
        if isinstance(item, Alert):
            out.write(struct.pack("<QI", item.sequence, len(item.body)) + item.body)
        elif isinstance(item, Withdrawn):
            out.write(struct.pack("<QI", item.from_sequence, 0xFFFFFFFF))
        seen += 1
        if seen % 100 == 0 or not alerts._ready:
            out.flush()
        if options.until and isinstance(item, Alert) and item.sequence >= options.until:
            break
token = alerts.token
alerts.close()
print(json.dumps({"seen": seen, "seconds": (last or 0) - (first or 0), "token": token, **alerts.counters}))
