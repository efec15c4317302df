import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PackedObject, SharedTexts } from '../../src/kube/packed.ts';
import type { KubeObject } from '../../src/kube/resource.ts';

const uid = fc.constantFrom('', 'f', '$&', 'a"b', '79549f7a-cc3c-4490-85ac-dfa88dc33f0b');
const entry = fc.record(
  {
    manager: fc.constantFrom('syncer', 'kubectl'),
    time: fc.constant('2026-11-25T22:45:29Z'),
    fieldsV1: fc.oneof(
      fc.constantFrom({}, { 'f:spec': { 'f:replicas': {} } }, { 'f:\0': {} }),
      uid.map((of) => ({ [`k:${JSON.stringify({ uid: of })}`]: { '.': {} } })),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const object: fc.Arbitrary<KubeObject> = fc
  .record(
    {
      uid: fc.constant('own'),
      ownerReferences: fc.array(
        uid.map((of) => ({ apiVersion: 'v1', kind: 'Shop', name: 'shop', uid: of })),
        { maxLength: 2 },
      ),
      managedFields: fc.array(entry, { maxLength: 3 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map((metadata) => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'web', ...metadata } }));

test('what is packed comes out as it went in, whatever is known by then', () => {
  const texts = new SharedTexts(5);
  fc.assert(
    fc.property(object, (thing) => {
      assert.deepEqual(new PackedObject(thing, texts).unpack(), thing);
    }),
  );
  assert.ok(texts.size <= 5);
});

test('what is remembered of texts is bounded, however many there are and however long', () => {
  const texts = new SharedTexts(10, 1_000);
  const seen: string[] = [];
  for (let number = 0; number < 1_000; number += 1) {
    const text = `${number}`.padEnd(number % 12);
    assert.equal(texts.share(text), text);
    seen.push(text);
    assert.ok(texts.size <= 10);
    assert.ok(texts.characters <= 1_000);
  }
  const { size } = texts;
  assert.equal(texts.share('x'.repeat(11)).length, 11);
  assert.equal(texts.size, size, 'a text that is too long is not remembered');
});

test('objects of one shape have the fields of their managers in common, each with an owner of its own', () => {
  const texts = new SharedTexts();
  for (let number = 0; number < 100; number += 1) {
    const owner = { apiVersion: 'v1', kind: 'Shop', name: `shop-${number}`, uid: `uid-of-${number}` };
    const fieldsV1 = { 'f:metadata': { 'f:ownerReferences': { [`k:{"uid":"${owner.uid}"}`]: {} } } };
    const managedFields = [{ manager: 'syncer', time: `at ${number}`, fieldsV1 }];
    const metadata = { name: `web-${number}`, ownerReferences: [owner], managedFields };
    const thing = { apiVersion: 'v1', kind: 'Thing', metadata };
    assert.deepEqual(new PackedObject(thing, texts).unpack(), thing);
  }
  assert.equal(texts.size, 1);
});
