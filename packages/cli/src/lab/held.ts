/** A lab that stands ready, in this process or in the one of `netproof lab up`. What it says is ready to print. */
export interface HeldLab extends AsyncDisposable {
  /** How to run a program where an endpoint is; `call` names what it will call, which then answers. */
  enter(from: string, call?: Call): Promise<Entrance>;
  trace(call: Call & { readonly from: string }): Promise<string>;
  /** Applies or deletes the policies of a text; says how long it took and which pairs changed. */
  change(kind: "apply" | "delete", file: PolicyFile): Promise<string>;
  /** Ends it. */
  down(): Promise<void>;
}

export interface Call {
  readonly to: string;
  readonly port: string;
}

export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

export interface Entrance {
  /** Stands before the program's own words. */
  readonly command: readonly string[];
  /** The address that the program's packets come from. */
  readonly source: string;
  /** Of what is called: `10.47.255.234` or `[fd00::1]`, and its port. */
  readonly target: { readonly host: string; readonly port: number } | undefined;
}
