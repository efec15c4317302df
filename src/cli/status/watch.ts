/** The status of ElasticWebs as it changes: on a terminal what is, elsewhere a line for each change. */

import type { KubeClient } from '../../kube/client.ts';
import { sleep, systemClock } from '../../kube/clock.ts';
import { messageOf } from '../../net/cause.ts';
import { keyOf } from '../../kube/resource.ts';
import { Copies } from '../../syncer/copies.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../../syncer/kinds.ts';
import { type Io, writeLine } from '../io.ts';
import { writeRows } from '../output-option.ts';
import type { AskedFor, StatusFlags } from '../status.ts';
import { isAskedFor } from './asked-for.ts';
import { byName, rowOf, type StatusRow } from './row.ts';
import { Screen } from './screen.ts';
import { tableLines } from './table.ts';

/** Changes come in bursts; more often than this nobody can read. */
const PAUSE_MS = 250;
/** Times grow older, and a syncer is away for ever longer, though nothing happens. */
const LOOK_MS = 1_000;

/** Shows what there is and what changes. It does not return. */
export async function watchStatus(
  client: KubeClient,
  names: readonly AskedFor[],
  flags: StatusFlags,
  io: Io,
): Promise<never> {
  const tell = teller(flags, io);
  let wake = (): void => undefined;
  const copies = new Copies<ElasticWebResource>({
    client,
    type: ELASTIC_WEB,
    namespaces: flags.namespace ?? [],
    selector: flags.selector,
    keysToWake: (web) => [keyOf(web)],
    wake: () => wake(),
    onError: (_, error) => tell.trouble(messageOf(error)),
  });
  const { signal } = new AbortController();
  void copies.run(signal);
  await copies.synced();
  for (;;) {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const nowMs = Date.now();
    const webs = [...copies.values()].filter((web) => isAskedFor(web, names));
    await tell.rows(webs.map((web) => rowOf(web, nowMs)).sort(byName), {
      nowMs,
      silentForMs: copies.stats.silentForMs ?? Infinity,
    });
    await sleep(systemClock, PAUSE_MS);
    const timeout = new AbortController();
    await Promise.race([woken, sleep(systemClock, LOOK_MS - PAUSE_MS, timeout.signal)]);
    timeout.abort();
  }
}

/** What is known at a moment. */
export interface Moment {
  readonly nowMs: number;
  /** How long ago the API server was last heard of. */
  readonly silentForMs: number;
}

/** Tells what is, whenever it is asked to, and what went wrong. */
interface Teller {
  rows(rows: readonly StatusRow[], moment: Moment): void | Promise<void>;
  trouble(message: string): void;
}

function teller({ output, namespace }: StatusFlags, io: Io): Teller {
  const withNamespace = namespace?.length !== 1;
  if (output !== 'table') return new Lines(io, (rows) => writeRows(io.stdout, rows, output));
  if (io.stdout.isTTY === true) return new Screen(io.stdout, { withNamespace });
  return new Lines(io, (changed, { all, nowMs, isFirst }) => {
    // All of them, so that the columns stay where they are.
    const [header = '', ...lines] = tableLines([...all, ...changed], { nowMs, width: Infinity, withNamespace });
    const told = [...(isFirst ? [header] : []), ...lines.slice(all.length)];
    if (told.length > 0) io.stdout.write(`${told.join('\n')}\n`);
  });
}

type Write = (
  changed: readonly StatusRow[],
  more: { readonly all: readonly StatusRow[]; readonly nowMs: number; readonly isFirst: boolean },
) => void | Promise<void>;

/** A line for each change. */
class Lines implements Teller {
  readonly #io: Io;
  readonly #write: Write;
  #told: ReadonlyMap<string, StatusRow> | undefined;
  #trouble = '';

  constructor(io: Io, write: Write) {
    this.#io = io;
    this.#write = write;
  }

  async rows(all: readonly StatusRow[], { nowMs }: Moment): Promise<void> {
    const now = new Map(all.map((row) => [`${row.namespace}/${row.name}`, row]));
    const changed = all.filter((row) => !isSame(row, this.#told?.get(`${row.namespace}/${row.name}`)));
    const gone = [...(this.#told ?? [])]
      .filter(([key]) => !now.has(key))
      .map(([, row]) => ({ ...row, reason: 'Deleted', message: undefined }));
    const isFirst = this.#told === undefined;
    this.#told = now;
    await this.#write([...changed, ...gone], { all, nowMs, isFirst });
  }

  trouble(message: string): void {
    if (message !== this.#trouble) writeLine(this.#io.stderr, `${message}; tried again`);
    this.#trouble = message;
  }
}

function isSame(a: StatusRow, b: StatusRow | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
