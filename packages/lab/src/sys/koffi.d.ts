/**
 * The few functions of koffi that the lab uses. The package is an optional dependency: with these words of ours the sources
 * compile where it is not installed.
 */
declare module "koffi" {
  /** A C function. Buffers are passed as pointers. */
  type ForeignFunction<Arguments extends readonly unknown[]> = ((...values: Arguments) => number) & {
    /** Runs on a thread of its own and tells the result later. */
    readonly async: (...values: [...Arguments, (error: Error | null, result: number) => void]) => void;
  };

  interface Library {
    func<Arguments extends readonly unknown[]>(definition: string): ForeignFunction<Arguments>;
  }

  const koffi: {
    /** Opens a library; null stands for the symbols of this very process, libc's among them. */
    load(file: null): Library;
    errno(): number;
    /** Memory of the C heap, which never moves. */
    alloc(type: "uint8_t", length: number): unknown;
    address(pointer: unknown): bigint;
    view(pointer: unknown, length: number): ArrayBuffer;
  };
  export default koffi;
}
