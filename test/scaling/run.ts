/**
 * A syncer at work on one ElasticWeb, without cluster: it decides, remembers what it changed, and writes status when it has news. It
 * can be killed and started again at any time.
 */

import type { DefaultedElasticWebSpec, ElasticWebStatus, ScalingStatus } from '../../src/api/types.ts';
import { decide } from '../../src/scaling/decide.ts';
import type { Decision, Judgement, ScalingFacts } from '../../src/scaling/decision.ts';
import { type History, NO_HISTORY, withScaling } from '../../src/scaling/history.ts';
import { restoredHistory, savedHistory } from '../../src/scaling/memory.ts';
import { isNews } from '../../src/syncer/scaling-status.ts';
import { factsOf, NOW_MS } from './web.ts';

/** What status tells the next syncer. */
interface Told {
  readonly scaling: ScalingStatus;
  readonly replicas: number;
  readonly recommended: number | undefined;
  readonly active: Judgement | undefined;
  readonly limited: Judgement | undefined;
}

export interface Run {
  readonly nowMs: number;
  /** What the Deployment asks for. */
  readonly replicas: number;
  /** What the syncer remembers; it goes when the syncer does. */
  readonly history: History;
  /** What is in status; it stays. */
  readonly told: Told | undefined;
  readonly decision: Decision | undefined;
  /** Since when each decision has said the same of limits. */
  readonly limitedMs: number;
  /** How often status was written. */
  readonly writes: number;
}

/** What a pass finds; undefined for what was known all along. */
export type Found = Pick<ScalingFacts, 'reading'> & Partial<Pick<ScalingFacts, 'readyReplicas' | 'stableWindowMs'>>;

/** A Deployment with so many pods, watched since ever. */
export function runFrom(replicas: number): Run {
  return {
    nowMs: NOW_MS,
    replicas,
    history: NO_HISTORY,
    told: undefined,
    decision: undefined,
    limitedMs: NOW_MS,
    writes: 0,
  };
}

/** The world after one pass, which takes no time. */
export function pass(run: Run, web: DefaultedElasticWebSpec, found: Found): Run {
  const { nowMs, told } = run;
  const known = { decidedReplicas: told?.replicas, recommendedReplicas: told?.recommended };
  const decision = decide(web, factsOf(run.replicas, { ...found, ...known, history: run.history, nowMs }));
  const { replicas, podQps } = decision;
  const history = withScaling(decision.history, { atMs: nowMs, from: run.replicas, to: replicas, podQps });
  const limitedMs = run.decision?.limited?.reason === decision.limited?.reason ? run.limitedMs : nowMs;
  const after = { ...run, replicas, history, decision, limitedMs };
  const isAtRest = !isNews(decision, statusOf(told), { nowMs, limitedForMs: nowMs - limitedMs });
  if (told?.replicas === replicas && (decision.isProvisional || isAtRest)) return after;
  const { active, limited, reason } = decision;
  return {
    ...after,
    told: {
      scaling: savedHistory(history, reason),
      replicas,
      active,
      limited,
      recommended: decision.recommendedReplicas,
    },
    writes: run.writes + 1,
  };
}

/** The world some seconds later. */
export function later(run: Run, seconds: number): Run {
  return { ...run, nowMs: run.nowMs + seconds * 1000 };
}

/** The world with a new syncer, which knows what status says. */
export function restarted(run: Run): Run {
  const { nowMs, replicas, told } = run;
  const history = restoredHistory(told?.scaling, {
    ...{ nowMs, currentReplicas: replicas, desiredReplicas: told?.replicas },
    wasActive: told?.active?.status === true,
  });
  return { ...run, history };
}

/** What was told as status has it, long ago. */
function statusOf(told: Told | undefined): ElasticWebStatus | undefined {
  if (told === undefined) return undefined;
  const condition = (type: string, judgement: Judgement | undefined) =>
    judgement === undefined
      ? []
      : [
          {
            ...judgement,
            type,
            status: judgement.status ? ('True' as const) : ('False' as const),
            lastTransitionTime: '',
          },
        ];
  const { active, limited, recommended } = told;
  return {
    conditions: [...condition('ScalingActive', active), ...condition('ScalingLimited', limited)],
    ...(recommended !== undefined && { recommendedReplicas: recommended }),
  };
}
