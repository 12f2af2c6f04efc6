"""A subscriber that misses no alert and repeats none. Needs pyzmq alone; docs/PROTOCOL.md is what it speaks.

    from epicenter import Subscription, Withdrawn

    alerts = Subscription("tcp://10.0.0.5:5556", "tcp://10.0.0.5:5557", resume=token_of_last_time)
    for item in alerts:
        if isinstance(item, Withdrawn):
            forget(item.from_sequence)  # what was said from there on was taken back
        else:
            handle(item.data)           # the alert, as docs/alert.schema.json describes it
        store(alerts.token)             # after handling: the next start goes on behind it

It listens to the XPUB socket. What is missing there (a gap in the sequences, a heartbeat that is further, silence)
is read from the replay endpoint; and where XPUB loses again and again, everything is read there for a while.
"""
import collections, json, os, struct, time
import zmq

FROM_START = "0:0"  # as `resume`: everything that the stream holds, from its first alert on

HEADER = struct.Struct("<HHIQQQQQ")  # version, flags, CRC-32C of the body, epoch, sequence, topic sequence, times
MESSAGE = struct.Struct("<BQHIQQ")   # MCAP's Message record: opcode, length, channel, sequence, two times
ALERT_RECORD = 40                    # the channel of alerts
CREDIT = 4096                        # records under way at once
SILENCE = 1.5                        # seconds without a word from the replay endpoint before it is asked again
QUIET = 2.5                          # seconds without a heartbeat from XPUB before replay is read instead
HELD = 10_000                        # alerts of XPUB kept while replay is read; beyond, replay brings them
MALFORMED, VERSION, UNKNOWN_STREAM, EPOCH, OUT_OF_TURN, SEQUENCE, TOO_LARGE, TOO_MANY_READERS = range(1, 9)


class Alert:
    """One alert. `body` is the CloudEvent as it was published, byte for byte."""
    __slots__ = ("epoch", "sequence", "topic", "topic_sequence", "event_time", "body", "in_snapshot")

    def __init__(self, epoch, sequence, topic, topic_sequence, event_time, body, in_snapshot=False):
        self.epoch, self.sequence, self.topic, self.topic_sequence = epoch, sequence, topic, topic_sequence
        self.event_time, self.body, self.in_snapshot = event_time, body, in_snapshot

    @property
    def data(self):
        return json.loads(self.body)["data"]


class Withdrawn(collections.namedtuple("Withdrawn", "epoch from_sequence")):
    """The stream's history changed: alerts from `from_sequence` on were taken back. Those that stand follow."""


class Lost(collections.namedtuple("Lost", "first last")):
    """A damaged disk took these sequences: nobody has them any more."""


class Refused(Exception):
    """The replay endpoint will not serve this, and trying again cannot help."""


# --- protobuf, as far as the stream protocol needs it -----------------------------------------------------------

def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])

def encode(number, value):
    """One field: an int is a varint, bytes and text are themselves, ("fixed64", n) is that."""
    if isinstance(value, tuple):
        return varint(number << 3 | 1) + struct.pack("<Q", value[1])
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, str):
        value = value.encode()
    return varint(number << 3 | 2) + varint(len(value)) + value

def decode(data):
    """The fields of a message: {number: [values]}. Unknown ones are there too, and ignored by who reads."""
    fields, place, end = {}, 0, len(data)
    while place < end:
        key, place = read_varint(data, place)
        kind = key & 7
        if kind == 1:
            value, place = int.from_bytes(data[place:place + 8], "little"), place + 8
        elif kind == 5:
            value, place = int.from_bytes(data[place:place + 4], "little"), place + 4
        else:
            value, place = read_varint(data, place)
            if kind == 2:
                value, place = data[place:place + value], place + value
            elif kind != 0:
                raise ValueError("wire type %d" % kind)
        if place > end:
            raise ValueError("a field beyond the message's end")
        fields.setdefault(key >> 3, []).append(value)
    return fields

def read_varint(data, place):
    value = shift = 0
    while True:
        if place >= len(data) or shift > 63:
            raise ValueError("a number without an end")
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7

def one(fields, number, default=0):
    return fields[number][-1] if number in fields else default

def fixed64s(fields, number):
    """A repeated fixed64, packed or not."""
    for value in fields.get(number, []):
        if isinstance(value, int):
            yield value
        else:
            yield from struct.unpack("<%dQ" % (len(value) // 8), value)

def request(number, body=b""):
    return encode(1, 1) + encode(number, body)


# --- CRC-32C ----------------------------------------------------------------------------------------------------

try:
    from google_crc32c import value as crc32c  # in C, where it is installed
except ImportError:
    _BYTE = []
    for _value in range(256):
        for _ in range(8):
            _value = _value >> 1 ^ (0x82F63B78 if _value & 1 else 0)
        _BYTE.append(_value)
    _WORD = [_BYTE[(low := _BYTE[w & 255] ^ w >> 8) & 255] ^ low >> 8 for w in range(65536)]

    def crc32c(data):
        crc, table = 0xFFFFFFFF, _WORD
        for word in struct.unpack_from("<%dH" % (len(data) // 2), data):
            crc = table[crc & 0xFFFF ^ word] ^ crc >> 16
        if len(data) & 1:
            crc = _BYTE[(crc ^ data[-1]) & 255] ^ crc >> 8
        return crc ^ 0xFFFFFFFF


# --- keys -------------------------------------------------------------------------------------------------------

def read_key(text):
    """A key's 40 characters, or a NAME.secret or NAME.pub file that holds them."""
    if len(text) != 40 or os.path.exists(text):
        with open(text) as file:
            text = file.read().split()[0]
    return text.encode()


class Subscription:
    """Alerts in the order of the stream, each once.

    alerts, replay  the endpoints publish.alerts and publish.replay
    prefix          only topics that begin so: "alert/" for all, "alert/shock/NVDA/" for one
    resume          the token to go on behind; FROM_START; None: from now on
    snapshot        without `resume`: first the alerts that are pending or firing now, then on from there
    key, server_key our secret key (or its file) and the server's public key, where the endpoints want CURVE
    idle            end when nothing came for so many seconds; None: never
    """

    def __init__(self, alerts, replay, prefix="alert/", resume=None, snapshot=False, key=None, server_key=None,
                 idle=None, name="subscriber", receive_high_water=1000, context=None):
        self.endpoints, self.prefix, self.idle, self.name = (alerts, replay), prefix, idle, name
        self._keys = None
        if key:
            secret = read_key(key)
            self._keys = (secret, zmq.curve_public(secret), read_key(server_key))
        self._high_water = receive_high_water
        self._context = context or zmq.Context.instance()
        # With all topics the stream's own sequences have no gaps; with one, the topic's.
        self._is_all = "alert/".startswith(prefix)
        self._is_single = prefix.startswith("alert/") and prefix.endswith("/") and prefix.count("/") == 3
        self.counters = collections.Counter()
        self._ready = collections.deque()   # (item, epoch, sequence) to be handed over
        self._held = {}                     # sequence: XPUB's frames whose turn has not come
        self._topics, self._has_baseline = {}, self._is_all  # last topic sequence of each topic up to _done
        self._arrived = {}                  # the same of what is held beyond
        self._wanted = collections.deque()  # sequences of the snapshot that are still to come
        self._snapshot_head = None
        if resume:
            self._epoch, self._done = (int(part) for part in resume.split(":"))
            self._told, self._mode = (self._epoch, self._done), "replay"
        else:
            self._epoch = self._done = 0
            self._told, self._mode = None, "snapshot" if snapshot else "now"
        self._since, self._stay, self._last_gap = time.monotonic(), 0.0, -1e9
        self._patience = 5.0
        self._sockets = None
        self.reconnect()

    # --- what a caller sees

    def __iter__(self):
        return self

    def __next__(self):
        deadline = None if self.idle is None else time.monotonic() + self.idle
        while not self._ready:
            if deadline is not None and time.monotonic() > deadline:
                raise StopIteration
            self._step()
        item, epoch, sequence = self._ready.popleft()
        if sequence is not None:
            self._told = (epoch, sequence)
        return item

    @property
    def token(self):
        """Where a later subscription goes on (`resume`): behind the item handed over last; None before a place is known."""
        if not self._ready and self._mode in ("live", "replay") and not self._wanted and self._epoch:
            self._told = (self._epoch, self._done)
        return "%d:%d" % self._told if self._told else None

    def reconnect(self):
        """Drops both connections and makes new ones. It is done by itself when nothing is heard."""
        self.close()
        now = time.monotonic()
        sub, dealer = self._context.socket(zmq.SUB), self._context.socket(zmq.DEALER)
        for socket in (sub, dealer):
            socket.linger = 0
            socket.setsockopt(zmq.RECONNECT_IVL, 50)
            socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2000)
            socket.setsockopt(zmq.MAXMSGSIZE, 64 << 20)
            if self._keys:
                socket.curve_secretkey, socket.curve_publickey, socket.curve_serverkey = self._keys
        sub.rcvhwm = self._high_water
        sub.subscribe(self.prefix.encode())
        sub.subscribe(b"heartbeat/")
        dealer.rcvhwm = 100_000
        dealer.setsockopt(zmq.IMMEDIATE, 1)  # a request is for the owner that is there, not for the next
        sub.connect(self.endpoints[0])
        dealer.connect(self.endpoints[1])
        self._sockets, self._poller = (sub, dealer), zmq.Poller()
        for socket in self._sockets:
            self._poller.register(socket, zmq.POLLIN)
        self._heard_any = self._last_beat = now
        self._asked = self._opened = None
        if self._mode == "live":
            self._follow_replay()

    def close(self):
        for socket in self._sockets or ():
            socket.close()
        self._sockets = None

    # --- one round: hear, then see what is due

    def _step(self):
        self._poller.poll(50)
        sub, dealer = self._sockets
        heard = self._drain(sub, self._published, 500) + self._drain(dealer, self._replied, 50)
        now = time.monotonic()
        if heard:
            self._heard_any, self._patience = now, 5.0
        elif now - self._heard_any > self._patience:
            # libzmq gives up on a server that refused our key; a new socket asks again.
            self._patience = min(60.0, self._patience * 2)
            self.counters["reconnects"] += 1
            self.reconnect()
        if self._mode == "live" and now - self._last_beat > QUIET:
            self._gap("silence")
        self._ask(now)

    def _drain(self, socket, take, limit):
        for count in range(limit):
            try:
                frames = socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return count
            try:
                take(frames)
            except (ValueError, struct.error, KeyError, UnicodeDecodeError):
                self.counters["malformed"] += 1
        return limit

    def _send(self, message):
        try:
            self._sockets[1].send(message, zmq.NOBLOCK)
            return True
        except zmq.Again:
            return False

    def _ask(self, now):
        """Asks again for what was not answered."""
        if self._mode == "live":
            return
        needs_marks = self._mode in ("now", "snapshot") or not self._has_baseline
        if needs_marks and (self._asked is None or now - self._asked > SILENCE):
            number = 6 if self._mode == "snapshot" else 5
            if self._send(request(number, encode(1, self.prefix))):
                self._asked = now
        if self._mode == "replay" and (self._opened is None or now - self._opened > SILENCE):
            if self._opened is not None:
                self.counters["reopened"] += 1
            self._open(now)

    def _open(self, now):
        first = self._wanted[0] if self._wanted else self._done + 1
        message = (encode(1, "alerts") + encode(2, ("fixed64", self._epoch)) + encode(3, ("fixed64", first))
                   + encode(5, CREDIT) + encode(6, self.name) + encode(7, ("fixed64", self._done)))
        if self._send(request(2, message)):
            self._opened, self._next, self._consumed, self._accepted = now, first, 0, False

    # --- XPUB

    def _published(self, frames):
        if len(frames) != 3:
            raise ValueError("frames")
        topic, header, body = frames
        version, _, crc, epoch, sequence, topic_sequence, event_time, _ = HEADER.unpack_from(header)
        if version != 1:
            raise ValueError("version")
        if topic == b"heartbeat/":
            self._beat(epoch, sequence, body, crc)
        elif self._mode == "live":
            self._take(epoch, sequence, topic, topic_sequence, event_time, body, crc)
        elif sequence > self._done:
            if len(self._held) >= HELD:
                self._held.clear()
            self._held[sequence] = (epoch, sequence, topic, topic_sequence, event_time, body, crc)

    def _take(self, epoch, sequence, topic, topic_sequence, event_time, body, crc):
        if epoch != self._epoch:
            return self._gap("epoch")
        if sequence <= self._done or sequence in self._held:
            self.counters["repeats"] += 1
            return
        self._held[sequence] = (epoch, sequence, topic, topic_sequence, event_time, body, crc)
        name = topic.decode()
        follows = topic_sequence == self._last(name) + 1
        if follows:
            self._arrived[name] = topic_sequence
        if sequence == self._done + 1 or (self._is_single and follows):
            self._hand_over(sequence)
        elif self._is_all or not follows:
            self._gap("gap")
        elif self._asked is None:
            # Whether another topic of ours had one in between, only the marks tell.
            if self._send(request(5, encode(1, self.prefix))):
                self._asked = time.monotonic()

    def _last(self, topic):
        """The last sequence of a topic that is here without a gap before it."""
        return max(self._topics.get(topic, 0), self._arrived.get(topic, 0))

    def _hand_over(self, head):
        """Hands over what is held up to `head`, of which is known that nothing is missing."""
        for sequence in sorted(s for s in self._held if s <= head):
            epoch, _, topic, topic_sequence, event_time, body, crc = self._held.pop(sequence)
            if crc32c(body) != crc:
                self.counters["damaged"] += 1
                return self._gap("damage")
            topic = topic.decode()
            self._topics[topic] = topic_sequence
            self._done = sequence
            self.counters["from_alerts"] += 1
            self._ready.append((Alert(epoch, sequence, topic, topic_sequence, event_time, body), epoch, sequence))
        self._done = max(self._done, head)

    def _beat(self, epoch, head, body, crc):
        if crc32c(body) != crc:
            raise ValueError("damaged")
        now, before = time.monotonic(), self._last_beat
        self._last_beat = now
        if self._mode != "live":
            return
        if epoch != self._epoch:
            self._gap("epoch")
        elif self._is_all:
            if head > self._done:
                self._gap("heartbeat")
        elif now - before > 8:
            self._gap("heartbeats missed")  # marks are of the last ten seconds
        else:
            topics = json.loads(body).get("topics", [])
            marks = {t["topic"]: int(t["topicSequence"]) for t in topics if t["topic"].startswith(self.prefix)}
            if not self._confirm(head, marks):
                self._gap("heartbeat")

    def _confirm(self, head, marks):
        """Whether all that the marks speak of is here; if so, it is handed over."""
        if any(self._last(topic) < last for topic, last in marks.items()):
            return False
        if head > self._done:
            self._hand_over(head)
        return True

    def _gap(self, why):
        if self._mode != "live":
            return
        now = time.monotonic()
        self.counters["gaps"] += 1
        # Again so soon: XPUB cannot keep up, so replay is read for longer each time.
        self._stay = min(60.0, max(1.0, self._stay * 2)) if now - self._last_gap < 10 + self._stay else 0.0
        self._last_gap = now
        self._follow_replay()

    # --- replay

    def _follow_replay(self):
        self._mode, self._since, self._opened, self._asked = "replay", time.monotonic(), None, None
        self._arrived.clear()

    def _replied(self, frames):
        reply = decode(frames[0])
        if one(reply, 1) != 1:
            raise ValueError("version")
        if 2 in reply and len(frames) == 2:
            self._batch(decode(one(reply, 2)), frames[1])
        elif 3 in reply:
            self._heartbeat(decode(one(reply, 3)))
        elif 4 in reply:
            self._refused(decode(one(reply, 4)))
        elif 5 in reply:
            self._marks(decode(one(reply, 5)))
        elif 6 in reply and self._mode == "snapshot":
            snapshot = decode(one(reply, 6))
            self._epoch, self._done = one(snapshot, 1), one(snapshot, 2)
            self._wanted.extend(sorted(fixed64s(snapshot, 3)))
            self._follow_replay()

    def _heartbeat(self, beat):
        if self._mode != "replay" or self._opened is None:
            return
        self._opened = time.monotonic()
        if not self._adopt(one(beat, 1)):
            return
        self._caught_up(one(beat, 2))

    def _adopt(self, epoch):
        """The owner serves us under `epoch`; a change amid a conversation is asked about with the epoch we know."""
        if epoch == self._epoch or not self._accepted or self._epoch == 0:
            self._epoch, self._accepted = epoch, True
            return True
        self._opened = None
        return False

    def _batch(self, batch, records):
        if self._mode != "replay" or self._opened is None:
            return
        first = one(batch, 2)
        last, now = first + one(batch, 3) - 1, time.monotonic()
        for lost in map(decode, batch.get(7, [])):
            gone = one(lost, 1), one(lost, 2)
            if gone[0] <= self._next <= gone[1]:
                self._ready.append((Lost(self._next, gone[1]), one(batch, 1), gone[1]))
                self._next = gone[1] + 1
        if not self._wanted and first > self._next > 1:
            if self._accepted:
                self._opened = None  # something was lost on the way; what is still under way is skipped
            return
        self._opened = now
        if not self._adopt(one(batch, 1)):
            return
        self._consumed += last - first + 1
        if last >= self._next:
            self._read(records)
            self._next = last + 1
        if self._wanted:
            if self._wanted[0] - self._next > CREDIT:
                self._opened = None  # a long way to the next: ask for it
        elif self._next - 1 > self._done:
            self._done = self._next - 1
        head = one(batch, 5)
        if self._consumed >= CREDIT // 2 or self._next > head:
            if self._send(request(3, encode(1, self._consumed) + encode(2, ("fixed64", self._next - 1)))):
                self._consumed = 0
        self._caught_up(head)

    def _read(self, records):
        """Takes the alerts out of MCAP Message records."""
        place, end, prefix = 0, len(records), self.prefix
        while place < end:
            opcode, length, channel, _, _, _ = MESSAGE.unpack_from(records, place)
            start, place = place + MESSAGE.size, place + 9 + length
            if opcode != 5 or channel != ALERT_RECORD:
                continue
            fields = decode(records[start:place])
            sequence, topic = one(fields, 1), one(fields, 5, b"").decode()
            is_snapshot = bool(self._wanted)
            if is_snapshot:
                if sequence != self._wanted[0]:
                    continue
                self._wanted.popleft()
            elif sequence < self._next or not topic.startswith(prefix):
                continue
            alert = Alert(self._epoch, sequence, topic, one(fields, 6), one(fields, 3), one(fields, 10, b""), is_snapshot)
            if is_snapshot:
                self._ready.append((alert, self._epoch, None))
                if not self._wanted:
                    self._opened = None  # on from the snapshot's head
                    return
            else:
                self._topics[topic] = alert.topic_sequence
                self.counters["from_replay"] += 1
                self._ready.append((alert, self._epoch, sequence))

    def _caught_up(self, head):
        """Goes over to XPUB, if all there is has been read."""
        if (self._mode != "replay" or self._opened is None or self._wanted or self._done < head
                or not self._has_baseline or time.monotonic() - self._since < self._stay):
            return
        held = {s: h for s, h in self._held.items() if s > self._done and h[0] == self._epoch}
        if self._is_all and held and min(held) > self._done + 1:
            return  # XPUB is further, and something between is still to be read
        self._send(request(4))
        self._mode, self._last_beat, self._held = "live", time.monotonic(), {}
        for sequence in sorted(held):
            if self._mode == "live":
                self._take(*held[sequence])
            else:
                self._held[sequence] = held[sequence]

    def _marks(self, marks):
        self._asked = None
        topics = [decode(topic) for topic in marks.get(3, [])]
        if self._mode == "now":
            self._epoch, self._done = one(marks, 1), one(marks, 2)
            self._told = (self._epoch, self._done)
            self._follow_replay()
        if one(marks, 1) != self._epoch and self._epoch:
            return
        found = {one(t, 1, b"").decode(): (one(t, 2), one(t, 3)) for t in topics}
        if not self._has_baseline:
            # What came later is read from replay, and noted there.
            for topic, (topic_sequence, sequence) in found.items():
                if sequence <= self._done:
                    self._topics[topic] = max(topic_sequence, self._topics.get(topic, 0))
            self._has_baseline = True
        elif self._mode == "live":
            # Not all here yet is no gap: it may be under way on the other socket. A heartbeat will tell.
            self._confirm(one(marks, 2), {topic: last for topic, (last, _) in found.items()})

    def _refused(self, refused):
        code, reason = one(refused, 1), one(refused, 2, b"").decode(errors="replace")
        self._opened = None
        if code == OUT_OF_TURN:
            return  # the owner is new: the next round asks it
        if code == TOO_MANY_READERS:
            self._opened = time.monotonic()  # asked again after the silence
            return
        if code != EPOCH or self._mode != "replay":
            raise Refused("%s (%d)" % (reason, code))
        # An owner that does not know our history has another one from its start.
        first = one(refused, 4) or 1
        self._epoch = one(refused, 3)
        self._held.clear()
        self._topics, self._has_baseline, self._asked = {}, self._is_all, None
        if self._wanted:
            self._wanted.clear()
            self._mode = "snapshot"
        elif first <= self._done:
            self._done = first - 1
            self._ready.append((Withdrawn(self._epoch, first), self._epoch, self._done))
