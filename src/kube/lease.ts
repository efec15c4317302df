/**
 * Which of several processes leads: leader election on a Lease of coordination.k8s.io.
 *
 * Times are measured on this machine's steady clock only: how long a Lease has not moved is counted from when it was first *seen* so. A
 * clock that is wrong, here or elsewhere, changes nothing. https://kubernetes.io/docs/concepts/architecture/leases/#leader-election
 */
import { isAborted } from './abort.ts';
import type { KubeClient } from './client.ts';
import { type Clock, sleep, systemClock } from './clock.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import type { KubeObject, ResourceType } from './resource.ts';

/** A Lease, as far as elections use it. */
export interface Lease extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number | null;
  };
}

export const LEASE: ResourceType<Lease> = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

export interface LeaseElectionOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'mergePatch'>;
  readonly namespace: string;
  /** Name of the Lease: those who name the same one compete. */
  readonly name: string;
  /** Who we are; no two processes may say the same. */
  readonly identity: string;
  readonly fieldManager: string;
  /** A Lease that has not moved for this long may be taken. @default 15000 */
  readonly durationMs?: number;
  /** A leader that could not renew for this long gives up; below `durationMs`, so that it stops before another begins. @default 10000 */
  readonly renewDeadlineMs?: number;
  /** The longest pause between two attempts to get or to renew. @default 2000 */
  readonly retryMs?: number;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** The time of day, for people who read the Lease. */
  readonly now?: () => Date;
  /** Told about attempts that failed; the election goes on. */
  readonly onError: (error: unknown) => void;
  /** Told who leads, when it is somebody else. */
  readonly onOtherLeads?: (holder: string) => void;
}

/** What is known of the Lease: its content, and when it was first seen so. */
interface Observation {
  readonly lease: Lease;
  readonly sinceMs: number;
}

/** One process's part in an election. */
export class LeaseElection {
  readonly #options: LeaseElectionOptions;
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryMs: number;
  #seen: Observation | undefined;
  /** When the attempt began that last succeeded; undefined while another leads, or nobody. */
  #heldSinceMs: number | undefined;
  #otherLeads: string | undefined;

  /** @throws RangeError unless the times grow: pause, renew deadline, duration */
  constructor(options: LeaseElectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#durationMs = options.durationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
    if (!(this.#retryMs < this.#renewDeadlineMs && this.#renewDeadlineMs < this.#durationMs)) {
      throw new RangeError(
        `Lease ${options.name}: expected retry < renew deadline < duration, found ${this.#retryMs}, ${this.#renewDeadlineMs}, ${this.#durationMs} ms`,
      );
    }
  }

  /**
   * Whether this process leads at this moment. To be asked right before each write: a process that was frozen for longer than
   * the deadline finds out here, before its timers run.
   */
  get isLeading(): boolean {
    return this.#heldSinceMs !== undefined && this.#clock.monotonicMs() - this.#heldSinceMs < this.#renewDeadlineMs;
  }

  /** Who holds the Lease, as far as is known. */
  get holder(): string | undefined {
    return holderOf(this.#seen?.lease);
  }

  /**
   * Waits to become the leader, then runs `lead`. Its signal aborts when leadership is lost or `signal` aborts; the Lease is given back
   * after `lead` has ended. Returns whether leadership was lost; a process that lost it does best to end and to start anew.
   */
  async run(lead: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<'stopped' | 'lost'> {
    while (!isAborted(signal) && !(await this.#attempt())) {
      await sleep(this.#clock, this.#pauseMs(), signal);
    }
    if (isAborted(signal)) {
      await this.#release();
      return 'stopped';
    }
    const lost = new AbortController();
    const leading = lead(AbortSignal.any([signal, lost.signal]));
    // It is renewed until the last item in hand is done, also after `signal` has aborted.
    const done = new AbortController();
    const renewing = this.#renew(done.signal).then((kept) => {
      if (!kept) lost.abort(new Error(`Lease ${this.#options.namespace}/${this.#options.name} was lost`));
    });
    try {
      await leading;
    } finally {
      done.abort();
      await renewing;
      await this.#release();
    }
    return lost.signal.aborted && !isAborted(signal) ? 'lost' : 'stopped';
  }

  /** Renews until the signal aborts (true) or the Lease is lost (false). */
  async #renew(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      await sleep(this.#clock, this.#pauseMs(), signal);
      if (signal.aborted) return true;
      // After the deadline another may have led, and changed what we know of the world.
      if (this.isLeading) await this.#attempt();
      if (isAborted(signal)) return true;
      if (!this.isLeading) {
        this.#heldSinceMs = undefined;
        return false;
      }
    }
  }

  /** Never longer than `retryMs`, and varied so that processes drift apart; shorter when the Lease of another runs out before. */
  #pauseMs(): number {
    const pauseMs = this.#retryMs * (0.8 + 0.2 * (this.#options.random ?? Math.random)());
    if (this.#heldSinceMs !== undefined || this.#seen === undefined) return pauseMs;
    const leftMs = this.#seen.sinceMs + this.#durationOf(this.#seen.lease) - this.#clock.monotonicMs();
    return leftMs > 0 ? Math.min(pauseMs, leftMs) : pauseMs;
  }

  /**
   * Gets or renews the Lease if that is possible now. Returns whether it is ours. No signal ends it early: what the API server has done by
   * then would not be known, and the Lease could not be given back.
   */
  async #attempt(): Promise<boolean> {
    // Counted from before the request: the API server cannot have seen it earlier.
    const startMs = this.#clock.monotonicMs();
    try {
      const isOurs = await this.#take();
      this.#heldSinceMs = isOurs ? startMs : undefined;
      return isOurs;
    } catch (error) {
      // Somebody was quicker, or the API server could not be asked: what was held stays held until its deadline.
      if (!isConflict(error) && !isAlreadyExists(error)) this.#options.onError(error);
      return false;
    }
  }

  async #take(): Promise<boolean> {
    // Twice in a deadline: a connection that went dead is worth a second try on another.
    const within = AbortSignal.timeout(this.#renewDeadlineMs / 2);
    if (this.#heldSinceMs !== undefined && this.#seen !== undefined && (await this.#touch(this.#seen.lease, within))) {
      return true;
    }
    const { client, namespace, name, identity, fieldManager } = this.#options;
    const lease = await client.get(LEASE, { namespace, name }, within);
    if (lease === undefined) {
      const { apiVersion, kind } = LEASE;
      const fresh = { apiVersion, kind, metadata: { namespace, name }, spec: this.#spec(undefined) };
      this.#see(await client.create<Lease>(LEASE, fresh, { fieldManager, signal: within }));
      return true;
    }
    this.#see(lease);
    const holder = holderOf(lease);
    if (holder !== undefined && holder !== identity && !this.#isExpired(lease)) {
      if (holder !== this.#otherLeads) this.#options.onOtherLeads?.(holder);
      this.#otherLeads = holder;
      return false;
    }
    await this.#write(lease, within);
    return true;
  }

  /** Renews what we hold without reading it first. Returns false if it is not what it was: then it must be read. */
  async #touch(lease: Lease, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#write(lease, signal);
      return true;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }

  /** Makes the Lease ours if it still is as it was read: of several who try, one wins. */
  async #write(lease: Lease, signal: AbortSignal): Promise<void> {
    const { client, namespace, name, fieldManager } = this.#options;
    const { uid, resourceVersion } = lease.metadata;
    const patch = { metadata: { uid, resourceVersion }, spec: this.#spec(lease) };
    this.#see(await client.mergePatch(LEASE, { namespace, name }, patch, { fieldManager, signal }));
  }

  #spec(before: Lease | undefined): NonNullable<Lease['spec']> {
    const now = (this.#options.now?.() ?? new Date()).toISOString().replace('Z', '000Z'); // MicroTime
    const isOurs = holderOf(before) === this.#options.identity;
    return {
      holderIdentity: this.#options.identity,
      leaseDurationSeconds: Math.ceil(this.#durationMs / 1000),
      renewTime: now,
      ...(!isOurs && { acquireTime: now, leaseTransitions: before ? (before.spec?.leaseTransitions ?? 0) + 1 : 0 }),
    };
  }

  #see(lease: Lease): void {
    if (this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion) return;
    this.#seen = { lease, sinceMs: this.#clock.monotonicMs() };
  }

  /** Whether the Lease has not moved for as long as its holder said it would need at most. */
  #isExpired(lease: Lease): boolean {
    return this.#seen !== undefined && this.#clock.monotonicMs() - this.#seen.sinceMs >= this.#durationOf(lease);
  }

  #durationOf({ spec }: Lease): number {
    return (spec?.leaseDurationSeconds ?? this.#durationMs / 1000) * 1000;
  }

  /** Gives the Lease back if it is ours, so that another can lead at once. */
  async #release(): Promise<void> {
    const { client, namespace, name, fieldManager, onError } = this.#options;
    const lease = this.#seen?.lease;
    const wasHeld = this.#heldSinceMs !== undefined;
    this.#heldSinceMs = undefined;
    if (!wasHeld || lease === undefined) return;
    const { uid, resourceVersion } = lease.metadata;
    const patch = { metadata: { uid, resourceVersion }, spec: { holderIdentity: null, leaseDurationSeconds: 1 } };
    try {
      await client.mergePatch(LEASE, { namespace, name }, patch, { fieldManager, signal: AbortSignal.timeout(2_000) });
    } catch (error) {
      // It is not ours any more, or runs out by itself.
      if (!isConflict(error) && !isNotFound(error)) onError(error);
    }
  }
}

function holderOf(lease: Lease | undefined): string | undefined {
  const holder = lease?.spec?.holderIdentity;
  return holder === '' || holder === null ? undefined : holder;
}
