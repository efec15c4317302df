/** Time that passes only when a test says so. */
import type { Clock } from '../../src/kube/clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly delayMs: number;
  readonly task: () => void;
}

export class FakeClock implements Clock {
  #nowMs = 1_000;
  readonly #timers = new Set<Timer>();
  #watchers: (() => void)[] = [];

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, task: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, delayMs, task };
    this.#timers.add(timer);
    for (const watcher of this.#watchers.splice(0)) watcher();
    return () => this.#timers.delete(timer);
  }

  /** The delays that are being waited for, shortest first. */
  get delays(): number[] {
    return [...this.#timers].map((timer) => timer.delayMs).sort((a, b) => a - b);
  }

  /** Resolves with the delay once something waits for between `least` and `most` milliseconds. */
  async untilWaiting(least: number, most: number): Promise<number> {
    for (;;) {
      const found = this.delays.find((delayMs) => delayMs >= least && delayMs <= most);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  /** Lets time pass; what falls due runs in order, and may schedule more. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs)[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.task();
    }
    this.#nowMs = endMs;
  }
}
