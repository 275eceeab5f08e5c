import { positionOf } from "../../src/text/source.ts";
import type { Diagnostic } from "../../src/text/diagnostic.ts";
import { read, type ReadOptions } from "../../src/read/read.ts";

/** What `read` makes of one text. */
export async function readText(text: string, options: ReadOptions & { readonly file?: string } = {}): ReturnType<typeof read> {
  return read([{ name: options.file ?? "a.yaml", text }], options);
}

/** `error except-outside 13:17 `10.1.0.0/16``: severity, code, line and column, and the text that is pointed at. */
export function line({ severity, code, at }: Diagnostic): string {
  if (at === undefined) return `${severity} ${code}`;
  const { line: row, column } = positionOf(at.source, at.start);
  return `${severity} ${code} ${row}:${column} ${at.source.text.slice(at.start, at.end)}`.trim();
}

/** The diagnostics of a text, but for what is missing to judge it. */
export async function linesOf(text: string, options: ReadOptions & { readonly file?: string } = {}): Promise<readonly string[]> {
  const { diagnostics } = await readText(text, options);
  return diagnostics.filter(({ code }) => code !== "no-pods" && code !== "no-policies").map(line);
}

/** A NetworkPolicy `shop/web` with these lines below `spec:`, which is line 4. */
export function policy(...spec: readonly string[]): string {
  return [
    "apiVersion: networking.k8s.io/v1",
    "kind: NetworkPolicy",
    "metadata: {name: web, namespace: shop}",
    "spec:",
    ...spec.map((each) => `  ${each}`),
    "",
  ].join("\n");
}

/** A ClusterNetworkPolicy `tenants` with these lines below `spec:`, which is line 4. */
export function clusterPolicy(...spec: readonly string[]): string {
  return [
    "apiVersion: policy.networking.k8s.io/v1beta1",
    "kind: ClusterNetworkPolicy",
    "metadata: {name: tenants}",
    "spec:",
    ...spec.map((each) => `  ${each}`),
    "",
  ].join("\n");
}
