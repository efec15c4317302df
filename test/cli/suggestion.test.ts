/** Whether a misspelled field brings up the one that was meant, and nothing else does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validate } from '../../src/api/validate.ts';
import { nearest, withSuggestion } from '../../src/cli/suggestion.ts';
import { elasticWeb } from './command.ts';

const UNKNOWN = 'is not a known field';

const rows: readonly { spec: object; path: string; message: string }[] = [
  { spec: { singlePodQps: 1 }, path: 'spec.singlePodQps', message: `${UNKNOWN}, did you mean singlePodQPS?` },
  { spec: { total_qps: 1 }, path: 'spec.total_qps', message: `${UNKNOWN}, did you mean totalQPS?` },
  { spec: { ports: 1 }, path: 'spec.ports', message: `${UNKNOWN}, did you mean port?` },
  { spec: { env: [{ name: 'A', vaule: 'b' }] }, path: 'spec.env[0].vaule', message: `${UNKNOWN}, did you mean value?` },
  {
    spec: { autoscaling: { maxReplicas: 2, metric: { matchLabel: {} } } },
    path: 'spec.autoscaling.metric.matchLabel',
    message: `${UNKNOWN}, did you mean matchLabels?`,
  },
  { spec: { hostNetwork: true }, path: 'spec.hostNetwork', message: UNKNOWN },
  // Not the known field `image` with something in it.
  { spec: { 'image.tag': 'x' }, path: 'spec.image.tag', message: UNKNOWN },
  { spec: { 'a b': 'x' }, path: 'spec["a b"]', message: UNKNOWN },
];
for (const { spec, path, message } of rows) {
  test(`suggestions: ${path} ${message}`, () => {
    const validation = validate(JSON.parse(elasticWeb(spec)));
    assert.ok(validation.kind === 'invalid');
    assert.deepEqual(validation.errors.map(withSuggestion), [{ path, message }]);
  });
}

test('suggestions: fields of metadata and of the resource have them too', () => {
  const resource = { ...(JSON.parse(elasticWeb({}, { lables: {} })) as object), staus: {} };
  const validation = validate(resource);
  assert.ok(validation.kind === 'invalid');
  assert.deepEqual(
    validation.errors.map(withSuggestion).map(({ path, message }) => `${path}: ${message}`),
    [`metadata.lables: ${UNKNOWN}, did you mean labels?`, `staus: ${UNKNOWN}, did you mean status?`],
  );
});

test('suggestions: other errors stay as they are', () => {
  const error = { path: 'spec.port', message: 'is required' };
  assert.equal(withSuggestion(error), error);
});

const words: readonly (readonly [word: string, known: readonly string[], expected: string | undefined])[] = [
  ['REPLICAS', ['replicas'], 'replicas'],
  ['replica', ['replicas'], 'replicas'],
  ['mtargetport', ['targetPort', 'mtargetPort'], 'mtargetPort'],
  ['args', ['env', 'port'], undefined],
  ['host', ['port'], undefined],
  ['', ['port'], undefined],
  ['port', [], undefined],
  ['port'.repeat(100_000), ['port'], undefined],
];
for (const [word, known, expected] of words) {
  test(`suggestions: of ${known.join(', ') || 'nothing'}, the word nearest to ${word.slice(0, 20) || '""'} is ${expected ?? 'none'}`, () => {
    assert.equal(nearest(word, known), expected);
  });
}
