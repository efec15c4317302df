/** The etcd of a control plane, of one member or several, and what its administrator can ask of it. */

import { etcdArgs, type Place } from './components.ts';
import { eventually } from './eventually.ts';
import type { Program } from './program.ts';

export interface EtcdOptions {
  /** @default 1 */
  readonly members?: number;
  /** How much it keeps before it takes no more writes; default: etcd's own, far more than a test writes. */
  readonly quotaBytes?: number;
  /** Puts something between the API server and a member: takes the member's port and returns the one to use in its place. */
  readonly between?: (port: number) => Promise<number>;
}

/** Starts a program by its name, the first of its arguments. Its log is `NAME.log`. */
type Start = (name: string, args: readonly string[]) => Promise<Program>;

/** What filler is written under, beside everything of Kubernetes. */
const FILLER = '/filler/';
const FILLER_BYTES = 1024 * 1024;
/** An election takes a second or two; a busy machine may lose one. */
const ELECTED_WITHIN_MS = 30_000;

export class Etcd {
  readonly #place: Place;
  readonly #start: Start;
  readonly #members: Program[];

  static async start(place: Place, start: Start): Promise<Etcd> {
    const members = place.ports.etcd.map((_, member) => start(logName(member), etcdArgs(place, member)));
    return new Etcd(place, start, await Promise.all(members));
  }

  private constructor(place: Place, start: Start, members: Program[]) {
    this.#place = place;
    this.#start = start;
    this.#members = members;
  }

  get members(): readonly Program[] {
    return this.#members;
  }

  /** Freezes all members or lets them go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    for (const member of this.#members) member.signal(signal);
  }

  /** Makes it forget all that was before now. */
  async compact(): Promise<void> {
    // The key `*` in base64, for any.
    const { header } = (await this.#ask('kv/range', { key: 'Kg==' })) as { header: { revision: string } };
    await this.#ask('kv/compaction', { revision: header.revision, physical: true });
  }

  /** Writes until nothing more is taken: from then on everybody's writes are refused. */
  async fill(): Promise<void> {
    const value = Buffer.alloc(FILLER_BYTES).toString('base64');
    for (let number = 0; (await this.#alarms()).length === 0; number += 1) {
      // The one that is too much is refused, and raises the alarm.
      await this.#ask('kv/put', { key: base64(`${FILLER}${number}`), value }).catch((error: unknown) => {
        if (!String(error).includes('database space exceeded')) throw error;
      });
    }
  }

  /** Takes the filler away again, gives the space back, and ends the alarm, as an administrator would. */
  async free(): Promise<void> {
    const [key, end] = [base64(FILLER), base64(`${FILLER.slice(0, -1)}0`)]; // `0` comes after `/`
    await this.#ask('kv/deleterange', { key, range_end: end });
    await this.compact();
    for (const member of this.#members.keys()) await this.#ask('maintenance/defragment', {}, member);
    for (const alarm of await this.#alarms()) await this.#ask('maintenance/alarm', { ...alarm, action: 'DEACTIVATE' });
  }

  /** Kills the leader (SIGKILL), and returns when the others have another. The returned function starts it again. */
  async killLeader(): Promise<() => Promise<void>> {
    const leader = await this.#leader();
    await this.#members[leader]?.stop({ graceMs: 0 });
    await eventually(async () => (await this.#leader(leader)) !== leader, {
      timeoutMs: ELECTED_WITHIN_MS,
      what: 'another leader',
    });
    return async () => {
      this.#members[leader] = await this.#start(logName(leader), etcdArgs(this.#place, leader));
    };
  }

  /** Which member leads, as one that is not `except` sees it. */
  async #leader(except?: number): Promise<number> {
    const statuses = await Promise.all(
      this.#place.ports.etcd.map(async (_, member) => {
        if (member === except) return undefined;
        const { header, leader } = (await this.#ask('maintenance/status', {}, member)) as MemberStatus;
        return { member, id: header.member_id, leader };
      }),
    );
    const known = statuses.filter((status) => status !== undefined);
    const leading = known.find(({ id, leader }) => id === leader);
    if (leading === undefined) throw new Error(`no member leads: ${JSON.stringify(known)}`);
    return leading.member;
  }

  async #alarms(): Promise<readonly { readonly memberID: string; readonly alarm: string }[]> {
    const { alarms = [] } = (await this.#ask('maintenance/alarm', { action: 'GET' })) as {
      alarms?: { memberID: string; alarm: string }[];
    };
    return alarms;
  }

  /** By etcd's JSON gateway. https://etcd.io/docs/latest/dev-guide/api_grpc_gateway/ */
  async #ask(path: string, body: object, member = 0): Promise<unknown> {
    const port = this.#place.ports.etcd[member]?.client ?? 0;
    const response = await fetch(`http://127.0.0.1:${port}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}

interface MemberStatus {
  readonly header: { readonly member_id: string };
  readonly leader: string;
}

/** `etcd`, and `etcd-1`, `etcd-2` for further members. */
export function logName(member: number): string {
  return member === 0 ? 'etcd' : `etcd-${member}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
