/** How far a Deployment is, by what its controller reports. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeploymentCondition, DeploymentStatus } from '../../src/syncer/kinds.ts';
import { replacesPods, rolloutOf } from '../../src/syncer/rollout.ts';
import { deployment } from './objects.ts';

const NOW = new Date('2026-01-01T00:10:00Z');
const COMPLETE = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' };
const UNDERWAY = { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated' };
const LATE = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'it timed out' };
const AVAILABLE = { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' };
const QUOTA = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
const unavailable = (since: string) => ({ type: 'Available', status: 'False', lastTransitionTime: since });

interface Row {
  readonly name: string;
  /** replicas, updated, available */
  readonly pods: readonly [number, number, number];
  readonly wanted: number;
  readonly conditions: readonly DeploymentCondition[];
  readonly lastScaleTime?: string;
  /** @default true */
  readonly wasServing?: boolean;
  readonly kind: string;
  readonly message?: string;
}

const rows: readonly Row[] = [
  {
    name: 'all new and all there: it serves',
    pods: [2, 2, 2],
    wanted: 2,
    conditions: [COMPLETE, AVAILABLE],
    kind: 'serving',
    message: '2 of 2 pods are available',
  },
  {
    name: 'no pods wanted, none there: it serves',
    pods: [0, 0, 0],
    wanted: 0,
    conditions: [COMPLETE, AVAILABLE],
    kind: 'serving',
  },
  {
    name: 'new pods on their way: progressing',
    pods: [3, 1, 2],
    wanted: 2,
    conditions: [UNDERWAY, AVAILABLE],
    kind: 'progressing',
    message: '1 of 2 pods are of the newest version',
  },
  {
    name: 'old pods still there although the last rollout was complete: progressing',
    pods: [3, 2, 2],
    wanted: 2,
    conditions: [COMPLETE, AVAILABLE],
    kind: 'progressing',
  },
  { name: 'nothing reported yet: progressing', pods: [0, 0, 0], wanted: 2, conditions: [], kind: 'progressing' },
  {
    name: 'pods went away and it was not scaled: progressing, for it does not serve as it should',
    pods: [2, 2, 1],
    wanted: 2,
    conditions: [COMPLETE, unavailable('2026-01-01T00:09:00Z')],
    kind: 'progressing',
    message: '1 of 2 pods are available',
  },
  {
    name: 'just scaled up: those that served before still serve',
    pods: [10, 10, 1],
    wanted: 10,
    conditions: [COMPLETE, unavailable('2026-01-01T00:09:01Z')],
    lastScaleTime: '2026-01-01T00:09:00Z',
    kind: 'serving',
    message: '1 of 10 pods are available',
  },
  {
    name: 'scaled up from nothing: nobody serves yet',
    pods: [10, 10, 0],
    wanted: 10,
    conditions: [COMPLETE, unavailable('2026-01-01T00:09:01Z')],
    lastScaleTime: '2026-01-01T00:09:00Z',
    kind: 'progressing',
  },
  {
    name: 'scaled long before it became unavailable: that is another trouble',
    pods: [10, 10, 1],
    wanted: 10,
    conditions: [COMPLETE, unavailable('2026-01-01T00:09:00Z')],
    lastScaleTime: '2026-01-01T00:08:00Z',
    kind: 'progressing',
  },
  {
    name: 'unavailable before it was scaled: that is another trouble, too',
    pods: [10, 10, 1],
    wanted: 10,
    conditions: [COMPLETE, unavailable('2026-01-01T00:08:55Z')],
    lastScaleTime: '2026-01-01T00:09:00Z',
    wasServing: false,
    kind: 'progressing',
  },
  {
    name: 'just scaled up, by a clock some seconds ahead of the cluster: those that served before still serve',
    pods: [10, 10, 1],
    wanted: 10,
    conditions: [COMPLETE, unavailable('2026-01-01T00:08:55Z')],
    lastScaleTime: '2026-01-01T00:09:00Z',
    kind: 'serving',
  },
  {
    name: 'scaled up, and not there within the deadline of a rollout',
    pods: [10, 10, 1],
    wanted: 10,
    conditions: [COMPLETE, unavailable('2026-01-01T00:00:00Z')],
    lastScaleTime: '2026-01-01T00:00:00Z',
    kind: 'progressing',
  },
  {
    name: 'pods that cannot be created: failing, in the words of the cluster',
    pods: [1, 1, 1],
    wanted: 2,
    conditions: [COMPLETE, AVAILABLE, QUOTA],
    kind: 'failing',
    message: 'exceeded quota',
  },
  {
    name: 'beyond its deadline: stuck, whatever else is said',
    pods: [2, 1, 1],
    wanted: 2,
    conditions: [LATE, AVAILABLE, QUOTA],
    kind: 'stuck',
    message: 'it timed out',
  },
];

for (const { name, pods, wanted, conditions, lastScaleTime, wasServing = true, kind, message } of rows) {
  test(`rolloutOf: ${name}`, () => {
    const [replicas, updatedReplicas, availableReplicas] = pods;
    const status: DeploymentStatus = { replicas, updatedReplicas, availableReplicas, conditions };

    const rollout = rolloutOf(deployment(wanted, status), { wasServing, lastScaleTime, now: NOW });

    assert.equal(rollout.kind, kind);
    if (message !== undefined) assert.ok('message' in rollout && rollout.message.startsWith(message));
  });
}

test('rolloutOf: what holds only for a while says for how long', () => {
  const status = {
    replicas: 10,
    updatedReplicas: 10,
    availableReplicas: 1,
    conditions: [COMPLETE, unavailable('2026-01-01T00:09:01Z')],
  };
  const context = { wasServing: true, lastScaleTime: '2026-01-01T00:09:00Z', now: NOW };

  const rollout = rolloutOf(deployment(10, status), context);

  assert.deepEqual(rollout, { kind: 'serving', message: '1 of 10 pods are available', forMs: 540_000 });
});

test('rolloutOf: with the largest deadline Kubernetes does not speak of progress, and the pods are counted', () => {
  const noDeadline = (status: DeploymentStatus) => {
    const live = deployment(2, status);
    return { ...live, spec: { ...live.spec, progressDeadlineSeconds: 2_147_483_647 } };
  };
  const context = { wasServing: false, lastScaleTime: undefined, now: NOW };
  const all = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, conditions: [AVAILABLE] };

  assert.equal(rolloutOf(noDeadline(all), context).kind, 'serving');
  assert.equal(rolloutOf(noDeadline({ ...all, replicas: 3, updatedReplicas: 1 }), context).kind, 'progressing');
  assert.equal(
    rolloutOf(noDeadline({ replicas: 1, updatedReplicas: 1, conditions: [AVAILABLE] }), context).kind,
    'progressing',
  );
});

test('rolloutOf: a paused Deployment says so', () => {
  const live = deployment(2, { replicas: 2, updatedReplicas: 2, availableReplicas: 2, conditions: [AVAILABLE] });
  const paused = { ...live, spec: { ...live.spec, paused: true } };

  const rollout = rolloutOf(paused, { wasServing: true, lastScaleTime: undefined, now: NOW });

  assert.equal(rollout.kind, 'progressing');
  assert.match('message' in rollout ? rollout.message : '', /paused.*kubectl rollout resume/);
});

test('rolloutOf: while the controller has not seen the newest version, nothing is known', () => {
  const seen = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, conditions: [COMPLETE, AVAILABLE] };

  const rollout = rolloutOf(deployment(2, seen, { generation: 2 }), {
    wasServing: true,
    lastScaleTime: undefined,
    now: NOW,
  });

  assert.deepEqual(rollout, { kind: 'unseen' });
});

test('replacesPods: another template does, another number of pods does not', () => {
  const of = (replicas: number, image: string) => {
    const live = deployment(replicas, {});
    return { ...live, spec: { ...live.spec, template: { spec: { containers: [{ image }] } } } };
  };

  assert.equal(replacesPods(of(1, 'a'), of(5, 'a')), false);
  assert.equal(replacesPods(of(1, 'a'), of(1, 'b')), true);
  assert.equal(replacesPods(undefined, of(1, 'a')), true);
});
