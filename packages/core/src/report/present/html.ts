import type { Frame, Place, Report, ReportDiagnostic, ReportStage } from "../types.ts";
import { xmlText } from "./escape.ts";
import { reportStyle } from "./html-style.ts";
import { number } from "./numbers.ts";
import { pathsText } from "./paths.ts";
import {
  brokenPairs,
  changeHeadline,
  changeLabel,
  changeSentence,
  conclusionSentence,
  counted,
  differenceSentence,
  differenceStanding,
  engineWords,
  intentWords,
  judgedAssertions,
  openCount,
  policiesText,
  runHeadline,
  setNames,
  violationLabel,
  violationSentence,
} from "./sentences.ts";
import { standingMark, timeLines } from "./time.ts";
import { reportPicture } from "./svg-report.ts";

/** A text that the report cites: it stands at the end, its lines are what `file:line` leads to. */
export interface ReportSource {
  readonly name: string;
  /** Undefined where it is not shown: then `why` says so. */
  readonly text: string | undefined;
  readonly why: string | undefined;
}

/** The page that a report becomes when somebody explores it, and the files it is about. */
export interface Explore {
  /** The script that starts it. */
  readonly start: string;
  /** Sources of a content policy that lets in `start` and the page's own script alone. */
  readonly scripts: string;
  /** The page, as `start` unpacks it; without `<`. */
  readonly packed: string;
  readonly source: { readonly name: string; readonly files: readonly { readonly path: string; readonly text: string }[] };
}

const arrow = "→";

/**
 * A run as one file for people: it loads nothing, prints well, and every place leads to its line below; without scripts it can be read as
 * well. `explore`: what it can be explored with, or a sentence that says why it cannot. The same report always gives the same bytes.
 */
export function presentHtml(report: Report, sources: readonly ReportSource[], explore: Explore | string = ""): string {
  const cited = new Map(sources.flatMap(({ name, text }, i) => (text === undefined ? [] : [[name, i] as const])));
  const place = (at: Place | undefined): string => {
    if (at === undefined) return "";
    const text = xmlText(`${at.file}:${at.line}`);
    const source = cited.get(at.file);
    return source === undefined ? `<span class="place">${text}</span>` : `<a class="place" href="#${anchor(source, at.line)}">${text}</a>`;
  };
  const parts: readonly Part[] = [
    { id: "summary", title: "Summary", body: summary(report) },
    { id: "intent", title: "Intent per stage", body: intent(report) },
    { id: "picture", title: "Who may reach what", body: `<figure>${reportPicture(report)}</figure>` },
    {
      id: "stages",
      title: "What each stage changes",
      body: report.stages.map((stage, i) => stageBody(report, stage, report.stages[i - 1], place)).join("\n"),
    },
    { id: "differences", title: "Where engines differ", body: differences(report, place) },
    { id: "findings", title: "Findings", body: report.findings.map((one) => finding(one, place)).join("\n") },
    { id: "coverage", title: "Coverage", body: coverage(report) },
    { id: "sources", title: "Sources", body: sources.map(sourceBody).join("\n") },
  ].filter(({ body }) => body !== "");
  const title = runHeadline(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${typeof explore === "string" ? "" : `script-src ${explore.scripts}; worker-src blob:; `}style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${xmlText(report.name)}: ${xmlText(title)} · netproof</title>
<style>${reportStyle}</style>
</head>
<body>
<nav aria-label="Contents"><strong>netproof</strong><ol>
${parts.map(({ id, title: text }) => `<li><a href="#${id}">${xmlText(text)}</a></li>`).join("\n")}
</ol>${typeof explore === "string" ? `<p>${xmlText(["One file. It opens no connection and runs no script.", explore].join(" ").trimEnd())}</p>` : `${exploreButton}<p>One file, with its manifests whole. It opens no connection.</p>`}</nav>
<main>
<h1>${xmlText(title)}</h1>
<p class="lead">${xmlText(report.about ?? "")}</p>
<p class="facts"><span><b>${xmlText(report.name)}</b></span><span>${xmlText(engineWords(report))}</span><span>${xmlText(report.coverage.text)}</span></p>
${parts.map(({ id, title: text, body }) => `<section id="${id}"><h2>${xmlText(text)}</h2>\n${body}\n</section>`).join("\n")}
<p class="conclusion">${xmlText(conclusionSentence(report))}</p>
</main>
${typeof explore === "string" ? "" : exploreBody(explore)}</body>
</html>
`;
}

/** Shown by the script, for whom it does something. */
const exploreButton = `<p><button type="button" class="explore" hidden>Explore the matrix, and why</button></p>`;

/** Data first: the script finds it when it runs. JSON's letters are escaped so that no text in it ends the element. */
function exploreBody({ start, packed, source }: Explore): string {
  const files = JSON.stringify(source).replaceAll("<", "\\u003c");
  return `<script type="text/plain" id="explore-page">${packed}</script>
<script type="application/json" id="explore-files">${files}</script>
<script>${start}</script>
`;
}

interface Part {
  readonly id: string;
  readonly title: string;
  readonly body: string;
}

type PlaceLink = (at: Place | undefined) => string;

/** By the number of the source: names hold anything. */
function anchor(source: number, line: number): string {
  return `source-${source}-line-${line}`;
}

/** One card per stage: whether the design holds, how much is open, whether engines agree. */
function summary(report: Report): string {
  const cards = report.stages.map((stage) => {
    const broken = brokenPairs(stage);
    const holds = stage.intent === "met";
    const open = `${openCount(stage, " ≠ ")} of ${number(stage.totals.pairs)} pairs open`;
    const undetermined = stage.totals.undetermined === 0 ? "" : `<p>${number(stage.totals.undetermined)} undetermined</p>`;
    const differing = stage.differences.reduce((sum, { pairs }) => sum + pairs, 0);
    const agreement =
      report.engines.length < 2
        ? ""
        : differing === 0
          ? "<p>engines agree</p>"
          : `<p class="differs">≠ ${counted(differing, "pair")} ${differing === 1 ? "differs" : "differ"}</p>`;
    return `<li class="card${holds ? " holds" : ""}"><h3>${stage.number} ${xmlText(stage.name)}</h3>
<p class="${holds ? "ok" : stage.intent === "not-judged" ? "" : "broken"}">${holds ? "✓ the design holds" : stage.intent === "not-judged" ? "no intent declared" : `! ${xmlText(intentWords(stage))}${broken === 0 ? "" : `, ${counted(broken, "pair")}`}`}</p>
<p>${xmlText(open)}</p>${undetermined}${agreement}<p>${xmlText(policiesText(stage))}</p></li>`;
  });
  return `<ul class="cards">${cards.join("\n")}</ul>`;
}

function intent(report: Report): string {
  const ids = judgedAssertions(report);
  if (ids.length === 0) return "";
  const heads = report.stages.map(({ number: at, name }) => `<th scope="col">${at} ${xmlText(name)}</th>`).join("");
  const rows = ids.map((id) => {
    const text = report.assertions.find((assertion) => assertion.id === id)?.text ?? "everything else";
    const cells = report.stages.map(({ broken, violations }) => {
      const pairs = broken.find(({ assertion }) => assertion === id)?.pairs ?? 0;
      const violation = violations.find(({ assertion }) => assertion === id);
      if (pairs > 0) return `<td class="broken">! ${counted(pairs, "pair")}</td>`;
      if (violation === undefined) return `<td class="ok">✓ holds</td>`;
      return violation.status === "undetermined"
        ? "<td>? undetermined</td>"
        : `<td class="broken">! ${violation.severity === "warning" ? "warning" : "violated"}</td>`;
    });
    return `<tr><td class="id">${xmlText(id)}</td><th scope="row">${xmlText(text)}</th>${cells.join("")}</tr>`;
  });
  return `<table><thead><tr><td></td><th scope="col">assertion</th>${heads}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function stageBody(report: Report, stage: ReportStage, before: ReportStage | undefined, place: PlaceLink): string {
  const { about, changes, violations, expected, paths } = stage;
  const names = setNames(report);
  const row = (kind: string, label: string, sentence: string, at: Place | undefined): string =>
    `<tr class="${kind}"><td>${xmlText(label)}</td><td>${xmlText(sentence)}</td><td>${place(at)}</td></tr>`;
  const held = expected.filter(({ holds }) => holds === "holds").length;
  const rows = [
    ...changes.map((change, i) => row("change", changeLabel(change), changeSentence(report, change, changes[i - 1], arrow), change.place)),
    ...violations.map((violation) =>
      row("broken", violationLabel(violation), violationSentence(report, violation, arrow), violation.witness?.place),
    ),
    ...(expected.length === 0 ? [] : [row("quiet", "expected", `${held} of ${expected.length} rows hold`, undefined)]),
    ...expected
      .filter(({ holds }) => holds !== "holds")
      .map(({ holds, text }) =>
        row(holds === "violated" ? "broken" : "quiet", holds === "not-judged" ? "not judged" : holds, text, undefined),
      ),
    ...timeLines(report, stage, arrow).map((line) =>
      row(line.stands === "not-as-wanted" ? "broken" : "quiet", line.label, line.sentence + standingMark(line), undefined),
    ),
    ...paths
      .filter((path) => {
        const then = before?.paths.find(({ label }) => label === path.label);
        return then === undefined || pathsText(then, names) !== pathsText(path, names);
      })
      .map((path) => row("quiet", path.label, pathsText(path, names), undefined)),
  ];
  return `<h3>${stage.number} ${xmlText(stage.name)}: ${xmlText(changeHeadline(stage, before))}</h3>
${about === undefined ? "" : `<p>${xmlText(about)}</p>`}
${rows.length === 0 ? "" : `<table class="lines"><tbody>${rows.join("\n")}</tbody></table>`}`;
}

function differences(report: Report, place: PlaceLink): string {
  const all = report.stages.flatMap((stage) => stage.differences.map((difference) => ({ stage, difference })));
  return all
    .map(({ stage, difference }) => {
      const { name, answers } = difference;
      const rows = answers.map(
        ({ engine, verdict, because, place: at }) =>
          `<tr><td>${xmlText(engine)}</td><td class="${verdict === "allow" ? "allow" : "deny"}">${verdict === "allow" ? "✓" : verdict === "deny" ? "✕" : "?"} ${verdict}</td><td>${xmlText(because)}</td><td>${place(at)}</td></tr>`,
      );
      return `<h3>${name === undefined || name === "unexplained" ? "" : `${xmlText(name)} `}at ${xmlText(stage.name)}</h3>
<p>${xmlText(differenceSentence(report, difference, arrow))}; ${xmlText(differenceStanding(difference))}</p>
<table class="lines"><tbody>${rows.join("\n")}</tbody></table>`;
    })
    .join("\n");
}

function finding({ code, severity, message, frame, help }: ReportDiagnostic, place: PlaceLink): string {
  return `<article class="finding ${severity}"><p><b>${severity}</b> ${xmlText(message)} <span class="id">${xmlText(code)}</span></p>
${frame === undefined ? "" : frameBody(frame, place)}${help === undefined ? "" : `<p>help: ${xmlText(help)}</p>`}</article>`;
}

function frameBody({ place: at, lines }: Frame, place: PlaceLink): string {
  const rows = lines.map(({ number: line, text, marks }) => {
    const labels = marks.map(({ label }) => label).filter((label) => label !== "");
    return `<span class="n">${line}</span>${xmlText(text)}${labels.length === 0 ? "" : `  <em>${xmlText(labels.join("; "))}</em>`}`;
  });
  return `${place(at)}<pre>${rows.join("\n")}</pre>`;
}

function coverage({ coverage: { text, ledger } }: Report): string {
  const skipped = ledger.skipped.map(
    ({ what, why, effect, count }) =>
      `<tr><td>${xmlText(what)}${count > 1 ? ` × ${count}` : ""}</td><td>${xmlText(why)}</td><td>${xmlText(effect)}</td></tr>`,
  );
  const assumed = ledger.assumed.map(
    ({ rule, what, count }) => `<tr><td>${xmlText(rule)}</td><td>${xmlText(what)}</td><td>${count}</td></tr>`,
  );
  return `<p>${xmlText(text)}</p>
<p>read: ${xmlText(ledger.read.map(({ kind, count }) => `${count} ${kind}`).join(", "))}</p>
${skipped.length === 0 ? "" : `<table class="lines"><caption>Not analysed</caption><tbody>${skipped.join("\n")}</tbody></table>`}
${assumed.length === 0 ? "" : `<table class="lines"><caption>Assumed where the API leaves it open</caption><tbody>${assumed.join("\n")}</tbody></table>`}`;
}

function sourceBody({ name, text, why }: ReportSource, source: number): string {
  if (text === undefined) return `<h3>${xmlText(name)}</h3><p>${xmlText(why ?? "not shown")}</p>`;
  const lines = text.replace(/(?:\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/);
  const rows = lines.map((line, i) => `<span id="${anchor(source, i + 1)}"><span class="n">${i + 1}</span>${xmlText(line)}</span>`);
  return `<h3>${xmlText(name)}</h3><pre>${rows.join("\n")}</pre>`;
}
