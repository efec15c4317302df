/** How many pods an ElasticWeb runs that scales with its load. Pure. */

import { limitRate, type Rates, ratesOf, restraintOf, stabilize } from './behavior.ts';
import type { Decision, DecisionReason, ScalingFacts } from './decision.ts';
import { wholeSecond, withLastStepDone, withRecommendation } from './history.ts';
import { initialReplicas } from './initial.ts';
import type { Measured, Unknown } from './reading.ts';
import { recommend, type Wish } from './recommend.ts';
import { activity, type Chosen, limitation, type Limits, type Scaled, whyOf } from './told.ts';

/** The load was at so many times the capacity: that is a jump, and what falls right after it may rise again. */
const JUMP = 2;

/** A gap in the readings shorter than so many windows is none: the reading after it speaks for a whole window. */
const GAP_WINDOWS = 1.5;
/** A load that is unknown for less is not told: one query that fails is no news for thousands of ElasticWebs. */
const MOMENT_MS = 30_000;
/** What does not pass by itself is told at once. */
const LASTING: ReadonlySet<DecisionReason> = new Set(['NoMetricsSource', 'TooManyQueries']);

/**
 * Decides from the measured load. An unknown load keeps the number of pods: scaling down blind hurts more than scaling down late.
 *
 * With mode Observe, the number stays, and what Auto would do is told: going on from what it would have done before.
 */
export function decideByLoad(spec: Scaled, facts: ScalingFacts): Decision {
  const { autoscaling } = spec;
  const limits = { min: autoscaling.minReplicas, max: Math.min(autoscaling.maxReplicas, facts.maxReplicas) };
  const chosen = choose(spec, facts, limits, startOf(spec, facts));
  const { wish } = chosen;
  const common = {
    ...{ qps: wish?.qps, podQps: wish?.podQps, history: chosen.history, reason: chosen.reason },
    isProvisional: isProvisional(facts, chosen),
    active: activity(spec, facts),
    limited: limitation(chosen, spec, limits, facts),
  };
  if (autoscaling.mode === 'Observe') {
    return { ...common, replicas: observed(spec, facts), recommendedReplicas: chosen.replicas, why: 'mode Observe' };
  }
  const why = whyOf(spec, facts, chosen);
  return { ...common, replicas: chosen.replicas, recommendedReplicas: undefined, why };
}

/**
 * The number to go on from. Nobody but a decision takes pods away: where a Deployment was scaled down by hand, or deleted, they come back at
 * once, whatever is known of the load and whatever limits the speed of our own steps.
 */
function startOf(spec: Scaled, facts: ScalingFacts): number {
  const { currentReplicas, decidedReplicas = 0, recommendedReplicas, maxReplicas } = facts;
  const start = Math.max(currentReplicas ?? initialReplicas(spec, maxReplicas), decidedReplicas);
  return spec.autoscaling.mode === 'Observe' ? (recommendedReplicas ?? currentReplicas ?? start) : start;
}

/** The number that mode Observe leaves as it is. Of a Deployment that somebody deleted, it is the last one that was told. */
function observed(spec: Scaled, { currentReplicas, decidedReplicas, maxReplicas }: ScalingFacts): number {
  if (currentReplicas !== undefined) return currentReplicas;
  return decidedReplicas === undefined ? initialReplicas(spec, maxReplicas) : Math.min(decidedReplicas, maxReplicas);
}

function choose(spec: Scaled, facts: ScalingFacts, limits: Limits, start: number): Chosen {
  const { reading } = facts;
  // A limit is the user's word and holds whatever the load is.
  const current = clamp(start, limits);
  if (reading.kind === 'unknown') return hold(spec, facts, { limits, start, current, reading });
  return follow(spec, { ...facts, reading }, limits, current);
}

function hold(
  spec: Scaled,
  facts: ScalingFacts,
  { limits, start, current, reading: { reason } }: { limits: Limits; start: number; current: number; reading: Unknown },
): Chosen {
  const { currentReplicas, decidedReplicas, nowMs } = facts;
  if ((currentReplicas ?? decidedReplicas) === undefined) {
    return { replicas: current, reason: 'FirstDeployment', history: facts.history };
  }
  const { staleAfterSeconds, replicas, allowScaleDown = false } = spec.autoscaling.fallback;
  const knownMs = facts.history.knownMs ?? wholeSecond(nowMs);
  const history = { ...facts.history, knownMs };
  const held = { replicas: current, reason: limitReason(start, current) ?? reason, history };
  // No pods are a decision that was made while the load was known; and what nobody looks for is not missing.
  const isAsked = reason !== 'NotReadYet' && reason !== 'NoMetricsSource';
  if (replicas === undefined || current === 0 || !isAsked) return held;
  // A syncer that was away does not know how long the load was unknown: it takes pods away late rather than early.
  const sinceMs = replicas < current ? Math.max(knownMs, history.sinceMs ?? 0) : knownMs;
  if (nowMs - sinceMs <= staleAfterSeconds * 1000) return held;
  const fallback = clamp(allowScaleDown ? replicas : Math.max(replicas, current), limits);
  const isCutFallback = replicas > limits.max;
  return fallback === current
    ? { ...held, isCutFallback }
    : { replicas: fallback, reason: 'Fallback', history, isCutFallback };
}

function isProvisional({ reading, currentReplicas, nowMs }: ScalingFacts, { replicas, history }: Chosen): boolean {
  if (reading.kind === 'measured' || LASTING.has(reading.reason)) return false;
  if (reading.reason === 'NotReadYet') return true;
  return replicas === currentReplicas && nowMs - (history.knownMs ?? nowMs) < MOMENT_MS;
}

function follow(
  spec: Scaled,
  facts: ScalingFacts & { readonly reading: Measured },
  limits: Limits,
  current: number,
): Chosen {
  const { reading, readyReplicas: ready, nowMs, stableWindowMs } = facts;
  const { singlePodQPS, autoscaling } = spec;
  const rates = ratesOf(autoscaling.behavior);
  const wish = recommend(
    singlePodQPS,
    autoscaling,
    { ...{ reading, current, ready, nowMs, stableWindowMs }, history: facts.history },
    rates,
  );
  const isJump = wish.qps > 0 && wish.qps >= JUMP * singlePodQPS * current;
  const windows = { upMs: rates.up.windowMs, downMs: rates.down.windowMs };
  const before = wish.lastStepFits ? withLastStepDone(facts.history) : facts.history;
  const history = {
    ...withRecommendation(before, { atMs: nowMs, replicas: wish.replicas }, windows),
    missingMs: isAfterGap(facts) ? wholeSecond(nowMs) : facts.history.missingMs,
    knownMs: wholeSecond(nowMs),
    knownQps: wish.qps,
    jumpedMs: isJump ? wholeSecond(nowMs) : facts.history.jumpedMs,
  };
  return { ...slow({ ...facts, history }, wish, rates, limits, current), history, wish };
}

/** Whether nothing was measured for so long, or ever, that nobody knows how many pods were needed meanwhile: as after a restart. */
function isAfterGap({ history, nowMs, stableWindowMs }: ScalingFacts): boolean {
  return nowMs - (history.recommendations.at(-1)?.atMs ?? 0) > GAP_WINDOWS * stableWindowMs;
}

/** From what the load asks for to what is done: windows, policies, a pause after a jump, and the limits, in this order. */
function slow(
  { history, nowMs, stableWindowMs }: Pick<ScalingFacts, 'history' | 'nowMs' | 'stableWindowMs'>,
  wish: Wish,
  rates: Rates,
  limits: Limits,
  current: number,
): Pick<Chosen, 'replicas' | 'reason'> {
  const stable = stabilize({ current, desired: wish.replicas, nowMs }, history, rates);
  const allowed = limitRate({ current, desired: stable, nowMs }, history.events, rates);
  const isRecent = (ms: number | undefined) => ms !== undefined && nowMs < ms + stableWindowMs;
  const pause: DecisionReason | undefined =
    (isRecent(history.jumpedMs) && 'AfterJump') || (isRecent(history.sinceMs) && 'JustStarted') || undefined;
  if (pause !== undefined && allowed < current) return { replicas: current, reason: pause };
  const replicas = clamp(allowed, limits);
  return { replicas, reason: restraintOf({ recommended: wish.replicas, stable, allowed, replicas }) ?? wish.reason };
}

function clamp(replicas: number, { min, max }: Limits): number {
  return Math.min(Math.max(replicas, min), max);
}

function limitReason(wanted: number, given: number): 'TooManyReplicas' | 'TooFewReplicas' | undefined {
  if (given === wanted) return undefined;
  return given < wanted ? 'TooManyReplicas' : 'TooFewReplicas';
}
