/** What is told of a pass, and to whom: a log line for operators, an Event for users, a count for machines. One place for all three. */

import { printableLine } from '../api/printable.ts';
import type { Condition } from '../api/types.ts';
import type { EventRecorder, Happening } from '../kube/events.ts';
import { keyOf } from '../kube/resource.ts';
import { changesBetween } from './changes.ts';
import type { KeptChildren } from './children.ts';
import type { Child, ElasticWebResource } from './kinds.ts';
import type { Log } from './log.ts';
import { isOfTheSource } from './source-news.ts';

/** What became of one child in a pass. */
export const APPLY_RESULTS = ['created', 'configured', 'unchanged', 'conflict', 'error'] as const;
export type ApplyResult = (typeof APPLY_RESULTS)[number];

/** Counts what passes do. */
export interface PassCounts {
  applied(kind: string, result: ApplyResult): void;
  /** A pass met an error that nobody foresaw. */
  panicked(): void;
}

export interface ReportOptions {
  readonly log: Log;
  readonly events: Pick<EventRecorder, 'record'>;
  readonly counts: PassCounts;
}

/** A change of the number of pods. */
export interface Scaling {
  readonly from: number;
  readonly to: number;
  readonly why: string;
  /** The measured load behind it, in requests per second. */
  readonly qps: number | undefined;
}

/** Tells what passes did. */
export class Report {
  readonly #log: Log;
  readonly #events: Pick<EventRecorder, 'record'>;
  readonly #counts: PassCounts;

  constructor({ log, events, counts }: ReportOptions) {
    this.#log = log;
    this.#events = events;
    this.#counts = counts;
  }

  /** The children were made what they should be, as far as that was possible. */
  children(web: ElasticWebResource, kept: KeptChildren): void {
    const made: Child[] = [];
    for (const child of [kept.deployment, kept.service, kept.metricsService]) {
      if (child === undefined) continue;
      if (child.kind === 'failed') {
        this.#counts.applied(child.childKind, child.failure.kind === 'stale' ? 'conflict' : 'error');
        continue;
      }
      const { change, before, live, difference } = child;
      const { kind, metadata } = live;
      this.#counts.applied(kind, change);
      if (change === 'unchanged') continue;
      this.#log.info(change, {
        elasticweb: keyOf(web),
        kind,
        name: metadata.name,
        ...(difference !== undefined && { difference }),
      });
      if (change === 'created') made.push(live);
      // A change of the number alone is told as such.
      const changes = before === undefined ? '' : changesBetween(before, live);
      if (changes !== '') this.#event(web, 'Normal', 'Updated', 'Apply', `${kind} ${metadata.name}: ${changes}`);
    }
    if (made.length > 0) {
      const names = made.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ');
      this.#event(web, 'Normal', 'Created', 'Create', names);
    }
    if (kept.retired) {
      this.#log.info('retired', { elasticweb: keyOf(web), kind: 'Service' });
      const note = `Service ${web.metadata.name}-metrics is not wanted any more and was left to the garbage collector`;
      this.#event(web, 'Normal', 'Retired', 'Retire', note);
    }
  }

  /** The number of pods was changed. If that number was wanted before, somebody had changed the Deployment. */
  scaled(web: ElasticWebResource, { from, to, why, qps }: Scaling): void {
    this.#log.info('scaled', { elasticweb: keyOf(web), from, to, why, qps });
    const isRepair = web.status?.desiredReplicas === to;
    const told = isRepair
      ? `set back from ${from}, which somebody made it, to ${to} pods`
      : `from ${from} to ${to} pods`;
    this.#event(web, 'Normal', 'Scaled', 'Scale', `${told}: ${why}`);
  }

  /** Scaling says something new: whether the load is known, whether a limit holds. */
  scaling(web: ElasticWebResource, previous: Condition | undefined, active: Condition | undefined): void {
    if (active === undefined || (active.status === previous?.status && active.reason === previous.reason)) return;
    const { status, reason, message } = active;
    const isWell = status === 'True' || reason === 'ManualOverride' || reason === 'NotReadYet';
    // That Prometheus is away is one line for all of them, in source-news.ts.
    const isShared = isOfTheSource(reason) || (isWell && isOfTheSource(previous?.reason));
    this.#log[isShared ? 'debug' : isWell ? 'info' : 'warn']('scaling changed', {
      elasticweb: keyOf(web),
      active: status,
      reason,
      why: message,
    });
    // Ready says so, too.
    if (reason === 'Suspended' || previous?.reason === 'Suspended') return;
    // Of what has had no request yet, there are no series yet.
    if (previous?.status !== 'True' && (reason === 'NoSeries' || reason === 'NoData')) return;
    // That it goes well is worth telling only to those who were told otherwise.
    if (reason === 'NotReadYet' || (isWell && previous?.status !== 'False')) return;
    if (reason === 'ValidMetricFound' && previous?.reason === 'NotReadYet') return;
    this.#event(web, isWell ? 'Normal' : 'Warning', reason, 'Scale', message);
  }

  /** The status was written. Only what became of Ready is worth telling. */
  state(web: ElasticWebResource, previous: Condition | undefined, ready: Condition | undefined): void {
    if (ready === undefined || (ready.status === previous?.status && ready.reason === previous.reason)) return;
    const { status, reason, message } = ready;
    const isWell = status === 'True' || reason === 'Suspended' || reason === 'Progressing';
    const level = isWell ? 'info' : 'warn';
    this.#log[level]('state changed', { elasticweb: keyOf(web), ready: status, reason, why: message });
    // That a rollout has begun is told by what was created, updated or scaled.
    if (reason === 'Progressing') return;
    this.#event(web, isWell ? 'Normal' : 'Warning', reason, 'Reconcile', message);
  }

  /** The status could not be written. What it would have said is told by a log line and an Event alone. */
  unsaid(web: ElasticWebResource, ready: Condition | undefined, why: string): void {
    const { reason = 'Unknown', message = '' } = ready ?? {};
    const fields = { elasticweb: keyOf(web), ready: ready?.status, reason, why: message, error: why };
    this.#log.warn('state cannot be written', fields);
    const type = reason === 'Suspended' ? 'Normal' : 'Warning';
    if (ready?.status !== 'True') this.#event(web, type, reason, 'Reconcile', message);
  }

  /** What was read is not what is there; it is read again. */
  stale(web: ElasticWebResource, error: string): void {
    this.#log.debug('read again', { elasticweb: keyOf(web), error });
  }

  /** An error that no rule foresees: a mistake in the program. */
  bug(web: ElasticWebResource, error: unknown): void {
    const { stack = String(error) } = error instanceof Error ? error : {};
    this.#log.error('unexpected error', { elasticweb: keyOf(web), stack });
    this.#counts.panicked();
  }

  #event(web: ElasticWebResource, type: Happening['type'], reason: string, action: string, note: string): void {
    this.#events.record({ regarding: web, type, reason, action, note: printableLine(note) });
  }
}
