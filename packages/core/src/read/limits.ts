/**
 * What a text may ask of this reader. The numbers are far above anything that people or controllers write,
 * and low enough that a hostile text gets its error at once instead of eating the machine.
 */
export const limits = {
  /** Levels of lists and mappings inside each other, aliases followed. */
  depth: 200,
  /** Scalars of one YAML document, by a rough count: each costs some 150 bytes while it is read. JSON costs a tenth of that. */
  yamlScalars: 8_000_000,
  /** Nodes that aliases may add to those that are written. */
  aliasedNodes: 200_000,
  /** Keys given twice that are told, per document. */
  repeatedKeys: 50,
  /** A longer document with a syntax error is not read a second time: its first error is told, not all of them. */
  rereadCharacters: 262_144,
  /** Lines that may be indented less than what they belong to. */
  pushedLines: 200,
  syntaxErrors: 20,
  /** A longer YAML document that never says `kind` or `apiVersion` is not parsed at all. */
  foreignCharacters: 1_048_576,
  /** Pods that the templates of all workloads together may ask for. */
  templatePods: 2_000_000,
} as const;
