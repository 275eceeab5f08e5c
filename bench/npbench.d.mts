export type ProfileName = "XS" | "S" | "SM" | "M" | "R" | "L" | "XL";

export interface GoldenCounts {
  readonly pairs: bigint;
  readonly sets: number;
  readonly workloads: number;
}

export const golden: Readonly<Record<ProfileName, GoldenCounts>>;

export interface Generated {
  readonly namespaces: readonly object[];
  readonly pods: readonly object[];
  readonly policies: readonly object[];
  readonly workloads: number;
}

export function generate(name: ProfileName): Generated;
export function writeList(name: ProfileName, write: (text: string) => void): void;
