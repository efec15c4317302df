/** Random specs, readings, times and histories: what scaling may come to decide about. */

import fc from 'fast-check';
import type { DefaultedElasticWebSpec } from '../../src/api/types.ts';
import type { History } from '../../src/scaling/history.ts';
import type { Measured, Reading } from '../../src/scaling/reading.ts';
import type { Found } from './run.ts';
import { EXTERNAL, load, NO_SERIES, NOW_MS, webOf } from './web.ts';

const policy = fc.record({
  type: fc.constantFrom('Pods' as const, 'Percent' as const),
  value: fc.integer({ min: 1, max: 200 }),
  periodSeconds: fc.constantFrom(1, 15, 60, 1800),
});

const rules = fc.record(
  {
    stabilizationWindowSeconds: fc.constantFrom(0, 5, 60, 300, 3600),
    selectPolicy: fc.constantFrom('Max' as const, 'Min' as const, 'Disabled' as const),
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
    tolerance: fc.constantFrom(0, '50m', '0.1', '0.5', 2),
  },
  { requiredKeys: [] },
);

const fallback = fc.record(
  {
    staleAfterSeconds: fc.constantFrom(1, 20, 60, 300, 5000),
    replicas: fc.nat({ max: 40 }),
    allowScaleDown: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Any ElasticWeb that scales with its load: some 10 to 40 pods at most, so that limits are often met. */
export const webs: fc.Arbitrary<DefaultedElasticWebSpec> = fc
  .record({
    minReplicas: fc.constantFrom(0, 1, 3),
    maxReplicas: fc.integer({ min: 3, max: 40 }),
    behavior: fc.record({ scaleUp: rules, scaleDown: rules }, { requiredKeys: [] }),
    fallback,
    saturation: fc.boolean(),
    isExternal: fc.boolean(),
  })
  .map(({ isExternal, minReplicas, ...autoscaling }) =>
    isExternal
      ? webOf({ ...autoscaling, minReplicas, metric: EXTERNAL })
      : webOf({ ...autoscaling, minReplicas: Math.max(1, minReplicas) }),
  );

/** Loads around the numbers of pods that there are, and a few that no cluster has. */
export const loads = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: 0, max: 600, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1e-300, 1e18, Number.MAX_VALUE) },
);

const targets = fc.option(
  fc.record({ covered: fc.nat({ max: 45 }), seen: fc.nat({ max: 45 }), fast: fc.nat({ max: 45 }) }),
  { nil: undefined },
);

/** Readings of which at least one window is there. */
export const measured: fc.Arbitrary<Measured> = fc
  .record({ stable: loads, fast: loads, missing: fc.constantFrom('none', 'none', 'none', 'stable', 'fast'), targets })
  .map(({ stable, fast, missing, targets }) => ({
    kind: 'measured',
    stableQps: missing === 'stable' ? undefined : stable,
    fastQps: missing === 'fast' ? undefined : fast,
    targets,
  }));

export const readings: fc.Arbitrary<Reading> = fc.oneof(
  { weight: 4, arbitrary: measured },
  { weight: 1, arbitrary: fc.constant(NO_SERIES) },
);

/** Loads that come back, all of them shown. */
const levels = fc.constantFrom(20, 100, 110, 300).map((qps) => load(qps));

export interface Moment extends Found {
  readonly afterSeconds: number;
}

/**
 * What passes find, one after another: every 5 s, some sooner, some later. What is found stays for a while: a load that changed with each pass
 * would never be low for long enough to show who forgets.
 */
export function moments(maxPhases: number): fc.Arbitrary<Moment[]> {
  const afterSeconds = fc.oneof(
    { weight: 8, arbitrary: fc.constant(5) },
    { weight: 2, arbitrary: fc.constantFrom(0, 0.3, 1, 17, 30) },
  );
  const phase = fc
    .record({
      found: fc.record({ reading: fc.oneof(readings, levels), readyReplicas: fc.nat({ max: 45 }) }),
      pauses: fc.array(afterSeconds, { minLength: 1, maxLength: 30 }),
    })
    .map(({ found, pauses }) => pauses.map((afterSeconds) => ({ ...found, afterSeconds })));
  return fc.array(phase, { maxLength: maxPhases }).map((phases) => phases.flat());
}

const ago = fc.integer({ min: 0, max: 4000 }).map((seconds) => NOW_MS - seconds * 1000);
const sometime = fc.option(ago, { nil: undefined });

/** Any history, also such as no syncer comes to. */
export const histories: fc.Arbitrary<History> = fc.record({
  recommendations: fc
    .array(fc.record({ atMs: ago, replicas: fc.nat({ max: 60 }) }), { maxLength: 32 })
    .map((list) => list.toSorted((a, b) => a.atMs - b.atMs)),
  missingMs: sometime,
  events: fc
    .array(
      fc.record(
        { atMs: ago, change: fc.integer({ min: -40, max: 40 }), podQps: fc.double({ min: 0, max: 40, noNaN: true }) },
        { requiredKeys: ['atMs', 'change'] },
      ),
      { maxLength: 32 },
    )
    .map((list) => list.toSorted((a, b) => a.atMs - b.atMs)),
  knownMs: sometime,
  knownQps: fc.option(loads, { nil: undefined }),
  jumpedMs: sometime,
  sinceMs: sometime,
});
