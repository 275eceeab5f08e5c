import type { JSX } from "preact";

/** Marks that carry meaning without colour, on a grid of 14 by 14. */
export type GlyphName =
  | "allow"
  | "deny"
  | "undetermined"
  | "some"
  | "changed"
  | "deviation"
  | "violated"
  | "holds"
  | "untested"
  | "none"
  | "pod"
  | "server";

/** A shape alone says nothing to a screen reader: where no word stands beside it, it has a label. */
export function Glyph({
  name,
  size = 14,
  label,
}: {
  readonly name: GlyphName;
  readonly size?: number;
  readonly label?: string;
}): JSX.Element {
  return (
    <svg
      class={`glyph glyph-${name}`}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      {...(label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label })}
    >
      {shapes[name]}
    </svg>
  );
}

/** The same shape inside another drawing. */
export function glyphShape(name: GlyphName): JSX.Element {
  return shapes[name];
}

const tick = "M4 7.4 6.2 9.6 10.2 4.8";
const cross = "M4.8 4.8 9.2 9.2 M9.2 4.8 4.8 9.2";
const unequal = "M4.2 5.7H9.8M4.2 8.5H9.8M8.6 3.9 5.4 10.3";
const question = "M5.4 5.6a1.6 1.6 0 1 1 2.4 1.4c-.6.35-.8.7-.8 1.3";

const shapes: Readonly<Record<GlyphName, JSX.Element>> = {
  allow: (
    <>
      <circle class="g-fill" cx="7" cy="7" r="6.3" />
      <path class="g-line" d={tick} />
    </>
  ),
  deny: (
    <>
      <circle class="g-ring" cx="7" cy="7" r="5.7" />
      <path class="g-line" d={cross} />
    </>
  ),
  undetermined: (
    <>
      <circle class="g-ring g-dashed" cx="7" cy="7" r="5.7" />
      <path class="g-line" d={question} />
      <circle class="g-dot" cx="7" cy="10.1" r=".75" />
    </>
  ),
  some: (
    <>
      <circle class="g-ring" cx="7" cy="7" r="5.7" />
      <path class="g-fill" d="M7 1.3a5.7 5.7 0 0 0 0 11.4z" />
    </>
  ),
  changed: <path class="g-tri" d="M7 1.8 12.6 11.8H1.4z" />,
  deviation: (
    <>
      <circle class="g-fill" cx="7" cy="7" r="6.3" />
      <path class="g-line" d={unequal} />
    </>
  ),
  violated: (
    <>
      <path class="g-fill" d="M7 .4 13.6 7 7 13.6.4 7z" />
      <path class="g-line" d="M7 3.6V7.8" />
      <circle class="g-dot" cx="7" cy="10" r=".9" />
    </>
  ),
  holds: (
    <>
      <path class="g-ring" d="M7 1 12.2 2.8V6.6C12.2 9.8 10 12.2 7 13.2 4 12.2 1.8 9.8 1.8 6.6V2.8z" />
      <path class="g-line" d="M4.7 7.2 6.4 8.9 9.4 5.3" />
    </>
  ),
  untested: <circle class="g-ring g-dashed" cx="7" cy="7" r="5.7" />,
  none: <path class="g-line" d="M4 7H10" />,
  pod: <path class="g-ring" d="M7 .9 12.4 4V10L7 13.1 1.6 10V4z" />,
  server: (
    <>
      <rect class="g-ring" x="1.5" y="1.5" width="11" height="4.4" rx="1.6" />
      <rect class="g-ring" x="1.5" y="8.1" width="11" height="4.4" rx="1.6" />
    </>
  ),
};
