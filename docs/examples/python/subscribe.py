#!/usr/bin/env python3
"""Print one line for each alert, missing none:

    python3 subscribe.py tcp://10.0.0.5:5556 tcp://10.0.0.5:5557 --resume place.txt --key desk.secret --server-key server.pub
"""
import argparse, os, sys, time
from epicenter import FROM_START, Alert, Subscription, Withdrawn

parser = argparse.ArgumentParser()
parser.add_argument("alerts", help="publish.alerts, for example tcp://127.0.0.1:5556")
parser.add_argument("replay", help="publish.replay, for example tcp://127.0.0.1:5557")
parser.add_argument("--prefix", default="alert/", help="only topics that begin so")
parser.add_argument("--resume", metavar="FILE", help="go on where the last run stopped: its place is kept in this file")
parser.add_argument("--from-start", action="store_true", help="begin with the first alert of the stream, not with the next")
parser.add_argument("--snapshot", action="store_true", help="begin with what is pending or firing now")
parser.add_argument("--key", metavar="NAME.secret", help="our key, where the endpoints want CURVE")
parser.add_argument("--server-key", metavar="KEY", help="the server's public key, or its .pub file")
parser.add_argument("--count", type=int, help="end after this many alerts")
parser.add_argument("--until-idle", type=float, metavar="SECONDS", help="end when nothing came for so long")
options = parser.parse_args()

resume = FROM_START if options.from_start else None
if options.resume and os.path.exists(options.resume):
    with open(options.resume) as file:
        resume = file.read().strip()
alerts = Subscription(options.alerts, options.replay, options.prefix, resume, options.snapshot, options.key,
                      options.server_key, options.until_idle)

def store(token):
    """Written beside and renamed over, so that a crash leaves the old place or the new one."""
    with open(options.resume + ".new", "w") as file:
        file.write(token)
    os.replace(options.resume + ".new", options.resume)

seen = 0
for item in alerts:
    if isinstance(item, Withdrawn):
        print("WITHDRAWN from sequence", item.from_sequence, flush=True)
    elif isinstance(item, Alert):
        alert = item.data
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(item.event_time // 10**9))
        print(when, alert["state"], alert["subject"], alert["headline"], sep="  ", flush=True)
        seen += 1
    else:
        print(item, file=sys.stderr)
    if options.resume and alerts.token:
        store(alerts.token)
    if seen == options.count:
        break
