/** An element of a well-formed XML text. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

const tokens =
  /<(?<open>[A-Za-z][\w.-]*)(?<attributes>(?:\s+[A-Za-z][\w:.-]*="[^"<]*")*)\s*(?<empty>\/)?>|<\/(?<close>[A-Za-z][\w.-]*)>|(?<text>[^<]+)|(?<bad>[^])/gu;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** Reads what a strict XML reader would read; throws at what it would refuse. Knows as much of XML as a picture needs. */
export function parseXml(text: string): XmlElement {
  // eslint-disable-next-line no-control-regex
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text)) throw new Error("a character that XML does not have");
  const top: { name: string; attributes: Record<string, string>; children: (XmlElement | string)[] } = {
    name: "",
    attributes: {},
    children: [],
  };
  const stack = [top];
  for (const { groups = {}, index } of text.matchAll(tokens)) {
    const { open, attributes, empty, close, text: words, bad } = groups;
    const parent = stack.at(-1) as typeof top;
    if (bad !== undefined) throw new Error(`not XML at ${index}: ${text.slice(index, index + 40)}`);
    if (words !== undefined) parent.children.push(decoded(words));
    else if (open !== undefined) {
      const pairs = [...(attributes ?? "").matchAll(/([A-Za-z][\w:.-]*)="([^"]*)"/g)].map(([, name, value]): [string, string] => [
        name,
        decoded(value),
      ]);
      if (new Set(pairs.map(([name]) => name)).size < pairs.length) throw new Error(`an attribute twice at ${index}`);
      const element = { name: open, attributes: Object.fromEntries(pairs), children: [] };
      parent.children.push(element);
      if (empty === undefined) stack.push(element);
    } else if (stack.pop()?.name !== close || stack.length === 0) throw new Error(`</${close}> closes nothing at ${index}`);
  }
  const [root, ...more] = top.children.filter((child) => typeof child !== "string" || child.trim() !== "");
  if (stack.length !== 1 || root === undefined || typeof root === "string" || more.length > 0) throw new Error("not one closed element");
  return root;
}

function decoded(text: string): string {
  return text.replace(/&([^;]*;?)/g, (whole, name: string) => {
    const letter = name.endsWith(";") ? entities[name.slice(0, -1)] : undefined;
    if (letter === undefined) throw new Error(`no entity: ${whole}`);
    return letter;
  });
}

export function elementsOf(root: XmlElement): readonly XmlElement[] {
  return [root, ...root.children.flatMap((child) => (typeof child === "string" ? [] : elementsOf(child)))];
}

export function textOf(element: XmlElement): string {
  return element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("");
}
