"""A subscriber in a burst, for the tests.

    burst.py client  MODULE ALERTS REPLAY COUNT [RECONNECTS]   the client that loses nothing, from docs/examples/python
    burst.py latency ALERTS COUNT                              a plain subscriber at its defaults: sending to receiving

Prints `live` when it listens, and one line of JSON in the end.
"""
import json, os, struct, sys, time


def client(module, alerts, replay, count, reconnects=0):
    sys.path.insert(0, os.path.dirname(module))
    from epicenter import Alert, Subscription

    subscription = Subscription(alerts, replay, idle=0.1, name="burst")
    while subscription.token is None:
        for _ in subscription:
            raise SystemExit("an alert before the burst")
    print("live", flush=True)
    expected, topics, repeats, gaps, wrong, done, last = 1, {}, 0, 0, 0, 0, time.monotonic()
    while expected <= count and time.monotonic() - last < 60:
        for item in subscription:
            last = time.monotonic()
            if not isinstance(item, Alert):
                wrong += 1
                continue
            if item.sequence < expected:
                repeats += 1
            elif item.sequence > expected:
                gaps += 1
            wrong += item.topic_sequence != topics.get(item.topic, 0) + 1
            topics[item.topic] = item.topic_sequence
            expected = item.sequence + 1
            if reconnects and expected % (count // (reconnects + 1)) == 0 and done < reconnects:
                done += 1
                subscription.reconnect()
            if expected > count:
                break
    print(json.dumps({"received": expected - 1, "repeats": repeats, "gaps": gaps, "wrong": wrong, "reconnects": done,
                      "from_alerts": subscription.counters["from_alerts"]}), flush=True)


def latency(alerts, count):
    import zmq

    socket = zmq.Context().socket(zmq.SUB)
    socket.subscribe(b"alert/")
    socket.subscribe(b"heartbeat/")
    socket.setsockopt(zmq.RCVTIMEO, 30_000)
    socket.connect(alerts)
    socket.recv_multipart()
    print("live", flush=True)
    took, head = [], 0
    while head < count:
        try:
            topic, header, _ = socket.recv_multipart()
        except zmq.Again:
            break
        now = time.time_ns()
        _, _, _, _, head, _, _, sent = struct.unpack_from("<HHIQQQQQ", header)
        if topic != b"heartbeat/":
            took.append(now - sent)
    took.sort()
    place = lambda share: round(took[min(len(took) - 1, int(len(took) * share))] / 1e6, 2) if took else 0
    print(json.dumps({"received": len(took), "p50_ms": place(0.5), "p99_ms": place(0.99)}), flush=True)


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "client":
        client(rest[0], rest[1], rest[2], int(rest[3]), int(rest[4]) if len(rest) > 4 else 0)
    else:
        latency(rest[0], int(rest[1]))
