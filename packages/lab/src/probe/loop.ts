import { closeFd, createEpoll, waitForEvents, waitForEventsLater, watch } from "../sys/libc.ts";

type Handler = (events: number) => void;

const EPOLLET = 0x80000000;

/** One loop for both ends of every flow: who asks and who answers share it, so a busy machine slows both and starves neither. */
export interface Loop {
  /** Tells of each change of a descriptor once; the handler takes everything that is there. */
  watch(fd: number, events: number, handler: Handler): void;
  /** Closes a descriptor when the present round is over: its number must not come back within it. */
  close(fd: number): void;
  /** Handles what has happened, waiting at most so many milliseconds for it. */
  turn(timeout: number): void;
  /** Goes on handling while this thread does other things, until stopped; it must stand still while somebody takes turns. */
  rest(): { stop(): Promise<void> };
}

export function createLoop(): Loop {
  const epoll = createEpoll();
  const handlers = new Map<number, Handler>();
  const closing: number[] = [];

  const handle = (fd: number, events: number): void => handlers.get(fd)?.(events);
  const closeAll = (): void => {
    for (const fd of closing.splice(0)) closeFd(fd);
  };

  return {
    watch: (fd, events, handler) => {
      handlers.set(fd, handler);
      watch(epoll, fd, (events | EPOLLET) >>> 0);
    },
    close: (fd) => {
      if (!handlers.delete(fd)) return;
      closing.push(fd);
    },
    turn: (timeout) => {
      waitForEvents(epoll, timeout, handle);
      closeAll();
    },
    rest: () => {
      const state = { stopped: false };
      const resting = (async () => {
        for (;;) {
          await waitForEventsLater(epoll, 20, handle);
          closeAll();
          if (state.stopped) return;
        }
      })();
      return {
        stop: async () => {
          state.stopped = true;
          await resting;
        },
      };
    },
  };
}
