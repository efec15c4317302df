/** How the number of pods goes with a load that changes, told in time: one line a step, a pass every 5 s. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Autoscaling, DefaultedElasticWebSpec } from '../../src/api/types.ts';
import { later, pass, type Run, runFrom } from './run.ts';
import { decide } from '../../src/scaling/decide.ts';
import { factsOf, load, NO_SERIES, webOf } from './web.ts';

/** One ElasticWeb and what happens to it; time passes in steps of 5 s, with a pass at the end of each. */
class Story {
  readonly #web: DefaultedElasticWebSpec;
  #run: Run;
  /** The numbers of pods that there were since the last look, without repetition. */
  #numbers: number[] = [];

  constructor(pods: number, autoscaling: Partial<Autoscaling> = {}) {
    this.#web = webOf(autoscaling);
    this.#run = runFrom(pods);
  }

  /** Lets time pass with a load that may differ from pass to pass; undefined is an unknown one. Returns the numbers of pods in it. */
  numbers(seconds: number, qps: (second: number) => number | undefined): number[] {
    this.#numbers = [];
    for (let second = 5; second <= seconds; second += 5) {
      const now = qps(second);
      this.#run = pass(later(this.#run, 5), this.#web, { reading: now === undefined ? NO_SERIES : load(now) });
      if (this.#numbers.at(-1) !== this.#run.replicas) this.#numbers.push(this.#run.replicas);
    }
    return this.#numbers;
  }

  get reason(): string | undefined {
    return this.#run.decision?.reason;
  }
}

const steady = (qps: number) => () => qps;
const away = () => undefined;

test('story: five times the load, and back', () => {
  const story = new Story(10);

  assert.deepEqual(story.numbers(60, steady(100)), [10]);
  assert.deepEqual(story.numbers(120, steady(500)), [50], 'at once');
  assert.deepEqual(story.numbers(295, steady(100)), [50], 'for all of the window');
  assert.equal(story.reason, 'ScaleDownStabilized');
  assert.deepEqual(story.numbers(5, steady(100)), [10], 'in one step');
  assert.deepEqual(story.numbers(3600, steady(100)), [10]);
});

test('story: a load that wavers by 20 % gets the pods of its peaks and keeps them', () => {
  const story = new Story(10);
  const wavering = (second: number) => 100 * (1 + 0.2 * Math.sin(second));

  story.numbers(60, wavering);

  assert.deepEqual(story.numbers(3600, wavering), [12]);
});

test('story: a load just under and just over what the pods carry adds one pod, once', () => {
  const story = new Story(10);

  assert.deepEqual(
    story.numbers(3600, (second) => (second % 10 === 0 ? 99 : 101)),
    [11],
  );
});

test('story: after a jump no pod goes for one stable window, even without a downward window', () => {
  const story = new Story(10, { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } });

  assert.deepEqual(story.numbers(5, steady(250)), [25]);
  assert.deepEqual(story.numbers(55, steady(100)), [25]);
  assert.equal(story.reason, 'AfterJump');
  assert.deepEqual(story.numbers(5, steady(100)), [10]);
});

test('story: after a smaller rise, pods go at once where no window holds them', () => {
  const story = new Story(10, { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } });

  assert.deepEqual(
    story.numbers(10, (second) => (second === 5 ? 190 : 100)),
    [19, 10],
  );
});

test('story: Prometheus is away for an hour at the peak, and comes back', () => {
  const story = new Story(10);

  assert.deepEqual(story.numbers(600, steady(500)), [50]);
  assert.deepEqual(story.numbers(3600, away), [50]);
  assert.equal(story.reason, 'NoSeries');
  assert.deepEqual(story.numbers(600, steady(480)), [50], 'less than the tolerance below');
  assert.deepEqual(story.numbers(295, steady(100)), [50], 'what was recommended before counts for the window');
  assert.deepEqual(story.numbers(5, steady(100)), [10]);
});

test('story: Prometheus is away for an hour and the load has gone meanwhile', () => {
  const story = new Story(50);

  assert.deepEqual(story.numbers(600, steady(500)), [50]);
  assert.deepEqual(story.numbers(3600, away), [50]);
  assert.deepEqual(story.numbers(300, steady(100)), [50], 'nobody knows what was needed meanwhile');
  assert.deepEqual(story.numbers(5, steady(100)), [10], 'a window after the first reading');
});

test('story: policies let pods come and go in steps', () => {
  const policies = [{ type: 'Pods', value: 4, periodSeconds: 15 }] as const;
  const scaleDown = {
    stabilizationWindowSeconds: 0,
    policies: [{ type: 'Percent', value: 50, periodSeconds: 60 }],
  } as const;
  const story = new Story(10, { behavior: { scaleUp: { policies }, scaleDown } });

  assert.deepEqual(story.numbers(60, steady(250)), [14, 18, 22, 25]);
  assert.deepEqual(story.numbers(55, steady(250)), [25]);
  assert.deepEqual(story.numbers(180, steady(10)), [12, 6, 3]);
});

test('story: an upward window waits for the whole of it', () => {
  const story = new Story(10, { behavior: { scaleUp: { stabilizationWindowSeconds: 60 } } });

  assert.deepEqual(story.numbers(60, steady(100)), [10]);
  assert.deepEqual(story.numbers(55, steady(500)), [10]);
  assert.equal(story.reason, 'ScaleUpStabilized');
  assert.deepEqual(story.numbers(5, steady(500)), [50]);
});

test('story: a load that falls for an hour, a pod every pass, takes its pods with it', () => {
  const story = new Story(1000);
  const falling = (second: number) => 10 * (1000 - second / 5);

  story.numbers(3600, falling);
  const [first = 0] = story.numbers(5, steady(2800));

  assert.ok(first >= 280 && first <= 280 + 90, `${first} pods: at most those of one and a half windows ago`);
});

test('story: who scales the Deployment down by hand gets the pods back at once, whatever policies say', () => {
  const behavior = { scaleUp: { policies: [{ type: 'Pods', value: 2, periodSeconds: 5 }] } } as const;
  const facts = { readyReplicas: 3, decidedReplicas: 21, reading: load(200) };

  assert.equal(decide(webOf({ behavior }), factsOf(3, facts)).replicas, 21);
});
