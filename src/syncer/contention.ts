/** Who else sets the number of pods, and when the syncer stops arguing about it. */

import { type Clock, systemClock } from '../kube/clock.ts';
import { ownersOf } from '../kube/owned-fields.ts';
import { keyOf, type ManagedFieldsEntry } from '../kube/resource.ts';
import { type Deployment, FIELD_MANAGER } from './kinds.ts';

const REPLICAS = ['spec', 'replicas'];
/** So many writes by others within the time are no slip of a hand. */
const MOST_WRITES = 3;
const WITHIN_MS = 300_000;

/** Somebody else sets the number of pods. */
export interface Contender {
  readonly message: string;
  /** When it is worth looking again; undefined: as long as the field is somebody else's. */
  readonly forMs?: number;
}

/** What others did to the number of pods of one Deployment. */
interface Duel {
  /** Which writes, and when each was first seen. */
  readonly writes: readonly { readonly write: string; readonly seenMs: number }[];
  /** Until when the syncer does not answer. */
  readonly untilMs: number;
}

/**
 * Remembers who wrote `spec.replicas` of the Deployments.
 *
 * An autoscaler that owns the field is left to it at once: it would write again within seconds, and two autoscalers on one number make
 * both wrong. A `kubectl scale` is drift and is repaired, until it is the third such write within five minutes.
 */
export class Contention {
  readonly #clock: Clock;
  /** By Deployment; the one written longest ago first. */
  readonly #duels = new Map<string, Duel>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Who else sets the number of pods of this Deployment, where `wanted` are wanted; undefined if nobody does. */
  contender(live: Deployment, wanted: number): Contender | undefined {
    const others = ownersOf(live, REPLICAS).filter(({ manager }) => manager !== FIELD_MANAGER);
    const autoscaler = others.find(isAutoscaler);
    const name = `Deployment ${keyOf(live)}`;
    if (autoscaler !== undefined) {
      return {
        message:
          `${name}: spec.replicas belongs to ${nameOf(autoscaler)}, so it is left alone. ${whereToLook(live, autoscaler)}, and ` +
          // Not the number that is wanted: that may change at each tick, and this is told in a condition.
          `take the number back: kubectl scale -n ${live.metadata.namespace ?? ''} deployment/${live.metadata.name} --replicas=${(live.spec.replicas ?? 1) + 1}`,
      };
    }
    const other = others[0];
    if (other === undefined) return undefined;
    const write = `${other.manager ?? ''} ${other.time ?? ''} ${live.spec.replicas ?? ''}`;
    // One that asks for what is wanted is no contradiction. That it is, for a moment, in the middle of a duel, does not end the duel.
    const untilMs = this.#leftAloneUntil(keyOf(live), live.spec.replicas === wanted ? undefined : write);
    if (untilMs === undefined) return undefined;
    return {
      message:
        `${name}: ${nameOf(other)} has set spec.replicas ${MOST_WRITES} times within ${WITHIN_MS / 60_000} minutes, so it is left ` +
        `alone until that has not happened for so long`,
      forMs: untilMs - this.#clock.monotonicMs(),
    };
  }

  /** Takes note of a write by others, if there is one. Until when the Deployment is left alone; undefined if it is not. */
  #leftAloneUntil(key: string, write: string | undefined): number | undefined {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, { writes, untilMs }] of this.#duels) {
      if (nowMs < Math.max(untilMs, (writes.at(-1)?.seenMs ?? 0) + WITHIN_MS)) break;
      this.#duels.delete(old);
    }
    const { writes, untilMs } = this.#duels.get(key) ?? { writes: [], untilMs: 0 };
    if (write === undefined || writes.at(-1)?.write === write) return nowMs < untilMs ? untilMs : undefined;
    const recent = [...writes.filter(({ seenMs }) => nowMs - seenMs < WITHIN_MS), { write, seenMs: nowMs }];
    const isDuel = recent.length >= MOST_WRITES || nowMs < untilMs;
    const duel = { writes: recent.slice(-MOST_WRITES), untilMs: isDuel ? nowMs + WITHIN_MS : 0 };
    // The last place is that of the Deployment written last.
    this.#duels.delete(key);
    this.#duels.set(key, duel);
    return isDuel ? duel.untilMs : undefined;
  }
}

/** HPA writes through the scale subresource as the controller manager, and KEDA under its own name. */
function isAutoscaler({ manager = '', subresource }: ManagedFieldsEntry): boolean {
  return (manager === 'kube-controller-manager' && subresource === 'scale') || /^keda\b/.test(manager);
}

/** The manager as managedFields has it, and what it is where that is known. */
function nameOf(entry: ManagedFieldsEntry): string {
  const { manager = '', subresource } = entry;
  const who = subresource === 'scale' ? `manager ${manager}, subresource scale` : `manager ${manager}`;
  if (!isAutoscaler(entry)) return `somebody else (${who})`;
  return `${isHpa(entry) ? 'a HorizontalPodAutoscaler' : 'KEDA'} (${who})`;
}

function isHpa({ manager }: ManagedFieldsEntry): boolean {
  return manager === 'kube-controller-manager';
}

/** How to find what scales the Deployment, and what to remove: managedFields do not say which object it is. */
function whereToLook({ metadata: { namespace = '', name } }: Deployment, autoscaler: ManagedFieldsEntry): string {
  return isHpa(autoscaler)
    ? // KEDA, too, scales through an HPA, and would make it anew.
      `It is the one with REFERENCE Deployment/${name} in: kubectl get hpa -n ${namespace}. Remove it (or the ScaledObject that made it)`
    : `It is the one with that target in: kubectl get scaledobjects -n ${namespace}. Remove it`;
}
