import { useMemo, useRef, useState } from "preact/hooks";

/** Pixels inside an element. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** How much room an element has, `first` before it is there, and what to give it as its ref. */
export function useRoom(first: Room): readonly [Room, (element: HTMLElement | null) => void] {
  const [room, setRoom] = useState(first);
  const observer = useRef<ResizeObserver | undefined>(undefined);
  const attach = useMemo(
    () =>
      (element: HTMLElement | null): void => {
        observer.current?.disconnect();
        if (element === null) return;
        observer.current = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
        observer.current.observe(element);
      },
    [],
  );
  return [room, attach];
}
