/** The offline verdict. That the API server's is the same is tested in test/cluster/validation.test.ts, with the same table. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeErrors, validate, validateSpec, type Validation } from '../../src/api/validate.ts';
import { CASES, type Case } from './cases.ts';
import { metadataCases } from './cases/metadata.ts';
import { podSettingsCases } from './cases/pod-settings.ts';
import { ruleCases } from './cases/rules.ts';
import { specCases } from './cases/spec.ts';
import { mutatedElasticWeb } from './mutations.ts';
import { deepFreeze, elasticWeb, EVERYTHING, type Json, type JsonObject } from './objects.ts';

const errorsOf = (validation: Validation) => (validation.kind === 'valid' ? [] : validation.errors);

// One test a table rather than one a row: there are some 1700 rows.
const tables: Readonly<Record<string, readonly Case[]>> = {
  metadata: metadataCases,
  'the fields of spec': specCases,
  'the pod settings': podSettingsCases,
  'the rules': ruleCases,
  'everything else': CASES.slice(0, 4),
};
for (const [name, cases] of Object.entries(tables)) {
  test(`validate finds exactly what is wrong: ${name}`, () => {
    const wrong = cases.flatMap(({ name: row, object, errors }) => {
      const found = [...new Set(errorsOf(validate(object)).map(({ path }) => path))];
      return found.toSorted().join() === errors.toSorted().join() ? [] : [{ row, expected: errors, found }];
    });
    assert.deepEqual(wrong, []);
  });
}

test('the table is large, names each row once, and has all of its parts', () => {
  assert.ok(CASES.length > 1000, `${CASES.length} rows`);
  assert.equal(Object.values(tables).flat().length, CASES.length);
  const repeated = CASES.map(({ name }) => name).filter((name, index, names) => names.indexOf(name) !== index);
  assert.deepEqual(repeated, []);
});

const hostile = JSON.parse('{"__proto__": 1, "\\u001b[2Jx": 1, "": 1}') as Json;
const messages: readonly { readonly name: string; readonly object: unknown; readonly text: string }[] = [
  {
    name: 'every error at once, in the order of the schema',
    object: elasticWeb({ port: 0, podPort: '8080', singlePodQPS: 1.5, bogus: true }),
    text: [
      'spec.port: must be a whole number from 1 to 65535, got 0',
      'spec.podPort: must be a whole number from 1 to 65535, got "8080"',
      'spec.singlePodQPS: must be a whole number from 1 to 2147483647, got 1.5',
      'spec.bogus: is not a known field',
    ].join('\n'),
  },
  {
    name: 'a required field',
    object: elasticWeb({ image: null }),
    text: 'spec.image: is required',
  },
  {
    name: 'one of some words',
    object: elasticWeb({ protocol: 'SCTP' }),
    text: 'spec.protocol: must be one of TCP, UDP, got "SCTP"',
  },
  {
    name: 'a number or a text',
    object: elasticWeb({ targetPort: 70_000 }),
    text: 'spec.targetPort: must be a whole number from 1 to 65535 or a text of at most 15 characters, got 70000',
  },
  {
    name: 'a list that is too long',
    object: elasticWeb({ args: Array.from({ length: 65 }, () => 'x') }),
    text: 'spec.args: must have 0 to 64 items, got 65',
  },
  {
    name: 'an item that is there twice',
    object: elasticWeb({ env: [{ name: 'A' }, { name: 'A' }] }),
    text: 'spec.env[1]: must not repeat name "A"',
  },
  {
    name: 'a broken rule says why',
    object: elasticWeb({ nodePort: 30_000, serviceType: 'ClusterIP' }),
    text: 'spec.nodePort: must not be set with serviceType ClusterIP',
  },
  {
    name: 'a name that the Service could not have',
    object: elasticWeb({}, { name: '1shop' }),
    text: 'metadata.name: must be a DNS-1035 label, because it names the Service: at most 63 characters, lower-case letters, digits and "-", beginning with a letter and ending with a letter or digit',
  },
  { name: 'no object at all', object: [], text: 'must be an object, got []' },
  { name: 'nothing', object: undefined, text: 'must be an object, got nothing' },
  {
    name: 'keys and values that a terminal would obey',
    object: elasticWeb({ protocol: '\u001b[2J\u009b\u202e\u2028', podLabels: hostile }),
    text: [
      'spec.protocol: must be one of TCP, UDP, got "\\u001b[2J\\u009b\\u202e\\u2028"',
      'spec.podLabels.__proto__: must be a text of at most 63 characters, got 1',
      'spec.podLabels["\\u001b[2Jx"]: must be a text of at most 63 characters, got 1',
      'spec.podLabels[""]: must be a text of at most 63 characters, got 1',
    ].join('\n'),
  },
  {
    name: 'a long value is cut',
    object: elasticWeb({ protocol: 'x'.repeat(5000) }),
    text: `spec.protocol: must be one of TCP, UDP, got "${'x'.repeat(76)}...`,
  },
  {
    name: 'values that only code can pass',
    object: { ...elasticWeb(), spec: { image: () => 'nginx', port: 80n, podPort: Symbol('x'), singlePodQPS: NaN } },
    text: [
      'spec.image: must be a non-empty text of at most 1024 characters that matches ^[!-~]+$, got function',
      'spec.port: must be a whole number from 1 to 65535, got 80n',
      'spec.podPort: must be a whole number from 1 to 65535, got symbol',
      'spec.singlePodQPS: must be a whole number from 1 to 2147483647, got null',
    ].join('\n'),
  },
  {
    name: 'an object that contains itself, as YAML can write it',
    object: { ...elasticWeb(), spec: { ...(elasticWeb().spec as object), port: circular() } },
    text: 'spec.port: must be a whole number from 1 to 65535, got a value that is not JSON',
  },
];
for (const { name, object, text } of messages) {
  test(`what validate says about ${name}`, () => {
    assert.equal(describeErrors(errorsOf(validate(object))), text);
  });
}

test('a long value is quoted at whole characters', () => {
  for (const length of [75, 76, 77]) {
    const [error] = errorsOf(validate(elasticWeb({ protocol: `${'x'.repeat(length)}${'😀'.repeat(9)}` })));
    const message = error?.message ?? '';
    assert.ok(message.isWellFormed());
    assert.match(message, /got "x+(😀)*\.\.\.$/u);
  }
});

test('a valid resource comes back with its defaults and without its status', () => {
  const validation = validate({ ...elasticWeb({ suspend: null }), status: { replicas: 3 } });
  assert.deepEqual(validation, {
    kind: 'valid',
    resource: elasticWeb({ protocol: 'TCP', name: 'http', serviceType: 'LoadBalancer', podSecurity: 'Baseline' }),
  });
});

test('validateSpec asks about the spec and the name only', () => {
  const { spec } = elasticWeb();
  assert.equal(validateSpec(spec, 'shop').kind, 'valid');
  assert.deepEqual(
    errorsOf(validateSpec(spec, 'Shop')).map(({ path }) => path),
    ['metadata.name'],
  );
});

test('validate leaves the resource as it is', () => {
  const objects = [
    { ...EVERYTHING, status: { replicas: 1 } },
    elasticWeb({ autoscaling: { maxReplicas: 3 }, env: null, bogus: {} }),
  ];
  // Whoever writes into a frozen object throws.
  for (const object of objects) assert.doesNotThrow(() => validate(deepFreeze(object)));
});

test('validate has a verdict on anything, in words that a terminal can show', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
  const objects = fc.oneof(
    anything,
    anything.map((spec) => ({ ...elasticWeb(), spec })),
    anything.map((metadata) => ({ ...elasticWeb(), metadata })),
    mutatedElasticWeb,
  );
  fc.assert(
    fc.property(objects, (object) => {
      const validation = validate(object);
      if (validation.kind === 'valid') return;
      assert.ok(validation.errors.length > 0);
      assert.doesNotMatch(describeErrors(validation.errors).replaceAll('\n', ' '), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 500 },
  );
});

test('what validate returns is valid and has nothing left to fill in', () => {
  const verdicts = fc.sample(mutatedElasticWeb, 150).map((object) => validate(object));
  const valid = verdicts.filter((verdict) => verdict.kind === 'valid');
  assert.ok(valid.length > 15, `only ${valid.length} of 150 were valid`);
  for (const verdict of valid) assert.deepEqual(validate(verdict.resource), verdict);
});

test('hostile keys poison nothing', () => {
  const { kind } = validate(
    elasticWeb({ podLabels: JSON.parse('{"__proto__":{"bad":1},"constructor":{"bad":1}}') as Json }),
  );
  assert.equal(kind, 'invalid');
  assert.equal(Object.hasOwn(Object.prototype, 'bad'), false);
  assert.equal(Object.hasOwn(Object, 'bad'), false);
});

function circular(): object {
  const object: Record<string, unknown> = {};
  object.itself = object;
  return object;
}

test('validate tells long names apart by all of their characters', () => {
  const long = 'A'.repeat(120);
  const env = [{ name: `${long}1` }, { name: `${long}2` }];

  assert.equal(validate(elasticWeb({ env })).kind, 'valid');
  assert.equal(validate(elasticWeb({ env: [env[0], env[0]] as JsonObject[] })).kind, 'invalid');
});
