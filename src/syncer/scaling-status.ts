/** What status says about scaling, and whether that is news. Pure. */

import type { ConditionType } from '../api/conditions.ts';
import type { ElasticWebStatus, ScalingStatus } from '../api/types.ts';
import type { Decision, Judgement } from '../scaling/decision.ts';
import { isSaveDue, savedHistory } from '../scaling/memory.ts';
import type { Memory } from './autoscaler.ts';

/** Whether a decision says something that status does not. Its words alone are none: they go along with the next news. */
export function isNews(decision: Decision, status: ElasticWebStatus | undefined): boolean {
  if (isTooEarly(decision)) return false;
  const differs = (type: ConditionType, said: Judgement | undefined): boolean => {
    const told = status?.conditions?.find((condition) => condition.type === type);
    return told?.reason !== said?.reason || (told !== undefined && (told.status === 'True') !== said?.status);
  };
  return (
    differs('ScalingActive', decision.active) ||
    differs('ScalingLimited', decision.limited) ||
    decision.recommendedReplicas !== status?.recommendedReplicas
  );
}

/** Whether the load has not been read yet. After a restart, what was said before still stands. */
export function isTooEarly({ active }: Pick<Decision, 'active'>): boolean {
  return active?.reason === 'NotReadYet';
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
  const now = { ...memory, currentReplicas: decision.replicas };
  const isDue = wasScaled || isNews(decision, before) || isSaveDue(before?.scaling, memory.history, now);
  return { kept: isDue && !isTooEarly(decision) ? fresh : before?.scaling, fresh };
}
