import type { JSX } from "preact";
import { rowNamed } from "../state/store.ts";
import type { WrittenFlow } from "../state/location.ts";

/** The protocol is told where it is not TCP: `webserver-dev:80`, `kube-dns:53/UDP`. */
function portSuffix(port: string | undefined): string {
  return port === undefined ? "" : `:${port.replace(/\/TCP$/, "")}`;
}

/** A row's short name where the text names one. */
export function shortName(name: string): string {
  return rowNamed(name)?.name ?? name;
}

export function flowText({ from, to, port }: WrittenFlow): string {
  return `${shortName(from)} → ${shortName(to)}${portSuffix(port)}`;
}

/** Breaks behind the arrow and is never cut. */
export function FlowSentence({ flow: { from, to, port }, level }: { readonly flow: WrittenFlow; readonly level?: 2 | 3 }): JSX.Element {
  const inside = (
    <>
      <span class="nowrap">{shortName(from)} →</span>{" "}
      <span class="nowrap">
        {shortName(to)}
        {portSuffix(port)}
      </span>
    </>
  );
  if (level === undefined) return <span class="mono">{inside}</span>;
  return level === 2 ? <h2 class="flow-title">{inside}</h2> : <h3 class="flow-title small">{inside}</h3>;
}

/** A long name is cut in its middle; the full text stands in `title`. */
export function Name({ text, most = 28 }: { readonly text: string; readonly most?: number }): JSX.Element {
  const shown = text.length <= most ? text : `${text.slice(0, Math.ceil(most / 2))}…${text.slice(-Math.floor(most / 2) + 1)}`;
  return (
    <span class="name" title={shown === text ? undefined : text}>
      {shown}
    </span>
  );
}

/** A name in whatever room there is: what does not fit is cut before its last letters, which tell names of one series apart. */
export function FittedName({ text }: { readonly text: string }): JSX.Element {
  if (text.length <= tailLength * 2) return <span class="name">{text}</span>;
  return (
    <span class="name" title={text}>
      <span class="unseen">{text}</span>
      <span class="fitted" aria-hidden="true">
        <span>{text.slice(0, -tailLength)}</span>
        <span>{text.slice(-tailLength)}</span>
      </span>
    </span>
  );
}

const tailLength = 4;

/** Words with `code` in them. */
export function Prose({ text }: { readonly text: string }): JSX.Element {
  return <p>{text.split(/`([^`]+)`/).map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</p>;
}
