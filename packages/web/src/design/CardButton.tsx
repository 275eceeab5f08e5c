import type { JSX } from "preact";
import { Glyph } from "../parts/Glyph.tsx";
import { FittedName } from "../parts/flow.tsx";
import { placeStyle, type Rectangle } from "./picture.ts";
import type { Unit } from "./units.ts";

/** What a card of a device under test says: what reaches it and what it opens, beside what the design wants. */
export interface FocusFacts {
  readonly reachedBy: DirectionFacts;
  readonly opensTo: DirectionFacts;
  readonly isolation: string;
}

export interface DirectionFacts {
  readonly count: number;
  /** Undefined where no assertion speaks of all of these flows. */
  readonly design: number | undefined;
  readonly isBroken: boolean;
}

export function CardButton({
  unit,
  place,
  detail,
  facts,
  badges,
  share,
  isSelected,
  isQuiet,
  onHover,
  onPick,
}: {
  readonly unit: Unit;
  readonly place: Rectangle;
  readonly detail: string;
  readonly facts: FocusFacts | undefined;
  readonly badges: readonly string[];
  /** Of a namespace: how much of what could reach it may, from 0 to 1. */
  readonly share: number | undefined;
  readonly isSelected: boolean;
  readonly isQuiet: boolean;
  readonly onHover: (isOver: boolean) => void;
  readonly onPick: () => void;
}): JSX.Element {
  const { name, kind, isGroup } = unit;
  const look = `${facts === undefined ? "" : "focus-card"} ${unit.isUnderTest ? "device-card" : ""} ${isGroup ? "group-card" : ""} ${isSelected ? "selected" : ""} ${isQuiet ? "quiet-card" : ""}`;
  return (
    <button
      type="button"
      class={`card ${look}`}
      style={placeStyle(place)}
      aria-pressed={isSelected}
      onClick={onPick}
      onPointerEnter={() => onHover(true)}
      onPointerLeave={() => onHover(false)}
    >
      {facts === undefined && !isGroup && <Glyph name={kind === "pods" || kind === "elsewhere" ? "pod" : "server"} size={18} />}
      <span class="card-text">
        <strong class="card-name">{name.length > 18 ? <FittedName text={name} /> : name}</strong>
        <span class="unseen">{unit.isUnderTest ? ", device under test, " : ", "}</span>
        <span class={isGroup ? "card-detail" : "card-detail mono"}>{detail}</span>
        {facts !== undefined && (
          <>
            <span class="card-facts">
              <span class="unseen">, </span>
              <Fact words="reached by" facts={facts.reachedBy} />
              <span class="unseen">, </span>
              <Fact words="opens to" facts={facts.opensTo} />
            </span>
            <span class="unseen">, </span>
            <span class="card-isolation" title={facts.isolation}>
              {facts.isolation}
            </span>
          </>
        )}
        {facts === undefined && badges.length > 0 && (
          <>
            <span class="unseen">, </span>
            <span class="card-badge">{badges.join(", ")}</span>
          </>
        )}
        {share !== undefined && (
          <span class="card-share">
            <span style={{ width: `${Math.round(share * 100)}%` }} />
          </span>
        )}
      </span>
    </button>
  );
}

function Fact({ words, facts: { count, design, isBroken } }: { readonly words: string; readonly facts: DirectionFacts }): JSX.Element {
  return (
    <>
      <span>{words} </span>
      <strong>{count} </strong>
      <span class={isBroken ? "fact-broken" : "quiet"}>{designText(count, design, isBroken)}</span>
    </>
  );
}

function designText(count: number, design: number | undefined, isBroken: boolean): string {
  if (design === undefined) return isBroken ? "not as designed" : "no assertion";
  return isBroken || count !== design ? `design: ${design}` : "as designed";
}
