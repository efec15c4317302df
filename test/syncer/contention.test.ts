/** Who else sets the number of pods, and when the syncer gives way. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ManagedFieldsEntry } from '../../src/kube/resource.ts';
import { Contention } from '../../src/syncer/contention.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { deployment } from './objects.ts';

/** Who wrote spec.replicas, and when. */
function owner(manager: string, time = '', more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry {
  return { manager, operation: 'Update', time, fieldsV1: { 'f:spec': { 'f:replicas': {} } }, ...more };
}

const HPA = owner('kube-controller-manager', '', { subresource: 'scale' });

/** A Deployment of so many pods, as these have written it. */
const live = (replicas: number, ...managedFields: ManagedFieldsEntry[]) => deployment(replicas, {}, { managedFields });

const rows = [
  { name: 'nobody but the syncer', of: live(9, owner('elasticweb-syncer')), contended: false },
  { name: 'a HorizontalPodAutoscaler', of: live(9, HPA), contended: true },
  { name: 'a HorizontalPodAutoscaler that wants the same', of: live(3, HPA), contended: true },
  { name: 'KEDA', of: live(0, owner('keda')), contended: true },
  { name: 'KEDA, whose operator has another name', of: live(0, owner('keda-operator')), contended: true },
  { name: 'somebody whose name only begins so', of: live(9, owner('kedalike')), contended: false },
  {
    name: 'the controller manager, which fills in the revision',
    of: live(9, owner('kube-controller-manager')),
    contended: false,
  },
  { name: 'one kubectl scale', of: live(9, owner('kubectl', 'a', { subresource: 'scale' })), contended: false },
  {
    name: 'an autoscaler that owns something else',
    of: live(9, { ...HPA, fieldsV1: { 'f:spec': { 'f:paused': {} } } }),
    contended: false,
  },
];

for (const { name, of, contended } of rows) {
  test(`contention: spec.replicas is ${contended ? 'left to' : 'repaired after'} ${name}`, () => {
    assert.equal(new Contention(new FakeClock()).contender(of, 3) !== undefined, contended);
  });
}

const messageOf = (...managedFields: ManagedFieldsEntry[]) =>
  new Contention(new FakeClock()).contender(live(9, ...managedFields), 3)?.message ?? '';

test('contention: it says whose the number is, where to find it, and how to take it back', () => {
  const message = messageOf(HPA);
  assert.match(
    message,
    /^Deployment test\/shop: spec\.replicas belongs to a HorizontalPodAutoscaler \(manager kube-controller-manager, subresource scale\), so it is left alone\./,
  );
  assert.match(
    message,
    /REFERENCE Deployment\/shop in: kubectl get hpa -n test\. Remove it \(or the ScaledObject that made it\), and take/,
  );
  assert.match(message, /kubectl scale -n test deployment\/shop --replicas=10$/);
  assert.match(
    messageOf(owner('keda-operator')),
    /belongs to KEDA \(manager keda-operator\).* kubectl get scaledobjects -n test\. Remove it, and take/,
  );
});

test('contention: who has written again and again is named as managedFields has it, and how', () => {
  const contention = new Contention(new FakeClock());
  const third = (more: Partial<ManagedFieldsEntry>) =>
    ['a', 'b', 'c'].map((time) => contention.contender(live(9, owner('a-script', time, more)), 3)?.message).at(-1) ??
    '';
  assert.match(third({}), /: somebody else \(manager a-script\) has set spec\.replicas 3 times/);
  assert.match(third({ subresource: 'scale' }), /: somebody else \(manager a-script, subresource scale\) has set/);
});

test('contention: what it says does not move with the load', () => {
  const contention = new Contention(new FakeClock());
  const said = [3, 9, 12].map((wanted) => contention.contender(live(9, HPA), wanted)?.message);
  assert.equal(new Set(said).size, 1);
});

test('contention: the third write by the same hand within five minutes is left alone, until five minutes have passed', () => {
  const clock = new FakeClock();
  const contention = new Contention(clock);
  const wrote = (time: string) => contention.contender(live(9, owner('kubectl', time)), 3);

  assert.equal(wrote('12:00:00'), undefined, 'the first is repaired');
  clock.advance(60_000);
  assert.equal(wrote('12:01:00'), undefined, 'so is the second');
  assert.equal(wrote('12:01:00'), undefined, 'and a second look at it is no third write');
  clock.advance(60_000);
  assert.equal(wrote('12:02:00')?.forMs, 300_000, 'the third is not');
  assert.equal(wrote('12:02:00')?.forMs, 300_000);
  clock.advance(299_000);
  assert.ok(wrote('12:02:00'), 'for five minutes');
  clock.advance(1_000);
  assert.equal(wrote('12:02:00'), undefined, 'and then is repaired, too');
});

test('contention: three writes over a long time are three slips of a hand', () => {
  const clock = new FakeClock();
  const contention = new Contention(clock);
  for (const time of ['12:00:00', '12:03:00', '12:06:00', '12:09:00']) {
    assert.equal(contention.contender(live(9, owner('kubectl', time)), 3), undefined);
    clock.advance(180_000);
  }
});

test('contention: a write that says what is wanted is no duel', () => {
  const contention = new Contention(new FakeClock());
  for (const time of ['a', 'b', 'c', 'd']) {
    assert.equal(contention.contender(live(3, owner('kubectl', time)), 3), undefined);
  }
});

test('contention: a duel goes on while both happen to want the same', () => {
  const contention = new Contention(new FakeClock());
  for (const time of ['a', 'b', 'c']) contention.contender(live(7, owner('kubectl', time)), 3);
  for (const wanted of [8, 7, 8, 7]) assert.ok(contention.contender(live(7, owner('kubectl', 'c')), wanted));
});
