import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Segments, Toggle } from "../parts/controls.tsx";
import { counted } from "../parts/counted.ts";
import { flowText } from "../parts/flow.tsx";
import { Glyph } from "../parts/Glyph.tsx";
import { useRoom, type Room } from "../parts/useRoom.ts";
import { ZoomButtons } from "../parts/ZoomButtons.tsx";
import { useAnswer } from "../state/answers.ts";
import { useKeys } from "../state/keys.ts";
import { askWhy, currentFlow, currentPort, currentRows, currentStage, go, subject, where } from "../state/store.ts";
import type { PageRow } from "../workbench/protocol.ts";
import { CardButton } from "./CardButton.tsx";
import { LaneLine } from "./LaneLine.tsx";
import { placeStyle, type Point } from "./picture.ts";
import { sceneOf, type Scene, type SceneLane } from "./scene.ts";
import { currentOverlays, currentScope, switchOverlay } from "./overlays.ts";
import { boxOf, type Scope, type Unit } from "./units.ts";

/** The figure of the design: who stands where, what is open between them, what the intent forbids, what this stage changed. */
export function DesignView(): JSX.Element {
  const about = subject.value;
  const rows = currentRows.value;
  const [stage, port, scope] = [currentStage.value, currentPort.value, currentScope.value];
  const { intent, changes } = currentOverlays.value;
  const selected = /^row:(.+)$/.exec(where.value.keys.sel ?? "")?.[1];
  const [room, frame] = useRoom({ width: 1008, height: 720 });
  const wishes = { scope, selected: scope === "devices" ? undefined : selected, intent, changes, stage, port, width: room.width };
  const scene = useAnswer(`design ${JSON.stringify({ ...wishes, width: Math.round(room.width / 100) })}`, (of) =>
    about === undefined ? Promise.resolve(undefined) : sceneOf(of, about, rows, wishes),
  );
  const [zoomed, setZoom] = useState<number | undefined>(undefined);
  const [hovered, setHovered] = useState<Hovered | undefined>(undefined);
  if (about === undefined) return <></>;
  const zoom = zoomed ?? (scene === undefined ? 1 : fit(scene, room));
  const changeZoom = (by: number): void => setZoom(Math.min(2.5, Math.max(0.3, zoom * by)));
  return (
    <>
      <h1 class="unseen">Design</h1>
      <div class="toolbar">
        <Segments<Scope>
          label="Scope"
          value={scope}
          choices={[
            { value: "devices", label: "Devices under test", disabled: about.focus.length === 0 },
            { value: "all", label: "All flows" },
            { value: "selection", label: "Selection", disabled: selected === undefined, title: "Select a card first" },
          ]}
          onChoose={(value) => go({ keys: { scope: value === defaultScope(about.focus.length) ? "" : value } }, "replace")}
        />
        {(about.assertions.length > 0 || about.stages.length > 1) && (
          <div class="segments" role="group" aria-label="Overlays">
            {about.assertions.length > 0 && (
              <Toggle pressed={intent} onToggle={() => switchOverlay("intent")}>
                <Glyph name="holds" /> Intent
              </Toggle>
            )}
            {about.stages.length > 1 && (
              <Toggle pressed={changes} onToggle={() => switchOverlay("changes")}>
                <Glyph name="changed" /> Changes
              </Toggle>
            )}
          </div>
        )}
        <span class="left-out quiet">{scene?.leftOut}</span>
        <ZoomButtons onZoom={(step) => changeZoom(step > 0 ? 1.25 : 0.8)} onFit={() => setZoom(undefined)} />
      </div>
      <div class="design-room" ref={frame}>
        {scene !== undefined && (
          <Drawing scene={scene} zoom={zoom} overlays={{ intent, changes }} selected={selected} hovered={hovered} onHover={setHovered} />
        )}
        {hovered?.lane !== undefined && hovered.at !== undefined && <Tooltip lane={hovered.lane} at={hovered.at} />}
      </div>
      {scene !== undefined && (
        <Legend
          lanes={visibleLanes(scene, { intent, changes })}
          hasDevices={scene.units.some(({ isUnderTest }) => isUnderTest)}
          overlays={{ intent, changes }}
        />
      )}
      <Keys scene={scene} onZoom={changeZoom} onFit={() => setZoom(undefined)} />
    </>
  );
}

interface Overlays {
  readonly intent: boolean;
  readonly changes: boolean;
}

interface Hovered {
  readonly lane?: SceneLane;
  readonly card?: string;
  readonly at?: Point;
}

function defaultScope(focus: number): Scope {
  return focus > 0 ? "devices" : "all";
}

/** As large as its frame; on narrow screens large enough to read, and it scrolls. */
function fit({ picture }: Scene, room: Room): number {
  const whole = Math.min(room.width / picture.width, room.height / picture.height);
  return Math.max(room.width < 500 ? 0.62 : 0.55, Math.min(1.25, whole));
}

/** With the intent on, what is closed because the intent closes it is no news: it is drawn when it changed or is asked about. */
function visibleLanes({ lanes, isBench }: Scene, { intent, changes }: Overlays): readonly SceneLane[] {
  const flow = currentFlow.value;
  return lanes.filter((lane) => {
    if (!isBench || lane.state !== "closed") return true;
    const isAsked = flow !== undefined && rowIs(flow.from, lane.from) && rowIs(flow.to, lane.to);
    return isAsked || (changes && lane.isChanged) || lane.isViolated || !(intent && lane.reason?.demand?.want === "deny");
  });
}

function rowIs(name: string, id: string): boolean {
  return name === id || currentRows.value.some((row) => row.id === id && row.name === name);
}

function Drawing({
  scene,
  zoom,
  overlays,
  selected,
  hovered,
  onHover,
}: {
  readonly scene: Scene;
  readonly zoom: number;
  readonly overlays: Overlays;
  readonly selected: string | undefined;
  readonly hovered: Hovered | undefined;
  readonly onHover: (hovered: Hovered | undefined) => void;
}): JSX.Element {
  const { picture, units, facts, badges, shares } = scene;
  const lanes = visibleLanes(scene, overlays);
  const flow = currentFlow.value;
  const [expanded, setExpanded] = useState<readonly string[]>([]);
  const looked = (lane: SceneLane): boolean => {
    if (hovered?.lane !== undefined) return hovered.lane.from === lane.from && hovered.lane.to === lane.to;
    if (hovered?.card !== undefined) return lane.from === hovered.card || lane.to === hovered.card;
    return flow !== undefined && rowIs(flow.from, lane.from) && rowIs(flow.to, lane.to);
  };
  const isLooking = lanes.some(looked);
  const isChanging = overlays.changes && lanes.some((lane) => lane.isChanged);
  const rows = currentRows.value;
  const labels = new Map(subject.value?.namespaces.map((one) => [one.name, one.labels]));
  return (
    <div class="design-scroll">
      <div class="design-size" style={placeStyle({ width: picture.width * zoom, height: picture.height * zoom })}>
        <div
          class="design-picture"
          role="group"
          aria-label={describe(scene)}
          style={{ ...placeStyle({ width: picture.width, height: picture.height }), transform: `scale(${zoom})` }}
          onKeyDown={moveBetweenCards}
        >
          {picture.boxes.map((box) => (
            <div
              key={`${box.name} ${box.x}`}
              class={`box ${box.name === "nodes" || box.name === "outside the cluster" ? "box-outside" : ""}`}
              style={placeStyle(box)}
              aria-hidden="true"
            />
          ))}
          <svg class="lanes" width={picture.width} height={picture.height} aria-hidden="true">
            {lanes.map((lane) => (
              <LaneLine
                key={`${lane.from} ${lane.to}`}
                lane={{ ...lane, isChanged: lane.isChanged && overlays.changes, isViolated: lane.isViolated && overlays.intent }}
                route={lane.route}
                isStrong={looked(lane)}
                isQuiet={isLooking ? !looked(lane) : isChanging && !lane.isChanged}
                onHover={(at) => onHover(at && { lane, at })}
                onPick={() => pickLane(lane)}
              />
            ))}
          </svg>
          {picture.boxes.map((box) => (
            <div key={`${box.name} ${box.x}`} class="box-title" style={placeStyle({ x: box.x + 10, y: box.y + 6 })} aria-hidden="true">
              <strong>{box.name}</strong> <span class="mono">{(labels.get(box.name) ?? []).join(" ")}</span>
            </div>
          ))}
          {units.map((unit) => {
            const place = picture.cards.get(unit.id);
            if (place === undefined) return null;
            return (
              <CardButton
                key={unit.id}
                unit={unit}
                place={place}
                detail={detailOf(unit, currentPort.value)}
                facts={facts.get(unit.id)}
                badges={badges.get(unit.id) ?? []}
                share={shares.get(unit.id)}
                isSelected={selected === unit.id || expanded.includes(unit.id)}
                isQuiet={
                  hovered?.card !== undefined &&
                  hovered.card !== unit.id &&
                  !lanes.some((lane) => looked(lane) && (lane.from === unit.id || lane.to === unit.id))
                }
                onHover={(isOver) => onHover(isOver ? { card: unit.id } : undefined)}
                onPick={() => {
                  // A third one closes the oldest; nothing else moves.
                  if (unit.isGroup)
                    setExpanded(expanded.includes(unit.id) ? expanded.filter((id) => id !== unit.id) : [...expanded, unit.id].slice(-2));
                  else go({ keys: { sel: selected === unit.id ? "" : `row:${unit.id}`, flow: "" } });
                }}
              />
            );
          })}
          {expanded.map((id) => {
            const [unit, place] = [units.find((one) => one.id === id), picture.cards.get(id)];
            return unit === undefined || place === undefined ? null : (
              <Expanded key={id} unit={unit} rows={rows} left={place.x} top={place.y + place.height + 4} selected={selected} />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function pickLane({ relation: { from, to } }: SceneLane): void {
  if (!from.isGroup && !to.isGroup) askWhy(from.id, to.id);
  else go({ view: "matrix", keys: { q: `from:ns=${from.box} to:ns=${to.box}` } });
}

/** The workloads of a namespace, over what stands beneath: everything else keeps its place. */
function Expanded({
  unit,
  rows,
  left,
  top,
  selected,
}: {
  readonly unit: Unit;
  readonly rows: readonly PageRow[];
  readonly left: number;
  readonly top: number;
  readonly selected: string | undefined;
}): JSX.Element {
  const own = rows.filter((row) => boxOf(row) === unit.box);
  const shown = own.slice(0, mostExpanded);
  return (
    <div class="expanded" style={placeStyle({ x: left, y: top })} role="group" aria-label={`Workloads of ${unit.name}`}>
      {shown.map((row) => (
        <button
          key={row.id}
          type="button"
          class="tag button-tag"
          aria-pressed={selected === row.id}
          onClick={() => go({ keys: { sel: `row:${row.id}`, flow: "" } })}
        >
          {row.name.replace(`${row.namespace}/`, "")}
        </button>
      ))}
      {own.length > shown.length && (
        <button type="button" class="link" onClick={() => go({ view: "matrix", keys: { q: `ns=${unit.box}` } })}>
          {own.length - shown.length} more in the matrix
        </button>
      )}
    </div>
  );
}

const mostExpanded = 40;

function detailOf({ members, isGroup, isFocus, kind, isolated, rows }: Unit, port: string | undefined): string {
  if (isGroup) {
    const pods = members.reduce((sum, { size }) => sum + size, 0);
    if (kind !== "pods") return counted(pods, kind === "node" ? "node" : "point");
    return `${counted(pods, "pod")} · isolated ${isolated.ingress} of ${rows.length}`;
  }
  const [row] = members as readonly [PageRow];
  const shownPort = isFocus && port !== undefined ? ` ${port.split("/").reverse().join(" ")}` : "";
  return row.size > 1 ? `x ${row.size} pods${shownPort}` : `${row.addresses[0] ?? row.about ?? ""}${shownPort}`;
}

function describe({ units, lanes, picture }: Scene): string {
  const open = lanes.filter(({ state }) => state === "open" || state === "some").length;
  return `${counted(units.length, "card")} in ${counted(picture.boxes.length, "box", "boxes")}, ${open} of ${counted(lanes.length, "drawn lane")} open`;
}

/** From card to card: the nearest one in the arrow's direction. */
function moveBetweenCards(event: KeyboardEvent): void {
  const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const from = document.activeElement;
  if (direction === undefined || !(from instanceof HTMLElement) || !from.classList.contains("card")) return;
  const [dx = 0, dy = 0] = direction;
  const middle = (element: Element): Point => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  };
  const own = middle(from);
  const nearest = [...(from.parentElement?.querySelectorAll<HTMLElement>(".card") ?? [])]
    .filter((element) => element !== from)
    .map((element) => {
      const { x, y } = middle(element);
      const along = (x - own.x) * dx + (y - own.y) * dy;
      const across = Math.abs((x - own.x) * dy) + Math.abs((y - own.y) * dx);
      return { element, along, cost: along + 2 * across };
    })
    .filter(({ along }) => along > 1)
    .sort((a, b) => a.cost - b.cost)[0];
  if (nearest === undefined) return;
  event.preventDefault();
  nearest.element.focus();
}

function Tooltip({ lane, at }: { readonly lane: SceneLane; readonly at: Point }): JSX.Element {
  const { relation, reason, state } = lane;
  const { from, to, open, pairs } = relation;
  const words = { open: "allow", closed: "deny", undetermined: "undetermined", some: "some ports" } as const;
  const text =
    from.isGroup || to.isGroup
      ? `${from.name} → ${to.name}: ${open} of ${pairs} open`
      : `${flowText({ from: from.id, to: to.id, port: currentPort.value })} ${words[state]}`;
  return (
    <div class="tooltip" role="tooltip" style={placeStyle({ x: at.x + 14, y: at.y + 14 })}>
      <strong class="mono">{text}</strong>
      {reason !== undefined && <span>{reason.because}</span>}
    </div>
  );
}

/** Only the marks that are drawn. */
function Legend({
  lanes,
  hasDevices,
  overlays,
}: {
  readonly lanes: readonly SceneLane[];
  readonly hasDevices: boolean;
  readonly overlays: Overlays;
}): JSX.Element {
  const before = subject.value?.stages[currentStage.value - 1]?.name;
  const has = (test: (lane: SceneLane) => boolean): boolean => lanes.some(test);
  return (
    <div class="legend">
      {has(({ state }) => state === "open") && <LegendLine className="lane-open" text="open" />}
      {has(({ state }) => state === "closed") && <LegendLine className="lane-closed" text="closed, bar at the end that stops it" />}
      {has(({ state }) => state === "undetermined") && <LegendLine className="lane-undetermined" text="undetermined" />}
      {overlays.changes && has(({ isChanged }) => isChanged) && (
        <span class="legend-item">
          <Glyph name="changed" /> changed since {before}
        </span>
      )}
      {overlays.intent && has(({ isViolated }) => isViolated) && (
        <span class="legend-item">
          <Glyph name="violated" /> not as the intent demands
        </span>
      )}
      {has(({ otherState }) => otherState !== undefined) && (
        <span class="legend-item">
          <Glyph name="deviation" /> engines differ
        </span>
      )}
      {hasDevices && (
        <span class="legend-item">
          <span class="legend-focus" /> device under test
        </span>
      )}
    </div>
  );
}

function LegendLine({ className, text }: { readonly className: string; readonly text: string }): JSX.Element {
  return (
    <span class="legend-item">
      <svg class={`lane ${className}`} width="36" height="14" viewBox="0 0 36 14" aria-hidden="true">
        <path class="lane-line" d="M1 7H25" />
        <path class={`lane-head ${className === "lane-open" ? "" : "hollow"}`} d="M32 7 23 2.5V11.5z" />
        {className === "lane-closed" && <path class="lane-bar" d="M34.5 .5V13.5" />}
      </svg>
      {text}
    </span>
  );
}

/** Keys of this view: overlays, zoom, and the next flow that stands out. */
function Keys({
  scene,
  onZoom,
  onFit,
}: {
  readonly scene: Scene | undefined;
  readonly onZoom: (by: number) => void;
  readonly onFit: () => void;
}): JSX.Element {
  const next = (step: 1 | -1): void => {
    if (scene === undefined) return;
    const { intent, changes } = currentOverlays.value;
    const marked = visibleLanes(scene, { intent, changes }).filter(
      ({ relation, isChanged, isViolated, otherState }) =>
        !relation.from.isGroup && !relation.to.isGroup && ((changes && isChanged) || (intent && isViolated) || otherState !== undefined),
    );
    const flow = currentFlow.value;
    const at = flow === undefined ? -1 : marked.findIndex(({ from, to }) => rowIs(flow.from, from) && rowIs(flow.to, to));
    const lane = marked[at < 0 ? (step > 0 ? 0 : marked.length - 1) : (at + step + marked.length) % marked.length];
    if (lane !== undefined) askWhy(lane.from, lane.to);
  };
  useKeys({
    i: () => switchOverlay("intent"),
    c: () => switchOverlay("changes"),
    "+": () => onZoom(1.25),
    "-": () => onZoom(0.8),
    "0": onFit,
    n: () => next(1),
    N: () => next(-1),
  });
  return <></>;
}
