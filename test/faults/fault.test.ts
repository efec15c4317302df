/** When a fault happens. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from './call.ts';
import { always, type Fault, type Interference, randomly } from './fault.ts';

const faults: readonly Fault[] = [{ kind: 'reset' }, { kind: 'answer', status: 503 }];

function call(resource: string): Call {
  return {
    verb: 'GET',
    resource,
    namespace: 'shop',
    name: 'web',
    signature: `GET ${resource} shop/web`,
    occurrence: 1,
  };
}

function decide(interfere: Interference, calls: number): (Fault | undefined)[] {
  return Array.from({ length: calls }, () => interfere(call('services')));
}

test('random faults are the same for the same seed, and others for another', () => {
  const options = { probability: 0.5, faults };
  const decisions = decide(randomly({ ...options, seed: 1 }), 100);

  assert.deepEqual(decide(randomly({ ...options, seed: 1 }), 100), decisions);
  assert.notDeepEqual(decide(randomly({ ...options, seed: 2 }), 100), decisions);
});

test('random faults come as often as asked for, each of them as often as the others', () => {
  const decisions = decide(randomly({ probability: 0.5, seed: 1, faults }), 10_000);

  for (const fault of faults) {
    const share = decisions.filter((decision) => decision === fault).length / decisions.length;
    assert.ok(Math.abs(share - 0.25) < 0.02, `${fault.kind}: ${share}`);
  }
});

test('a fault that always happens leaves the calls alone that are not meant', () => {
  const interfere = always(({ resource }) => resource === 'services', { kind: 'reset' });

  assert.deepEqual(interfere(call('services')), { kind: 'reset' });
  assert.equal(interfere(call('deployments')), undefined);
});
