import Foundation
import TestKit
import Testing

/// The report as a file for a browser, through the real program and a real browser.
@Suite("The report in a browser", .enabled(if: Binaries.areHere, "EPICENTER_BIN names no binaries"))
struct ReportPageTests {
    static let browser = "/usr/bin/chromium"
    static var isBrowserHere: Bool { FileManager.default.isExecutableFile(atPath: browser) }

    static let shocks = [
        ("deepseek-2025-01", "NVDA/2025-01-27"), ("deepseek-2025-01", "ai-hardware/2025-01-27"),
        ("adverts-2022-05", "SNAP/2022-05-24"), ("inflation-2022-11", "SPY/2022-11-10"),
    ]

    private static func page(
        _ recording: String, _ shock: String, _ language: String, in directory: TemporaryDirectory
    ) throws -> String {
        let out = directory.path + "/data"
        if !FileManager.default.fileExists(atPath: out) {
            let file = Binaries.root + "/docs/examples/\(recording).mcap"
            let ended = try run(
                Binaries.path("epicenter"), ["replay", file, "--in-process", "--quiet", "--out", out])
            guard ended.status == 0 else { throw Unexpected(ended.errors) }
        }
        let path = directory.path + "/\(language).html"
        let ended = try run(
            Binaries.path("epicenter"), ["report", shock, "--data", out, "--lang", language, "--html", path])
        guard ended.status == 0, ended.output.hasPrefix(path + ": " + shock) else {
            throw Unexpected(ended.output + ended.errors)
        }
        return path
    }

    @Test("it has its charts, figures lead to records, and nothing in it is loaded", arguments: shocks)
    func contents(recording: String, shock: String) throws {
        let directory = TemporaryDirectory()
        for language in ["en", "zh"] {
            let path = try Self.page(recording, shock, language, in: directory)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            // Price and recovery at least are drawn, narrow and wide.
            #expect(text.components(separatedBy: "<svg ").count > 4)
            #expect(text.contains("id=\"chart-price\"") && text.contains("id=\"chart-recovery\""))
            // Every record cited was found in the stream.
            #expect(text.contains("<li id=\"e"))
            #expect(!text.contains(">not read<") && !text.contains(">未读取<"))
            for loaded in ["<script", "<link", "<img", "src=", "url(", "@import", " style=", " onload"] {
                #expect(!text.contains(loaded), "\(loaded)")
            }
            #expect(text.utf8.count < 400_000)
        }
    }

    @Test(
        "a browser without network shows it in both languages and themes, narrow and wide, without an error",
        .enabled(if: isBrowserHere, "there is no chromium; scripts/setup --tests installs it"))
    func browser() throws {
        let directory = TemporaryDirectory()
        for language in ["en", "zh"] {
            let page = try Self.page("deepseek-2025-01", "NVDA/2025-01-27", language, in: directory)
            for (scheme, width) in [("0", 1280), ("1", 1280), ("0", 500), ("1", 500)] {
                let picture = directory.path + "/\(language)-\(scheme)-\(width).png"
                let shown = try Self.chromium(
                    ["--screenshot=" + picture, "--blink-settings=preferredColorScheme=" + scheme], page, width,
                    directory)
                #expect(shown.status == 0)
                #expect(!shown.errors.contains("CONSOLE"), "\(shown.errors)")
                let size = try FileManager.default.attributesOfItem(atPath: picture)[.size] as? Int ?? 0
                #expect(size > 30_000)
            }
            // Its style was let in by the policy: else everything would be displayed, both drawings of each chart too.
            let dump = try Self.chromium(["--dump-dom"], page, 1280, directory)
            #expect(dump.output.contains("</html>") && !dump.errors.contains("CONSOLE"))
        }
    }

    @Test(
        "the browser does tell of errors: a page that its policy forbids something is not silent",
        .enabled(if: isBrowserHere, "there is no chromium; scripts/setup --tests installs it"))
    func browserTells() throws {
        let directory = TemporaryDirectory()
        let path = try Self.page("inflation-2022-11", "SPY/2022-11-10", "en", in: directory)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let other = directory.path + "/other.html"
        // One character of the style changed: its hash is another.
        try text.replacingOccurrences(of: "margin: 0;", with: "margin: 1;").write(
            toFile: other, atomically: true, encoding: .utf8)
        let shown = try Self.chromium(["--dump-dom"], other, 1280, directory)
        #expect(shown.errors.contains("CONSOLE"))
    }

    @Test(
        "nothing runs over an edge or into another's words, on a small telephone and on a large screen, in both languages",
        .enabled(if: isBrowserHere, "there is no chromium; scripts/setup --tests installs it"), arguments: shocks)
    func edges(recording: String, shock: String) throws {
        let directory = TemporaryDirectory()
        for language in ["en", "zh"] {
            let page = try Self.page(recording, shock, language, in: directory)
            for width in [320, 360, 519, 719, 1_280] {
                let frame = directory.path + "/frame.html"
                try Self.measuring(page, width).write(toFile: frame, atomically: true, encoding: .utf8)
                // A page beside it may look into it only so; the page itself runs nothing.
                let shown = try Self.chromium(
                    ["--dump-dom", "--disable-web-security", "--allow-file-access-from-files"], frame, 1_400, directory)
                #expect(
                    shown.output.contains("data-measured=\"\""), "\(language) \(width): \(Self.measured(shown.output))")
            }
        }
    }

    private static func measured(_ output: String) -> String {
        output.components(separatedBy: "data-measured=\"").dropFirst().first?.components(separatedBy: "\"").first
            ?? "nothing"
    }

    /// A page with the other in a frame, which says in `data-measured` what of it is cut or overlaps.
    private static func measuring(_ page: String, _ width: Int) -> String {
        """
        <!DOCTYPE html><body><iframe src="file://\(page)" style="border:0;width:\(width)px;height:900px"></iframe><script>
        onload = () => {
          const page = document.querySelector('iframe').contentDocument, found = [];
          const room = page.documentElement.clientWidth;
          if (page.documentElement.scrollWidth > room) found.push('wider than the window');
          for (const one of page.querySelectorAll('main, h1, h2, h3, h4, p, dt, dd, figure, svg, .scroll, .ledger')) {
            const box = one.getBoundingClientRect();
            if (box.width && (box.right > room + 1 || box.left < -1)) found.push(one.tagName + ' ' + one.textContent.slice(0, 40));
          }
          for (const picture of page.querySelectorAll('svg')) {
            const edge = picture.getBoundingClientRect();
            if (!edge.width) continue;
            const words = [...picture.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
            for (const [text, box] of words) {
              if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 2 || box.bottom > edge.bottom + 2)
                found.push('outside: ' + text);
              for (const [other, place] of words)
                if (place != box && box.left < place.right - 2 && place.left < box.right - 2
                    && box.top < place.bottom - 4 && place.top < box.bottom - 4) found.push('over each other: ' + text + ', ' + other);
            }
          }
          document.body.setAttribute('data-measured', found.slice(0, 9).join('; ').replaceAll('"', ''));
        }
        </script>
        """
    }

    private static func chromium(
        _ arguments: [String], _ page: String, _ width: Int, _ directory: TemporaryDirectory
    ) throws -> Ended {
        try run(
            browser,
            [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr",
                "--log-level=0", "--disable-background-networking", "--proxy-server=127.0.0.1:9",
                "--user-data-dir=" + directory.path + "/profile", "--window-size=\(width),2000",
            ] + arguments + ["file://" + page])
    }

    @Test(
        "a file that cannot be written, and arguments that contradict each other, are said",
        arguments: [
            ("--html /nowhere/at/all.html", Int32(1)), ("--html /tmp", 64), ("--html x.html --json", 64),
            ("--html x.html --list", 64),
        ])
    func refused(arguments: String, status: Int32) throws {
        let directory = TemporaryDirectory()
        _ = try Self.page("inflation-2022-11", "SPY/2022-11-10", "en", in: directory)
        let ended = try run(
            Binaries.path("epicenter"),
            ["report", "SPY/2022-11-10", "--data", directory.path + "/data"]
                + arguments.split(separator: " ").map(String.init))
        #expect(ended.status == status, "\(ended.errors)")
        #expect(!ended.errors.isEmpty)
    }

    @Test("without a market stream the finding is shown and what is missing said")
    func findingsAlone() throws {
        let directory = TemporaryDirectory()
        _ = try Self.page("inflation-2022-11", "SPY/2022-11-10", "en", in: directory)
        try FileManager.default.removeItem(atPath: directory.path + "/data/market")
        let text = try String(
            contentsOfFile: try Self.page("inflation-2022-11", "SPY/2022-11-10", "en", in: directory), encoding: .utf8)
        #expect(text.contains("Not drawn: prices of SPDR S&amp;P 500 ETF Trust around the onset"))
        #expect(text.contains("not read"))
    }
}
