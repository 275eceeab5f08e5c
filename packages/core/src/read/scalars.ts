/** What a plain YAML scalar can stand for. `.inf` and `.nan` come back as the numbers they are: JSON has no place for them. */
export type Scalar = string | number | boolean | null;

/**
 * Decodes a plain (unquoted, untagged) scalar as kubectl does (S19): YAML 1.1 booleans, Go's integers with the bases 0x, 0b, 0o and
 * leading-zero octal, `_` ignored in numbers, no sexagesimal numbers. Dates stay text.
 */
export function resolvePlain(text: string): Scalar {
  const code = text.charCodeAt(0);
  if (isDigit(code) || code === plus || code === minus) return resolveNumber(text);
  const word = words.get(text);
  if (word !== undefined) return word;
  if (code === dot && fraction.test(text)) return finiteOr(text, Number(text));
  return text;
}

/** Decodes a scalar with an explicit `!!` tag; undefined when the text does not fit the tag. */
export function resolveTagged(tag: string, text: string): Scalar | undefined {
  const value = resolvePlain(text);
  switch (tag) {
    case "null":
      return value === null ? null : undefined;
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "int":
      return Number.isInteger(value) ? value : undefined;
    case "float":
      return typeof value === "number" ? value : undefined;
    default:
      return text;
  }
}

const [plus, minus, dot] = [43, 45, 46];
const fraction = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const yamlFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const goInteger = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;

const words: ReadonlyMap<string, Scalar> = new Map<string, Scalar>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map((word) => [word, false] as const),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, NaN] as const),
  ...[".inf", ".Inf", ".INF"].map((word) => [word, Infinity] as const),
]);

const shortDecimal = /^(?:0|[1-9][0-9]{0,14})$/;
const signedInfinity = /^([-+])\.(?:inf|Inf|INF)$/;

function resolveNumber(text: string): Scalar {
  if (shortDecimal.test(text)) return Number(text);
  const infinity = signedInfinity.exec(text);
  if (infinity !== null) return infinity[1] === "-" ? -Infinity : Infinity;
  const digits = text.includes("_") ? text.replaceAll("_", "") : text;
  return integerOf(digits) ?? (yamlFloat.test(digits) ? finiteOr(text, Number(digits)) : text);
}

/** Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`; undefined where both fail. */
function integerOf(digits: string): number | undefined {
  const match = goInteger.exec(digits);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const size = BigInt(
    hex !== undefined ? `0x${hex}` : binary !== undefined ? `0b${binary}` : octal !== undefined ? `0o${octal}` : (decimal ?? "0"),
  );
  const limit = sign === "-" ? 1n << 63n : sign === "+" ? (1n << 63n) - 1n : (1n << 64n) - 1n;
  if (size > limit) return undefined;
  return sign === "-" ? 0 - Number(size) : Number(size);
}

function finiteOr(text: string, value: number): number | string {
  return Number.isFinite(value) ? value : text;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
