/**
 * Remembers per object the last result, and gives it again for the same inputs, so that objects which did not change stay the same
 * model objects from one stage to the next: an edit is found by identity.
 */
export function remembering<T>(): (object: object, inputs: readonly unknown[], make: () => T) => T {
  const last = new WeakMap<object, { readonly inputs: readonly unknown[]; readonly result: T }>();
  return (object, inputs, make) => {
    const known = last.get(object);
    if (known !== undefined && sameInputs(known.inputs, inputs)) return known.result;
    const result = make();
    last.set(object, { inputs, result });
    return result;
  };
}

function sameInputs(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((input, i) => input === b[i]);
}

/** Makes something of an object once. */
export function oncePerObject<O extends object, T>(make: (object: O) => T): (object: O) => T {
  const made = new WeakMap<O, { readonly result: T }>();
  return (object) => {
    let known = made.get(object);
    if (known === undefined) {
      known = { result: make(object) };
      made.set(object, known);
    }
    return known.result;
  };
}
