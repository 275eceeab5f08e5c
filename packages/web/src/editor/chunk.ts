export { EditorState } from "@codemirror/state";
export { EditorView } from "@codemirror/view";
