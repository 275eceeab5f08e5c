/** Whether a manifest may hold what nobody should send: then a report shows nothing of it. */
export function mayHoldSecrets(text: string): boolean {
  return /^\s*(?:-\s*)?["']?kind["']?\s*:\s*["']?(?:Secret|ConfigMap)/m.test(text) || /"kind"\s*:\s*"(?:Secret|ConfigMap)/.test(text);
}
