/**
 * What a contender asked of the API server, from the audit log.
 *
 * The API server's own counter (apiserver_request_total) does not say who asked, and counts a watch only when it ends. The audit log
 * names the user of every request, so the contender's are told exactly from the bench's. What writing it costs is the same for every
 * contender.
 */

import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SYNCER_USER } from '../test/cluster/audit.ts';

/** One answered request of the contender, or a watch that has begun. */
export interface SeenRequest {
  /** As the API server sees it: get, list, watch, create, patch, ... */
  readonly verb: string;
  /** Such as `deployments` or `elasticwebs/status`; the path, where it is none. */
  readonly resource: string;
  readonly code: number;
  readonly receivedMs: number;
  readonly answeredMs: number;
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
/** What a controller writes about itself, beside its work. */
const ASIDE: ReadonlySet<string> = new Set(['leases', 'events']);

export const isWrite = ({ verb, resource }: SeenRequest): boolean => !READS.has(verb) && !ASIDE.has(resource);

/** How often each verb was used on each resource: `patch deployments`. */
export function countByVerb(requests: readonly SeenRequest[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { verb, resource } of requests) {
    const kind = `${verb} ${resource}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The contender's part of the audit log of one API server, read as it grows. */
export class RequestLog {
  readonly #directory: string;
  /** How far it was read, over all files of the log. */
  #offset = 0;
  #cutLine = '';
  #unclaimed: SeenRequest[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The requests since the last call. The log is written a moment after the answer was sent: call it when all is quiet. */
  async take(): Promise<readonly SeenRequest[]> {
    await this.#read();
    const taken = this.#unclaimed;
    this.#unclaimed = [];
    return taken;
  }

  /** Reads what is new, and says whether there was anything but what controllers send for ever: renewed leases, and events. */
  async hasNews(): Promise<boolean> {
    const known = this.#unclaimed.length;
    await this.#read();
    return this.#unclaimed.slice(known).some(({ resource }) => !ASIDE.has(resource));
  }

  async #read(): Promise<void> {
    // A log of 100 MB is renamed to audit-TIME.log, which sorts before audit.log.
    const names = (await readdir(this.#directory)).filter((name) => /^audit.*\.log$/.test(name)).sort();
    let start = 0;
    for (const name of names) {
      const path = join(this.#directory, name);
      const { size } = await stat(path);
      if (start + size > this.#offset) await this.#readFrom(path, this.#offset - start, size);
      start += size;
    }
  }

  async #readFrom(path: string, position: number, end: number): Promise<void> {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(end - position), position });
    this.#offset += bytesRead;
    const lines = (this.#cutLine + buffer.toString('utf8', 0, bytesRead)).split('\n');
    this.#cutLine = lines.pop() ?? '';
    for (const line of lines) {
      if (line.includes(`"username":"${SYNCER_USER}"`)) this.#unclaimed.push(...parse(line));
    }
  }
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
}

function parse(line: string): SeenRequest[] {
  const event = JSON.parse(line) as AuditEvent;
  // A watch has two lines: that it has begun, and much later that it has ended.
  if ((event.verb === 'watch') !== (event.stage === 'ResponseStarted')) return [];
  const { resource, subresource } = event.objectRef ?? {};
  const path = event.requestURI.split('?', 1)[0] ?? '';
  return [
    {
      verb: event.verb,
      resource: resource === undefined ? path : subresource === undefined ? resource : `${resource}/${subresource}`,
      code: event.responseStatus?.code ?? 0,
      receivedMs: microTime(event.requestReceivedTimestamp),
      answeredMs: microTime(event.stageTimestamp),
    },
  ];
}

/** `2026-01-31T12:00:00.123456Z` in milliseconds, with fractions. */
function microTime(text: string): number {
  const [, toMillisecond = '', micro = '0'] = /^(.{19}(?:\.\d{1,3})?)(\d*)/.exec(text) ?? [];
  return Date.parse(`${toMillisecond}Z`) + Number(micro) / 1000;
}
