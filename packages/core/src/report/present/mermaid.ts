import type { ListDocument, MatrixDocument, Report } from "../types.ts";
import { mermaidLabel } from "./escape.ts";
import { listGraph, mostArrows, mostNodes, pairGraph, type Graph, type GraphNode } from "./mermaid-graph.ts";
import { counted } from "./sentences.ts";
import { spaceTitle } from "./spaces.ts";

/** What is open, as a Mermaid flowchart: namespaces are boxes, arrows say the ports. Of a report, its last stage. */
export function presentMermaid(document: MatrixDocument | ListDocument | Report): string {
  switch (document.format) {
    case "netproof.list/1":
      return written(capped(listGraph(document)));
    case "netproof.matrix/1":
      return written(capped(pairGraph(document.endpoints, document.pairs, [])));
    case "netproof.report/1": {
      const { endpoints, stages, groups } = document;
      const last = stages.at(-1);
      const graph = pairGraph(endpoints, last?.surveys[0]?.rows ?? [], groups);
      return written(
        capped({ ...graph, remarks: [...(last === undefined ? [] : [`stage ${last.number} ${last.name}`]), ...graph.remarks] }),
      );
    }
  }
}

/** Mermaid refuses large graphs, and nobody can read them: what has the fewest pairs is left out, and that is said. */
function capped(graph: Graph): Graph {
  const arrows = strongest(graph.arrows, mostArrows, ({ pairs }) => pairs);
  const nodes = strongest(graph.nodes, mostNodes, (node) => arrows.filter(({ from, to }) => from === node || to === node).length);
  const kept = arrows.filter(({ from, to }) => nodes.includes(from) && nodes.includes(to));
  const leftOut = [
    ...(nodes.length < graph.nodes.length ? [counted(graph.nodes.length - nodes.length, "node")] : []),
    ...(kept.length < graph.arrows.length ? [counted(graph.arrows.length - kept.length, "arrow")] : []),
  ];
  return { ...graph, nodes, arrows: kept, leftOut };
}

/** The first `most` by weight, in the order they had. */
function strongest<T>(items: readonly T[], most: number, weight: (item: T) => number): readonly T[] {
  if (items.length <= most) return items;
  const weights = items.map(weight);
  const kept = new Set(
    items
      .map((_, i) => i)
      .sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b)
      .slice(0, most),
  );
  return items.filter((_, i) => kept.has(i));
}

function written({ nodes, arrows, remarks, leftOut }: Graph): string {
  const ids = new Map(nodes.map((node, i) => [node, `n${i}`]));
  const nodeLine = (node: GraphNode): string =>
    `${ids.get(node) ?? ""}["${node.lines.map(mermaidLabel).join("<br>")}"]${node.underTest ? ":::test" : ""}`;
  const boxes = [...new Set(nodes.map(({ box }) => box).filter((box) => box !== undefined))];
  const said = leftOut.length === 0 ? [] : [`left out: ${leftOut.join(", ")}`];
  const lines = [
    "flowchart LR",
    // A comment ends with its line; what would be a directive in it is not one when its braces are entities.
    ...[...remarks, ...said].map((remark) => `  %% ${mermaidLabel(remark)}`),
    ...boxes.flatMap((box, i) => [
      `  subgraph s${i}["${mermaidLabel(spaceTitle(box))}"]`,
      ...nodes.filter((node) => node.box === box).map((node) => `    ${nodeLine(node)}`),
      "  end",
    ]),
    ...nodes.filter(({ box }) => box === undefined).map((node) => `  ${nodeLine(node)}`),
    ...said.map((text) => `  more["${mermaidLabel(text)}"]`),
    ...arrows.map(({ from, to, label, certain, bothWays }) => {
      const line = certain ? `${bothWays ? "<" : ""}-->` : `${bothWays ? "<" : ""}-.->`;
      return `  ${ids.get(from) ?? ""} ${line}|"${mermaidLabel(label)}"| ${ids.get(to) ?? ""}`;
    }),
    ...(nodes.some(({ underTest }) => underTest) ? ["  classDef test stroke-width:3px"] : []),
  ];
  return `${lines.join("\n")}\n`;
}
