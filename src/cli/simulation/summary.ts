/** How well an autoscaler did, in numbers. Pure. */

import { podsFor } from '../../scaling/recommend.ts';

/** A run in numbers. Where the load is unknown, nothing is missing and nothing is too much. */
export interface Summary {
  /** How long the run was. */
  readonly seconds: number;
  /** Pods times hours, the pods that were starting included: they cost, too. */
  readonly podHours: number;
  /** Seconds in which there were fewer ready pods than the load needed. */
  readonly underCapacitySeconds: number;
  /** Ready pods that were missing, times how long. */
  readonly missingPodSeconds: number;
  /** Pods beyond what the load needed, times how long. */
  readonly surplusPodSeconds: number;
  readonly unknownSeconds: number;
  readonly scaleUps: number;
  readonly scaleDowns: number;
  /** The most pods at any time. */
  readonly peakPods: number;
}

/** A stretch of time in which nothing changed. */
export interface Stretch {
  readonly seconds: number;
  /** The load in requests per second; undefined where it is unknown. */
  readonly qps: number | undefined;
  readonly pods: number;
  readonly ready: number;
}

/** Adds up a run. */
export class Tally {
  readonly #singlePodQPS: number;
  #seconds = 0;
  #podSeconds = 0;
  #underCapacitySeconds = 0;
  #missingPodSeconds = 0;
  #surplusPodSeconds = 0;
  #unknownSeconds = 0;
  #scaleUps = 0;
  #scaleDowns = 0;
  #peakPods = 0;

  constructor(singlePodQPS: number) {
    this.#singlePodQPS = singlePodQPS;
  }

  /** Counts a change of the number of pods. */
  scaled(from: number, to: number): void {
    if (to > from) this.#scaleUps += 1;
    else this.#scaleDowns += 1;
    this.#peakPods = Math.max(this.#peakPods, to);
  }

  /** Counts a stretch of time. */
  passed({ seconds, qps, pods, ready }: Stretch): void {
    this.#seconds += seconds;
    this.#podSeconds += pods * seconds;
    this.#peakPods = Math.max(this.#peakPods, pods);
    if (qps === undefined) {
      this.#unknownSeconds += seconds;
      return;
    }
    const needed = podsFor(qps, this.#singlePodQPS);
    if (needed > ready) this.#underCapacitySeconds += seconds;
    this.#missingPodSeconds += Math.max(0, needed - ready) * seconds;
    this.#surplusPodSeconds += Math.max(0, pods - needed) * seconds;
  }

  get summary(): Summary {
    return {
      seconds: this.#seconds,
      podHours: this.#podSeconds / 3600,
      underCapacitySeconds: this.#underCapacitySeconds,
      missingPodSeconds: this.#missingPodSeconds,
      surplusPodSeconds: this.#surplusPodSeconds,
      unknownSeconds: this.#unknownSeconds,
      scaleUps: this.#scaleUps,
      scaleDowns: this.#scaleDowns,
      peakPods: this.#peakPods,
    };
  }
}
