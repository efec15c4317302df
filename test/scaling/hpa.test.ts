/** Whether the HPA that we compare with does what Kubernetes documents. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decideHpa, type HpaMemory, NO_HPA_MEMORY } from '../../src/scaling/hpa.ts';
import { type Reading, unknown } from '../../src/scaling/reading.ts';

const measured = (qps: number): Reading => ({
  kind: 'measured',
  stableQps: qps,
  fastQps: undefined,
  targets: undefined,
});
const UNKNOWN = unknown('NoSeries', 'no load');
const START_MS = Date.UTC(2026, 0, 1);
const limits = { singlePodQPS: 10, minReplicas: 1, maxReplicas: 100 };

/** One HPA over time: a line a sync. */
class Story {
  #replicas: number;
  #memory: HpaMemory = NO_HPA_MEMORY;
  readonly #limits: typeof limits;

  constructor(replicas: number, changed: Partial<typeof limits> = {}) {
    this.#replicas = replicas;
    this.#limits = { ...limits, ...changed };
  }

  at(seconds: number, load: number | undefined, replicas: number, reason?: string): this {
    const reading = load === undefined ? UNKNOWN : measured(load);
    const facts = { ...this.#limits, reading, nowMs: START_MS + seconds * 1000, replicas: this.#replicas };
    const decision = decideHpa(facts, this.#memory);
    assert.equal(decision.replicas, replicas, `at ${seconds} s`);
    if (reason !== undefined) assert.equal(decision.reason, reason, `at ${seconds} s`);
    this.#replicas = decision.replicas;
    this.#memory = decision.memory;
    return this;
  }
}

suite('one sync', () => {
  for (const { name, replicas, load, wanted, reason, ...changed } of [
    { name: 'the load needs as many', replicas: 5, load: 50, wanted: 5, reason: 'DesiredWithinRange' },
    { name: 'a part of a pod is a pod', replicas: 5, load: 61, wanted: 7, reason: 'DesiredWithinRange' },
    { name: '10 % more is within the tolerance', replicas: 50, load: 550, wanted: 50, reason: 'DesiredWithinRange' },
    { name: 'a little more than 10 % is not', replicas: 50, load: 550.1, wanted: 56, reason: 'DesiredWithinRange' },
    { name: '10 % less is within the tolerance', replicas: 50, load: 450, wanted: 50, reason: 'DesiredWithinRange' },
    { name: 'at most double, or 4 more: from 1', replicas: 1, load: 900, wanted: 5, reason: 'ScaleUpLimit' },
    { name: 'at most double, or 4 more: from 4', replicas: 4, load: 900, wanted: 8, reason: 'ScaleUpLimit' },
    { name: 'at most double, or 4 more: from 10', replicas: 10, load: 900, wanted: 20, reason: 'ScaleUpLimit' },
    { name: 'maxReplicas', replicas: 10, load: 150, wanted: 12, reason: 'TooManyReplicas', maxReplicas: 12 },
    { name: 'more than maxReplicas, whatever the load', replicas: 10, load: 1, wanted: 6, reason: 'TooManyReplicas', maxReplicas: 6 }, // prettier-ignore
    { name: 'fewer than minReplicas, whatever the load', replicas: 1, load: 900, wanted: 3, reason: 'TooFewReplicas', minReplicas: 3 }, // prettier-ignore
    { name: 'what it found holds for the first 300 s', replicas: 5, load: 10, wanted: 5, reason: 'ScaleDownStabilized' }, // prettier-ignore
    { name: 'no metric, no change', replicas: 5, load: undefined, wanted: 5, reason: 'FailedGetExternalMetric' },
    { name: 'no metric, but the limits hold', replicas: 5, load: undefined, wanted: 4, reason: 'TooManyReplicas', maxReplicas: 4 }, // prettier-ignore
    { name: 'a zero that a person set pauses it', replicas: 0, load: 900, wanted: 0, reason: 'ScalingDisabled', minReplicas: 0 }, // prettier-ignore
  ]) {
    test(name, () => {
      new Story(replicas, changed).at(0, load, wanted, reason);
    });
  }
});

test('a step from 1 pod to 50 takes doubling after doubling', () => {
  new Story(1)
    .at(0, 10, 1)
    .at(15, 500, 5)
    .at(30, 500, 10)
    .at(45, 500, 20)
    .at(60, 500, 40)
    .at(75, 500, 50)
    .at(90, 500, 50);
});

test('what was added within a period counts as its start, however often is looked', () => {
  new Story(1)
    .at(0, 500, 5)
    .at(5, 500, 5, 'ScaleUpLimit')
    .at(10, 500, 5)
    .at(15, 500, 10)
    .at(20, 500, 10)
    .at(30, 500, 20);
});

test('49 pods for the load of 50 stay so for ever', () => {
  const story = new Story(46);
  for (let seconds = 0; seconds <= 3600; seconds += 15) story.at(seconds, 500, 46);
});

test('downwards the highest recommendation of the last 300 s counts', () => {
  new Story(5)
    .at(0, 50, 5)
    .at(15, 30, 5, 'ScaleDownStabilized')
    .at(150, 20, 5, 'ScaleDownStabilized')
    .at(299, 20, 5, 'ScaleDownStabilized')
    // What was found at 0 s has left the window; 3 pods at 15 s have not.
    .at(300, 20, 3)
    .at(314, 20, 3)
    .at(315, 20, 2)
    .at(330, 20, 2);
});

test('syncs without a metric are no recommendations', () => {
  new Story(5).at(0, 50, 5).at(15, undefined, 5).at(285, undefined, 5).at(300, 20, 2);
});

test('what it scaled to zero itself it wakes again', () => {
  new Story(1, { minReplicas: 0 })
    .at(0, 5, 1)
    .at(15, 0, 1)
    .at(300, 0, 0)
    .at(315, 0, 0)
    .at(330, undefined, 0)
    .at(345, 5, 1);
});
