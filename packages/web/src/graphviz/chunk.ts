import { Graphviz } from "@hpcc-js/wasm-graphviz";

let loaded: Promise<Graphviz> | undefined;

/** Lays a graph out with `dot` and returns Graphviz' own JSON, positions in points with the origin at the lower left. */
export async function layOut(dot: string): Promise<string> {
  loaded ??= Graphviz.load();
  return (await loaded).layout(dot, "json", "dot");
}
