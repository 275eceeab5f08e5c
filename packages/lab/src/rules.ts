// The compiler of rules and the plan it stands on, which need no system: also for the page.
export { compile } from "./nft/compile.ts";
export { listing, type DenyWith } from "./nft/render.ts";
export { planLayout } from "./plan/layout.ts";
