"""A receiver of webhooks that misbehaves: python3 webhook.py DIRECTORY [SECRET]

Listens at a port of 127.0.0.1, which it prints. Each request is a line of JSON on standard output: path, key, whether the
signature is right (Standard Webhooks, checked with Python's own hmac), what it was answered, and its alerts.

/ok takes; /flaky hangs, fails with 500 and asks for patience with 503 before it takes; /gone answers 404; /hang answers
when DIRECTORY/release exists; /am takes what Alertmanager sends.
"""
import base64, hashlib, hmac, http.server, json, os, sys, threading, time

directory = sys.argv[1]
secret = sys.argv[2].encode() if len(sys.argv) > 2 else b""
lock = threading.Lock()
flaky = 0
tried_again = threading.Event()


def say(text):
    with lock:
        print(text, flush=True)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def status(self):
        global flaky
        if self.path == "/flaky":
            with lock:
                flaky += 1
                turn = flaky
            if turn == 1:
                # Its sender has given it up before it sends the next: this answer comes to nobody.
                tried_again.wait()
            else:
                tried_again.set()
            return {1: 408, 2: 500, 3: 503}.get(turn, 200)
        if self.path == "/gone":
            return 404
        if self.path == "/hang":
            while not os.path.exists(directory + "/release"):
                time.sleep(0.02)
        return 200

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        key = self.headers.get("webhook-id", "")
        signed = f"{key}.{self.headers.get('webhook-timestamp', '')}.".encode() + body
        right = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        document = json.loads(body)
        # Ours, or Alertmanager's.
        alerts = [[alert.get("id") or alert["labels"].get("subject", ""), alert["status"]] for alert in document["alerts"]]
        told = {
            "path": self.path, "key": key, "valid": self.headers.get("webhook-signature", "") == right,
            "status": document.get("status", ""), "group": document.get("groupKey", ""), "alerts": alerts}
        say(json.dumps({**told, "answer": 0}))
        status = self.status()
        # Said before it is sent: what is sent next would overtake it here.
        say(json.dumps({**told, "answer": status}))
        try:
            self.send_response(status)
            if status == 503:
                self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self.close_connection = True


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
server.daemon_threads = True
say(f"port {server.server_port}")
server.serve_forever()
