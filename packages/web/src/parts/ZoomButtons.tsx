import type { JSX } from "preact";

/** Smaller, as large as fits, larger; the keys `-`, `0` and `+` do the same. */
export function ZoomButtons({ onZoom, onFit }: { readonly onZoom: (step: 1 | -1) => void; readonly onFit: () => void }): JSX.Element {
  return (
    <div class="segments" role="group" aria-label="Zoom">
      <button type="button" aria-label="Smaller" onClick={() => onZoom(-1)}>
        −
      </button>
      <button type="button" onClick={onFit}>
        Fit
      </button>
      <button type="button" aria-label="Larger" onClick={() => onZoom(1)}>
        +
      </button>
    </div>
  );
}
