/** A terminal on which the status of ElasticWebs is drawn again and again. */

import { printable } from '../../api/printable.ts';
import type { Output } from '../io.ts';
import { heightOf, widthOf } from '../terminal.ts';
import type { StatusRow } from './row.ts';
import { notesOn, tableLines } from './table.ts';

const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** Draws over what it drew before, so that nothing flickers. */
export class Screen {
  readonly #output: Output;
  readonly #withNamespace: boolean;
  readonly #monotonicMs: () => number;
  #trouble: { readonly message: string; readonly atMs: number } | undefined;
  #drawn = '';

  constructor(
    output: Output,
    {
      withNamespace = true,
      monotonicMs = () => performance.now(),
    }: { withNamespace?: boolean; monotonicMs?: () => number } = {},
  ) {
    this.#output = output;
    this.#withNamespace = withNamespace;
    this.#monotonicMs = monotonicMs;
  }

  rows(
    rows: readonly StatusRow[],
    { nowMs, silentForMs }: { readonly nowMs: number; readonly silentForMs: number },
  ): void {
    // Since then the API server was heard of again.
    if (this.#trouble !== undefined && this.#monotonicMs() - silentForMs > this.#trouble.atMs)
      this.#trouble = undefined;
    const width = widthOf(this.#output);
    const table =
      rows.length === 0 ? ['no ElasticWebs'] : tableLines(rows, { nowMs, width, withNamespace: this.#withNamespace });
    const notes = [...notesOn(rows), ...(this.#trouble === undefined ? [] : [`${this.#trouble.message}; tried again`])];
    // The last line of a terminal stays empty: a line feed behind it would scroll.
    const height = heightOf(this.#output) - 1;
    const room = Math.max(3, height - notes.length);
    const shown =
      table.length <= room
        ? table
        : [
            ...table.slice(0, room - 1),
            `... and ${table.length - room + 1} more; --namespace and --selector show fewer`,
          ];
    const lines = [...shown, ...notes].slice(0, Math.max(1, height)).map((line) => printable(line).slice(0, width));
    const drawing = `${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`;
    if (drawing === this.#drawn) return;
    this.#drawn = drawing;
    this.#output.write(drawing);
  }

  trouble(message: string): void {
    this.#trouble = { message, atMs: this.#monotonicMs() };
  }
}
