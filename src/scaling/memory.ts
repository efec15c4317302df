/** What of the history is in status, so that the next syncer goes on where this one ended. Pure. */

import { rfc3339 } from '../api/time.ts';
import type { ScalingStatus } from '../api/types.ts';
import { type History, NO_HISTORY, type Recommendation, type ScaleEvent, withScaling, wholeSecond } from './history.ts';

/** A restart that takes no longer says nothing about the load. */
const RESTART_MS = 35_000;
/** Clocks of two machines differ by less. What is further ahead is nonsense. */
const MOST_SKEW_MS = 60_000;
/** The longest window that behavior knows. */
const LONGEST_WINDOW_MS = 3_600_000;

/** The history and the reason of the last decision, as status holds them. */
export function savedHistory({ recommendations, events, knownMs, knownQps }: History, reason: string): ScalingStatus {
  return {
    ...(knownQps !== undefined && { observedMilliQPS: milli(knownQps) }),
    ...(knownMs !== undefined && { observedTime: timeOf(knownMs) }),
    reason,
    recommendations: recommendations.map(({ atMs, replicas }) => ({ time: timeOf(atMs), replicas })),
    events: events.map(({ atMs, change, podQps }) => ({
      time: timeOf(atMs),
      change,
      ...(podQps !== undefined && { milliQPSPerPod: milli(podQps) }),
    })),
  };
}

/** What the next syncer finds besides the saved history. */
export interface Found {
  readonly nowMs: number;
  /** Pods that the Deployment asks for. */
  readonly currentReplicas: number;
  /** Pods that there should be, as status has it. */
  readonly desiredReplicas: number | undefined;
  /** Whether the load was known, as the condition ScalingActive has it. */
  readonly wasActive: boolean;
}

/**
 * The history to go on with. What is missing in it is taken for what keeps most pods, so that a restart never gives fewer of them than
 * no restart would:
 *
 * - Recommendations after the last write, which is made when a decision changes something: they may have been as high as you like, until
 *   now. So a restart begins the downward window anew.
 * - A change of the number that no status has told: pods that went as if they went now, pods that came as if they had been there.
 * - When the load was last known: as long ago as it may be for a fallback that adds pods; for one that removes some, not before now.
 *
 * Times that are no times, long ago or in the future are dropped; only since when the load is unknown may be as long ago as it likes.
 */
export function restoredHistory(saved: ScalingStatus | undefined, found: Found): History {
  const { nowMs, currentReplicas, desiredReplicas = currentReplicas, wasActive } = found;
  const latestMs = wholeSecond(nowMs);
  const plausible = <T extends { readonly atMs: number }>(list: readonly T[]): T[] =>
    list
      .filter(({ atMs }) => atMs > nowMs - LONGEST_WINDOW_MS && atMs <= nowMs + MOST_SKEW_MS)
      .map((one) => ({ ...one, atMs: Math.min(one.atMs, latestMs) }));
  const knownMs = Date.parse(saved?.observedTime ?? '');
  const lastKnownMs = knownMs <= nowMs + MOST_SKEW_MS ? Math.min(knownMs, latestMs) : undefined;
  const history: History = {
    ...NO_HISTORY,
    recommendations: plausible(recommendationsIn(saved)),
    events: plausible(eventsIn(saved)),
    missingMs: latestMs,
    knownMs: wasActive ? wholeSecond(nowMs - RESTART_MS) : lastKnownMs,
    knownQps: saved?.observedMilliQPS === undefined ? undefined : saved.observedMilliQPS / 1000,
    sinceMs: latestMs,
  };
  return withScaling(history, { atMs: nowMs, from: Math.max(desiredReplicas, currentReplicas), to: currentReplicas });
}

function recommendationsIn(saved: ScalingStatus | undefined): Recommendation[] {
  return inOrder((saved?.recommendations ?? []).map(({ time, replicas }) => ({ atMs: Date.parse(time), replicas })));
}

function eventsIn(saved: ScalingStatus | undefined): ScaleEvent[] {
  return inOrder(
    (saved?.events ?? []).map(({ time, change, milliQPSPerPod }) => ({
      atMs: Date.parse(time),
      change,
      ...(milliQPSPerPod !== undefined && { podQps: milliQPSPerPod / 1000 }),
    })),
  );
}

/** Anybody may have edited status. */
function inOrder<T extends { readonly atMs: number }>(list: readonly T[]): T[] {
  return list.filter(({ atMs }) => !Number.isNaN(atMs)).sort((a, b) => a.atMs - b.atMs);
}

/** The largest number that JSON carries exactly. */
function milli(qps: number): number {
  return Math.min(Math.round(qps * 1000), Number.MAX_SAFE_INTEGER);
}

function timeOf(ms: number): string {
  return rfc3339(new Date(ms));
}
