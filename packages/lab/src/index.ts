// The public names, by hand. What is not here is not promised.
export type { Transcript } from "./answer.ts";
export { curl, curlWords, type CurlTarget, type CurlTranscript } from "./curl.ts";
export { diagnose, obstacle, type Diagnosis, type Finding } from "./doctor.ts";
export { compileFirewall } from "./nft/firewall.ts";
export { createLab, lab, type Firewall, type LabAskOptions, type LabEngine, type LabOptions, type LabSession } from "./engine.ts";
export { captureFile, LabError } from "./launch.ts";
export { compile } from "./nft/compile.ts";
export { listing, type DenyWith } from "./nft/render.ts";
export type { Ruleset } from "./nft/ruleset.ts";
export { measured, type MeasuredEngine, type MeasuredSession, type MeasureOptions } from "./measure.ts";
export { planLayout, type Layout } from "./plan/layout.ts";
