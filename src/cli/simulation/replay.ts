/** What an autoscaler does with a trace, tick by tick. Pure. */

import type { Reading } from '../../scaling/reading.ts';
import { Pods } from './pods.ts';
import { Tally, type Summary } from './summary.ts';
import type { Trace } from './trace.ts';

/** What an autoscaler knows at a tick. */
export interface Moment {
  /** On a clock that began with the trace, at a time that is as good as any. */
  readonly nowMs: number;
  readonly reading: Reading;
  /** Pods that there should be until now. */
  readonly replicas: number;
  readonly readyReplicas: number;
}

/** An autoscaler: from a moment, and what it remembers, to a number of pods and why. */
export interface Autoscaler<Memory> {
  /** What it remembers at first. */
  readonly start: Memory;
  decide(
    moment: Moment,
    memory: Memory,
  ): { readonly replicas: number; readonly reason: string; readonly memory: Memory };
}

/** What is simulated. */
export interface ReplayOptions {
  readonly trace: Trace;
  readonly singlePodQPS: number;
  /** Pods at the start, all of them ready. */
  readonly initialReplicas: number;
  readonly intervalSeconds: number;
  /** How long a new pod takes to become ready. */
  readonly readyDelaySeconds: number;
  /** Told now and then how many of the ticks are done. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** So many ticks take some milliseconds. */
const TELL_AFTER = 1_000;

/** One tick, after its decision. */
export interface Tick {
  /** As in the trace. */
  readonly seconds: number;
  /** Undefined where the trace has no load. */
  readonly qps: number | undefined;
  /** Pods that there should be. */
  readonly replicas: number;
  /** What the ready pods can serve, in requests per second. */
  readonly capacity: number;
  readonly reason: string;
}

/** A simulated run. */
export interface Replay {
  readonly ticks: readonly Tick[];
  readonly summary: Summary;
}

/** To autoscalers time is milliseconds since 1970, and a trace may begin at second 0. */
const BEGIN_MS = Date.UTC(2020, 0, 1);

/** How many ticks there are: one at the first row's second, and then one an interval, to the last row's. */
export function tickCount(trace: Trace, intervalSeconds: number): number {
  const span = trace.secondsAt(trace.length - 1) - trace.secondsAt(0);
  // 0.3 / 0.1 is a little less than 3.
  return Math.floor(span / intervalSeconds + 1e-9) + 1;
}

/**
 * Runs an autoscaler over a trace. What it decides at a tick is done at once: pods that go are gone, new ones are ready after the delay.
 *
 * The summary is exact between the ticks, too: it counts every row of the trace, and every pod from the moment it is ready.
 */
export function replay<Memory>(autoscaler: Autoscaler<Memory>, options: ReplayOptions): Replay {
  const { trace, singlePodQPS, initialReplicas, intervalSeconds, readyDelaySeconds } = options;
  const start = trace.secondsAt(0);
  const end = trace.secondsAt(trace.length - 1);
  const count = tickCount(trace, intervalSeconds);
  const tally = new Tally(singlePodQPS);
  const ticks: Tick[] = [];
  let pods = Pods.running(initialReplicas);
  let replicas = initialReplicas;
  let memory = autoscaler.start;
  let row = 0;

  for (let index = 0; index < count; index += 1) {
    if (index % TELL_AFTER === 0) options.onProgress?.(index, count);
    const seconds = start + index * intervalSeconds;
    pods = pods.at(seconds);
    const nowMs = BEGIN_MS + index * intervalSeconds * 1000;
    const moment = { nowMs, reading: trace.readingAt(row), replicas, readyReplicas: pods.ready };
    const decision = autoscaler.decide(moment, memory);
    ({ memory } = decision);
    if (decision.replicas !== replicas) {
      tally.scaled(replicas, decision.replicas);
      ({ replicas } = decision);
      pods = pods.scaled(replicas, seconds + readyDelaySeconds).at(seconds);
    }
    const capacity = pods.ready * singlePodQPS;
    ticks.push({ seconds, qps: trace.loadAt(row), replicas, capacity, reason: decision.reason });

    const next = index + 1 < count ? start + (index + 1) * intervalSeconds : end;
    for (let from = seconds; from < next;) {
      const to = Math.min(next, trace.secondsAt(row + 1), pods.nextReadySeconds);
      tally.passed({ seconds: to - from, qps: trace.loadAt(row), pods: replicas, ready: pods.ready });
      from = to;
      if (trace.secondsAt(row + 1) <= to) row += 1;
      pods = pods.at(to);
    }
  }
  return { ticks, summary: tally.summary };
}
