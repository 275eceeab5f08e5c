/** The one platform global the core names: Node and browsers both have it. */
interface AbortSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}
