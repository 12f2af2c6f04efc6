"""Many producers in one process, for the tests.

    producers.py ENDPOINT each PRODUCERS BATCHES   every producer sends its batches, again until acknowledged
    producers.py ENDPOINT flood PRODUCERS SECONDS  every producer sends as fast as it can, asking for nothing

`each` prints a line a second with what is acknowledged, and ends when all is. Events are trades whose size is
producer * 1000 + number, from 1.
"""
import json, os, resource, sys, time
import zmq

ROWS = 2
WINDOW = 4      # batches of one producer under way
PATIENCE = 1.0  # seconds without an answer before all that is not acknowledged is sent again


def batch(producer, number, rows=ROWS):
    first = (number - 1) * rows + 1
    events = [{"type": "trade", "symbol": "AAA", "time": "2026-01-02T15:00:00Z", "price": 10.5,
               "size": producer * 1000 + first + row} for row in range(rows)]
    return json.dumps({"producer": "p%d" % producer, "producer_sequence": first, "events": events}).encode()


def each(context, endpoint, producers, batches):
    poller, sockets = zmq.Poller(), []
    for _ in range(producers):
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RECONNECT_IVL, 20)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 200)
        socket.connect(endpoint)
        poller.register(socket, zmq.POLLIN)
        sockets.append(socket)
    place = {socket: number for number, socket in enumerate(sockets)}
    done, sent, heard = [0] * producers, [0] * producers, [time.monotonic()] * producers
    resent, errors, last = 0, 0, time.monotonic()
    open_ = set(range(producers))
    while open_:
        now = time.monotonic()
        for number in list(open_):
            if sent[number] > done[number] and now - heard[number] > PATIENCE:
                resent += sent[number] - done[number]
                sent[number], heard[number] = done[number], now
            while sent[number] < min(batches, done[number] + WINDOW):
                try:
                    sockets[number].send(batch(number, sent[number] + 1), zmq.DONTWAIT)
                except zmq.Again:
                    break
                if sent[number] == done[number]:
                    heard[number] = now
                sent[number] += 1
        for socket, _ in poller.poll(20):
            number = place[socket]
            while True:
                try:
                    reply = json.loads(socket.recv(zmq.DONTWAIT))
                except zmq.Again:
                    break
                if reply.get("error"):
                    errors += 1  # a gap: what was sent before ingest died is sent again
                    sent[number] = done[number]
                acknowledged = int(reply.get("acknowledged", 0)) // ROWS
                if acknowledged > done[number]:
                    done[number], heard[number] = acknowledged, time.monotonic()
                    sent[number] = max(sent[number], acknowledged)
                if done[number] == batches:
                    open_.discard(number)
        if time.monotonic() - last > 0.2:
            last = time.monotonic()
            print(json.dumps({"acknowledged": sum(done)}), flush=True)
    print(json.dumps({"acknowledged": sum(done), "resent": resent, "errors": errors, "done": True}), flush=True)


def flood(context, endpoint, producers, seconds):
    sockets = []
    for number in range(producers):
        socket = context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SNDHWM, 100)
        socket.connect(endpoint)
        sockets.append(socket)
    events = ",".join('{"type":"trade","symbol":"AAA","time":"2026-01-02T15:00:00Z","price":10.5,"size":1}'
                      for _ in range(200))
    number, sent, end = 1, 0, time.monotonic() + seconds
    while time.monotonic() < end:
        text = '"producer_sequence":%d,"events":[%s]}' % ((number - 1) * 200 + 1, events)
        moved = False
        for place, socket in enumerate(sockets):
            try:
                socket.send(('{"producer":"f%d",' % place + text).encode(), zmq.DONTWAIT)
                sent, moved = sent + 1, True
            except zmq.Again:
                pass
            while socket.poll(0):
                socket.recv(zmq.DONTWAIT)
        # Those left behind have a gap from here on; their batches are read and refused all the same.
        number += 1
        if not moved:
            time.sleep(0.002)
    print(json.dumps({"sent": sent}), flush=True)


if __name__ == "__main__":
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 4096)
    endpoint, what, first, second = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    (each if what == "each" else flood)(context, endpoint, first, second)
    sys.stdout.flush()
    os._exit(0)
