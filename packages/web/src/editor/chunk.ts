import { autocompletion, closeBrackets, completionKeymap, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField, Transaction, type Extension } from "@codemirror/state";
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  WidgetType,
  type DecorationSet,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** What somebody wrote may be completed by. */
export interface Offer {
  readonly from: number;
  readonly options: readonly { readonly label: string; readonly detail: string; readonly apply?: string }[];
}

export interface EditorOptions {
  readonly label: string;
  readonly onChange: (text: string) => void;
  /** The line of the cursor, counted from 1. */
  readonly onLine: (line: number) => void;
  readonly onSave: () => void;
  readonly complete: (text: string, offset: number) => Promise<Offer>;
}

export interface LineNote {
  readonly line: number;
  readonly text: string;
  readonly tone: "plain" | "nothing";
}

export interface Problem {
  readonly line: number;
  readonly first: number;
  readonly last: number;
  readonly severity: "error" | "warning" | "note";
  readonly message: string;
}

export interface Editor {
  /** Another file: its own history, and the cursor at its start. */
  open(text: string): void;
  /** A text that came from elsewhere; nothing when it is what stands there. */
  replace(text: string): void;
  annotate(notes: readonly LineNote[], changed: ReadonlySet<number>): void;
  report(problems: readonly Problem[]): void;
  /** Selects whole lines and brings them into view. */
  show(first: number, last: number): void;
  focus(): void;
  destroy(): void;
}

class Note extends WidgetType {
  readonly text: string;
  readonly tone: string;
  constructor(text: string, tone: string) {
    super();
    this.text = text;
    this.tone = tone;
  }
  override eq(other: Note): boolean {
    return other.text === this.text && other.tone === this.tone;
  }
  override toDOM(): HTMLElement {
    const element = document.createElement("span");
    element.className = `cm-note cm-note-${this.tone}`;
    element.textContent = this.text;
    return element;
  }
}

const setNotes = StateEffect.define<DecorationSet>();
const notes = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (now, transaction) => {
    for (const effect of transaction.effects) if (effect.is(setNotes)) return effect.value;
    return now.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content, tags.number, tags.bool, tags.literal], color: "var(--code-value)" },
  { tag: tags.comment, color: "var(--text-3)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--bg)", color: "var(--text)" },
  "&.cm-focused": { outline: "2px solid var(--ink)", outlineOffset: "-2px" },
  ".cm-scroller": { font: "13px/23px var(--mono)", overflow: "auto" },
  ".cm-gutters": { backgroundColor: "var(--bg)", color: "var(--text-3)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--sunken)" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--allow) 26%, transparent) !important",
  },
  ".cm-selectionMatch": { backgroundColor: "var(--border)" },
  ".cm-changed": { backgroundColor: "var(--changed-soft)", boxShadow: "inset 3px 0 0 var(--changed)" },
  ".cm-note": { float: "right", font: "11.5px/23px var(--sans)", color: "var(--text-2)", paddingLeft: "16px" },
  // Where a line has no room beside it, what it does stands below it.
  "@media (max-width: 767px)": {
    ".cm-note": {
      float: "none",
      display: "block",
      paddingLeft: "6px",
      maxWidth: "calc(100vw - 56px)",
      whiteSpace: "normal",
      overflowWrap: "anywhere",
      lineHeight: "17px",
    },
    // An empty line would follow it.
    ".cm-note + br": { display: "none" },
  },
  ".cm-note-nothing": { color: "var(--deny-text)" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--border)", borderRadius: "6px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--ink)", color: "var(--on-ink)" },
  ".cm-completionDetail": { color: "var(--text-3)", fontStyle: "normal", marginLeft: "12px" },
  ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--text)" },
});

/** CodeMirror inside a shadow root, whose style sheets are adopted: the page's policy takes no style elements. */
export function createEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
  const place = document.createElement("div");
  place.style.height = "100%";
  root.replaceChildren(place);
  let isOwn = false;
  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { from, options: offered } = await options.complete(context.state.doc.toString(), context.pos);
    if (offered.length === 0 || (!context.explicit && from === context.pos)) return null;
    return {
      from,
      options: offered.map(({ label, detail, apply }) => ({ label, detail, ...(apply === undefined ? {} : { apply }) })),
      validFor: /^[\w./-]*$/,
    };
  };
  const extensions: Extension = [
    lineNumbers(),
    history(),
    drawSelection(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    closeBrackets(),
    yaml(),
    indentUnit.of("  "),
    syntaxHighlighting(colours),
    lintGutter(),
    autocompletion({ override: [complete], activateOnTyping: true }),
    notes,
    look,
    EditorView.contentAttributes.of({ "aria-label": options.label }),
    keymap.of([
      { key: "Mod-s", run: () => (options.onSave(), true), preventDefault: true },
      // Escape gives the next Tab back to the page: whoever came by keyboard leaves by keyboard.
      { key: "Escape", run: (view) => (view.setTabFocusMode(2000), false) },
      ...completionKeymap,
      indentWithTab,
      ...searchKeymap,
      ...historyKeymap,
      ...defaultKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !isOwn) options.onChange(update.state.doc.toString());
      if (update.docChanged || update.selectionSet) options.onLine(update.state.doc.lineAt(update.state.selection.main.head).number);
    }),
  ];
  const stateOf = (text: string): EditorState => EditorState.create({ doc: text, extensions });
  const view = new EditorView({ state: stateOf(""), parent: place, root });
  const lineAt = (number: number): ReturnType<typeof view.state.doc.line> =>
    view.state.doc.line(Math.max(1, Math.min(view.state.doc.lines, number)));
  return {
    open: (text) => view.setState(stateOf(text)),
    replace: (text) => {
      if (view.state.doc.toString() === text) return;
      isOwn = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, annotations: Transaction.addToHistory.of(false) });
      isOwn = false;
    },
    annotate: (all, changed) => {
      const { doc } = view.state;
      const decorations = [
        ...[...changed]
          .filter((line) => line <= doc.lines)
          .map((line) => Decoration.line({ class: "cm-changed" }).range(doc.line(line).from)),
        ...all
          .filter(({ line }) => line <= doc.lines)
          .map(({ line, text, tone }) => Decoration.widget({ widget: new Note(text, tone), side: 1 }).range(doc.line(line).to)),
      ];
      view.dispatch({ effects: setNotes.of(Decoration.set(decorations, true)) });
    },
    report: (problems) => {
      const diagnostics = problems.map(({ line, first, last, severity, message }): Diagnostic => {
        const at = lineAt(line);
        const from = Math.min(at.to, at.from + first);
        return { from, to: Math.max(from, Math.min(at.to, at.from + last)), severity: severity === "note" ? "info" : severity, message };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    show: (first, last) => {
      const [start, end] = [lineAt(first), lineAt(last)];
      view.dispatch({ selection: { anchor: start.from, head: end.to }, effects: EditorView.scrollIntoView(start.from, { y: "center" }) });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
