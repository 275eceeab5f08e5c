import type { JSX } from "preact";
import type { ViewName } from "../state/location.ts";
import { hasPlace } from "../host.ts";
import { go, opened, switchTheme, theme, where } from "../state/store.ts";
import { AskField } from "./AskField.tsx";
import { ShareButton } from "./ShareButton.tsx";

export const places: readonly { readonly view: ViewName; readonly label: string }[] = [
  { view: "design", label: "Design" },
  { view: "matrix", label: "Matrix" },
  { view: "editor", label: "Editor" },
  { view: "objects", label: "Objects" },
  { view: "lab", label: "Lab" },
  { view: "tour", label: "Tour" },
];

export function TopBar(): JSX.Element {
  const name = opened.value?.name;
  return (
    <header class="topbar">
      <span class="mark" aria-hidden="true">
        <Mark />
      </span>
      <span class="product">netproof</span>
      {name !== undefined &&
        (hasPlace("open") ? (
          <button type="button" class="source" title="Open something else" onClick={() => go({ view: "open" })}>
            {name}
          </button>
        ) : (
          <span class="source">{name}</span>
        ))}
      {!hasPlace("open") && (
        <button type="button" class="button" onClick={backToReport}>
          Back to the report
        </button>
      )}
      {name !== undefined && hasPlace("design") && (
        <nav aria-label="Places">
          {places.map(({ view, label }) => (
            <button
              key={view}
              type="button"
              class="place"
              aria-current={where.value.view === view ? "page" : undefined}
              onClick={() => go({ view })}
            >
              {label}
            </button>
          ))}
        </nav>
      )}
      <span class="spring" />
      {name !== undefined && <AskField />}
      {hasPlace("open") && (
        <button type="button" class="button" aria-label="Open" onClick={() => go({ view: "open" })}>
          <svg class="when-narrow" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path class="g-line" d="M1.8 12.8V3.2h4l1.6 1.9h6.8v7.7z" />
          </svg>
          <span class="when-wide">Open</span>
        </button>
      )}
      {name !== undefined && <ShareButton />}
      <button
        type="button"
        class="button icon"
        aria-label={theme.value === "dark" ? "Light colours" : "Dark colours"}
        onClick={switchTheme}
      >
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
        </svg>
      </button>
    </header>
  );
}

/** The page stands in the report's place: what was there comes back by loading it again. */
function backToReport(): void {
  history.pushState(null, "", location.href.split("#")[0]);
  location.reload();
}

/** Nine cells of a matrix, four of them open. */
function Mark(): JSX.Element {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20">
      <rect class="mark-ground" width="20" height="20" rx="4.5" />
      <path class="mark-open" d="M4 4h5v5H4zM11 11h5v5h-5z" />
      <path class="mark-closed" d="M11.7 4.7h3.6v3.6h-3.6zM4.7 11.7h3.6v3.6H4.7z" />
    </svg>
  );
}
