/** ElasticWebs that are nearly right: one with every field, of which something was dropped, replaced, added or repeated. */

import fc from 'fast-check';
import {
  EVERYTHING,
  isObject,
  placesIn,
  valueAt,
  withValue,
  type Json,
  type JsonObject,
  type Place,
} from './objects.ts';

/** Values on which validators stumble. */
const ODD_VALUES: readonly Json[] = [
  ...[null, true, false, [], {}, [null], [[]], [{}], { '': null }],
  ...[0, -0, 1, -1, 0.1, 15, 16, 63, 64, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 2 ** 63, 1e21, 1e300, -1e300],
  ...[
    '',
    ' ',
    '0',
    '1',
    '80',
    'http',
    'metrics',
    'a',
    'A',
    '50%',
    '1Gi',
    '-1',
    '1e3',
    'null',
    'true',
    '\u0000',
    '\ud800',
  ],
  ...['\u00e4', 'a\u0308', '\u202e', '\u{1f600}'.repeat(15), 'x'.repeat(64), 'x'.repeat(1025), 'a\n', '$(x)', '{{x}}'],
  ...['LoadBalancer', 'NodePort', 'ClusterIP', 'TCP', 'UDP', 'Pods', 'External', 'Percent', 'Exists', 'Recreate'],
];
const ODD_KEYS = [
  ...['bogus', '', '__proto__', 'constructor', 'toString', 'a.b/c', 'a b', 'Name', '0', '\u00e4', '\u202e'],
  // Fields that exist, though perhaps not there.
  ...['name', 'port', 'host', 'value', 'key', 'optional', 'matchLabels', 'type', 'replicas', 'metadata', 'status'],
];

type Change =
  | { readonly kind: 'drop'; readonly at: number }
  | { readonly kind: 'replace'; readonly at: number; readonly value: Json }
  | { readonly kind: 'add'; readonly at: number; readonly key: string; readonly value: Json }
  | { readonly kind: 'repeat'; readonly at: number };

const at = fc.nat({ max: 10_000 });
const value = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...ODD_VALUES) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }).map((json) => json as Json) },
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), at }),
  fc.record({ kind: fc.constant('replace' as const), at, value }),
  fc.record({ kind: fc.constant('add' as const), at, key: fc.constantFrom(...ODD_KEYS), value }),
  fc.record({ kind: fc.constant('repeat' as const), at }),
);

/** An ElasticWeb that is one to three changes away from a valid one. */
export const mutatedElasticWeb: fc.Arbitrary<JsonObject> = fc
  .array(change, { minLength: 1, maxLength: 3 })
  .map((changes) => changes.reduce(changed, EVERYTHING));

function changed(object: JsonObject, what: Change): JsonObject {
  // The kind stays, and the namespace, which does not exist otherwise: without them there is nothing to ask about.
  const places = placesIn(object).filter(
    ([root, field]) => root === 'spec' || (root === 'metadata' && field !== 'namespace'),
  );
  const place = places[what.at % places.length] ?? ['spec'];
  if (place.length === 1 && what.kind !== 'add') return object;
  const here = valueAt(object, place);
  switch (what.kind) {
    case 'drop':
      return withValue(object, place, undefined);
    case 'replace':
      return withValue(object, place, what.value);
    case 'add':
      if (isObject(here)) return withValue(object, [...place, what.key], what.value);
      return Array.isArray(here) ? withValue(object, [...place, here.length], what.value) : object;
    case 'repeat': {
      const list = repeatable(object, place);
      return list === undefined ? object : withValue(object, list.place, [...list.items, list.items[0] ?? null]);
    }
  }
}

/** The nearest list around the place. */
function repeatable(object: JsonObject, place: Place): { readonly place: Place; readonly items: Json[] } | undefined {
  for (let length = place.length; length > 0; length -= 1) {
    const here = valueAt(object, place.slice(0, length));
    if (Array.isArray(here)) return { place: place.slice(0, length), items: here };
  }
  return undefined;
}
