/** Makes something when it is first asked for, and then forgets what it was made from. */
export function once<T>(make: () => T): () => T {
  let left: (() => T) | undefined = make;
  let made: T | undefined;
  return () => {
    if (left !== undefined) {
      made = left();
      left = undefined;
    }
    return made as T;
  };
}
