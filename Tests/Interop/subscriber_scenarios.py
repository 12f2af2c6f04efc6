"""Scripted owners against docs/examples/python/epicenter.py: what a real publisher does seldom.

Each scenario is a publisher (XPUB) and an owner (ROUTER) on a thread, written from docs/PROTOCOL.md.
Prints one line a scenario; ends with status 1 if one failed.
"""
import json, pathlib, struct, sys, tempfile, threading, time, traceback
import zmq

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "docs/examples/python"))
import epicenter
from epicenter import Alert, Lost, Refused, Subscription, Withdrawn, crc32c, decode, encode, one

def fixed(number, value): return encode(number, ("fixed64", value))
def fixed32(number, value): return epicenter.varint(number << 3 | 5) + struct.pack("<I", value)
def body(epoch, sequence): return b'{"data":{"n":%d,"epoch":%d}}' % (sequence, epoch)

class Owner(threading.Thread):
    """Serves a log of (topic, topic sequence) and publishes what the script says."""

    def __init__(self, log, epoch=7, first=1, lost=None, history=None):
        super().__init__(daemon=True)
        self.folder = tempfile.mkdtemp()
        self.endpoints = ["ipc://%s/%s" % (self.folder, name) for name in ("alerts", "replay")]
        self.log, self.epoch, self.first, self.lost = list(log), epoch, first, lost
        self.history = history or {}  # earlier epoch: first affected
        self.orders, self.opens, self.running, self.beats = [], 0, True, True
        self.lock = threading.Lock()
        self.start()

    def run(self):
        context = zmq.Context()
        self.publisher, self.router = context.socket(zmq.XPUB), context.socket(zmq.ROUTER)
        for socket, endpoint in zip((self.publisher, self.router), self.endpoints):
            socket.linger = 0
            socket.bind(endpoint)
        last_beat = 0
        while self.running:
            if self.router.poll(5):
                self.answer(*self.router.recv_multipart())
            while self.publisher.poll(0):
                self.publisher.recv()
            with self.lock:
                orders, self.orders = self.orders, []
            for order in orders:
                order()
            if self.beats and time.monotonic() - last_beat > 0.5:
                last_beat = time.monotonic()
                self.beat()
        context.destroy(linger=0)

    def do(self, order):
        with self.lock:
            self.orders.append(order)

    def say(self, topic, topic_sequence, publish=True, damaged=False):
        """Appends an alert and, unless it is lost on the way, publishes it."""
        def order():
            self.log.append((topic, topic_sequence))
            if publish:
                sequence = self.first + len(self.log) - 1
                text = body(self.epoch, sequence)
                head = epicenter.HEADER.pack(1, 0, crc32c(text) ^ damaged, self.epoch, sequence, topic_sequence, 5, 6)
                self.publisher.send_multipart([topic.encode(), head, text])
        self.do(order)

    @property
    def head(self): return self.first + len(self.log) - 1

    def marks(self, prefix=""):
        last = {t: (n, self.first + i) for i, (t, n) in enumerate(self.log) if t.startswith(prefix)}
        return last

    def beat(self):
        topics = [{"topic": t, "topicSequence": str(n), "sequence": str(s)} for t, (n, s) in self.marks().items()]
        text = json.dumps({"epoch": str(self.epoch), "head": str(self.head), "topics": topics}).encode()
        head = epicenter.HEADER.pack(1, 0, crc32c(text), self.epoch, self.head, 0, 0, 0)
        self.publisher.send_multipart([b"heartbeat/", head, text])

    def reply(self, identity, number, message, *more):
        self.router.send_multipart([identity, encode(1, 1) + encode(number, message), *more])

    def answer(self, identity, request):
        fields = decode(request)
        if 2 in fields:
            self.opens += 1
            opened = decode(one(fields, 2))
            epoch, start = one(opened, 2), one(opened, 3)
            affected = self.history.get(epoch)
            if epoch not in (0, self.epoch) and (affected is None or affected <= one(opened, 7)):
                refused = encode(1, 4) + encode(2, "another history") + fixed(3, self.epoch)
                return self.reply(identity, 4, refused + (fixed(4, affected) if affected else b""))
            self.reply(identity, 3, fixed(1, self.epoch) + fixed(2, self.head))
            start = max(start, self.first)
            records = b""
            lost = b""
            if self.lost and start <= self.lost[1]:
                lost, start = encode(7, fixed(1, self.lost[0]) + fixed(2, self.lost[1])), self.lost[1] + 1
            for sequence in range(start, self.head + 1):
                topic, number = self.log[sequence - self.first]
                data = (fixed(1, sequence) + fixed(2, 1) + fixed(3, 5) + encode(5, topic) + fixed(6, number)
                        + encode(10, body(self.epoch, sequence)))
                records += epicenter.MESSAGE.pack(5, 22 + len(data), 40, sequence, 1, 5) + data
            if records:
                batch = (fixed(1, self.epoch) + fixed(2, start) + fixed32(3, self.head - start + 1)
                         + fixed(5, self.head) + lost)
                self.reply(identity, 2, batch, records)
        elif 5 in fields:
            marks = fixed(1, self.epoch) + fixed(2, self.head)
            for topic, (number, sequence) in self.marks(one(decode(one(fields, 5)), 1).decode()).items():
                marks += encode(3, encode(1, topic) + fixed(2, number) + fixed(3, sequence))
            self.reply(identity, 5, marks)

A, B = "alert/shock/A/", "alert/shock/B/"

def take(subscription, count, seconds=8):
    """So many items, as (sequence) for alerts and themselves for others."""
    subscription.idle, items = seconds, []
    while len(items) < count:
        item = next(subscription, None)
        if item is None:
            break
        if isinstance(item, Alert):
            assert item.body == body(item.epoch, item.sequence), item.body
            items.append(item.sequence)
        else:
            items.append(item)
    return items

def until_live(subscription):
    end = time.monotonic() + 8
    while subscription._mode != "live" and time.monotonic() < end:
        subscription._step()
    assert subscription._mode == "live", subscription._mode

def expect(found, wanted):
    assert found == wanted, "found %s, expected %s" % (found, wanted)

def lost_on_the_way():
    owner = Owner([(A, 1), (B, 1)])
    alerts = Subscription(*owner.endpoints, resume="0:0")
    expect(take(alerts, 2), [1, 2])
    until_live(alerts)
    owner.say(A, 2)
    owner.say(A, 3, publish=False)
    owner.say(B, 2)
    expect(take(alerts, 3), [3, 4, 5])
    until_live(alerts)
    # The last one is lost: the next heartbeat says so.
    owner.say(A, 4, publish=False)
    began = time.monotonic()
    expect(take(alerts, 1), [6])
    assert time.monotonic() - began < 2, "noticed after %.1f s" % (time.monotonic() - began)
    assert alerts.token == "7:6", alerts.token

def damaged():
    owner = Owner([(A, 1)])
    alerts = Subscription(*owner.endpoints, resume="7:1")
    until_live(alerts)
    owner.say(A, 2, damaged=True)
    expect(take(alerts, 1), [2])
    assert alerts.counters["damaged"] == 1

def topics_in_order():
    owner = Owner([(A, 1), ("alert/x/C/", 1), (B, 1)])
    alerts = Subscription(*owner.endpoints, prefix="alert/shock/", resume="0:0")
    expect(take(alerts, 2), [1, 3])
    until_live(alerts)
    owner.say("alert/x/C/", 2)
    owner.say(A, 2)          # 5
    owner.say(B, 2, publish=False)
    owner.say(A, 3)          # 7: not before 6
    owner.say("alert/x/C/", 3)
    expect(take(alerts, 3), [5, 6, 7])

def one_topic():
    owner = Owner([(A, 1), (B, 1)])
    alerts = Subscription(*owner.endpoints, prefix=A)
    until_live(alerts)
    for number in range(2, 20):
        owner.say(B, number)
    owner.say(A, 2)
    expect(take(alerts, 1), [21])
    assert alerts.counters["gaps"] == 0 and alerts.counters["from_replay"] == 0, alerts.counters

def taken_back():
    owner = Owner([(A, n) for n in range(1, 6)], epoch=9, history={7: 4})
    alerts = Subscription(*owner.endpoints, resume="7:5")
    expect(take(alerts, 3), [Withdrawn(9, 4), 4, 5])
    assert alerts.token == "9:5", alerts.token

def not_affected():
    owner = Owner([(A, n) for n in range(1, 6)], epoch=9, history={7: 4})
    alerts = Subscription(*owner.endpoints, resume="7:3")
    expect(take(alerts, 2), [4, 5])
    assert alerts.token == "9:5", alerts.token

def taken_back_while_live():
    owner = Owner([(A, 1), (A, 2), (A, 3)])
    alerts = Subscription(*owner.endpoints, resume="7:3")
    until_live(alerts)
    def turn():
        owner.epoch, owner.history, owner.log = 8, {7: 3}, owner.log[:2]
    owner.do(turn)
    owner.say(A, 3)
    expect(take(alerts, 2), [Withdrawn(8, 3), 3])

def unknown_history():
    owner = Owner([(A, 1)], epoch=9)
    alerts = Subscription(*owner.endpoints, resume="5:40")
    expect(take(alerts, 2), [Withdrawn(9, 1), 1])

def lost_for_good():
    owner = Owner([(A, n) for n in range(1, 9)], lost=(3, 5))
    alerts = Subscription(*owner.endpoints, resume="7:2")
    expect(take(alerts, 4), [Lost(3, 5), 6, 7, 8])

def begins_above_one():
    owner = Owner([(A, 1), (A, 2)], first=100)
    expect(take(Subscription(*owner.endpoints, resume="0:0"), 2), [100, 101])

def thrashing():
    """XPUB loses every other alert: replay is read instead, and asked for less often than alerts are lost."""
    owner = Owner([(A, 1)])
    alerts = Subscription(*owner.endpoints, resume="7:1")
    until_live(alerts)
    seen = []
    for number in range(2, 202):
        owner.say(A, number, publish=number % 2 == 0)
        if number % 20 == 0:
            seen += take(alerts, number - 1 - len(seen), 4)
    seen += take(alerts, 200 - len(seen), 4)
    expect(seen, list(range(2, 202)))

failed = 0
for scenario in (lost_on_the_way, damaged, topics_in_order, one_topic, taken_back, not_affected, taken_back_while_live,
                 unknown_history, lost_for_good, begins_above_one, thrashing):
    began = time.monotonic()
    try:
        scenario()
        print("ok", scenario.__name__, "%.1f s" % (time.monotonic() - began), flush=True)
    except Exception:
        failed += 1
        print("FAILED", scenario.__name__, traceback.format_exc(), flush=True)
sys.exit(1 if failed else 0)
