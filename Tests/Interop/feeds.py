"""A server of news feeds that misbehaves: python3 feeds.py DIRECTORY

Listens on 127.0.0.1 to 127.0.0.40, all at one port, which it prints. A path is a way to behave. DIRECTORY/items.json,
read at each request, says what /good lists: a list of [id, title]. Each request is a line on standard output.

/growing adds 20 items with each request until DIRECTORY/enough exists, lists the last 400 in random order, and says how
many there have been.
"""
import gzip, hashlib, json, os, random, socket, sys, threading, time

directory = sys.argv[1]
lock = threading.Lock()
grown = 0
shuffler = random.Random(20250127)


def rss(items, extra=""):
    listed = "".join(
        f"<item><title>{title}</title><guid>{name}</guid><link>/i/{name}</link>{extra}</item>" for name, title in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{listed}</channel></rss>'.encode()


def say(text):
    with lock:
        print(text, flush=True)


def respond(connection, status, body=b"", headers=()):
    lines = [f"HTTP/1.1 {status} x", "Connection: close"] + list(headers)
    if not any(line.lower().startswith("content-length") for line in lines):
        lines.append(f"Content-Length: {len(body)}")
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def good(connection, headers):
    with open(directory + "/items.json") as file:
        body = rss(json.load(file))
    tag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
    if headers.get("if-none-match") == tag:
        return respond(connection, 304, b"", [f"ETag: {tag}"])
    respond(connection, 200, gzip.compress(body), [f"ETag: {tag}", "Content-Encoding: gzip"])


def growing(connection):
    global grown
    with lock:
        if not os.path.exists(directory + "/enough"):
            grown += 20
        items = [(f"g{n}", f"item {n}") for n in range(max(1, grown - 399), grown + 1)]
        shuffler.shuffle(items)
    respond(connection, 200, rss(items))
    say(f"grown {grown}")


def forever(connection, step, pause):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<rss><channel>")
    while True:
        connection.sendall(step)
        time.sleep(pause)


def answer(connection, path, headers):
    item = [("1", "one")]
    if path.startswith("/good"):
        good(connection, headers)
    elif path == "/growing":
        growing(connection)
    elif path == "/slow":
        forever(connection, b" ", 0.2)
    elif path == "/hang":
        time.sleep(120)
    elif path == "/endless":
        forever(connection, b"<item><title>x</title></item>" * 2_000, 0)
    elif path == "/gzipbomb":
        respond(connection, 200, gzip.compress(b" " * (200 << 20), 1), ["Content-Encoding: gzip"])
    elif path == "/toolong":
        respond(connection, 200, b"<rss>", [f"Content-Length: {1 << 40}"])
    elif path == "/truncated":
        respond(connection, 200, rss(item)[:-40], ["Content-Length: 100000"])
    elif path == "/cut":
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + rss(item + [("2", "two")])[:-45])
    elif path == "/shortlength":
        respond(connection, 200, rss(item) + b"junk" * 1_000, [f"Content-Length: {len(rss(item))}"])
    elif path == "/loop":
        respond(connection, 302, b"", ["Location: /loop2"])
    elif path == "/loop2":
        respond(connection, 302, b"", ["Location: /loop"])
    elif path.startswith("/far"):
        respond(connection, 302, b"", [f"Location: /far{int(path[4:] or 0) + 1}"])
    elif path == "/moved":
        respond(connection, 301, b"", ["Location: /good/moved"])
    elif path == "/file":
        respond(connection, 302, b"", ["Location: file:///etc/passwd"])
    elif path == "/500":
        respond(connection, 500)
    elif path == "/429":
        respond(connection, 429, b"", ["Retry-After: 3600"])
    elif path == "/gone":
        respond(connection, 410)
    elif path == "/gbk":
        body = '<?xml version="1.0" encoding="gb2312"?>' + rss([("1", "人工智能芯片")]).decode().split("?>", 1)[1]
        respond(connection, 200, body.encode("gbk"), ["Content-Type: text/xml; charset=gb2312"])
    elif path == "/wrongcharset":
        respond(connection, 200, rss([("1", "café 株")]), ["Content-Type: text/xml; charset=ISO-8859-1"])
    elif path == "/nocharset":
        respond(connection, 200, rss([("1", "x\N{LATIN SMALL LETTER E WITH ACUTE}")]).decode().encode("latin-1"),
                ["Content-Type: text/xml; charset=x-martian"])
    elif path == "/laughs":
        lines = "".join(f'<!ENTITY l{n} "{("&l%d;" % (n - 1)) * 10}">' for n in range(1, 12))
        respond(connection, 200, f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lines}]>'.encode() + rss([("1", "&l11;")]))
    elif path == "/deep":
        respond(connection, 200, b"<rss><channel>" + b"<a>" * 500_000)
    elif path == "/many":
        respond(connection, 200, rss([(str(n), f"item {n}") for n in range(10_000)]))
    elif path == "/future":
        respond(connection, 200, rss(item, "<pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate>"))
    elif path == "/old":
        respond(connection, 200, rss(item, "<pubDate>Sat, 01 Jan 2000 00:00:00 GMT</pubDate>"))
    elif path == "/html":
        respond(connection, 200, b"<!DOCTYPE html><html><body>Not here</body></html>")
    elif path == "/garbage":
        connection.sendall(os.urandom(4_096))
    elif path == "/headers":
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Filler: " + b"x" * 1_000 + b"\r\n")
    elif path == "/close":
        pass
    else:
        respond(connection, 404)


def serve(connection):
    try:
        connection.settimeout(20)
        data = b""
        while b"\r\n\r\n" not in data and len(data) < 65_536:
            part = connection.recv(4_096)
            if not part:
                return
            data += part
        lines = data.decode("latin-1").split("\r\n")
        headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in lines[1:] if ":" in line}
        path = lines[0].split(" ")[1]
        say(f"asked {path} {headers.get('if-none-match', '-')} {headers.get('authorization', '-')} {time.time():.3f}")
        answer(connection, path, headers)
    except OSError:
        pass
    finally:
        connection.close()


def listen(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


port = 0
for host in range(1, 41):
    listener = socket.create_server((f"127.0.0.{host}", port), backlog=64)
    port = listener.getsockname()[1]
    threading.Thread(target=listen, args=(listener,), daemon=True).start()
say(f"port {port}")
while os.getppid() != 1:
    time.sleep(0.2)
