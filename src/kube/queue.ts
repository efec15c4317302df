/**
 * Which key is worked on next: a queue of keys with Kubernetes' workqueue contract.
 *
 * Fair: keys are handed out in the order in which they were first added. Those that failed and are tried again stand in a line of their own:
 * at most half of the workers serve it, so that a hundred keys that hang do not keep the others waiting.
 * Stingy: a key is never in two hands at once, and one added many times before it is taken is handed out once.
 * Complete: a key added while it is in a hand comes once more afterwards.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onAbort } from './abort.ts';
import { atLeastAsked, type BackoffOptions, backoffMs } from './backoff.ts';
import { type Clock, systemClock } from './clock.ts';
import { KubeError } from './errors.ts';

export interface WorkQueueOptions {
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Wait before the first retry of a key; each further one doubles it. @default 200 */
  readonly retryBaseMs?: number;
  /** The longest wait before a retry. @default 60000 */
  readonly retryMaxMs?: number;
  readonly observer?: QueueObserver;
}

/** Told about what happens in a queue; for metrics. */
export interface QueueObserver {
  /** A key that was not waiting is waiting now. */
  added(): void;
  /** A key will be added after a back-off. */
  retried(): void;
  /** A key was taken after it waited this long. */
  taken(waitedMs: number): void;
  /** The work on a key took this long. */
  done(workedMs: number): void;
}

export interface Work {
  /** How many keys are worked on at the same time. */
  readonly workers: number;
  /**
   * Works on one key. It decides itself about `retry`, `forget` and `addAfter`; a rejection counts as `retry`, not before the time that
   * the API server asked for, if it did.
   */
  process(key: string): Promise<void>;
  /** Told about each rejection of `process`, before the key is put back. */
  onError(key: string, error: unknown): void;
}

/** In which line a key waits. */
type Line = 'fresh' | 'retried';

/** After so many keys the event loop gets a turn, some 5 ms of work at a third of a millisecond each; or after so long, where one takes long. */
const KEYS_A_TURN = 16;
const TURN_MS = 10;

/** A keyed work queue. All methods are safe to call from within `process`. */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #observer: QueueObserver | undefined;

  /** Keys that want work and are in no hand, first come first, with the time since when. Invariant: disjoint, and from #inHand, too. */
  readonly #waiting = { fresh: new Map<string, number>(), retried: new Map<string, number>() };
  /** Keys in a hand now, since when, and whether the key was added meanwhile, and so must come once more. */
  readonly #inHand = new Map<string, { again: boolean; readonly sinceMs: number; readonly line: Line }>();
  /** So many retried keys may be in a hand at a time. */
  #mostRetried = 1;
  /** Fresh keys taken since the last retried one. */
  #freshInARow = 0;
  /** Keys to be added later. Invariant: at most one timer a key, the earliest asked for. */
  readonly #delayed = new Map<string, { dueMs: number; cancel: () => void }>();
  /** Retries since the last `forget`. */
  readonly #failures = new Map<string, number>();
  /** Idle workers. Invariant: while there are some, no key is waiting that may be taken. */
  readonly #idle: (() => void)[] = [];
  #stopped = false;
  /** Ends with the turn of the event loop in which we are; undefined before a key is taken in it. */
  #turn: Promise<void> | undefined;
  /** When the work on a key was first begun in this turn, by the real clock, and on how many it was. */
  #turnMs = 0;
  #begunInTurn = 0;

  constructor(options: WorkQueueOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#observer = options.observer;
    this.#backoff = {
      baseMs: options.retryBaseMs ?? 200,
      maxMs: options.retryMaxMs ?? 60_000,
      random: options.random ?? Math.random,
    };
  }

  /** Keys that could be taken now. */
  get depth(): number {
    return this.#waiting.fresh.size + this.#waiting.retried.size;
  }

  /** Keys being worked on. */
  get inHand(): number {
    return this.#inHand.size;
  }

  /** For how long the work on each key in a hand has been going on. */
  get workedForMs(): number[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#inHand.values()].map(({ sinceMs }) => nowMs - sinceMs);
  }

  /** Asks for work on a key, as soon as a worker is free. Does nothing once the queue has stopped. */
  add(key: string): void {
    if (this.#stopped) return;
    this.#enter(key, 'fresh');
  }

  /** The same, unless the key failed and waits for its turn: for what comes again and again anyway. */
  addUnlessRetried(key: string): void {
    if (this.failures(key) === 0) this.add(key);
  }

  /**
   * Asks for work on a key after a delay; of several such wishes the earliest counts. An `add` in between does not take
   * it back: a wish for "not later than" is never lost, at the price of a pass that may find nothing to do.
   */
  addAfter(key: string, delayMs: number): void {
    this.#enterAfter(key, delayMs, 'fresh');
  }

  /**
   * Adds a key after its back-off: 200 ms, then doubling up to 60 s, each varied by a fifth so that keys drift apart.
   *
   * @param leastMs a longer wait that was asked for; at most two minutes of it count
   */
  retry(key: string, leastMs?: number): void {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    this.#observer?.retried();
    this.#enterAfter(key, atLeastAsked(backoffMs(failures, this.#backoff), leastMs), 'retried');
  }

  /** How often the key was retried since it was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Ends the back-off of a key: its next retry starts from the shortest wait. What is already asked for stays. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Hands out keys until the signal aborts. Then nothing more is handed out, delayed keys are dropped, and the promise
   * resolves when the keys in hand are done.
   */
  async run(work: Work, signal: AbortSignal): Promise<void> {
    onAbort(signal, () => this.#stop());
    this.#mostRetried = Math.max(1, Math.floor(work.workers / 2));
    await Promise.all(Array.from({ length: work.workers }, () => this.#work(work)));
  }

  #enter(key: string, line: Line): void {
    if (this.#stopped) return;
    const hand = this.#inHand.get(key);
    if (hand !== undefined) {
      hand.again = true;
      return;
    }
    const { fresh, retried } = this.#waiting;
    if (fresh.has(key) || (line === 'retried' && retried.has(key))) return;
    // What is asked for anew does not stand in the line of those that failed.
    const sinceMs = retried.get(key);
    retried.delete(key);
    this.#waiting[line].set(key, sinceMs ?? this.#clock.monotonicMs());
    if (sinceMs === undefined) this.#observer?.added();
    this.#idle.shift()?.();
  }

  #enterAfter(key: string, delayMs: number, line: Line): void {
    if (this.#stopped) return;
    const dueMs = this.#clock.monotonicMs() + Math.max(0, delayMs);
    const pending = this.#delayed.get(key);
    if (pending !== undefined) {
      if (pending.dueMs <= dueMs) return;
      pending.cancel();
    }
    const cancel = this.#clock.schedule(Math.max(0, delayMs), () => {
      this.#delayed.delete(key);
      this.#enter(key, line);
    });
    this.#delayed.set(key, { dueMs, cancel });
  }

  async #work(work: Work): Promise<void> {
    for (;;) {
      const key = await this.#take();
      if (key === undefined) return;
      // Of all workers that waited for the next turn, the first may take all of it.
      while (this.#isTurnOver) await this.#turn;
      this.#beginInTurn();
      try {
        await work.process(key);
      } catch (error) {
        work.onError(key, error);
        this.retry(key, error instanceof KubeError ? error.retryAfterMs : undefined);
      } finally {
        this.#putBack(key);
      }
    }
  }

  /**
   * Work that waits for nothing goes on and on in one turn of the event loop, in which no answer is read and no probe is answered: after
   * a restart, over thousands of objects that are as they should be, for seconds. So each turn has an end.
   */
  get #isTurnOver(): boolean {
    if (this.#turn === undefined) return false;
    return this.#begunInTurn >= KEYS_A_TURN || performance.now() - this.#turnMs >= TURN_MS;
  }

  #beginInTurn(): void {
    this.#begunInTurn += 1;
    if (this.#turn !== undefined) return;
    this.#turnMs = performance.now();
    this.#turn = nextTurn().then(() => {
      this.#turn = undefined;
      this.#begunInTurn = 0;
    });
  }

  /** The next key, moved from waiting into a hand; undefined once stopped. */
  async #take(): Promise<string | undefined> {
    for (;;) {
      if (this.#stopped) return undefined;
      const line = this.#nextLine();
      const [first] = line === undefined ? [] : this.#waiting[line];
      if (line !== undefined && first !== undefined) {
        const [key, waitingSinceMs] = first;
        const nowMs = this.#clock.monotonicMs();
        this.#waiting[line].delete(key);
        this.#inHand.set(key, { again: false, sinceMs: nowMs, line });
        this.#freshInARow = line === 'fresh' ? this.#freshInARow + 1 : 0;
        this.#observer?.taken(nowMs - waitingSinceMs);
        return key;
      }
      await new Promise<void>((wake) => this.#idle.push(wake));
    }
  }

  /** Fresh keys come first; but when retried ones wait, they get every fourth turn. */
  #nextLine(): Line | undefined {
    const { fresh, retried } = this.#waiting;
    const retriedInHand = [...this.#inHand.values()].filter(({ line }) => line === 'retried').length;
    const mayRetry = retried.size > 0 && retriedInHand < this.#mostRetried;
    if (fresh.size > 0 && !(mayRetry && this.#freshInARow >= 3)) return 'fresh';
    return mayRetry ? 'retried' : undefined;
  }

  #putBack(key: string): void {
    const hand = this.#inHand.get(key);
    if (hand === undefined) return;
    this.#inHand.delete(key);
    this.#observer?.done(this.#clock.monotonicMs() - hand.sinceMs);
    if (hand.again) this.add(key);
  }

  #stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    this.#waiting.fresh.clear();
    this.#waiting.retried.clear();
    for (const wake of this.#idle.splice(0)) wake();
  }
}
