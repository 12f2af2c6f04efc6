import Crypto
import Foundation

/// The style of pages: light and dark, narrow and wide, on paper.
public enum Stylesheet {
    /// What a content security policy calls ``text``: `'sha256-…'`.
    public static let source = "'sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString() + "'"

    /// Colours keep a contrast of 4.5 to 1 and more on both grounds (WCAG 2.2 AA); blue and vermilion are told apart by
    /// every kind of colour vision, and no meaning is in colour alone.
    public static let text = """
        :root { color-scheme: light dark; --ground: #fff; --raised: #f4f6f8; --text: #1b1f23; --soft: #555d66;
          --line: #d3d9df; --link: #0a58ad; --plus: #0a58ad; --minus: #a83c00; --neutral: #5b636b; --band: #f1dfa8;
          --waiting: #7a3e91; --fine: #00664a; }
        @media (prefers-color-scheme: dark) {
          :root { --ground: #14181c; --raised: #1e242a; --text: #e9ecef; --soft: #aab2ba; --line: #3b434b;
            --link: #86bdff; --plus: #6fb1ff; --minus: #ff9b63; --neutral: #a3abb3; --band: #4d4220; --waiting: #d6a6ea;
            --fine: #5fd0a8; }
        }
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
        body { margin: 0; background: var(--ground); color: var(--text);
          font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei",
          "Noto Sans CJK SC", sans-serif; }
        .page { max-width: 62rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere;
          font-variant-numeric: tabular-nums; }
        .page h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0; }
        .page h2 { font-size: 1.25rem; line-height: 1.3; margin: 0; }
        .page h3 { font-size: 1.05rem; margin: 1.4rem 0 0.3rem; }
        .page h4 { font-size: 0.95rem; margin: 0.9rem 0 0.2rem; color: var(--soft); }
        .page p { margin: 0.4rem 0; }
        .page a { color: var(--link); }
        .page a:focus-visible, .page summary:focus-visible, .page [tabindex]:focus-visible {
          outline: 3px solid var(--link); outline-offset: 2px; }
        .page .soft, .page .note, .page figcaption span { color: var(--soft); }
        .page .why { font-size: 1.1rem; border-left: 4px solid var(--plus); padding-left: 0.8rem; margin: 0.9rem 0; }
        .page nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin: 0.8rem 0; padding: 0; }
        .page section { border-top: 1px solid var(--line); margin-top: 1.8rem; padding-top: 1rem; }
        .page dl { margin: 0.3rem 0; }
        .page dl > div { display: grid; grid-template-columns: minmax(9rem, 15rem) 1fr; gap: 0 1rem; padding: 0.25rem 0;
          border-bottom: 1px dotted var(--line); }
        .page dt { color: var(--soft); }
        .page dd { margin: 0; grid-column: 2; }
        .page dd b { font-weight: 600; }
        .page dl > .deep dt { padding-left: 1rem; }
        .page .basis { display: inline-block; border: 1px solid var(--line); border-radius: 3px; padding: 0 0.35em;
          font-size: 0.8rem; color: var(--soft); }
        .page .refs { font-size: 0.8rem; display: inline; }
        .page .refs details { display: inline; }
        .page .refs summary { display: inline; cursor: pointer; color: var(--link); }
        .page .scroll { overflow-x: auto; position: relative; }
        .page .ledger { position: relative; }
        .page table { border-collapse: collapse; width: 100%; font-size: 0.92rem; margin: 0.5rem 0; }
        .page caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
        .page th, .page td { text-align: right; vertical-align: top; padding: 0.25rem 0.5rem; overflow-wrap: normal;
          border-bottom: 1px solid var(--line); }
        .page th:first-child, .page td:first-child { text-align: left; padding-left: 0; }
        .page th:last-child, .page td:last-child { padding-right: 0; }
        .page thead th { color: var(--soft); font-weight: 600; }
        .page tbody th { font-weight: 400; min-width: 5.5rem; }
        .page .words td, .page .words th { text-align: left; }
        .page .ledger th { width: 9rem; text-align: left; font-weight: 600; overflow-wrap: normal; }
        .page .ledger td { text-align: left; overflow-wrap: anywhere; }
        .page .ledger td p { margin: 0.1rem 0; }
        .page .ledger td p + p { color: var(--soft); font-size: 0.9rem; }
        .page .supported { color: var(--fine); }
        .page .contradicted { color: var(--minus); }
        .page .unsupported { color: var(--neutral); }
        .page .pending { color: var(--waiting); }
        .page figure { margin: 1rem 0; padding: 0.7rem; background: var(--raised); border-radius: 6px; }
        .page figcaption { font-weight: 600; margin-bottom: 0.4rem; }
        .page figcaption span { display: block; font-weight: 400; font-size: 0.9rem; }
        .page figure ol { margin: 0.4rem 0 0; padding-left: 1.6rem; font-size: 0.9rem; }
        .page figure details { margin-top: 0.4rem; font-size: 0.9rem; }
        .page figure summary { cursor: pointer; color: var(--link); }
        .page .absent { color: var(--soft); font-style: italic; }
        .page svg { display: block; width: 100%; height: auto; }
        .page svg.wide { display: none; }
        .page svg text { fill: var(--text); font-size: 12px; paint-order: stroke; stroke: var(--raised); stroke-width: 3px; }
        .page svg .faint { fill: var(--soft); }
        .page svg .grid { stroke: var(--line); stroke-width: 1; }
        .page svg .zero { stroke: var(--soft); stroke-width: 1; }
        .page svg .curve { stroke: var(--plus); stroke-width: 2; fill: none; stroke-linejoin: round; }
        .page svg .dot { fill: var(--plus); }
        .page svg .band { fill: var(--band); }
        .page svg .plus { fill: var(--plus); }
        .page svg .minus { fill: var(--minus); }
        .page svg .total { fill: var(--neutral); }
        .page svg .whisker { stroke: var(--text); stroke-width: 2; }
        .page svg .mark { stroke: var(--minus); stroke-width: 1.5; stroke-dasharray: 3 2; }
        .page svg .badge { fill: var(--minus); }
        .page svg .inbadge { fill: var(--ground); font-weight: 600; stroke: none; }
        .page svg .hatch { fill: none; stroke: var(--neutral); stroke-width: 1.5; stroke-dasharray: 4 3; }
        .page .records { list-style: none; padding: 0; font-size: 0.88rem; }
        .page .records li { padding: 0.25rem 0; border-bottom: 1px dotted var(--line); }
        .page .records li:target { background: var(--band); }
        @media (min-width: 720px) {
          .page { padding: 1.5rem 2rem; }
          .page svg.wide { display: block; }
          .page svg.narrow { display: none; }
        }
        @media (max-width: 520px) {
          .page th, .page td { padding-left: 0.25rem; padding-right: 0.25rem; }
          .page tbody th { min-width: 5rem; }
          .page dl > div { grid-template-columns: 1fr; }
          .page dl > .deep dt { padding-left: 0; }
          .page dd { grid-column: 1; }
          .page .ledger, .page .ledger tbody, .page .ledger tr, .page .ledger th, .page .ledger td { display: block; width: auto; }
          .page .ledger th { border-bottom: 0; padding: 0.5rem 0 0; }
          .page .ledger td { padding-left: 0; }
          .page .cards, .page .cards tbody, .page .cards tr, .page .cards th, .page .cards td { display: block; width: auto; }
          .page .cards thead { display: none; }
          .page .cards tr { border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
          .page .cards tbody th { font-weight: 600; border: 0; padding: 0; }
          .page .cards td { border: 0; padding: 0 0 0 0.8rem; display: inline-block; }
          .page .cards.words td { display: block; }
          .page .cards td:empty { display: none; }
          .page .cards td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); }
        }
        @media print {
          :root { --ground: #fff; --raised: #fff; --text: #000; --soft: #444; --line: #bbb; --link: #0a58ad; --plus: #0a58ad;
            --minus: #a83c00; --neutral: #5b636b; --band: #f1dfa8; --waiting: #7a3e91; --fine: #00664a; }
          body { font-size: 10.5pt; }
          .page { max-width: none; padding: 0; }
          .page nav, .page figure details { display: none; }
          .page figure { border: 1px solid var(--line); }
          .page figure, .page tr, .page dl > div { break-inside: avoid; }
          .page h2, .page h3, .page h4 { break-after: avoid; }
        }
        """
}
