/** What status says about scaling, and whether that is news. Pure. */

import type { ConditionType } from '../api/conditions.ts';
import type { Condition, ElasticWebStatus, ScalingStatus } from '../api/types.ts';
import type { Decision, Judgement } from '../scaling/decision.ts';
import { savedHistory } from '../scaling/memory.ts';
import type { Memory } from './autoscaler.ts';

/** A limit that holds at one tick and not at the next is told no more often. */
const LIMIT_PAUSE_MS = 30_000;

/** Whether a decision says something that status does not. Its words alone are none: they go along with the next news. */
export function isNews(decision: Decision, status: ElasticWebStatus | undefined, nowMs: number): boolean {
  const told = (type: ConditionType) => status?.conditions?.find((condition) => condition.type === type);
  const [active, limited] = [told('ScalingActive'), told('ScalingLimited')];
  if (decision.isProvisional && active !== undefined) return false;
  const isOldEnough = !(nowMs - Date.parse(limited?.lastTransitionTime ?? '') < LIMIT_PAUSE_MS);
  return (
    differs(active, decision.active) ||
    (differs(limited, decision.limited) && isOldEnough) ||
    decision.recommendedReplicas !== status?.recommendedReplicas
  );
}

function differs(told: Condition | undefined, said: Judgement | undefined): boolean {
  return told?.reason !== said?.reason || (told !== undefined && (told.status === 'True') !== said?.status);
}

/** What is to be remembered as status has it: that of the last write, until there is a reason to write. */
export function rememberedScaling(
  before: ElasticWebStatus | undefined,
  decision: Decision,
  memory: Memory | undefined,
  wasScaled: boolean,
): { readonly kept: ScalingStatus | undefined; readonly fresh: ScalingStatus | undefined } {
  if (memory === undefined) return { kept: undefined, fresh: undefined };
  const fresh = savedHistory(memory.history, decision.reason);
  const isFirst = before?.scaling === undefined && !decision.isProvisional;
  const isDue = wasScaled || isFirst || isNews(decision, before, memory.nowMs);
  return { kept: isDue ? fresh : before?.scaling, fresh };
}
