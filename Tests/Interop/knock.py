"""Tries to get in: python3 knock.py SUB|DEALER|PUSH ENDPOINT null|plain|curve [SECRET_FILE SERVER_KEY] [--seconds N]

Sends a request where the socket can send, and prints how many messages came in so many seconds. With --watch it
prints "in" at the first message, waits for a line on standard input, lets pass what was under way for two seconds,
and prints how many messages came in the seconds after.
"""
import argparse, os, sys, time
import zmq

parser = argparse.ArgumentParser()
parser.add_argument("role", choices=["SUB", "DEALER", "PUSH"])
parser.add_argument("endpoint")
parser.add_argument("mechanism", choices=["null", "plain", "curve"])
parser.add_argument("secret", nargs="?")
parser.add_argument("server_key", nargs="?")
parser.add_argument("--send", default="")
parser.add_argument("--seconds", type=float, default=2)
parser.add_argument("--watch", action="store_true")
options = parser.parse_args()

def key(text):
    return (open(text).read().split()[0] if os.path.exists(text) else text).encode()

socket = zmq.Context.instance().socket(getattr(zmq, options.role))
socket.linger = 0
if options.mechanism == "plain":
    socket.plain_username, socket.plain_password = b"admin", b"admin"
elif options.mechanism == "curve":
    secret = key(options.secret)
    socket.curve_secretkey, socket.curve_publickey = secret, zmq.curve_public(secret)
    socket.curve_serverkey = key(options.server_key)
if options.role == "SUB":
    socket.subscribe(b"")
socket.connect(options.endpoint)
if options.role != "SUB":
    # version 1; OPEN alerts from sequence 1 with credit 1000: PROTOCOL.md has it in hexadecimal
    socket.send(options.send.encode() or bytes.fromhex("0801 1214 0a06 616c65727473 19 0100000000000000 28e807"))

def count(seconds):
    if options.role == "PUSH":
        time.sleep(seconds)
        return 0
    end, seen = time.monotonic() + seconds, 0
    while (left := end - time.monotonic()) > 0:
        if socket.poll(left * 1000):
            socket.recv_multipart()
            seen += 1
    return seen

if options.watch:
    socket.recv_multipart()
    print("in", flush=True)
    sys.stdin.readline()
    count(2)
print(count(options.seconds), flush=True)
