/** A place in a file, as it is printed: `policy1.yaml`, line and column counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
