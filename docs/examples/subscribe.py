#!/usr/bin/env python3
"""Print one line for each alert: python3 subscribe.py ENDPOINT [--count N] [--until-idle SECONDS]"""
import argparse, json, struct, sys, time
import zmq

# version, flags, CRC-32C of the body, epoch, stream sequence, topic sequence, event ns, send ns
HEADER = struct.Struct("<HHIQQQQQ")

def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 & -(crc & 1))
    return crc ^ 0xFFFFFFFF

parser = argparse.ArgumentParser()
parser.add_argument("endpoint", help="the public endpoint, for example tcp://127.0.0.1:5556")
parser.add_argument("--count", type=int, help="end after this many alerts")
parser.add_argument("--until-idle", type=float, metavar="SECONDS", help="end when nothing came for so long")
options = parser.parse_args()

socket = zmq.Context.instance().socket(zmq.SUB)
socket.setsockopt(zmq.SUBSCRIBE, b"alert/")
socket.setsockopt(zmq.RCVHWM, 100_000)
socket.connect(options.endpoint)

last = {}  # topic -> (epoch, topic sequence)
seen = problems = 0
while options.count is None or seen < options.count:
    if not socket.poll(None if options.until_idle is None else options.until_idle * 1000):
        break
    topic, header, body = socket.recv_multipart()
    version, _, crc, epoch, sequence, topic_sequence, event_ns, _ = HEADER.unpack(header)
    name = topic.decode()
    if version != 1 or crc != crc32c(body):
        problems += 1
        print(f"DAMAGED {name} at {sequence}", file=sys.stderr)
        continue
    known_epoch, known = last.get(name, (epoch, topic_sequence - 1))
    if epoch == known_epoch and topic_sequence != known + 1:
        problems += 1
        print(f"GAP {name}: {topic_sequence} after {known}", file=sys.stderr)
    last[name] = (epoch, topic_sequence)
    alert = json.loads(body)["data"]
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(event_ns // 10**9))
    print(when, alert["state"], alert["subject"], alert["headline"], sep="  ", flush=True)
    seen += 1
sys.exit(1 if problems else 0)
