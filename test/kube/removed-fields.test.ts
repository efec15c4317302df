/** What an apply takes away of what its manager had applied before. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownedFields, type OwnedNode } from '../../src/kube/owned-fields.ts';
import { withoutRemoved } from '../../src/kube/removed-fields.ts';

/** The tree of fields that FieldsV1 notates so. */
function owned(fieldsV1: object): OwnedNode {
  const entry = { manager: 'me', operation: 'Apply', fieldsV1 };
  const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', managedFields: [entry] } };
  return ownedFields(object, 'me') ?? assert.fail();
}

const rows: readonly { name: string; value: object; before: object; now: object; left: object }[] = [
  {
    name: 'a field that is no longer applied',
    value: { a: 1, b: 2 },
    before: { 'f:a': {}, 'f:b': {} },
    now: { 'f:a': {} },
    left: { a: 1 },
  },
  { name: 'what others have set stays', value: { a: 1, b: 2 }, before: { 'f:a': {} }, now: {}, left: { b: 2 } },
  {
    name: 'an item of a list, by its key',
    value: { env: [{ name: 'A', value: '1' }, { name: 'B' }] },
    before: { 'f:env': { 'k:{"name":"A"}': { '.': {}, 'f:name': {} }, 'k:{"name":"B"}': { '.': {}, 'f:name': {} } } },
    now: { 'f:env': { 'k:{"name":"B"}': { '.': {}, 'f:name': {} } } },
    left: { env: [{ name: 'B' }] },
  },
  {
    name: 'a field of an item',
    value: { c: [{ name: 'web', image: 'a', tty: true }] },
    before: { 'f:c': { 'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:image': {}, 'f:tty': {} } } },
    now: { 'f:c': { 'k:{"name":"web"}': { '.': {}, 'f:name': {}, 'f:image': {} } } },
    left: { c: [{ name: 'web', image: 'a' }] },
  },
  {
    name: 'a member of a set',
    value: { finalizers: ['a', 'b', 'c'] },
    before: { 'f:finalizers': { 'v:"a"': {}, 'v:"b"': {} } },
    now: { 'f:finalizers': { 'v:"b"': {} } },
    left: { finalizers: ['b', 'c'] },
  },
  {
    name: 'a map of which nothing is left, wholly',
    value: { a: { b: 1 }, c: 1 },
    before: { 'f:a': { 'f:b': {} } },
    now: {},
    left: { c: 1 },
  },
];
for (const { name, value, before, now, left } of rows) {
  test(`withoutRemoved: ${name}`, () => assert.deepEqual(withoutRemoved(value, owned(before), owned(now)), left));
}
