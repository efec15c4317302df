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

/**
 * Remembers who wrote `spec.replicas` of the Deployments.
 *
 * An autoscaler that owns the field is left to it at once: it would write again within seconds, and two autoscalers on one number make
 * both wrong. A `kubectl scale` is drift and is repaired, until it is the third such write within five minutes.
 */
export class Contention {
  readonly #clock: Clock;
  /** The writes by others that were seen, by Deployment: which, and when they were first seen. The one seen longest ago first. */
  readonly #writes = new Map<string, { readonly write: string; readonly seenMs: number }[]>();

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
          `${name}: spec.replicas belongs to ${nameOf(autoscaler)}, so it is left alone. Remove what scales it there, and take ` +
          `the number back: kubectl scale -n ${live.metadata.namespace ?? ''} deployment/${live.metadata.name} --replicas=${wanted === live.spec.replicas ? wanted + 1 : wanted}`,
      };
    }
    const other = others[0];
    if (other === undefined || live.spec.replicas === wanted) return undefined;
    const writes = this.#seen(keyOf(live), `${other.manager ?? ''} ${other.time ?? ''} ${live.spec.replicas ?? ''}`);
    const last = writes.at(-1);
    if (writes.length < MOST_WRITES || last === undefined) return undefined;
    return {
      message:
        `${name}: ${nameOf(other)} has set spec.replicas ${MOST_WRITES} times within ${WITHIN_MS / 60_000} minutes, so it is left ` +
        `alone until that has not happened for so long`,
      forMs: Math.max(1000, last.seenMs + WITHIN_MS - this.#clock.monotonicMs()),
    };
  }

  /** The writes of the last minutes, this one included. */
  #seen(key: string, write: string): readonly { readonly write: string; readonly seenMs: number }[] {
    const nowMs = this.#clock.monotonicMs();
    for (const [old, writes] of this.#writes) {
      if (nowMs - (writes.at(-1)?.seenMs ?? 0) < WITHIN_MS) break;
      this.#writes.delete(old);
    }
    const recent = (this.#writes.get(key) ?? []).filter(({ seenMs }) => nowMs - seenMs < WITHIN_MS);
    const writes = recent.some((seen) => seen.write === write) ? recent : [...recent, { write, seenMs: nowMs }];
    // The last place is that of the Deployment written last.
    this.#writes.delete(key);
    this.#writes.set(key, writes.slice(-MOST_WRITES));
    return writes.slice(-MOST_WRITES);
  }
}

/** HPA writes through the scale subresource as the controller manager, and KEDA under its own name. */
function isAutoscaler({ manager = '', subresource }: ManagedFieldsEntry): boolean {
  return (manager === 'kube-controller-manager' && subresource === 'scale') || /^keda\b/.test(manager);
}

function nameOf({ manager = '', subresource }: ManagedFieldsEntry): string {
  if (manager === 'kube-controller-manager' && subresource === 'scale') return 'a HorizontalPodAutoscaler';
  return manager;
}
