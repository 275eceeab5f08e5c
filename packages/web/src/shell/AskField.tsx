import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { go, currentPort, subject, where } from "../state/store.ts";
import { currentFlow } from "../state/store.ts";
import { flowText } from "../parts/flow.tsx";
import { formatFlow } from "../state/location.ts";
import { portForm, portIn } from "../state/port.ts";

/** `FROM → TO[:PORT[/PROTO]] [@STAGE]`; `->`, `>` and "to" are arrows as well. */
export function AskField(): JSX.Element {
  const [text, setText] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const names = subject.value?.names ?? [];
  const [, head = "", word = ""] = /^(.*?(?:→|->|>|\bto\b)?\s*)([^\s→>]*)$/u.exec(text ?? "") ?? [];
  const offered = word === "" ? [] : names.filter((name) => name.includes(word) && name !== word).slice(0, mostOffered);
  const submit = (event: Event): void => {
    event.preventDefault();
    const asked = readQuestion(text ?? "");
    if (asked === undefined) {
      setProblem("FROM → TO:PORT, for example client-qa → webserver-dev:80");
      return;
    }
    const port = asked.port === undefined ? currentPort.value : portIn(asked.port);
    if (asked.port !== undefined && port === undefined) {
      setProblem(`${asked.port} is none: ${portForm}`);
      return;
    }
    const stage = subject.value?.stages.find(({ name }) => name === asked.stage);
    if (asked.stage !== undefined && stage === undefined) {
      setProblem(`no stage ${asked.stage}; there are ${subject.value?.stages.map(({ name }) => name).join(", ") ?? "none"}`);
      return;
    }
    setProblem(undefined);
    setText(undefined);
    go({
      keys: {
        flow: formatFlow({ from: asked.from, to: asked.to, port }),
        sel: "",
        ...(stage === undefined ? {} : { stage: stage.name }),
      },
      ...(where.value.view === "editor" || where.value.view === "tour" || where.value.view === "open" ? { view: "matrix" as const } : {}),
    });
    (document.activeElement as HTMLElement | null)?.blur();
  };
  return (
    <form class="ask" role="search" onSubmit={submit}>
      <input
        id="ask"
        class="mono"
        type="text"
        list="ask-names"
        autocomplete="off"
        spellcheck={false}
        aria-label="Ask about a flow: from, to and port"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : "ask-problem"}
        placeholder={currentFlow.value === undefined ? "Ask: pod → pod:port" : flowText(currentFlow.value)}
        value={text ?? ""}
        onInput={({ currentTarget: { value } }) => {
          setText(value);
          setProblem(undefined);
        }}
      />
      <kbd aria-hidden="true">/</kbd>
      <datalist id="ask-names">
        {offered.map((name) => (
          <option key={name} value={`${head}${name}`} />
        ))}
      </datalist>
      {problem !== undefined && (
        <p id="ask-problem" class="ask-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

const mostOffered = 12;

export interface AskedQuestion {
  readonly from: string;
  readonly to: string;
  readonly port: string | undefined;
  readonly stage: string | undefined;
}

/** Undefined for what has no arrow. */
function readQuestion(text: string): AskedQuestion | undefined {
  const [, from, rest, stage] = /^\s*(\S+)\s*(?:→|->|>|\sto\s)\s*(\S+?)(?:\s*@(\S+))?\s*$/u.exec(text) ?? [];
  if (from === undefined || rest === undefined) return undefined;
  // A second colon is one of an IPv6 address, unless that stands in brackets: [2001:db8::1]:80.
  const [, bracketed, behind] = /^\[([^\]]+)\](?::(.+))?$/.exec(rest) ?? [];
  if (bracketed !== undefined) return { from, to: bracketed, port: behind, stage };
  const [, to = rest, port] = /^([^:]+):([^:]+)$/.exec(rest) ?? [];
  return { from, to, port, stage };
}
