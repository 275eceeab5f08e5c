/** Light and dark by the reader's wish, light in print; nothing is told by colour alone. */
export const reportStyle: string = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f5f6f8;--text:#161b22;--text2:#465160;--line:#d3d9e0;--allow:#17529c;--deny:#a23f08;--bad:#8f0d3a;--dev:#5e1b7a;--hit:#fff3c9}
@media (prefers-color-scheme:dark){:root{--bg:#0d1015;--soft:#151a21;--text:#e8ecf1;--text2:#b5beca;--line:#323b47;--allow:#8cc1ff;--deny:#ffa676;--bad:#ffa9c0;--dev:#ebc4ff;--hit:#3a3113}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:13.5px/20px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;display:grid;grid-template-columns:240px minmax(0,1112px)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:24px;background:var(--soft);border-right:1px solid var(--line);color:var(--text2)}
nav ol{padding-left:20px}
.explore{font:inherit;font-weight:600;padding:6px 12px;border:1px solid var(--text);border-radius:6px;background:var(--text);color:var(--bg);cursor:pointer}
nav a,.place{color:inherit}
main{padding:24px 40px 60px;min-width:0}
h1{font:680 28px/34px system-ui,sans-serif;margin:0}
h2{font:650 17px/24px system-ui,sans-serif;margin:32px 0 10px}
h3{font:650 14px/20px system-ui,sans-serif;margin:18px 0 6px}
p{margin:6px 0}
.lead{font-size:15px;color:var(--text2)}
.facts{display:flex;flex-wrap:wrap;gap:4px 24px;color:var(--text2)}
.cards{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(190px,1fr));gap:10px}
.card{border:1px solid var(--line);border-radius:8px;padding:10px 14px;color:var(--text2)}
.card h3{margin:0;color:var(--text)}
.card.holds{border:2px solid var(--text)}
table{border-collapse:collapse;width:100%}
caption{text-align:left;color:var(--text2)}
th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line)}
th{font-weight:600}
tbody th{font-weight:400}
.lines td:first-child{width:110px;font-weight:600}
.lines td:last-child{text-align:right;white-space:nowrap}
.id,.quiet{color:var(--text2)}
.ok{color:var(--text2)}
.broken td:first-child,.broken,td.broken{color:var(--bad);font-weight:600}
.broken td+td{color:var(--text);font-weight:400}
.differs{color:var(--dev);font-weight:600}
.allow{color:var(--allow);font-weight:600}
.deny{color:var(--deny);font-weight:600}
.place,pre,.id{font-family:ui-monospace,"Cascadia Mono","SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:12px}
pre{margin:6px 0;padding:10px 12px;border:1px solid var(--line);border-radius:6px;background:var(--soft);overflow-x:auto;line-height:19px}
pre em{color:var(--bad);font-family:system-ui,sans-serif;font-style:normal}
pre :target{background:var(--hit);outline:2px solid var(--text)}
.n{display:inline-block;width:38px;color:var(--text2);user-select:none}
section{overflow-x:auto}
figure{margin:0;overflow-x:auto}
figure svg{max-width:100%;height:auto}
.finding{border-left:3px solid var(--bad);padding-left:12px;margin:10px 0}
.finding.warning,.finding.note{border-color:var(--line)}
.conclusion{margin-top:32px;font-weight:600}
@media (max-width:1024px){body{display:block}nav{position:static;height:auto;border-right:0}main{padding:16px}}
@media print{:root{--bg:#fff;--soft:#fff;--text:#161b22;--text2:#465160;--line:#d3d9e0;--allow:#17529c;--deny:#a23f08;--bad:#8f0d3a;--dev:#5e1b7a}body{display:block}nav{display:none}main{padding:0}tr,pre span,article,.card{break-inside:avoid}thead{display:table-header-group}figure svg,.card{print-color-adjust:exact;-webkit-print-color-adjust:exact}@page{size:A4;margin:15mm}}
`;
