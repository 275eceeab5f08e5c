/** The places of the page. `open` is where nothing is open yet. */
export const views = ["design", "matrix", "editor", "objects", "lab", "tour", "open"] as const;
export type ViewName = (typeof views)[number];

/**
 * Where the page is: everything a link carries, and nothing of the texts. Written behind `#`, so that it works from disk and never reaches
 * a server: `#/day-one/matrix?stage=policy1&flow=client-qa>webserver-dev:80/TCP`.
 */
export interface Where {
  /** An example's name, `local`, or `files-` and the hash of what was dropped; empty where nothing is open. */
  readonly source: string;
  readonly view: ViewName;
  /** What a link wrote in the place of a view and is none; the first view is shown. */
  readonly strangeView?: string | undefined;
  /** By key; a key that the page does not know is kept. */
  readonly keys: Readonly<Partial<Record<WhereKey, string>>>;
  readonly unknown: readonly (readonly [string, string])[];
}

/** In the order in which they are written. */
export const whereKeys = [
  "stage",
  "vs",
  "port",
  "engines",
  "mode",
  "flow",
  "sel",
  "line",
  "edit",
  "q",
  "group",
  "sort",
  "zoom",
  "panel",
  "overlay",
  "scope",
  "step",
  "tab",
  "table",
] as const;
export type WhereKey = (typeof whereKeys)[number];

/** Reads what stands behind `#`; what is no place leads to the first one. */
export function parseWhere(hash: string): Where {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [source = "", word = ""] = path.split("/").map(decoded);
  const found = views.find((known) => known === word);
  const view = found ?? (source === "" ? "open" : "design");
  const pairs = query.split("&").flatMap((pair): (readonly [string, string])[] => {
    const at = pair.indexOf("=");
    return at <= 0 ? [] : [[decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))]];
  });
  const isKnown = (key: string): key is WhereKey => (whereKeys as readonly string[]).includes(key);
  return {
    source,
    view,
    strangeView: found === undefined && word !== "" ? word : undefined,
    keys: Object.fromEntries(pairs.filter(([key]) => isKnown(key))),
    unknown: pairs.filter(([key]) => !isKnown(key)),
  };
}

/** The same place always has the same link. */
export function formatWhere({ source, view, keys, unknown }: Where): string {
  const known = whereKeys.flatMap((key): (readonly [string, string])[] => {
    const value = keys[key];
    return value === undefined || value === "" ? [] : [[key, value]];
  });
  const query = [...known, ...unknown].map(([key, value]) => `${encoded(key)}=${encoded(value)}`).join("&");
  return source === "" ? "#/" : `#/${encoded(source)}/${view}${query === "" ? "" : `?${query}`}`;
}

/** Names stay readable: only what would end a part of the link is escaped. */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/%(?:2F|3A|3E|2C|40|3B|5B|5D|7E|20)/g, (code) =>
    code === "%20" ? "+" : decodeURIComponent(code),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", "%20"));
  } catch {
    return text;
  }
}

/** A flow as links write it: `client-qa>webserver-dev:80/TCP`; without a port it is about all ports. */
export interface WrittenFlow {
  readonly from: string;
  readonly to: string;
  readonly port: string | undefined;
}

export function parseFlow(text: string | undefined): WrittenFlow | undefined {
  const [, from, to, port] = /^(.+?)>(.+?)(?::(\d+\/[A-Za-z]+))?$/.exec(text ?? "") ?? [];
  return from === undefined || to === undefined ? undefined : { from, to, port };
}

export function formatFlow({ from, to, port }: WrittenFlow): string {
  return `${from}>${to}${port === undefined ? "" : `:${port}`}`;
}
