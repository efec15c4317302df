/** What holds for every decision from a measured load, whatever the spec, the reading and the history. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DefaultedElasticWebSpec } from '../../src/api/types.ts';
import { decide } from '../../src/scaling/decide.ts';
import type { ScalingFacts } from '../../src/scaling/decision.ts';
import type { Measured } from '../../src/scaling/reading.ts';
import { histories, measured, readings, webs } from './arbitrary.ts';
import { factsOf, NO_SERIES } from './web.ts';

const pods = fc.nat({ max: 45 });

/** All that a decision rests on. */
const facts: fc.Arbitrary<ScalingFacts> = fc
  .record({
    current: fc.option(pods, { nil: undefined }),
    readyReplicas: pods,
    reading: readings,
    history: histories,
    maxReplicas: fc.constantFrom(1, 5, 20, 10_000),
  })
  .map(({ current, ...rest }) => factsOf(current, rest));

const holds = (check: (web: DefaultedElasticWebSpec, facts: ScalingFacts) => void, web = webs) => {
  fc.assert(fc.property(web, facts, check), { numRuns: 400 });
};

/** The limits that hold: those of the spec, below what the syncer allows. */
function limitsOf({ autoscaling }: DefaultedElasticWebSpec, { maxReplicas }: ScalingFacts) {
  const max = Math.min(autoscaling?.maxReplicas ?? 0, maxReplicas);
  return { min: Math.min(autoscaling?.minReplicas ?? 0, max), max };
}

test('decide by load: a whole number between the limits', () => {
  holds((web, known) => {
    const { replicas } = decide(web, known);
    const { min, max } = limitsOf(web, known);

    assert.ok(Number.isInteger(replicas) && replicas >= min && replicas <= max, `${replicas} of ${min} to ${max}`);
  });
});

const int32 = fc.nat({ max: 2 ** 31 - 1 });
const numbers = fc.oneof(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), int32);

test('decide by load: whole numbers and finite ones, however large', () => {
  const reading: fc.Arbitrary<Measured> = fc.record({
    ...{ kind: fc.constant('measured'), stableQps: numbers, fastQps: numbers },
    targets: fc.constant(undefined),
  });
  const huge = fc.record({ reading, current: int32, ready: int32, singlePodQPS: int32.filter((one) => one > 0) });
  const policies = [{ type: 'Percent', value: 2 ** 31 - 1, periodSeconds: 60 }] as const;
  fc.assert(
    fc.property(webs, huge, histories, (web, { reading, current, ready, singlePodQPS }, history) => {
      const autoscaling = web.autoscaling && {
        ...web.autoscaling,
        ...{ maxReplicas: 2 ** 31 - 1, behavior: { scaleUp: { policies }, scaleDown: { policies } } },
      };
      const known = factsOf(current, { reading, readyReplicas: ready, history, maxReplicas: 2 ** 31 - 1 });
      const decision = decide({ ...web, singlePodQPS, ...(autoscaling && { autoscaling }) }, known);

      const whole = [decision.replicas, ...decision.history.recommendations.map(({ replicas }) => replicas)];
      assert.ok(
        whole.every((one) => Number.isInteger(one) && one >= 0 && one <= 2 ** 31 - 1),
        String(whole),
      );
      assert.ok([decision.qps, decision.podQps ?? 0].every(Number.isFinite));
      assert.doesNotMatch(decision.why, /NaN|undefined|Infinity/);
    }),
  );
});

test('decide by load: more load never gives fewer pods', () => {
  const more = fc.double({ min: 0, max: 400, noNaN: true });
  fc.assert(
    fc.property(webs, facts, measured, more, more, (web, known, reading, moreStable, moreFast) => {
      const higher = {
        ...reading,
        stableQps: reading.stableQps === undefined ? undefined : reading.stableQps + moreStable,
        fastQps: reading.fastQps === undefined ? undefined : reading.fastQps + moreFast,
      };
      const lower = decide(web, { ...known, reading });
      const { replicas, reason } = decide(web, { ...known, reading: higher });

      const why = `${reason} at more load, ${lower.reason} at less`;
      assert.ok(replicas >= lower.replicas, `${replicas} instead of ${lower.replicas} pods: ${why}`);
    }),
    { numRuns: 600 },
  );
});

test('decide by load: none goes while the load is unknown, but for lowered limits and a fallback that may', () => {
  holds((web, known) => {
    const { replicas } = decide(web, { ...known, reading: NO_SERIES });
    const { currentReplicas = 0 } = known;
    const { max } = limitsOf(web, known);
    const mayFall = web.autoscaling?.fallback.allowScaleDown === true;
    const least = mayFall ? Math.min(currentReplicas, web.autoscaling.fallback.replicas ?? Infinity) : currentReplicas;

    assert.ok(replicas >= Math.min(least, max), `${replicas} of ${currentReplicas} pods`);
  });
});

test('decide by load: the same facts give the same number, also with the history that came of them', () => {
  holds((web, known) => {
    const once = decide(web, known);
    const { replicas, reason, history } = decide(web, { ...known, history: once.history });

    assert.deepEqual(decide(web, known), once);
    assert.deepEqual([replicas, reason], [once.replicas, once.reason]);
    assert.deepEqual(history, once.history);
  });
});

test('decide by load: with Observe the number stays, and what is recommended is what Auto would do', () => {
  holds((web, known) => {
    const { autoscaling } = web;
    const observed = decide(
      { ...web, ...(autoscaling && { autoscaling: { ...autoscaling, mode: 'Observe' } }) },
      known,
    );

    if (known.currentReplicas !== undefined) {
      assert.equal(observed.replicas, known.currentReplicas);
    }
    assert.equal(observed.recommendedReplicas, decide(web, known).replicas);
  });
});
