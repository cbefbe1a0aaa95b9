/// How the page looks: light and dark by what the reader prefers, narrow on phones, plain on paper.
///
/// Colours are of the Okabe-Ito palette and of one blue scale, which all kinds of colour vision tell apart.
enum PageStyle {
  /// The style sheet.
  static let text = """
    :root{color-scheme:light dark;--page:#fff;--text:#1d2129;--quiet:#5b6472;--rule:#d9dde3;--fill:#f4f6f8;
    --done:#0072b2;--best:#d55e00;--cut:#7a8290;--fail:#1d2129;
    --q0:#08406e;--q1:#2171b5;--q2:#5a9fd0;--q3:#9dc4e2;--q4:#cbdcec}
    @media(prefers-color-scheme:dark){:root{--page:#14171c;--text:#e4e7ec;--quiet:#9aa4b2;--rule:#343a44;
    --fill:#1d2229;--done:#56b4e9;--best:#ff9d3c;--cut:#8a94a3;--fail:#e4e7ec;
    --q0:#d3ebff;--q1:#8cc8f5;--q2:#4b93c8;--q3:#2f638c;--q4:#25435c}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--page);color:var(--text);
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:1120px;margin:0 auto;padding:24px 20px 64px}
    h1{font-size:1.9rem;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere}
    h2{font-size:1.2rem;margin:44px 0 8px}
    p{margin:0 0 10px;max-width:76ch;overflow-wrap:anywhere}
    .quiet,figcaption{color:var(--quiet);font-size:.9rem}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:8px 40px}
    .pair>*{min-width:0}
    .facts{display:grid;grid-template-columns:max-content 1fr;gap:3px 18px;margin:12px 0}
    .facts dt{color:var(--quiet)}
    .facts dd{margin:0;overflow-wrap:anywhere}
    .value{font-size:1.6rem;font-weight:600;font-variant-numeric:tabular-nums;margin:0;line-height:1.2}
    pre{background:var(--fill);border:1px solid var(--rule);border-radius:6px;padding:12px 14px;margin:8px 0;
    overflow:auto;max-height:26rem;font:.82rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;
    user-select:all;-webkit-user-select:all}
    table{border-collapse:collapse;font-size:.86rem;font-variant-numeric:tabular-nums}
    th,td{padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
    th{font-weight:600;vertical-align:bottom;line-height:1.25}
    td.n,th.n{text-align:right}
    td{white-space:nowrap}
    td.w{white-space:normal;max-width:34rem;overflow-wrap:break-word}
    td.w:first-child{min-width:10rem}
    .trials td.w{min-width:16rem}
    tr.top td{font-weight:600;background:var(--fill)}
    .scroll{overflow-x:auto}
    .trials td:first-child{padding-left:8px}
    .trials th:first-child{padding-left:8px}
    th button{all:unset;cursor:pointer;font-weight:600}
    th button:focus-visible{outline:2px solid var(--done)}
    th[aria-sort=ascending] button::after{content:" \\2191"}
    th[aria-sort=descending] button::after{content:" \\2193"}
    figure{margin:0;break-inside:avoid}
    .legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:2px 0 6px;font-size:.86rem;color:var(--quiet)}
    .key{display:inline-flex;align-items:center;gap:5px}
    .key svg{width:18px;height:18px}
    .key i{width:22px;height:3px;border-radius:2px}
    svg.chart{display:block;width:100%;max-width:560px;height:auto}
    .slices{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr));gap:18px 24px}
    .wide svg.chart{max-width:none;width:auto;min-width:100%}
    .definitions{position:absolute}
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
    fill:var(--text);font-variant-numeric:tabular-nums}
    svg .tick{fill:var(--quiet)}
    svg .axis{fill:var(--quiet)}
    svg .rest{fill:var(--quiet)}
    svg .middle{text-anchor:middle}
    svg .end{text-anchor:end}
    svg .halo{paint-order:stroke;stroke:var(--page);stroke-width:6px;stroke-linejoin:round}
    svg path{fill:none;stroke:var(--quiet)}
    svg .grid{stroke:var(--rule);stroke-width:.7}
    svg .border{stroke:var(--quiet);stroke-width:1}
    svg .bar{fill:var(--done)}
    svg .bar.rest{fill:var(--cut)}
    .s-c circle{fill:var(--done);fill-opacity:.85}
    .s-p path{fill:none;stroke:var(--cut);stroke-width:1.3}
    .s-f path{fill:none;stroke:var(--fail);stroke-width:1.8}
    .s-o path{fill:none;stroke:var(--done);stroke-width:1.3}
    .s-b path{fill:var(--best);stroke:var(--page);stroke-width:.8}
    svg .curve{stroke:var(--done);stroke-width:1.2;stroke-opacity:.75;stroke-linecap:round;stroke-linejoin:round}
    svg .curve.cut{stroke:var(--cut);stroke-dasharray:3 2.5}
    svg .curve.dot{stroke-width:4;stroke-dasharray:none}
    svg .line{stroke-width:1.3;stroke-opacity:.8;stroke-linejoin:round}
    .many svg .line{stroke-width:1;stroke-opacity:.35}
    .many svg .curve{stroke-opacity:.35}
    .many .chart use{opacity:.55}
    .many .chart use[href="#b"]{opacity:1}
    svg .line:hover,svg .curve:hover{stroke-width:3.5;stroke-opacity:1}
    svg .q0{stroke:var(--q0)}svg .q1{stroke:var(--q1)}svg .q2{stroke:var(--q2)}
    svg .q3{stroke:var(--q3)}svg .q4{stroke:var(--q4)}
    svg .best-line,.many svg .best-line{stroke:var(--best);stroke-width:2.6;stroke-opacity:1}
    @media(max-width:600px){main{padding:16px 14px 48px}h1{font-size:1.5rem}.facts{column-gap:12px}}
    @media print{:root{color-scheme:light;--page:#fff;--text:#000;--quiet:#444;--rule:#bbb;--fill:#f4f6f8;--done:#0072b2;
    --best:#d55e00;--cut:#777;--fail:#000;--q0:#08406e;--q1:#2171b5;--q2:#5a9fd0;--q3:#9dc4e2;--q4:#cbdcec}
    main{max-width:none;padding:0}body{font-size:11pt}.scroll{overflow:visible}pre{max-height:none;white-space:pre-wrap}
    table{font-size:8pt}td,td.w{white-space:normal;min-width:0}.wide svg.chart{width:100%}
    tr{break-inside:avoid}h2{break-after:avoid}
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
    """
}
