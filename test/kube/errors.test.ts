import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as errors from '../../src/kube/errors.ts';
import { parseRetryAfter } from '../../src/kube/retry.ts';
import { answerError, statusError } from '../../src/kube/status.ts';
import { statusOf } from './api-stub.ts';

const call = { verb: 'PATCH', target: 'Deployment shop/web' };
const predicates = {
  ...{ isNotFound: errors.isNotFound, isAlreadyExists: errors.isAlreadyExists, isConflict: errors.isConflict },
  ...{ isInvalid: errors.isInvalid, isForbidden: errors.isForbidden, isExpired: errors.isExpired },
  isNamespaceTerminating: errors.isNamespaceTerminating,
};
const terminating = {
  details: { causes: [{ reason: 'NamespaceTerminating', message: 'm', field: 'metadata.namespace' }] },
};

const cases: readonly (readonly [object, readonly (keyof typeof predicates)[]])[] = [
  [statusOf(404, 'NotFound'), ['isNotFound']],
  [statusOf(409, 'AlreadyExists'), ['isAlreadyExists']],
  [statusOf(409, 'Conflict'), ['isConflict']],
  [statusOf(422, 'Invalid'), ['isInvalid']],
  [statusOf(422, 'Invalid', { details: { causes: [{ field: 'metadata.uid' }] } }), ['isConflict']],
  [statusOf(400, 'BadRequest'), ['isInvalid']],
  [statusOf(403, 'Forbidden'), ['isForbidden']],
  [statusOf(403, 'Forbidden', terminating), ['isForbidden', 'isNamespaceTerminating']],
  [statusOf(410, 'Expired'), ['isExpired']],
  [statusOf(410, 'Gone'), ['isExpired']],
  [statusOf(429, 'TooManyRequests'), []],
  [statusOf(500, 'InternalError'), []],
  [statusOf(401, 'Unauthorized'), []],
];
for (const [status, expected] of cases) {
  test(`${JSON.stringify(status)} is ${expected.join(' and ') || 'none of them'}`, () => {
    const error = statusError(call, status);
    const found = Object.entries(predicates).filter(([, is]) => is(error));
    assert.deepEqual(found.map(([name]) => name).sort(), [...expected].sort());
  });
}

test('other errors are none of them', () => {
  for (const is of Object.values(predicates)) assert.ok(!is(new Error('x')) && !is(undefined) && !is({ status: 404 }));
});

test('a Status without its parts is still an error', () => {
  const error = statusError(call, { kind: 'Status' });
  assert.equal(error.message, 'PATCH Deployment shop/web: Unknown: the API server gave no message');
});

test('the status line counts when the Status says otherwise', () => {
  assert.equal(answerError(call, 409, JSON.stringify(statusOf(500, 'Conflict'))).status, 409);
});

test('a time to stay away is read from the header, else from the Status', () => {
  const status = JSON.stringify(statusOf(429, 'TooManyRequests', { details: { retryAfterSeconds: 3 } }));
  assert.equal(answerError(call, 429, status).retryAfterMs, 3_000);
  assert.equal(answerError(call, 429, status, parseRetryAfter('7')).retryAfterMs, 7_000);
});

test('Retry-After is a number of seconds or nothing', () => {
  assert.equal(parseRetryAfter('1'), 1_000);
  assert.equal(parseRetryAfter(['2', '3']), 2_000);
  for (const header of [undefined, '', '-1', '1.5', 'soon', 'Wed, 21 Oct 2026 07:28:00 GMT', '9999999']) {
    assert.equal(parseRetryAfter(header), undefined);
  }
});

test('of a megabyte that the API server quotes, the beginning and the end are kept', () => {
  const long = `Deployment.apps "web" is invalid: spec: Invalid value: "${'💥'.repeat(300_000)}": field is immutable`;
  const causes = Array.from({ length: 5_000 }, () => ({ reason: 'FieldValueInvalid', message: long, field: 'spec' }));
  const error = statusError(call, { ...statusOf(422, 'Invalid', { details: { causes } }), message: long });
  assert.ok(error.message.length < 5_000, `${error.message.length} characters`);
  assert.equal(error.causes.length, 100);
  for (const text of [error.serverMessage, error.causes[0]?.message ?? '']) {
    assert.match(text, /^Deployment\.apps "web" is invalid: .* \.\.\. .*field is immutable$/);
    assert.ok(text.isWellFormed() && text.length < 4_100);
  }
});
