import type { Coverage } from "@netproof/core/parts";
import type { JSX } from "preact";

export function showCoverage(): void {
  (document.getElementById("coverage") as HTMLDialogElement | null)?.showModal();
}

/** What was read, what was not looked at and what that may change, and what was assumed. */
export function CoverageDialog({ coverage: { text, ledger } }: { readonly coverage: Coverage }): JSX.Element {
  return (
    <dialog id="coverage" class="dialog wide" aria-labelledby="coverage-title">
      <h2 id="coverage-title">{text}</h2>
      {ledger.skipped.length > 0 && (
        <table>
          <caption>Not analysed</caption>
          <thead>
            <tr>
              <th scope="col">what</th>
              <th scope="col">why</th>
              <th scope="col">effect</th>
              <th scope="col">where</th>
            </tr>
          </thead>
          <tbody>
            {ledger.skipped.map(({ what, why, effect, count, places }) => (
              <tr key={`${what} ${why}`}>
                <td>
                  {what}
                  {count > 1 && ` × ${count}`}
                </td>
                <td>{why}</td>
                <td>{effect}</td>
                <td class="mono">{placesText(places)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <table>
        <caption>Read</caption>
        <tbody>
          {ledger.read.map(({ kind, count }) => (
            <tr key={kind}>
              <th scope="row">{kind}</th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {ledger.assumed.length > 0 && (
        <table>
          <caption>Assumed where the API leaves it open</caption>
          <tbody>
            {ledger.assumed.map(({ rule, what, count }) => (
              <tr key={`${rule} ${what}`}>
                <th scope="row">{rule}</th>
                <td>{what}</td>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <form method="dialog" class="dialog-buttons">
        <button type="submit" class="button primary">
          Close
        </button>
      </form>
    </dialog>
  );
}

function placesText(places: readonly { readonly file: string; readonly line: number }[]): string {
  const [first, ...more] = places;
  return first === undefined ? "" : `${first.file}:${first.line}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}
