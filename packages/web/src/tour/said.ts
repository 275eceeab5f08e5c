import { signal } from "@preact/signals";

export type Said = "allow" | "deny";

const key = "netproof-tour";

/** What somebody predicted, by question and end; it outlives the tab, so that the tour can be gone on with. */
export const said = signal<Readonly<Record<string, Said>>>(remembered());

function remembered(): Readonly<Record<string, Said>> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    const entries = typeof kept === "object" && kept !== null ? Object.entries(kept) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, Said] => entry[1] === "allow" || entry[1] === "deny"));
  } catch {
    return {};
  }
}

export function say(question: string, answer: Said | undefined): void {
  const { [question]: _, ...others } = said.value;
  said.value = answer === undefined ? others : { ...others, [question]: answer };
  try {
    localStorage.setItem(key, JSON.stringify(said.value));
  } catch {
    // A browser that keeps nothing forgets it with the tab.
  }
}
