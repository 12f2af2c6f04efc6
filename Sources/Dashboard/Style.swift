import Pages

/// The style of all pages: that of a report, and what stands around it.
enum Style {
    static let text = Stylesheet.text + own

    private static let own = """

        .away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; margin: 0; }
        .skip { position: absolute; left: 0.5rem; top: -4rem; background: var(--ground); color: var(--link); padding: 0.5rem 1rem; z-index: 1; }
        .skip:focus { top: 0.5rem; }
        .bar { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.3rem 1.2rem; padding: 0.6rem 1rem; background: var(--raised);
          border-bottom: 1px solid var(--line); }
        .bar a { color: var(--link); text-decoration: none; }
        .bar a:hover { text-decoration: underline; }
        .bar .name { font-weight: 700; color: var(--text); }
        .bar ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin: 0; padding: 0; }
        .bar [aria-current] { color: var(--text); font-weight: 600; border-bottom: 2px solid var(--link); }
        .bar .connection { margin-left: auto; font-size: 0.85rem; color: var(--soft); }
        .bar .connection.on::before { content: "● "; color: var(--fine); }
        .bar .connection.off::before { content: "○ "; color: var(--minus); }
        a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible {
          outline: 3px solid var(--link); outline-offset: 2px; }
        main:focus { outline: none; }
        .page.list { max-width: 78rem; }
        .page.above { padding-bottom: 0; }
        .filters { display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: end; margin: 0.8rem 0; }
        .filters label { display: grid; font-size: 0.85rem; color: var(--soft); }
        .filters input, .filters select, .filters button { font: inherit; color: var(--text); background: var(--ground);
          border: 1px solid var(--neutral); border-radius: 4px; padding: 0.3rem 0.5rem; min-height: 2.4rem; max-width: 100%; }
        .filters button { background: var(--raised); cursor: pointer; padding: 0.3rem 1rem; }
        .page.list td, .page.list th { text-align: left; }
        .page.list .figure { text-align: right; white-space: nowrap; }
        .page.list .when { white-space: nowrap; color: var(--soft); }
        .page.list tbody th { font-weight: 600; min-width: 7rem; }
        .page.list tbody th .soft { font-weight: 400; display: block; font-size: 0.88rem; }
        .page.list .stories tbody th { font-weight: 400; }
        .state { white-space: nowrap; }
        .state.firing, .minus, .bad { color: var(--minus); }
        .state.pending, .waits { color: var(--waiting); }
        .state.resolved, .plus { color: var(--plus); }
        .state.withdrawn { color: var(--neutral); }
        .fine { color: var(--fine); }
        .condition { font-size: 1.1rem; font-weight: 600; }
        .condition .soft { font-weight: 400; font-size: 0.9rem; }
        .remarks { border-left: 4px solid var(--minus); padding: 0.2rem 0 0.2rem 1.6rem; }
        .pages ul { align-items: baseline; }
        .headlines { list-style: none; padding: 0; }
        .headlines li { padding: 0.4rem 0; border-bottom: 1px dotted var(--line); }
        .headlines time { color: var(--soft); font-size: 0.88rem; }
        progress { width: 100%; max-width: 30rem; accent-color: var(--link); }
        @media (max-width: 640px) {
          .bar .connection { margin-left: 0; }
          .filters label, .filters button { flex: 1 1 40%; }
          .filters input, .filters select { width: 100%; }
          .list table, .list tbody, .list tr, .list td, .list tbody th { display: block; }
          .list thead { display: none; }
          .list tbody tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
          .page.list tbody td, .page.list tbody th { border: 0; padding: 0.1rem 0; }
          .page.list td[data-label] { display: flex; justify-content: space-between; gap: 1rem; white-space: normal; }
          .page.list td[data-label]::before { content: attr(data-label); color: var(--soft); }
          .page.list .shocks tr { display: grid; grid-template-columns: 1fr auto; }
          .page.list .shocks .figure { font-weight: 600; }
          .shocks .what { grid-column: 1 / -1; }
        }

        """
}

enum Icon {
    static let text = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0a58ad"/><path d="M3 17h6l3-9 5 18 4-13 2 4h6" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/></svg>

        """
}
