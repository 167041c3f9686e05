"""How the page looks: on a screen, on a phone, in the dark, and on paper."""

from __future__ import annotations

from partywall.cli.render.matrix_page.colours import DARK, LIGHT, SHAPES, variables
from partywall.cli.render.picture.ink import scoped

_RULES = """
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums}
.page{max-width:86rem;margin:0 auto;padding:0 clamp(1rem,4vw,3rem) 4rem}
h1,h2,h3,h4,p,dl,dd,ul,figure{margin:0}ul{padding:0;list-style:none}
h1{font-size:clamp(2rem,5vw,3.1rem);line-height:1.1;letter-spacing:-.025em;font-weight:700;
overflow-wrap:anywhere}
h2{font-size:1.5rem;line-height:1.25;letter-spacing:-.015em;margin:4.5rem 0 .4rem}
h3{font-size:1.05rem;line-height:1.3}
a{color:var(--link);text-underline-offset:.2em;text-decoration-thickness:1px}
a:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);outline-offset:3px;
border-radius:4px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--card);
padding:.5rem 1rem;z-index:9}
.bricks{display:block;width:100%;height:16px;margin:0 0 clamp(2rem,6vw,4rem)}
.bricks .stone{fill:var(--production)}.bricks .joint{stroke:var(--paper);stroke-width:2;fill:none}
.over{font-size:.8rem;letter-spacing:.09em;text-transform:uppercase;color:var(--soft);
font-weight:600;margin-bottom:.6rem}
.lede{font-size:1.2rem;line-height:1.5;max-width:46rem;margin-top:1rem}
.soft,.lead{color:var(--soft)}.lead{max-width:46rem;margin-bottom:1.5rem;text-wrap:pretty}
.note{border-left:3px solid var(--otherwise);padding:.1rem 0 .1rem .9rem;margin-top:1.2rem;
max-width:46rem}
nav ul{display:flex;flex-wrap:wrap;gap:.4rem 1.1rem;margin-top:2rem;padding-top:1rem;
border-top:1px solid var(--line);font-size:.95rem}
.scroll{overflow-x:auto;max-width:100%}
table{border-collapse:collapse;width:100%;font-size:.95rem;line-height:1.35}
caption{text-align:left;font-weight:600;padding:0 0 .5rem}
.ratings caption,.rules caption{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.6rem .9rem .6rem 0;
border-bottom:1px solid var(--line);font-weight:400}
thead th{font-size:.78rem;letter-spacing:.04em;color:var(--soft);font-weight:600;
vertical-align:bottom;border-bottom-color:var(--soft)}
tbody th{font-weight:600}td.number,th.number{text-align:right;white-space:nowrap}
.ratings{min-width:47rem;background:var(--card);border:1px solid var(--line)}
.ratings th,.ratings td{padding:.7rem .9rem}
.ratings tr>:first-child{position:sticky;left:0;background:var(--card);
box-shadow:1px 0 var(--line);
min-width:8.8rem;max-width:13rem;overflow-wrap:anywhere}
.ratings a{text-decoration:none}.ratings a:hover{text-decoration:underline}
.ratings .otherwise{background:var(--tint);color:var(--otherwise)}
.word{font-weight:600;display:block;white-space:nowrap}
.ratings td:not(.otherwise) .word{font-weight:400}
.said{font-size:.82rem;white-space:nowrap}.said s{text-decoration-thickness:1px}
.crossed,.ratings td.crossed .word{color:var(--bad);font-weight:700}
.note.crossed{border-color:var(--bad)}
.letter{display:inline-block;min-width:1.5em;color:var(--soft);font-weight:400}
.differences{columns:2 24rem;column-gap:3rem}
.differences li{break-inside:avoid;padding:.75rem 0;border-top:1px solid var(--line)}
.differences b{font-weight:600}.differences p{font-size:.93rem;color:var(--soft)}
.found{color:var(--otherwise);font-weight:600}
.charts{columns:2 27rem;column-gap:1.5rem}
.chart{break-inside:avoid;margin-bottom:1.5rem;background:var(--card);border:1px solid var(--line);
border-radius:10px;padding:1.3rem clamp(1rem,2.5vw,1.6rem) 1.1rem;min-width:0}
.chart figcaption>p{font-size:.9rem;color:var(--soft);margin:.15rem 0 .7rem}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;font-size:.85rem;margin-bottom:.8rem}
.legend li{display:flex;align-items:center;gap:.45em}.legend svg{flex:none}
.rows li{display:grid;grid-template-columns:5.6rem minmax(0,1fr) 8.4rem;gap:0 .8rem;
align-items:center;padding:.24rem 0;font-size:.9rem;line-height:1.25}
.rows .name{overflow-wrap:anywhere}.rows .name small{display:block;color:var(--soft);
font-size:.78rem}
.rows .value{text-align:right;white-space:nowrap}
.rows .value .below{display:block;white-space:normal}
.rows .value small{color:var(--soft);
font-size:inherit}.rows .value.words{white-space:normal}
.bar{display:block;width:100%;height:18px;overflow:visible}
.track{fill:var(--track)}.tick{stroke:var(--mark);stroke-width:2}
.span{stroke:var(--soft);stroke-width:2}
.dot.quiet{fill:var(--card);stroke:var(--mark);stroke-width:2}
.architecture{border-top:1px solid var(--line);padding-top:2.2rem;margin-top:3rem}
.architecture>h3{font-size:1.5rem;letter-spacing:-.015em;overflow-wrap:anywhere}
.architecture>.lead{margin:.2rem 0 1.4rem}
.picture{margin:0 0 1.8rem;border-radius:12px;border:1px solid var(--line)}
.picture svg{display:block;height:auto;width:100%;min-width:58rem}
.reasons{margin-bottom:2.2rem;border-top:1px solid var(--soft)}
.reasons>div{display:grid;grid-template-columns:10rem 17rem minmax(0,1fr);gap:0 1.5rem;
align-items:baseline;padding:.5rem 0;border-bottom:1px solid var(--line)}
.reasons dt,.reasons p{font-size:.93rem;color:var(--soft)}
.reasons dd{display:contents}.reasons .word{display:inline}
.reasons .said{color:var(--otherwise);margin-left:.6em}
.tables{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));
gap:1.8rem 3rem;align-items:start}.tables>*{min-width:0}
.tables table{font-size:.9rem}.tables th,.tables td{padding:.32rem .8rem .32rem 0}
.tables td:last-child,.tables th:last-child{padding-right:0}.tables tbody th{font-weight:400}
.tables .hand+*{margin-top:1.6rem}h4{font-size:.9rem}
.hand{padding-left:1.1rem;list-style:disc;font-size:.92rem;margin-top:.3rem}
.tables>div>.scroll+*{margin-top:1.8rem}.right{display:block;text-align:right}
.each{opacity:.65}.dot.quiet.each{fill:var(--soft);stroke:none}
footer{margin-top:5rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.88rem;
color:var(--soft)}
.rules{min-width:34rem}.rules th,.rules td:nth-child(2){white-space:nowrap}
@media (max-width:40rem){h2{margin-top:3.4rem}.lede{font-size:1.08rem}
.rows li{grid-template-columns:1fr auto;padding:.4rem 0}
.reasons>div{grid-template-columns:1fr auto;padding:.7rem 0}.reasons p{grid-column:1/-1}
.rows .bar{grid-column:1/-1;
grid-row:2;margin-top:.2rem}.rows .name small{display:inline;margin-left:.5em}
.ratings th,.ratings td{padding:.6rem .7rem}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:9.5pt}
.page{max-width:none;padding:0}nav,.skip{display:none}.scroll{overflow:visible}
.ratings{min-width:0}.ratings tr>:first-child{position:static;box-shadow:none}
.picture svg{min-width:0;max-height:9.5cm;width:auto;max-width:100%;margin:0 auto}
h2{margin-top:1.4cm}h2,h3,caption,.lead{break-after:avoid}
.chart,.picture,tr,.reasons>div,.rows li{break-inside:avoid}
.charts{columns:2 8cm}.chart{margin-bottom:.5cm}#each,.architecture+.architecture{break-before:page}
.architecture{border:0;margin-top:0;padding-top:0}#each{margin-top:0}
.tables th,.tables td{padding:.1rem .6rem .1rem 0}.reasons>div{padding:.2rem 0}
.tables,.reasons,.picture{margin-bottom:.5cm}.tables>div>.scroll+*{margin-top:.4cm}
a{color:inherit;text-decoration:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@page{margin:16mm 15mm}
"""


def style_sheet() -> str:
    """All rules, those of the drawn topologies too."""
    light = f":root{{color-scheme:light dark;{variables(LIGHT)}}}"
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    fills = "".join(f".{name}{{fill:var(--{name})}}" for name in SHAPES)
    return f"{light}{dark}{_RULES}{fills}{scoped('.topology')}"
