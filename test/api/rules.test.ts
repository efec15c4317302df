/** Each rule on its own: something breaks it and nothing else, and something just keeps it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES, rulesAt } from '../../src/api/rules.ts';
import { validate } from '../../src/api/validate.ts';
import { ruleRows } from './cases/rules.ts';

const places = Object.keys(RULES) as (keyof typeof RULES)[];

test('every rule has its row', () => {
  const rules = places.flatMap((place) => RULES[place].map((_, index) => `${place}[${index}]`));
  const rows = ruleRows.map(({ place, index }) => `${place}[${index}]`);
  assert.deepEqual(rows.toSorted(), rules.toSorted());
});

for (const { place, index, at, breaks, keeps } of ruleRows) {
  const rule = RULES[place][index];
  for (const [name, object] of Object.entries(breaks)) {
    test(`one rule is broken by ${name}`, () => {
      const validation = validate(object);
      assert.ok(validation.kind === 'invalid', 'it is valid');
      assert.deepEqual(
        validation.errors.map(({ path, message }) => ({ path, message: rule?.message.endsWith(message) })),
        [{ path: at, message: true }],
      );
    });
  }
  for (const [name, object] of Object.entries(keeps)) {
    test(`all rules are kept by ${name}`, () => {
      assert.equal(validate(object).kind, 'valid');
    });
  }
}

test('the CRD carries the rules of each place, with the field that must change', () => {
  for (const place of places) {
    const carried = rulesAt(place);
    for (const { rule, message, fieldPath } of RULES[place]) {
      assert.deepEqual(
        carried.find((one) => one.rule === rule),
        { rule, message, ...(fieldPath !== undefined && { fieldPath }) },
      );
    }
    // Functions are the offline validator's own.
    assert.deepEqual(carried, JSON.parse(JSON.stringify(carried)));
  }
});

test('messages name the field by its whole path, or speak of metadata.name', () => {
  for (const place of places) {
    for (const { message, fieldPath } of RULES[place]) {
      const path = place === '' ? 'metadata.name' : `${place}${fieldPath ?? ''}`;
      assert.ok(message.startsWith(`${path} `), `"${message}" does not begin with ${path}`);
    }
  }
});

test('what cannot be changed says that it is immutable', () => {
  const transitions = places.flatMap((place) => rulesAt(place)).filter(({ rule }) => rule.includes('oldSelf'));
  assert.equal(transitions.length, 1);
  for (const { message } of transitions) assert.match(message, /is immutable/);
});

test('each CEL rule fits in one line and has a message that Kubernetes takes', () => {
  for (const { rule, message } of places.flatMap((place) => rulesAt(place))) {
    assert.doesNotMatch(rule + message, /\n/);
    assert.ok(message.length <= 2048);
  }
});
