/** What surrounds the spec: kind, metadata, status, and objects that are none. */

import { elasticWeb, type Json, type JsonObject } from '../objects.ts';
import { fieldCases, invalid, letters, notObjects, notTexts, show, unknownField, valid, type Case } from './case.ts';

const base = elasticWeb();
const withMetadata = (metadata: JsonObject) => elasticWeb({}, metadata);
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '0b5b3b4e-6f0a-4c0e-9d59-5d4bb7e6c1a1' };
const owned = withMetadata({ ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: false }] });
const without = (field: string): Json => Object.fromEntries(Object.entries(base).filter(([key]) => key !== field));

export const metadataCases: readonly Case[] = [
  valid('the least', base),
  ...['apiVersion', 'kind', 'metadata', 'spec'].map((field) => invalid(`without ${field}`, without(field), field)),
  invalid('another apiVersion', { ...base, apiVersion: 'elasticweb.example.com/v2' }, 'apiVersion'),
  invalid('another group', { ...base, apiVersion: 'example.com/v1' }, 'apiVersion'),
  invalid('apiVersion null', { ...base, apiVersion: null }, 'apiVersion'),
  invalid('apiVersion a number', { ...base, apiVersion: 1 }, 'apiVersion'),
  invalid('another kind', { ...base, kind: 'Elasticweb' }, 'kind'),
  invalid('kind a list', { ...base, kind: ['ElasticWeb'] }, 'kind'),
  unknownField('bogus', base),
  unknownField('Spec', base),
  unknownField('__proto__', base),
  unknownField('constructor', base),

  ...notObjects.map((metadata) => invalid(`metadata ${JSON.stringify(metadata)}`, { ...base, metadata }, 'metadata')),
  invalid('metadata null', { ...base, metadata: null }, 'metadata'),
  invalid('metadata empty', { ...base, metadata: {} }, 'metadata.name'),
  ...fieldCases({
    at: 'metadata.name',
    base,
    required: true,
    bad: ['', 'Shop', 'a b', 'a/b', '-', '\u{1f600}', ...notTexts],
  }),
  ...fieldCases({ at: 'metadata.namespace', base, bad: notTexts }),
  ...fieldCases({
    at: 'metadata.labels',
    base,
    good: [{}, { a: 'b', 'example.com/a': '' }, { a: null }],
    bad: ['x', 1, true, []],
  }),
  ...fieldCases({
    at: 'metadata.labels.key',
    base: withMetadata({ labels: {} }),
    good: ['', 'a', letters(63), 'A_b-c.9'],
    bad: ['-a', 'a b', 'a/b', '\u00e4', letters(64), ...notTexts],
  }),
  ...['', 'a b', '-a', 'a/', '/a', 'a/b/c', 'A.example/b', letters(64), `${letters(254)}/b`, '__proto__', 'a\n'].map(
    (key) => invalid(`a label with the key ${show(key)}`, withMetadata({ labels: entry(key) }), 'metadata.labels'),
  ),
  ...['a', 'A_b.9', letters(63), `a.example/${letters(63)}`, `${'a.'.repeat(126)}a/b`, 'constructor'].map((key) =>
    valid(`a label with the key ${show(key)}`, withMetadata({ labels: entry(key) })),
  ),
  ...fieldCases({
    at: 'metadata.annotations',
    base,
    good: [{}, { a: '\u0000 \u202e \u{1f600}' }],
    bad: ['x', 1, true, []],
  }),
  ...fieldCases({ at: 'metadata.annotations.key', base: withMetadata({ annotations: {} }), good: [''], bad: notTexts }),
  ...['', 'a b', 'a/', '__proto__', letters(64)].map((key) =>
    invalid(
      `an annotation with the key ${show(key)}`,
      withMetadata({ annotations: entry(key) }),
      'metadata.annotations',
    ),
  ),
  valid('an annotation with a key in capitals', withMetadata({ annotations: { 'Example.com/A': 'x' } })),
  valid('annotations of 256 KiB', withMetadata({ annotations: { a: letters(262_143) } })),
  invalid('annotations above 256 KiB', withMetadata({ annotations: { a: letters(262_144) } }), 'metadata.annotations'),
  invalid(
    'annotations above 256 KiB in UTF-8',
    withMetadata({ annotations: { a: '\u00e4'.repeat(140_000) } }),
    'metadata.annotations',
  ),
  ...fieldCases({ at: 'metadata.finalizers', base, good: [[], ['example.com/a']], bad: ['x', {}] }),
  ...fieldCases({
    at: 'metadata.finalizers[0]',
    base: withMetadata({ finalizers: ['example.com/a'] }),
    good: ['foregroundDeletion', 'orphan'],
    bad: ['a b', '', ...notTexts],
  }).filter(({ name }) => !name.endsWith('null')),
  ...fieldCases({ at: 'metadata.ownerReferences', base, good: [[], [owner]], bad: ['x', 1, true] }),
  ...['apiVersion', 'kind', 'name', 'uid'].flatMap((field) =>
    fieldCases({ at: `metadata.ownerReferences[0].${field}`, base: owned, required: true, bad: ['', ...notTexts] }),
  ),
  ...['controller', 'blockOwnerDeletion'].flatMap((field) =>
    fieldCases({ at: `metadata.ownerReferences[0].${field}`, base: owned, good: [true, false], bad: ['true', 1, []] }),
  ),
  unknownField('metadata.ownerReferences[0].bogus', owned),
  invalid(
    'two controllers',
    withMetadata({
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, name: 'b', uid: 'b', controller: true },
      ],
    }),
    'metadata.ownerReferences',
  ),
  ...['bogus', 'Name', 'clusterName', 'constructor', '__proto__'].map((key) => unknownField(`metadata.${key}`, base)),
  ...fieldCases({ at: 'metadata.uid', base, good: ['a'], bad: notTexts }),
  ...fieldCases({ at: 'metadata.generation', base, good: [0, 7], bad: [1.5, '1', true, {}] }),
  ...fieldCases({ at: 'metadata.selfLink', base, good: [''], bad: notTexts }),
  ...fieldCases({
    at: 'metadata.creationTimestamp',
    base,
    good: ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05+02:00', '2026-01-02T03:04:05.678Z'],
    bad: ['', 'yesterday', '2026-01-02', '2026-13-02T03:04:05Z', '2026-01-02t03:04:05z', '2026-01-02T24:00:00Z', 1],
  }),

  valid('a status, which is dropped', { ...base, status: { replicas: 3, conditions: [] } }),
  valid('a status null', { ...base, status: null }),
  valid('a status that is wrong, which is dropped, too', { ...base, status: { replicas: -1 } }),
  valid('a status that is no object', { ...base, status: 'x' }),
  unknownField('status.bogus', { ...base, status: {} }),
  unknownField('status.scaling.bogus', { ...base, status: { scaling: {} } }),

  ...[null, 'x', 1, true, [], [base]].map((object) =>
    invalid(`${JSON.stringify(object).slice(0, 20)} is no object`, object, ''),
  ),
  invalid('an empty object', {}, 'apiVersion', 'kind', 'metadata', 'spec'),
];

/** An object with one own property, whatever its key. */
function entry(key: string): JsonObject {
  return Object.fromEntries([[key, 'x']]);
}
