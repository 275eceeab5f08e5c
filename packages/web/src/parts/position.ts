/** A cell of a matrix. */
export interface GridPosition {
  readonly row: number;
  readonly column: number;
}

export function isSame(a: GridPosition, b: GridPosition): boolean {
  return a.row === b.row && a.column === b.column;
}
