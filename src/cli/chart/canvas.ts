/** A canvas of dots for the terminal: each character holds two by four of them, in braille. */

/** The dots of a character, by row and column, as Unicode numbers them. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BLANK = 0x2800;

export const DOTS_ACROSS = 2;
export const DOTS_DOWN = 4;

/** Dots of several layers; a character has the color of the topmost layer of which it holds a dot. */
export class Canvas {
  readonly #columns: number;
  readonly #rows: number;
  readonly #dots: Uint8Array;
  readonly #layers: Uint8Array;

  /** @param size in characters */
  constructor({ columns, rows }: { readonly columns: number; readonly rows: number }) {
    this.#columns = columns;
    this.#rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#layers = new Uint8Array(columns * rows);
  }

  /** Sets a dot; (0, 0) is at the bottom left. What is outside is left out. */
  set(x: number, y: number, layer: number): void {
    const { cell, dot } = this.#at(x, y);
    if (cell === undefined) return;
    this.#dots[cell] = (this.#dots[cell] ?? 0) | dot;
    this.#layers[cell] = Math.max(this.#layers[cell] ?? 0, layer);
  }

  /** Takes a dot away. */
  clear(x: number, y: number): void {
    const { cell, dot } = this.#at(x, y);
    if (cell !== undefined) this.#dots[cell] = (this.#dots[cell] ?? 0) & ~dot;
  }

  /** The rows, from the top. @param paint puts the color of a layer around some characters */
  lines(paint: (text: string, layer: number) => string): string[] {
    return Array.from({ length: this.#rows }, (_, row) => {
      const cells = Array.from({ length: this.#columns }, (_, column) => row * this.#columns + column);
      let line = '';
      let run = '';
      let painted = 0;
      for (const cell of cells) {
        const dots = this.#dots[cell] ?? 0;
        // Nothing to see has any color.
        const layer = dots === 0 ? painted : (this.#layers[cell] ?? 0);
        if (layer !== painted) {
          line += run === '' ? '' : paint(run, painted);
          [run, painted] = ['', layer];
        }
        run += dots === 0 ? ' ' : String.fromCharCode(BLANK + dots);
      }
      return line + (run.trimEnd() === '' ? '' : paint(run.trimEnd(), painted));
    });
  }

  #at(x: number, y: number): { readonly cell: number | undefined; readonly dot: number } {
    const column = Math.floor(x / DOTS_ACROSS);
    const row = this.#rows - 1 - Math.floor(y / DOTS_DOWN);
    const isInside = column >= 0 && column < this.#columns && row >= 0 && row < this.#rows;
    const dot = DOTS[DOTS_DOWN - 1 - (y % DOTS_DOWN)]?.[x % DOTS_ACROSS] ?? 0;
    return { cell: isInside ? row * this.#columns + column : undefined, dot };
  }
}
