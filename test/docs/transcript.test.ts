/** When a page shows what is really printed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangesOf, missingLine } from './transcript.ts';

test('a transcript is commands, each with what it prints', () => {
  assert.deepEqual(exchangesOf('$ kubectl get ew \\\n    -A\nNAME\nshop\n$ true'), [
    { offset: 0, command: 'kubectl get ew \\\n    -A', shown: ['NAME', 'shop'] },
    { offset: 4, command: 'true', shown: [] },
  ]);
});

const printed = `
NAME   READY   REASON      DESIRED   AGE
book   True    Available   2         61m
shop   False   Progressing 12        3s
`;
const header = 'NAME READY REASON DESIRED AGE';
const cases = [
  { name: 'all of it', shown: [header, 'book True Available 2 61m', 'shop False Progressing 12 3s'] },
  { name: 'other numbers and ages', shown: [header, 'shop False Progressing 1 5m2s'] },
  { name: 'lines left out', shown: ['...', 'shop False Progressing 1 5s'] },
  { name: 'a word left out', shown: ['shop ... Progressing 1 5s'] },
  { name: 'empty lines', shown: ['', header, ''] },
  { name: 'another word', shown: [header, 'shop True Progressing 12 3s'], missing: 'shop True Progressing 12 3s' },
  { name: 'another order', shown: ['shop False Progressing 12 3s', header], missing: header },
  { name: 'a column less', shown: ['NAME READY REASON AGE'], missing: 'NAME READY REASON AGE' },
  { name: 'a line twice', shown: [header, header], missing: header },
];
for (const { name, shown, missing } of cases) {
  test(`${missing === undefined ? 'what is shown was printed' : 'what is shown was not printed'}: ${name}`, () => {
    assert.equal(missingLine(shown, printed), missing);
  });
}
