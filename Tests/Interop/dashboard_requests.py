"""Asks a dashboard for what it must refuse, by hand: dashboard_requests.py PORT TOKEN. Exit status 0: all as it should be."""
import http.client
import socket
import sys
import time

port, token = int(sys.argv[1]), sys.argv[2]


def status(raw):
    """The status of what is answered to bytes; 0: the connection is closed without an answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        try:
            line.sendall(raw)
            answer = line.recv(4096)
        except (ConnectionResetError, BrokenPipeError):
            return 0
        return int(answer.split()[1]) if answer else 0


def ask(path="/", method="GET", host="localhost", more=""):
    return status(f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}Connection: close\r\n\r\n".encode())


# It is ready when it serves, and well when it has read what there is.
end = time.monotonic() + 60
while ask("/healthz") != 200 and time.monotonic() < end:
    time.sleep(0.05)
bearer = f"Authorization: Bearer {token}\r\n"
expected = [
    ("no token", ask(), 401), ("a wrong token", ask(more="Authorization: Bearer 0123456789abcdefxxxx\r\n"), 401),
    ("the token", ask(more=bearer), 200), ("a cookie", ask(more=f"Cookie: epicenter={token}\r\n"), 200),
    ("the login link", ask(f"/login?token={token}"), 303), ("health", ask("/healthz"), 200),
    ("another name", ask(more=bearer, host="evil.example"), 421),
    ("no name", status(f"GET / HTTP/1.1\r\n{bearer}Connection: close\r\n\r\n".encode()), 421),
    ("POST", ask(more=bearer, method="POST"), 405), ("DELETE", ask(more=bearer, method="DELETE"), 405),
    ("a body", ask(more=bearer + "Content-Length: 10\r\n"), 413),
    ("a long address", ask("/?q=" + "a" * 4_000, more=bearer), 414),
    ("a path upwards", ask("/../../etc/passwd", more=bearer), 404),
    ("a path upwards, encoded", ask("/shocks/%2e%2e%2f%2e%2e%2fetc%2fpasswd", more=bearer), 404),
]
failed = [f"{name}: {found}, expected {wanted}" for name, found, wanted in expected if found != wanted]
# Nothing that is no request is answered with a page, or ends the process.
for name, raw in [("no HTTP", b"\x00\x01\x02\r\n\r\n"), ("a huge header", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"),
                  ("many headers", b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(5_000)) + b"\r\n")]:
    found = status(raw)
    if found not in (0, 400, 413, 414, 431):
        failed.append(f"{name}: {found}")

# A browser that takes nothing of what is sent stands in nobody's way.
stuck = []
for _ in range(20):
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    line.sendall(f"GET /events HTTP/1.1\r\nHost: localhost\r\n{bearer}\r\n".encode())
    stuck.append(line)
began = time.monotonic()
for _ in range(50):
    if ask(more=bearer) != 200:
        failed.append("a page beside browsers that are stuck")
        break
if time.monotonic() - began > 10:
    failed.append(f"fifty pages took {time.monotonic() - began:.1f} s")
# One that asks for much and reads nothing is disconnected, after its patience and not before.
def state(line):
    """How the kernel holds the server's end of a connection; "01" is established; none: it is gone."""
    ours = line.getsockname()[1]
    for row in open("/proc/net/tcp").read().splitlines()[1:]:
        local, remote, found = row.split()[1:4]
        if int(local.split(":")[1], 16) == port and int(remote.split(":")[1], 16) == ours:
            return found
    return None


reader = socket.socket()
reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
reader.connect(("127.0.0.1", port))
reader.settimeout(5)
began = time.monotonic()
try:
    reader.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\n{bearer}\r\n".encode() * 5_000)
except TimeoutError:
    pass  # It reads no more before it can write.
while state(reader) == "01" and time.monotonic() < began + 60:
    time.sleep(0.1)
if state(reader) == "01" or time.monotonic() < began + 15:
    failed.append(f"who reads nothing is {state(reader)} after {time.monotonic() - began:.1f} s")
events = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
events.request("GET", "/events", headers={"Host": "localhost", "Authorization": f"Bearer {token}", "Last-Event-ID": "99"})
answer = events.getresponse()
if not answer.headers["content-type"].startswith("text/event-stream"):
    failed.append("events are no event stream")
text = b"".join(answer.readline() for _ in range(8)).decode()
if "retry:" not in text or "event: reset" not in text:
    failed.append(f"an event that is not known is no reset: {text}")
for failure in failed:
    print(failure)
sys.exit(1 if failed else 0)
