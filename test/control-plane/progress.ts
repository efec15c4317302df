/** How a long piece of work shows on the terminal that it goes on. */

/** Takes the state of the work, again and again; each line replaces the one before. */
export type Progress = (line: string) => void;

const secondsBetweenLines = 15;

/**
 * Passes on the first line and then at most one in 15 s, for output that is kept (a pipe, a CI log).
 *
 * @param nowMs the clock, in milliseconds
 */
export function nowAndThen(print: Progress, nowMs: () => number = () => performance.now()): Progress {
  let printedMs = -Infinity;
  return (line) => {
    if (nowMs() - printedMs < secondsBetweenLines * 1000) return;
    printedMs = nowMs();
    print(line);
  };
}

/** One line of a terminal, written over in place; `end` leaves the last state on the screen. */
export function updatingLine(terminal: { write(text: string): unknown; readonly columns?: number }): {
  readonly show: Progress;
  end(): void;
} {
  let shown = false;
  return {
    show: (line) => {
      // A line that wraps could not be written over.
      const fitting = line.slice(0, (terminal.columns ?? 80) - 1);
      terminal.write(`\r\u001b[K${fitting}`);
      shown = true;
    },
    end: () => {
      if (shown) terminal.write('\n');
      shown = false;
    },
  };
}

/** 42 -> "0:42", 250 -> "4:10". */
export function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
