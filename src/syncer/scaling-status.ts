/** What status says about scaling, and whether that is news. Pure. */

import { conditionOf } from '../api/conditions.ts';
import type { Condition, ElasticWebStatus, ScalingStatus } from '../api/types.ts';
import type { Decision, Judgement } from '../scaling/decision.ts';
import { savedHistory } from '../scaling/memory.ts';
import type { Memory } from './autoscaler.ts';

/** What comes and goes from tick to tick, a limit, a pause or a recommendation, is told no more often, and not before it has lasted so long. */
const PAUSE_MS = 30_000;
/** That pods wait for something is set right later, if no other write does: a load that goes up and down has them wait again soon. */
const OVER_MS = 300_000;
/** While samples do not cover their window, right after pods were added, what is said of them is soon not so any more. */
const SETTLES_MS = 60_000;

/** Whether a decision says something that status does not. Its words alone are none: they go along with the next news. */
export function isNews(
  decision: Decision,
  status: ElasticWebStatus | undefined,
  { nowMs, limitedForMs }: Pick<Memory, 'nowMs' | 'limitedForMs'>,
): boolean {
  const [active, limited] = [conditionOf(status, 'ScalingActive'), conditionOf(status, 'ScalingLimited')];
  if (isStillTold(decision, active)) return false;
  const { observedTime, reason } = status?.scaling ?? {};
  const isOlderThan = (time: string | undefined, ms: number) => !(nowMs - Date.parse(time ?? '') < ms);
  return (
    differs(active, decision.active) ||
    isOtherTrouble(active, decision.active) ||
    (isOtherPause(limited, decision.limited)
      ? limitedForMs >= (decision.limited?.reason === 'DesiredWithinRange' ? OVER_MS : PAUSE_MS)
      : differs(limited, decision.limited) && isOlderThan(limited?.lastTransitionTime, PAUSE_MS)) ||
    (decision.recommendedReplicas !== status?.recommendedReplicas && isOlderThan(observedTime, PAUSE_MS)) ||
    (reason === 'WindowNotCovered' && decision.reason !== reason && isOlderThan(observedTime, SETTLES_MS))
  );
}

/**
 * Whether what was told of the load stands for the moment, as nothing better is known yet. Of a number by hand it does not: whoever took that
 * back is not to be told to take it back.
 */
export function isStillTold(decision: Pick<Decision, 'isProvisional'>, told: Condition | undefined): boolean {
  return decision.isProvisional && told !== undefined && told.reason !== 'ManualOverride';
}

/** Whether the same reason has another cause: another address that does not answer, say. */
function isOtherTrouble(told: Condition | undefined, said: Judgement | undefined): boolean {
  return said?.status === false && told?.message !== said.message;
}

/**
 * Whether only the reason is another one: of a limit, or of a pause. The time of the condition does not move with it, and a load that goes up
 * and down has another one at each tick.
 */
function isOtherPause(told: Condition | undefined, said: Judgement | undefined): boolean {
  return told !== undefined && (told.status === 'True') === said?.status && told.reason !== said.reason;
}

function differs(told: Condition | undefined, said: Judgement | undefined): boolean {
  return told?.reason !== said?.reason || (told !== undefined && (told.status === 'True') !== said?.status);
}

/** What status says of scaling while nothing new is worth a write. */
export interface Remembered {
  /** That of the last write, until there is a reason to write. */
  readonly kept: ScalingStatus | undefined;
  /** That of now, for a write that is made anyway. */
  readonly fresh: ScalingStatus | undefined;
  /** The decision without what is not worth a write. */
  readonly told: Decision;
}

/** What is to be remembered as status has it. */
export function rememberedScaling(
  before: ElasticWebStatus | undefined,
  decision: Decision,
  memory: Memory | undefined,
  wasScaled: boolean,
): Remembered {
  if (memory === undefined) return { kept: undefined, fresh: undefined, told: decision };
  const fresh = savedHistory(memory.history, decision.reason);
  const isFirst = before?.scaling === undefined && !decision.isProvisional;
  const isDue = wasScaled || isFirst || isNews(decision, before, memory);
  return isDue
    ? { kept: fresh, fresh, told: decision }
    : { kept: before?.scaling, fresh, told: withLimitOf(before, decision) };
}

function withLimitOf(before: ElasticWebStatus | undefined, decision: Decision): Decision {
  const told = conditionOf(before, 'ScalingLimited');
  if (told === undefined || decision.limited === undefined) return decision;
  const { status, reason, message } = told;
  return { ...decision, limited: { status: status === 'True', reason, message } };
}
