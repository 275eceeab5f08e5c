/** Clusters per property. `npm run soak` sets many; then nothing is left out either. */
const wanted: string | undefined = process.env["NETPROOF_CLUSTERS"];

export const soaking: boolean = wanted !== undefined;

export function clusters(usually: number, most: number): number {
  return wanted === undefined ? usually : Math.min(Number(wanted), most);
}

export const seed: number = Number(process.env["NETPROOF_SEED"] ?? 7);
