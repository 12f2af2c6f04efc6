"""Asks a dashboard as browsers do and prints what it takes: dashboard.py PORT PID REQUESTS BROWSERS"""
import http.client
import json
import random
import socket
import sys
import time

port, pid, requests, browsers = map(int, sys.argv[1:5])
random.seed(8)


def memory():
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def processor():
    """Seconds of processor time that it has taken."""
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def connect():
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


began = time.monotonic()
while True:
    try:
        line = connect()
        line.request("GET", "/healthz")
        if line.getresponse().status == 200:
            break
    except OSError:
        pass
    if time.monotonic() - began > 120:
        sys.exit("nobody answers")
    time.sleep(0.05)
line = connect()
line.request("GET", "/api/shocks")
total = json.load(line.getresponse())
print(f"{total['total']} shocks read after {time.monotonic() - began:.1f} s, {memory():.0f} MB")
names = []
for page in random.sample(range(1, total["pages"] + 1), min(20, total["pages"])):
    line.request("GET", f"/api/shocks?page={page}")
    names += [shock["shock"] for shock in json.load(line.getresponse())["shocks"]]


def measure(name, path):
    times, size, used = [], 0, processor()
    for number in range(requests):
        address = path(number)
        start = time.perf_counter()
        line.request("GET", address)
        answer = line.getresponse()
        size += len(answer.read())
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:
            sys.exit(f"{address}: {answer.status}")
    times.sort()
    print(f"{name:<44}{times[len(times) // 2]:9.1f} ms{times[int(len(times) * 0.99) - 1]:9.1f} ms{times[-1]:9.1f} ms{(processor() - used) / requests * 1000:9.1f} ms{size / requests / 1000:9.0f} kB")


def all():
    print(f"{'':<44}{'p50':>12}{'p99':>12}{'worst':>12}{'processor':>12}{'size':>12}")
    measure("list", lambda n: "/")
    measure("list, any page", lambda n: f"/?page={random.randint(1, total['pages'])}")
    measure("search, one word", lambda n: f"/?q={random.choice(names).split('-')[1][:3]}")
    measure("search that finds nothing, in Chinese", lambda n: "/?q=nosuchthing&lang=zh")
    measure("one status and scope", lambda n: "/?state=resolved&scope=group")
    measure("a shock's page, another each time", lambda n: f"/shocks/{random.choice(names)}")
    measure("the same shock's page", lambda n: f"/shocks/{names[0]}")
    measure("list as JSON", lambda n: "/api/shocks")


all()
print(f"memory {memory():.0f} MB")
listeners = []
for _ in range(browsers):
    listener = socket.create_connection(("127.0.0.1", port))
    listener.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    listeners.append(listener)
for listener in listeners:
    if b"200 OK" not in listener.recv(4096):
        sys.exit("a browser was not let in")
print(f"memory with {browsers} browsers listening {memory():.0f} MB")
all()
print(f"memory after that {memory():.0f} MB")
