/// The one script: without it every page works, and does not change by itself.
enum Script {
    static let text = #"""
        "use strict";
        (() => {
          const body = document.body.dataset;
          if (!body.live) return;
          const said = document.getElementById("said");
          const connection = document.getElementById("connection");
          let due = null, since = 0, isRunning = false, isWanted = false;

          // Puts the new contents in place of the old, leaving where the reader is: focus, what is typed, what is open.
          const replace = (text) => {
            const page = new DOMParser().parseFromString(text, "text/html");
            const fresh = page.getElementById("live"), live = document.getElementById("live");
            if (!fresh || fresh.innerHTML === live.innerHTML) return;
            const active = document.activeElement;
            const id = live.contains(active) ? active.id : "";
            const href = live.contains(active) ? active.getAttribute("href") : null;
            const typed = [...live.querySelectorAll("input[id],select[id]")].map((e) => [e.id, e.value]);
            const open = [...live.querySelectorAll("details")].map((e) => e.open);
            const caret = active && active.id && "selectionStart" in active && active.type !== "button"
              ? [active.selectionStart, active.selectionEnd] : null;
            const scroll = [...live.querySelectorAll(".scroll")].map((e) => e.scrollLeft);
            live.replaceChildren(...fresh.childNodes);
            for (const [name, value] of typed) { const e = document.getElementById(name); if (e) e.value = value; }
            [...live.querySelectorAll("details")].forEach((e, i) => { e.open = open[i] ?? e.open; });
            [...live.querySelectorAll(".scroll")].forEach((e, i) => { e.scrollLeft = scroll[i] ?? 0; });
            const again = (id && document.getElementById(id))
              || (href && [...live.querySelectorAll("a")].find((e) => e.getAttribute("href") === href));
            if (again) {
              again.focus({ preventScroll: true });
              if (caret) try { again.setSelectionRange(caret[0], caret[1]); } catch { /* of a kind without a caret */ }
            }
          };

          const update = async () => {
            due = null;
            if (isRunning) { isWanted = true; return; }
            isRunning = true;
            since = 0;
            try {
              const answer = await fetch(location.pathname + location.search, { cache: "no-store" });
              if (answer.ok) replace(await answer.text());
            } catch { /* it is tried again when the line is there again */ }
            isRunning = false;
            if (isWanted) { isWanted = false; ask(500); }
          };

          // Many events within a moment are one update.
          const ask = (delay) => {
            const now = Date.now();
            if (!since) since = now;
            if (due && now - since > 1000) return;
            clearTimeout(due);
            due = setTimeout(update, delay);
          };

          const announce = (shock) => {
            const headline = document.documentElement.lang.startsWith("zh") && shock.headlineZh || shock.headline;
            said.textContent = headline || shock.subject;
          };

          let last = body.seen, wait = 1000, hasBeen = false, heard = 0, source = null;
          const show = (isOn) => {
            connection.textContent = isOn ? body.on : body.lost;
            connection.className = "connection " + (isOn ? "on" : "off");
            document.documentElement.dataset.connected = isOn ? "yes" : "no";
          };
          const connect = () => {
            source = new EventSource("/events" + (last === null ? "" : "?from=" + last));
            const on = (name, act) => source.addEventListener(name, (event) => {
              heard = Date.now();
              if (event.lastEventId) last = event.lastEventId;
              act(event);
            });
            source.onopen = () => {
              heard = Date.now();
              wait = 1000;
              show(true);
              if (hasBeen) ask(200);
              hasBeen = true;
            };
            // Another one is made by ourselves: a browser gives up on an answer that is no stream.
            source.onerror = () => again();
            on("alive", () => {});
            on("reset", () => { last = null; ask(200); });
            on("shock", (event) => {
              const shock = JSON.parse(event.data);
              if (body.live === "list" || (body.live === "shock" && body.shock === shock.shock)) {
                announce(shock);
                ask(300);
              }
            });
            on("around", (event) => { if (body.live === "shock" && JSON.parse(event.data)[0] === body.shock) ask(100); });
            on("news", () => { if (body.live === "news") ask(300); });
            on("system", () => { if (body.live === "system") ask(100); });
          };
          const again = () => {
            if (!source) return;
            source.close();
            source = null;
            show(false);
            setTimeout(connect, wait);
            wait = Math.min(wait * 2, 15000);
          };
          setInterval(() => { if (source && heard && Date.now() - heard > 30000) again(); }, 5000);
          connect();
        })();

        """#
}
