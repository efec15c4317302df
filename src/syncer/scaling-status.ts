/** What status says about scaling, and whether that is news. Pure. */

import { conditionOf } from '../api/conditions.ts';
import type { Condition, ElasticWebStatus, ScalingStatus } from '../api/types.ts';
import type { Decision, Judgement } from '../scaling/decision.ts';
import { savedHistory } from '../scaling/memory.ts';
import type { Memory } from './autoscaler.ts';

/** What comes and goes from tick to tick, a limit or a recommendation, is told no more often. */
const PAUSE_MS = 30_000;
/** While samples do not cover their window, right after pods were added, what is said of them is soon not so any more. */
const SETTLES_MS = 60_000;

/** Whether a decision says something that status does not. Its words alone are none: they go along with the next news. */
export function isNews(decision: Decision, status: ElasticWebStatus | undefined, nowMs: number): boolean {
  const [active, limited] = [conditionOf(status, 'ScalingActive'), conditionOf(status, 'ScalingLimited')];
  if (decision.isProvisional && active !== undefined) return false;
  const { observedTime, reason } = status?.scaling ?? {};
  const isOlderThan = (time: string | undefined, ms: number) => !(nowMs - Date.parse(time ?? '') < ms);
  return (
    differs(active, decision.active) ||
    isOtherTrouble(active, decision.active) ||
    (differs(limited, decision.limited) && isOlderThan(limited?.lastTransitionTime, PAUSE_MS)) ||
    (decision.recommendedReplicas !== status?.recommendedReplicas && isOlderThan(observedTime, PAUSE_MS)) ||
    (reason === 'WindowNotCovered' && decision.reason !== reason && isOlderThan(observedTime, SETTLES_MS))
  );
}

/** Whether the same reason has another cause: another address that does not answer, say. */
function isOtherTrouble(told: Condition | undefined, said: Judgement | undefined): boolean {
  return said?.status === false && told?.message !== said.message;
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
