/** Defaults are filled in as the API server fills them in. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownFields, withDefaults } from '../../src/api/defaults.ts';
import { resourceSchema } from '../../src/api/resource.ts';
import { list, map, object, oneOf, text } from '../../src/api/schema.ts';
import { spec } from '../../src/api/spec.ts';
import { deepFreeze, elasticWeb, type Json, type JsonObject } from './objects.ts';

const schema = object('', {
  plain: text('', { default: 'x' }),
  parent: object('', { child: text('', { default: 'y' }) }),
  madeParent: object('', { child: text('', { default: 'y' }), bare: text('') }, { default: {} }),
  list: list('', object('', { word: oneOf('', ['a', 'b'], { default: 'a' }) })),
  map: map('', object('', { word: text('', { default: 'a' }) })),
});
const filled = { plain: 'x', madeParent: { child: 'y' } };

const rows: readonly { readonly name: string; readonly value: Json; readonly expected: Json }[] = [
  { name: 'what is absent', value: {}, expected: filled },
  { name: 'what is null', value: { plain: null, madeParent: null }, expected: filled },
  { name: 'not what is empty', value: { plain: '' }, expected: { ...filled, plain: '' } },
  { name: 'not what is of a wrong type', value: { plain: 1 }, expected: { ...filled, plain: 1 } },
  { name: 'no parent without a default of its own', value: {}, expected: filled },
  { name: 'a parent that is there', value: { parent: {} }, expected: { ...filled, parent: { child: 'y' } } },
  { name: 'not beside a null that has no default', value: { parent: null }, expected: filled },
  {
    name: 'an empty parent like an absent one',
    value: { madeParent: {} },
    expected: filled,
  },
  {
    name: 'a half-filled parent',
    value: { madeParent: { bare: 'z' } },
    expected: { plain: 'x', madeParent: { child: 'y', bare: 'z' } },
  },
  {
    name: 'the items of a list, where null stays null',
    value: { list: [{}, { word: 'b' }, { word: null }, null] },
    expected: { ...filled, list: [{ word: 'a' }, { word: 'b' }, { word: 'a' }, null] },
  },
  {
    name: 'the entries of a map, where null is absent',
    value: { map: { one: {}, two: null } },
    expected: { ...filled, map: { one: { word: 'a' } } },
  },
  { name: 'nothing in what is unknown', value: { other: { a: null } }, expected: { ...filled, other: { a: null } } },
  { name: 'nothing in what is no object', value: [1, 'x'], expected: [1, 'x'] },
];
for (const { name, value, expected } of rows) {
  test(`defaults fill in ${name}`, () => {
    assert.deepEqual(withDefaults(deepFreeze(value), schema), expected);
  });
}

test('hostile keys stay what they are: keys', () => {
  const value = JSON.parse('{"__proto__":{"plain":"bad"},"constructor":"c","map":{"__proto__":{}}}') as JsonObject;
  const result = withDefaults(value, schema) as JsonObject;
  assert.equal(result.plain, 'x', 'a default was taken for given');
  assert.equal(Object.getPrototypeOf(result), Object.prototype);
  assert.deepEqual(Object.keys(result).sort(), ['__proto__', 'constructor', 'madeParent', 'map', 'plain']);
  assert.deepEqual(Object.entries(result.map ?? {}), [['__proto__', { word: 'a' }]]);
});

test('an ElasticWeb with autoscaling has every default of design.md', () => {
  const withAutoscaling = elasticWeb({ autoscaling: { maxReplicas: 20 } });
  const expected = elasticWeb({
    protocol: 'TCP',
    name: 'http',
    serviceType: 'LoadBalancer',
    podSecurity: 'Baseline',
    autoscaling: {
      mode: 'Auto',
      minReplicas: 1,
      maxReplicas: 20,
      metric: { type: 'Pods', name: 'http_server_requests_seconds_count' },
      behavior: {},
      fallback: { staleAfterSeconds: 300 },
      saturation: true,
    },
  });
  assert.deepEqual(withDefaults(withAutoscaling, resourceSchema), { ...expected, status: { observedGeneration: -1 } });
});

test('fields whose default depends on others, or whose absence means something, have none', () => {
  const { spec } = withDefaults(elasticWeb(), resourceSchema) as { readonly spec: JsonObject };
  for (const field of ['targetPort', 'replicas', 'totalQPS', 'autoscaling', 'nodePort', 'mtargetPort', 'suspend']) {
    assert.equal(Object.hasOwn(spec, field), false, field);
  }
});

test('knownFields leaves out what the schema does not have, at every depth, and keeps the rest', () => {
  const value = {
    image: 'nginx',
    fromTheFuture: 1,
    env: [{ name: 'A', value: 'b', sealed: true }],
    podLabels: { anything: 'goes' },
    autoscaling: { maxReplicas: 3, metric: { name: 'requests_total', resolution: '1s' } },
  };

  assert.deepEqual(knownFields(value, spec), {
    image: 'nginx',
    env: [{ name: 'A', value: 'b' }],
    podLabels: { anything: 'goes' },
    autoscaling: { maxReplicas: 3, metric: { name: 'requests_total' } },
  });
});

test('knownFields says nothing of values that do not fit: that is for the validator', () => {
  for (const value of [undefined, null, 7, 'text', [1], { env: 'text' }, { port: { deep: 1 } }]) {
    assert.deepEqual(knownFields(value, spec), value);
  }
});
