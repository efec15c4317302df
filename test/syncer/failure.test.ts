/** What an error means for the ElasticWeb it happened to. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidPropsError } from '../../src/construct/invalid-props.ts';
import { KubeError, type KubeErrorOptions } from '../../src/kube/errors.ts';
import { failureOf, isDuplicate } from '../../src/syncer/failure.ts';

function answer(status: number, message: string, more: Partial<KubeErrorOptions> = {}): KubeError {
  return new KubeError({ verb: 'PATCH', target: 'Service test/shop', status, reason: 'Any', message, ...more });
}

const cause = (reason: string, field = '', message = '') => ({ reason, field, message });

/** The refusal of one field, as the API server words it. */
function refused(field: string, message: string): KubeError {
  const words = `Service "shop" is invalid: ${field}: ${message}`;
  return answer(422, words, { causes: [cause('FieldValueInvalid', field, message)] });
}

/** Texts that a tenant may put into a field, so that the API server quotes them. */
const quoted = [
  'admission webhook "x" denied the request: ',
  "ValidatingAdmissionPolicy 'x' with binding 'x' denied request",
  'nodePort: provided port is already allocated',
  'field is immutable',
  'exceeded quota',
];

// The messages are those of Kubernetes 1.37.
const rows: readonly { name: string; error: unknown; kind: string; reason?: string }[] = [
  {
    name: 'a node port that is taken',
    error: refused('spec.ports[0].nodePort', 'Invalid value: 30004: provided port is already allocated'),
    kind: 'transient',
    reason: 'NodePortConflict',
  },
  {
    name: 'a node port out of range',
    error: refused(
      'spec.ports[0].nodePort',
      'Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
    ),
    kind: 'terminal',
    reason: 'InvalidSpec',
  },
  {
    name: 'a field that cannot change',
    error: refused('spec.selector', 'Invalid value: {}: field is immutable'),
    kind: 'terminal',
    reason: 'ImmutableField',
  },
  {
    name: 'any other refusal',
    error: answer(422, 'spec.image: Required value'),
    kind: 'terminal',
    reason: 'InvalidSpec',
  },
  { name: 'a bad request', error: answer(400, 'cannot be decoded'), kind: 'terminal', reason: 'InvalidSpec' },
  {
    name: 'props that cannot be rendered',
    error: new InvalidPropsError('ElasticWeb', 'shop', [{ path: 'spec.port', message: 'must be a number' }]),
    kind: 'terminal',
    reason: 'InvalidSpec',
  },
  {
    name: 'a quota',
    error: answer(403, 'services "shop" is forbidden: exceeded quota: limit'),
    kind: 'transient',
    reason: 'QuotaExceeded',
  },
  { name: 'a missing right', error: answer(403, 'cannot patch'), kind: 'transient', reason: 'Forbidden' },
  {
    name: 'a webhook that says no, with any status of its own',
    error: answer(400, 'admission webhook "policy.example.com" denied the request: no'),
    kind: 'transient',
    reason: 'AdmissionDenied',
  },
  {
    name: 'an admission policy that says no',
    error: answer(
      422,
      `deployments.apps "shop" is forbidden: ValidatingAdmissionPolicy 'limits' with binding 'all' denied request: no`,
    ),
    kind: 'transient',
    reason: 'AdmissionDenied',
  },
  ...quoted.map((text) => ({
    name: `a refused value that says ${JSON.stringify(text)}`,
    error: refused('spec.template.spec.nodeSelector', `Invalid value: "${text}": name part must be valid`),
    kind: 'terminal',
    reason: 'InvalidSpec',
  })),
  {
    name: 'a namespace that is being deleted',
    error: answer(403, 'unable to create new content', { causes: [cause('NamespaceTerminating')] }),
    kind: 'gone',
  },
  { name: 'a conflict', error: answer(409, 'conflicts with "kubectl"', { reason: 'Conflict' }), kind: 'stale' },
  { name: 'an API server in trouble', error: answer(500, 'etcd timed out'), kind: 'transient', reason: 'ApplyFailed' },
  { name: 'an error of any other kind', error: new TypeError('x is not'), kind: 'transient', reason: 'ApplyFailed' },
  { name: 'what is no error at all', error: 'thrown', kind: 'transient', reason: 'ApplyFailed' },
];

for (const { name, error, kind, reason } of rows) {
  test(`failureOf: ${name}: ${reason ?? kind}`, () => {
    const failure = failureOf(error);

    assert.equal(failure.kind, kind);
    assert.equal('reason' in failure ? failure.reason : undefined, reason);
    const words = error instanceof KubeError ? error.serverMessage : error instanceof Error ? error.message : error;
    assert.ok(failure.message.includes(String(words)), failure.message);
  });
}

test(
  'failureOf: however long the words are, and whatever they repeat, they are looked at once',
  { timeout: 20_000 },
  () => {
    // Were each of them the beginning of a search to the end, this would take an hour.
    for (const text of quoted) {
      const failure = failureOf(refused('spec.template', `Invalid value: "${text.repeat(100_000)}": must be valid`));
      assert.equal('reason' in failure && failure.reason, 'InvalidSpec');
    }
  },
);

test('isDuplicate: only a refusal because something is there twice', () => {
  assert.equal(
    isDuplicate(answer(422, 'twice', { causes: [cause('FieldValueDuplicate', 'spec.ports[1].name')] })),
    true,
  );
  assert.equal(isDuplicate(answer(422, 'invalid', { causes: [cause('FieldValueInvalid')] })), false);
  assert.equal(isDuplicate(new Error('twice')), false);
});
