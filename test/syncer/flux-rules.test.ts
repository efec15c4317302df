/** Each ported rule of Flux finds what breaks it, and only that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brokenFluxRules } from '../cluster/flux-rules.ts';
import { web } from './objects.ts';

type Told = readonly [
  type: string,
  status: 'True' | 'False' | 'Unknown',
  observedGeneration?: number | null,
  reason?: string,
];

/** An ElasticWeb of generation 2 that says so. */
const told = (observedGeneration: number, ...conditions: readonly Told[]) =>
  web({
    observedGeneration,
    conditions: conditions.map(([type, status, generation = 2, reason = 'Any']) => ({
      ...{ type, status, reason, message: '', lastTransitionTime: '' },
      ...(generation !== null && { observedGeneration: generation }),
    })),
  });

const rows = [
  { broken: [], web: told(-1) },
  { broken: [], web: told(2, ['Ready', 'True']) },
  { broken: [], web: told(2, ['Ready', 'False'], ['Reconciling', 'True']) },
  { broken: [], web: told(2, ['Ready', 'False'], ['Stalled', 'True']) },
  { broken: [], web: told(2, ['Ready', 'Unknown'], ['Reconciling', 'True']), but: ['FAIL0003'] },
  { broken: ['FAIL0001', 'FAIL0003'], web: told(2, ['Ready', 'True'], ['Reconciling', 'True']) },
  { broken: ['FAIL0001', 'FAIL0004'], web: told(2, ['Ready', 'True'], ['Stalled', 'True']) },
  { broken: ['FAIL0002'], web: told(2, ['Reconciling', 'True']), but: ['FAIL0003'] },
  { broken: ['FAIL0005'], web: told(2, ['Ready', 'False'], ['Reconciling', 'True'], ['Stalled', 'True']) },
  { broken: ['FAIL0006'], web: told(3, ['Ready', 'False', 3], ['Reconciling', 'True', 3]) },
  { broken: ['FAIL0011'], web: told(2, ['Ready', 'Unknown']) },
  { broken: ['WARN0003'], web: told(2, ['Ready', 'True'], ['Reconciling', 'False']) },
  { broken: ['WARN0004'], web: told(2, ['Ready', 'True'], ['Stalled', 'False']) },
  { broken: ['WARN0005'], web: told(2, ['Ready', 'False'], ['Reconciling', 'True', null]) },
  { broken: ['FAIL0007', 'FAIL0008'], web: told(1, ['Ready', 'True', 1]) },
  { broken: ['FAIL0008', 'FAIL0009'], web: told(2, ['Ready', 'True'], ['ServiceReady', 'True', 1]) },
  { broken: [], web: told(2, ['Ready', 'True'], ['ScalingActive', 'True', 1]) },
  { broken: [], web: told(2, ['Ready', 'True', 2, 'Suspended'], ['ServiceReady', 'True', 1]) },
];

for (const { broken, web, but = [] } of rows) {
  const name = web.status?.conditions?.map(({ type, status }) => `${type} ${status}`).join(', ') ?? '';
  test(`Flux: ${name || 'nothing'} of generation ${web.status?.observedGeneration ?? 0} of 2 breaks ${broken.join(', ') || 'no rule'}`, () => {
    const numbers = brokenFluxRules(web, 'at rest').map((words) => words.slice(0, 8));
    assert.deepEqual(numbers, [...broken, ...but].sort());
  });
}

test('Flux: what is asked only at rest is not asked in between', () => {
  assert.deepEqual(brokenFluxRules(told(1, ['Ready', 'True', 1]), 'always'), []);
});
