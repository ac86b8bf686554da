/// The one style of a page.
enum PageStyle {
  /// Both themes, narrow and wide screens, and paper.
  ///
  /// Series have the colours of Okabe and Ito (2008), which colour-blind readers can tell apart, darker or lighter where contrast
  /// asks for it, and differ in stroke too.
  static let source: StaticString = """
    :root {
      color-scheme: light;
      --page: #ffffff; --soft: #f4f5f7; --line: #d5d9df; --ink: #16191d; --mute: #545b66;
      --real: #005f99; --null: #a84300; --place: #00705a; --other: #8a3f73; --link: #00558a;
      --fill: #4f93c2; --good: #00664f; --warning: #8a4b00; --bad: #a3151c;
      --hex0: #dcebf5; --hex1: #b3d4ea; --hex2: #7db4d8; --hex3: #4690be; --hex4: #1c6a9c; --hex5: #063f66;
    }
    :root[data-theme="dark"] {
      color-scheme: dark;
      --page: #14171b; --soft: #1d2127; --line: #3a414b; --ink: #e9ecf0; --mute: #a9b1bc;
      --real: #6cbdf0; --null: #f0a04b; --place: #4cc9a4; --other: #dd9ac6; --link: #7cc4f2;
      --fill: #3a76a0; --good: #55cfa9; --warning: #f2b35e; --bad: #ff8f8a;
      --hex0: #1b2f3d; --hex1: #214a64; --hex2: #2b6a91; --hex3: #3f8fbf; --hex4: #77b9e0; --hex5: #c6e4f6;
    }
    @media (prefers-color-scheme: dark) {
      :root:not([data-theme="light"]) {
        color-scheme: dark;
        --page: #14171b; --soft: #1d2127; --line: #3a414b; --ink: #e9ecf0; --mute: #a9b1bc;
        --real: #6cbdf0; --null: #f0a04b; --place: #4cc9a4; --other: #dd9ac6; --link: #7cc4f2;
        --fill: #3a76a0; --good: #55cfa9; --warning: #f2b35e; --bad: #ff8f8a;
        --hex0: #1b2f3d; --hex1: #214a64; --hex2: #2b6a91; --hex3: #3f8fbf; --hex4: #77b9e0; --hex5: #c6e4f6;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { scroll-behavior: smooth; scroll-padding-top: 3rem; }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
      font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
    }
    header.top, main, footer { max-width: 1560px; margin: 0 auto; padding: 0 clamp(1rem, 3vw, 2.5rem); }
    a { color: var(--link); }
    :focus-visible { outline: 3px solid var(--real); outline-offset: 2px; border-radius: 3px; }
    .skip { position: absolute; left: -100vw; }
    .skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .5rem; z-index: 9; }
    header.top { padding-top: 1.6rem; }
    header.top .row { display: flex; gap: 1rem; justify-content: space-between; align-items: start; }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
    h2 { font-size: 1.4rem; line-height: 1.25; margin: 2.6rem 0 .6rem; }
    h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; padding-top: .6rem; border-top: 1px solid var(--line); }
    h4 { font-size: 1rem; margin: 0 0 .15rem; }
    p { margin: .4rem 0 .8rem; max-width: 78ch; }
    .mute, .missing, caption, figcaption p { color: var(--mute); }
    .missing { font-size: .9rem; margin: .3rem 0; }
    code { font: .92em ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
    button {
      font: inherit; color: var(--ink); background: var(--soft); border: 1px solid var(--line);
      border-radius: 6px; padding: .3rem .7rem; cursor: pointer; white-space: nowrap;
    }
    nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; padding: .4rem 0; margin: .8rem 0 0; border-bottom: 1px solid var(--line); }
    .verdicts { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: .6rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
    .verdicts li { background: var(--soft); border-left: 6px solid var(--tone); border-radius: 6px; padding: .7rem 1rem; }
    .verdicts strong { display: block; font-size: 1.25rem; line-height: 1.25; }
    .verdicts code { color: var(--tone); font-weight: 700; letter-spacing: .02em; }
    .verdicts p { margin: .35rem 0 0; font-size: .93rem; }
    .good { --tone: var(--good); } .warning { --tone: var(--warning); } .bad { --tone: var(--bad); }
    .facts { display: grid; gap: .6rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18.5rem), 1fr)); margin: 1rem 0 1.6rem; padding: 0; }
    .facts div { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
    .facts dt { font-size: .85rem; color: var(--mute); }
    .facts dd { margin: 0; }
    .facts .big { font-size: 1.65rem; font-weight: 650; line-height: 1.25; display: block; }
    .facts .sub { font-size: .82rem; color: var(--mute); display: block; }
    .figures { display: grid; gap: 1.4rem 1.6rem; align-items: start; margin: 1rem 0;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); }
    figure { margin: 0; min-width: 0; }
    .table-figure p { font-size: .87rem; line-height: 1.4; margin: 0 0 .4rem; }
    figcaption p { font-size: .87rem; line-height: 1.4; margin: 0 0 .4rem; }
    .key { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: .2rem 0; padding: 0; font-size: .82rem; }
    .key li { display: flex; align-items: center; gap: .35rem; }
    .swatch { width: 20px; height: 10px; flex: none; }
    svg.plot { display: block; width: 100%; height: auto; max-width: 560px; overflow: visible; }
    svg text { font: 11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; fill: var(--ink); }
    svg .tick { fill: var(--mute); font-size: 10.5px; } svg .title { fill: var(--mute); font-size: 11px; }
    svg .head { font-weight: 650; } svg .small { font-size: 10px; fill: var(--mute); }
    svg .value { font-size: 10.5px; fill: var(--ink); }
    .axis { stroke: var(--mute); stroke-width: 1; } .grid { stroke: var(--line); stroke-width: 1; }
    .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
    .rule, .interval { stroke-width: 1.5; }
    svg .interval { stroke-width: 2.2; }
    .real { stroke: var(--real); } .null { stroke: var(--null); stroke-dasharray: 5 3; }
    .place { stroke: var(--place); stroke-dasharray: 2 2.5; } .other { stroke: var(--other); stroke-dasharray: 8 3 2 3; }
    .thin { stroke: var(--real); } svg .thin { stroke-width: 1; opacity: .6; } .least { stroke: var(--null); }
    .ink { stroke: var(--ink); } .faint { stroke: var(--mute); stroke-dasharray: 3 3; }
    .interval.null, .interval.place, .interval.other { stroke-dasharray: none; }
    .bar { stroke: none; } .bar.real { fill: var(--fill); } .bar.null { fill: none; stroke: var(--null); }
    .bar.solid { fill: var(--real); } .bar.minus { fill: var(--null); stroke: none; }
    .dot { stroke: var(--page); stroke-width: 1; stroke-dasharray: none; } .dot.real { fill: var(--real); } .dot.null { fill: var(--null); }
    .dot.place { fill: var(--place); } .dot.other { fill: var(--other); } .dot.ink { fill: var(--ink); }
    .band { stroke: none; opacity: .22; } .band.real { fill: var(--real); } .band.place { fill: var(--place); } .band.ink { fill: var(--mute); }
    .band.other { fill: var(--other); } .band.null { fill: var(--null); }
    .hex { stroke: none; } .h0 { fill: var(--hex0); } .h1 { fill: var(--hex1); } .h2 { fill: var(--hex2); }
    .h3 { fill: var(--hex3); } .h4 { fill: var(--hex4); } .h5 { fill: var(--hex5); }
    .h0, .h1, .h2 { stroke: var(--hex3); stroke-width: .6; }
    data { cursor: help; }
    details { margin: .3rem 0; } summary { cursor: pointer; color: var(--link); font-size: .9rem; width: fit-content; }
    details.run > summary { font-size: 1.3rem; font-weight: 650; color: var(--ink); margin: 1.4rem 0 .4rem; }
    .scroll { overflow-x: auto; max-height: 32rem; overflow-y: auto; border: 1px solid var(--line); border-radius: 6px; margin: .4rem 0 1rem; }
    table { border-collapse: collapse; font-size: .86rem; width: 100%; }
    caption { text-align: left; padding: .45rem .6rem; font-size: .86rem; }
    th.w, td.w { min-width: 9ch; overflow-wrap: break-word; } td.n, th.n { overflow-wrap: normal; }
    th, td { padding: .3rem .6rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; }
    thead th { position: sticky; top: 0; background: var(--soft); border-top: 0; white-space: nowrap; }
    th.n, td.n { text-align: right; white-space: nowrap; }
    thead button { border: 0; background: none; padding: 0; font-weight: 650; font-size: .86rem; }
    th[aria-sort="ascending"] button::after { content: " \\2191"; } th[aria-sort="descending"] button::after { content: " \\2193"; }
    .filter { font-size: .88rem; color: var(--mute); display: block; margin: .5rem 0; }
    input { font: inherit; font-size: .9rem; color: var(--ink); background: var(--page); border: 1px solid var(--mute); border-radius: 6px; padding: .25rem .5rem; max-width: 100%; }
    .cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); align-items: start; }
    .card { border: 1px solid var(--line); border-radius: 8px; padding: .8rem .9rem; min-width: 0; break-inside: avoid; }
    .card h5 { margin: 0; font-size: .82rem; font-weight: 400; color: var(--mute); }
    .card .names { font-size: 1.08rem; font-weight: 650; line-height: 1.3; margin: .1rem 0 .3rem; }
    .card table { font-size: .82rem; table-layout: fixed; } .card th, .card td { padding: .1rem .2rem; border: 0; vertical-align: middle; }
    .card caption { padding: .3rem .2rem .1rem; font-size: .8rem; } .card th { width: 42%; padding-left: 0; overflow-wrap: anywhere; } .card td.n { width: 19%; padding-right: 0; }
    .card td.bars svg { width: 100%; height: .6rem; display: block; }
    .card .tag { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: 0 .5rem; font-size: .8rem; margin: 0 .2rem .2rem 0; }
    .near p { font-size: .8rem; color: var(--mute); margin: .3rem 0 0; } .near ul { list-style: none; margin: 0; padding: 0; font-size: .82rem; }
    .pictures { display: flex; flex-wrap: wrap; gap: .3rem; list-style: none; padding: 0; margin: .3rem 0; }
    .pictures li { font-size: .8rem; } .pictures svg { width: 40px; height: 40px; display: block; border-radius: 4px; background: var(--soft); }
    .tip { position: fixed; z-index: 20; pointer-events: none; max-width: 20rem; background: var(--ink); color: var(--page); font-size: .82rem; padding: .2rem .5rem; border-radius: 4px; white-space: pre-line; }
    .list { display: grid; grid-template-columns: minmax(8rem, auto) 1fr; gap: .15rem 1rem; font-size: .9rem; margin: .5rem 0 1rem; }
    .list dt { color: var(--mute); } .list dd { margin: 0; }
    .digest { font-size: .78rem; }
    .definitions { width: 0; height: 0; position: absolute; }
    footer { margin-top: 3rem; padding-bottom: 2rem; font-size: .85rem; color: var(--mute); }
    @media (max-width: 560px) { .list { grid-template-columns: 1fr; } .list dd { margin-bottom: .4rem; } h1 { font-size: 1.4rem; } body { font-size: 15px; } }
    @media print {
      :root, :root[data-theme="dark"], :root:not([data-theme="light"]) {
        color-scheme: light; --page: #fff; --soft: #fff; --line: #bbb; --ink: #000; --mute: #444; --real: #005f99; --null: #a84300;
        --place: #00705a; --other: #8a3f73; --link: #000; --fill: #4f93c2; --good: #00664f; --warning: #8a4b00; --bad: #a3151c;
        --hex0: #dcebf5; --hex1: #b3d4ea; --hex2: #7db4d8; --hex3: #4690be; --hex4: #1c6a9c; --hex5: #063f66;
      }
      body { font-size: 10pt; } nav, #theme, .filter, .skip { display: none; }
      figure, .card, .verdicts li, .facts div { break-inside: avoid; } h2, h3 { break-after: avoid; }
      th, td, th.n, td.n, th.w, td.w, thead th { white-space: normal; overflow-wrap: anywhere; min-width: 0; padding: .15rem .3rem; }
      thead button { white-space: normal; text-align: inherit; }
      .scroll { max-height: none; overflow: visible; } thead th { position: static; }
      details:not([open]) { display: none; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
