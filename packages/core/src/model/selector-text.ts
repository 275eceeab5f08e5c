import type { Origin } from "../text/source.ts";
import type { Requirement, Selector } from "./policy.ts";

/**
 * Reads a selector as `kubectl -l` writes it: `app=web,tier!=db,env in (a, b),env notin (c),key,!key`.
 * `!=` and `notin` hold without the key too (S1). A text that is none gives the part that was not understood.
 */
export function parseSelector(text: string, origin: Origin): { readonly selector: Selector } | { readonly misread: string } {
  const requirements: Requirement[] = [];
  for (const part of splitParts(text)) {
    const requirement = parseRequirement(part.trim(), origin);
    if (requirement === undefined) return { misread: part.trim() };
    requirements.push(requirement);
  }
  return { selector: { requirements, origin } };
}

/** Commas separate, except between parentheses. */
function splitParts(text: string): readonly string[] {
  if (text.trim() === "") return [];
  return text.split(/,(?![^(]*\))/);
}

function parseRequirement(part: string, origin: Origin): Requirement | undefined {
  const label = String.raw`[A-Za-z0-9](?:[\w./-]*[A-Za-z0-9])?`;
  const set = new RegExp(String.raw`^(${label})\s+(in|notin)\s+\(([^()]*)\)$`).exec(part);
  if (set !== null) {
    const values = (set[3] as string).split(",").map((value) => value.trim());
    return { key: set[1] as string, operator: set[2] === "in" ? "In" : "NotIn", values, origin };
  }
  const equal = new RegExp(String.raw`^(${label})\s*(==|=|!=)\s*([\w.-]*)$`).exec(part);
  if (equal !== null)
    return { key: equal[1] as string, operator: equal[2] === "!=" ? "NotIn" : "In", values: [equal[3] as string], origin };
  const bare = new RegExp(String.raw`^(!?)\s*(${label})$`).exec(part);
  if (bare === null) return undefined;
  return { key: bare[2] as string, operator: bare[1] === "!" ? "DoesNotExist" : "Exists", values: [], origin };
}
