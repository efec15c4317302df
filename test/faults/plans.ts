/** Which calls the story has, and everything that is to be tried with each of them. */

import { type Call, isBesideTheStory, isWrite } from './call.ts';
import { type FaultName, FAULTS, type Interference } from './fault.ts';
import type { Telling } from './run.ts';

/** A call of the story, by its name. */
export interface StoryCall {
  readonly signature: string;
  readonly occurrence: number;
  /** Whether every telling has it. Of status and reads, some have more than others: they depend on what was seen when. */
  readonly isCertain: boolean;
}

/** One fault that happens to one call. */
export interface Plan extends StoryCall {
  /** `APPLY deployments shop/web #2 connection reset` */
  readonly name: string;
  readonly fault: FaultName;
}

/** Events and renewals of a Lease go on for as long as the story takes; of each kind so many are enough. */
const MOST_BESIDE_THE_STORY = 2;

/** All calls of some tellings without a fault, in the order of the first. */
export function learnCalls(tellings: readonly Telling[]): readonly StoryCall[] {
  const calls = new Map<string, StoryCall>();
  for (const call of tellings.flatMap((telling) => telling.calls)) {
    const key = keyOf(call);
    if (isBesideTheStory(call) && call.occurrence > MOST_BESIDE_THE_STORY) continue;
    const { signature, occurrence } = call;
    const isInAll = tellings.every((telling) => telling.calls.some((one) => keyOf(one) === key));
    calls.set(key, calls.get(key) ?? { signature, occurrence, isCertain: isInAll && isDetermined(call) });
  }
  return [...calls.values()];
}

/** Each call with each fault. */
export function plansFor(calls: readonly StoryCall[]): readonly Plan[] {
  const faults = Object.keys(FAULTS) as FaultName[];
  return calls.flatMap((call) => faults.map((fault) => planOf(call, fault)));
}

/** A call that must be there, with a fault. */
export function plan(signature: string, occurrence: number, fault: FaultName): Plan {
  return planOf({ signature, occurrence, isCertain: true }, fault);
}

/** Does what the plan says, to that one call. */
export function interferenceOf({ signature, occurrence, fault }: Plan): Interference {
  return (call) => (call.signature === signature && call.occurrence === occurrence ? FAULTS[fault] : undefined);
}

function planOf(call: StoryCall, fault: FaultName): Plan {
  return { ...call, name: `${keyOf(call)} ${fault}`, fault };
}

function isDetermined(call: Call): boolean {
  if (isBesideTheStory(call)) return false;
  return isWrite(call) ? !call.resource.endsWith('/status') : call.verb !== 'GET';
}

function keyOf({ signature, occurrence }: Pick<Call, 'signature' | 'occurrence'>): string {
  return `${signature} #${occurrence}`;
}
