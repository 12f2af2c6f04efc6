"""Drives Debian's chromium over the DevTools protocol, for tests of the dashboard.

    browser.py watch ADDRESS DIRECTORY      opens a page and says what becomes of it, a JSON object a line:
        {"loaded": …}, then {"rows": …, "said": …, "connected": …} whenever that changes, and each error of the console.
        It ends with standard input.
    browser.py pictures ADDRESS DIRECTORY [SHOCK]   saves each page at 360 and 1280 points, light and dark, en and zh, and
        says for each what does not fit: elements wider than the window, texts with too little contrast.
"""
import asyncio
import base64
import json
import pathlib
import subprocess
import sys
import urllib.request

import websockets


class Browser:
    """One tab."""

    def __init__(self, directory):
        self.profile = pathlib.Path(directory) / "profile"
        self.number, self.answers, self.errors = 0, {}, []
        # What the browser says by itself of a request that failed: the service is stopped on purpose.
        self.refusals = 0

    async def open(self):
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={self.profile}", "--remote-debugging-port=0", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = self.profile / "DevToolsActivePort"
        for _ in range(600):
            if found.exists() and found.read_text().strip():
                break
            await asyncio.sleep(0.05)
        port = found.read_text().split()[0]
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
        page = next(page for page in pages if page["type"] == "page")
        self.line = await websockets.connect(page["webSocketDebuggerUrl"], max_size=1 << 28)
        self.reading = asyncio.create_task(self.read())
        for domain in ["Page", "Runtime", "Log", "Network"]:
            await self.ask(domain + ".enable")

    async def read(self):
        async for text in self.line:
            message = json.loads(text)
            if "id" in message:
                self.answers.pop(message["id"]).set_result(message)
                continue
            method, params = message["method"], message["params"]
            if method == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(params["exceptionDetails"])[:500])
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                self.errors.append(json.dumps(params["args"])[:500])
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                entry = params["entry"]
                if entry["source"] == "network" and "net::ERR_" in entry["text"]:
                    self.refusals += 1
                else:
                    self.errors.append(entry["text"] + " " + entry.get("url", ""))

    async def ask(self, method, **params):
        self.number += 1
        answer = self.answers[self.number] = asyncio.get_running_loop().create_future()
        await self.line.send(json.dumps({"id": self.number, "method": method, "params": params}))
        message = await asyncio.wait_for(answer, 60)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"]

    async def value(self, expression):
        result = await self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        return result["result"].get("value")

    async def go(self, address):
        await self.ask("Page.navigate", url=address)
        for _ in range(600):
            if await self.value("document.readyState") == "complete" and await self.value("location.href") == address:
                return
            await asyncio.sleep(0.02)
        raise RuntimeError(f"{address} does not load")

    async def close(self):
        self.process.terminate()
        self.process.wait()


STATE = """(() => { const rows = [...document.querySelectorAll("table.shocks tbody tr")];
return { rows: rows.map((r) => r.querySelector("th a").textContent + " " + r.querySelector(".state").className.split(" ").pop()),
  said: document.getElementById("said").textContent, connected: document.documentElement.dataset.connected || "",
  focus: document.activeElement.id, typed: (document.getElementById("q") || {}).value || "",
  title: document.querySelector("h1").textContent }; })()"""

# Elements that reach beyond the window and are not within one that scrolls, and texts with a contrast below 4.5.
MISFITS = """(() => {
  const out = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) out.push("the page is " + document.documentElement.scrollWidth + " wide");
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const bytes = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (e) => { for (; e; e = e.parentElement) { const c = bytes(getComputedStyle(e).backgroundColor);
    if (c[3] > 0) return c; } return [255, 255, 255, 255]; };
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest(".away") || e.closest("svg")) continue;
    if (box.right > width + 1 && !e.closest(".scroll")) out.push(e.tagName + "." + e.className + " reaches " + Math.round(box.right));
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own) continue;
    const [a, b] = [light(bytes(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) out.push(e.tagName + "." + e.className + " contrast " + contrast.toFixed(2));
  }
  return [...new Set(out)].slice(0, 20);
})()"""


def say(value):
    print(json.dumps(value), flush=True)


async def watch(browser, address):
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await browser.go(address)
    say({"loaded": await browser.value("document.title")})
    before, told = None, 0
    while not ended.done():
        state = await browser.value(STATE)
        if state != before:
            say(state)
            before = state
        for error in browser.errors[told:]:
            say({"error": error})
        told = len(browser.errors)
        await asyncio.sleep(0.05)
        if ended.done() and ended.result():
            # A line is run in the page; then go on.
            await browser.value(ended.result())
            ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    say({"errors": browser.errors, "refusals": browser.refusals})


async def pictures(browser, address, directory, shock):
    pages = {"list": "/", "news": "/news", "system": "/system"}
    if shock:
        pages["shock"] = "/shocks/" + shock
    misfits = 0
    for scheme in ["light", "dark"]:
        await browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for width in [360, 1280]:
            await browser.ask(
                "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
            for language in ["en", "zh"]:
                for name, path in pages.items():
                    await browser.go(f"{address}{path}?lang={language}")
                    for _ in range(100):
                        if await browser.value("document.documentElement.dataset.connected") == "yes":
                            break
                        await asyncio.sleep(0.05)
                    found = await browser.value(MISFITS)
                    misfits += len(found)
                    shot = await browser.ask("Page.captureScreenshot", format="png", captureBeyondViewport=False)
                    file = pathlib.Path(directory) / f"{name}-{language}-{scheme}-{width}.png"
                    file.write_bytes(base64.b64decode(shot["data"]))
                    if found:
                        say({"page": file.name, "misfits": found})
    say({"pictures": len(pages) * 8, "misfits": misfits, "errors": browser.errors})


async def main():
    kind, address, directory = sys.argv[1:4]
    browser = Browser(directory)
    await browser.open()
    try:
        if kind == "watch":
            await watch(browser, address)
        else:
            await pictures(browser, address.rstrip("/"), directory, sys.argv[4] if len(sys.argv) > 4 else "")
    finally:
        await browser.close()


asyncio.run(main())
