import type { ComponentChildren, JSX } from "preact";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: ComponentChildren;
  readonly title?: string;
  readonly disabled?: boolean;
}

/** One of several, always one chosen. */
export function Segments<Value extends string>({
  label,
  choices,
  value,
  onChoose,
}: {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChoose: (value: Value) => void;
}): JSX.Element {
  const move = (event: KeyboardEvent, index: number): void => {
    const step =
      event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const able = choices.filter(({ disabled }) => disabled !== true);
    const at = able.indexOf(choices[index] as Choice<Value>);
    const next = able[(at + step + able.length) % able.length];
    if (next === undefined) return;
    onChoose(next.value);
    const group = (event.currentTarget as HTMLElement).parentElement;
    (group?.children[choices.indexOf(next)] as HTMLElement | undefined)?.focus();
  };
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {choices.map((choice, index) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          aria-disabled={choice.disabled === true}
          tabIndex={choice.value === value ? 0 : -1}
          title={choice.title}
          onClick={() => choice.disabled !== true && onChoose(choice.value)}
          onKeyDown={(event) => move(event, index)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}

/** On or off. */
export function Toggle({
  pressed,
  onToggle,
  children,
  title,
}: {
  readonly pressed: boolean;
  readonly onToggle: () => void;
  readonly children: ComponentChildren;
  readonly title?: string;
}): JSX.Element {
  return (
    <button type="button" class="toggle" aria-pressed={pressed} title={title} onClick={onToggle}>
      {children}
    </button>
  );
}
