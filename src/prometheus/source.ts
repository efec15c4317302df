/** Where the load comes from: asks one Prometheus for that of all ElasticWebs together, once a tick. */

import type { LookupFunction } from 'node:net';
import { VERSION } from '../api/version.ts';
import { rootCause } from '../net/cause.ts';
import { type Reading, type UnknownReason, unknown } from '../scaling/reading.ts';
import { asTheyCome } from './as-they-come.ts';
import { awsSigner } from './aws.ts';
import type { Vector } from './answer.ts';
import { Client } from './client.ts';
import { CredentialFiles, type Credentials } from './credentials.ts';
import { type Failure, failure } from './failure.ts';
import { Freshness } from './freshness.ts';
import { type Group, groupTargets, type LoadTarget } from './groups.ts';
import { Pauses } from './pauses.ts';
import { coverageQuery, loadQuery, type QuerySettings } from './query.ts';
import { tellReadings } from './readings.ts';
import { DEFAULT_LABELS, labelText } from './selector.ts';
import { checkedServer, type ServerSettings } from './settings.ts';
import { GROUPS_AT_ONCE, Tick } from './tick.ts';
import { type Queued, Turns } from './turns.ts';
import { checkedWindows, type WindowSettings } from './windows.ts';

export type { LoadTarget } from './groups.ts';
export type { Auth, Pair } from './settings.ts';

/** What time it is. */
export interface SourceClock {
  /** Wall-clock time in milliseconds since 1970, to compare with that of the server. */
  wallMs(): number;
  /** Milliseconds on a clock that never jumps, for durations. */
  monotonicMs(): number;
}

/** What became of one query; for metrics. */
export interface QueryReport {
  /** Which group of ElasticWebs, the same at every tick: `Pods requests_total [["method","GET"]]`. */
  readonly group: string;
  readonly query: 'load' | 'coverage';
  readonly durationMs: number;
  readonly outcome: 'ok' | UnknownReason;
}

export interface LoadSourceOptions extends ServerSettings, WindowSettings {
  /** For each query, from its beginning to the last byte of its answer; as much again for reading the credentials. @default 5000 */
  readonly timeoutMs?: number;
  /** From tick to tick: for so long groups are begun in one. @default 5000 */
  readonly intervalMs?: number;
  /** Label that holds the namespace. @default 'namespace' */
  readonly namespaceLabel?: string;
  /** Label that holds the name of the ElasticWeb or of its metrics Service. @default 'service' */
  readonly nameLabel?: string;
  /** A target that was scraped for so long and has no series of the metric serves nothing. @default 300, or the stable window if longer */
  readonly idleWindowSeconds?: number;
  readonly clock?: SourceClock;
  /** Who knows the addresses of a name. @default the system */
  readonly lookup?: LookupFunction;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly onQuery?: (report: QueryReport) => void;
}

const systemClock: SourceClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Reads the load of ElasticWebs from one Prometheus. */
export class LoadSource {
  readonly #credentials: CredentialFiles;
  readonly #queries: QuerySettings;
  readonly #client: Client;
  readonly #clock: SourceClock;
  readonly #intervalMs: number;
  readonly #pauses: Pauses;
  readonly #turns = new Turns();
  readonly #freshness = new Freshness();
  readonly #onQuery: (report: QueryReport) => void;

  /** @throws TypeError or RangeError that says which setting is wrong */
  constructor(options: LoadSourceOptions) {
    const { namespaceLabel = DEFAULT_LABELS.namespace, nameLabel = DEFAULT_LABELS.name } = options;
    const { timeoutMs = 5_000, intervalMs = 5_000, clock = systemClock } = options;
    if (!(timeoutMs > 0)) throw new RangeError(`the timeout of a query must be above 0 ms, got ${timeoutMs}`);
    const windows = checkedWindows(options);
    const labels = { namespace: labelText(namespaceLabel), name: labelText(nameLabel) };
    if (namespaceLabel === nameLabel)
      throw new TypeError(`the labels of namespace and name must differ, got ${nameLabel} for both`);
    const idleWindowSeconds = options.idleWindowSeconds ?? Math.max(300, windows.stableWindowSeconds);
    const server = checkedServer(options);
    this.#credentials = new CredentialFiles(server, timeoutMs);
    this.#queries = { labels, windows, idleWindowSeconds };
    const { auth } = server;
    this.#client = new Client({
      server,
      signer: auth.kind === 'aws' ? awsSigner(auth.region, auth.service) : undefined,
      userAgent: `elasticweb-syncer/${VERSION}`,
      timeoutMs,
      connections: 2 * GROUPS_AT_ONCE,
      lookup: options.lookup,
    });
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#pauses = new Pauses(options.random ?? Math.random);
    this.#onQuery = options.onQuery ?? (() => undefined);
  }

  /**
   * Asks for the load of all of them: one tick, with two queries a group. One tick at a time. Readings are told as they come, by the keys of
   * their targets: what is read quickly does not wait for what is slow.
   *
   * Never throws: what could not be read is an unknown reading that says why, also where the server is not asked because it failed a moment
   * ago, and where the signal aborts. In the end there is one reading for every target.
   */
  read(targets: readonly LoadTarget[], signal: AbortSignal): AsyncIterable<ReadonlyMap<string, Reading>> {
    return asTheyCome(async (put) => {
      const left = new Set(targets.map(({ key }) => key));
      const tell: Tell = (key, reading) => {
        left.delete(key);
        put(key, reading);
      };
      const because = await this.#tick(targets, tell, signal).catch((error: unknown) =>
        signal.aborted ? STOPPED : failure('SourceFailed', `the load could not be read: ${rootCause(error)}`),
      );
      for (const key of left) put(key, unknown(because.reason, because.message));
    });
  }

  /**
   * Why there is nothing to ask with, such as a file of credentials or TLS that is missing; undefined if there is. To be told at the start,
   * when perhaps nothing scales yet: a server is not asked for it. So AWS' credentials are not looked for: its tools ask servers for them.
   *
   * @throws the reason of the signal's abort
   */
  async credentialsTrouble(signal: AbortSignal): Promise<string | undefined> {
    const credentials = await this.#credentials.read(signal);
    return credentials.kind === 'failed' ? credentials.message : undefined;
  }

  /** Closes all connections at once, whatever is going on on them. */
  close(): Promise<void> {
    return this.#client.close();
  }

  /** Tells the readings that there are. @returns why there are no others */
  async #tick(targets: readonly LoadTarget[], tell: Tell, signal: AbortSignal): Promise<Failure> {
    const { groups, refused } = groupTargets(targets, this.#queries.labels);
    for (const [key, reading] of refused) tell(key, reading);
    this.#freshness.keepOnly(new Set(groups.flatMap(({ id }) => [`load ${id}`, `coverage ${id}`])));
    if (groups.length === 0) return STOPPED; // Nobody is left to tell.
    const pause = this.#pauses.because(this.#clock.monotonicMs());
    if (pause !== undefined) return pause;
    const credentials = await this.#credentials.read(signal);
    if (credentials.kind === 'failed') return credentials;

    const tick = new Tick(this.#clock.monotonicMs() + this.#intervalMs);
    const { first, queued } = this.#turns.inOrder(groups);
    const readAll = async (next: () => Group | undefined) => {
      const worker = async () => {
        for (let group = next(); group !== undefined; group = next()) {
          await this.#readGroup({ group, credentials, tick, tell, signal });
        }
      };
      await Promise.all(Array.from({ length: GROUPS_AT_ONCE }, worker));
    };
    try {
      await readAll(() => (this.#leftMs(tick) > 0 ? first.shift() : undefined));
      // Not beside the others: those would be slow then, too.
      await readAll(() => this.#nextOf(queued, tick));
    } finally {
      this.#pauses.note(tick, this.#clock.monotonicMs());
    }
    for (const group of [...first, ...queued.map(({ group: waiting }) => waiting)]) {
      const { reason, message } = this.#turns.troubleWith(group) ?? tick.away ?? NOT_ITS_TURN;
      for (const { key } of group.targets) tell(key, unknown(reason, message));
    }
    return STOPPED;
  }

  /**
   * For how long groups may still be begun in this tick. The next tick waits for the last of them: it comes in time if this one takes no
   * longer than an interval. What is left then waits for one of the next.
   */
  #leftMs({ givenUp, endMs }: Tick): number {
    return givenUp === undefined ? endMs - this.#clock.monotonicMs() : 0;
  }

  /**
   * The first of the queue that would be done in time, going by the last time. The first few are begun in any case, so that each gets its turn;
   * where time is left after them, it is for whoever needs no more, such as one that is new.
   */
  #nextOf(queued: Queued[], tick: Tick): Group | undefined {
    if (tick.givenUp !== undefined) return undefined;
    const isTurn = tick.fromQueue < GROUPS_AT_ONCE;
    const at = queued.findIndex(({ lastMs }) => isTurn || lastMs < this.#leftMs(tick));
    if (at < 0) return undefined;
    tick.fromQueue += 1;
    return queued.splice(at, 1)[0]?.group;
  }

  async #readGroup({ group, tell, ...one }: GroupRead): Promise<void> {
    const startMs = this.#clock.monotonicMs();
    const [load, coverage] = await Promise.all([
      this.#ask({ ...one, group, query: 'load' }),
      this.#ask({ ...one, group, query: 'coverage' }),
    ]);
    this.#turns.note(group, this.#clock.monotonicMs() - startMs, [load, coverage].filter(isFailure));
    if (load.kind === 'failed') {
      for (const { key } of group.targets) tell(key, unknown(load.reason, load.message));
      return;
    }
    const answers = {
      ...{ group, labels: this.#queries.labels, server: this.#client.name, load },
      coverage: coverage.kind === 'failed' ? undefined : coverage,
    };
    await tellReadings(answers, ({ key }, reading) => tell(key, reading));
  }

  async #ask({ group, query, credentials, tick, signal }: Ask): Promise<Vector | Failure> {
    const startMs = this.#clock.monotonicMs();
    const text = (query === 'load' ? loadQuery : coverageQuery)(group, this.#queries);
    const sent = await this.#client.query(text, credentials, signal);
    const answer =
      sent.kind === 'failed'
        ? sent
        : (this.#freshness.flaw(`${query} ${group.id}`, sent, this.#client.name, this.#clock.wallMs()) ?? sent);
    tick.note(answer);
    const durationMs = this.#clock.monotonicMs() - startMs;
    this.#onQuery({ group: group.id, query, durationMs, outcome: outcomeOf(query, answer) });
    return answer;
  }
}

/** Told the reading of the target with this key. */
type Tell = (key: string, reading: Reading) => void;

interface GroupRead {
  readonly group: Group;
  readonly credentials: Credentials;
  readonly tick: Tick;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

type Ask = Omit<GroupRead, 'tell'> & { readonly query: QueryReport['query'] };

const STOPPED = failure('NotReadYet', 'the load was not read, because the syncer stops', { kind: 'anyway' });

const NOT_ITS_TURN = unknown(
  'NotReadYet',
  'the load was not read this time, because the queries before this one took too long or failed; its turn comes in one of the next ticks',
);

function isFailure(answer: Vector | Failure): answer is Failure {
  return answer.kind === 'failed';
}

function outcomeOf(query: QueryReport['query'], answer: Vector | Failure): QueryReport['outcome'] {
  if (answer.kind === 'failed') return answer.reason;
  if (answer.partial) return 'PartialAnswer';
  return query === 'load' && answer.series.length === 0 ? 'NoData' : 'ok';
}
