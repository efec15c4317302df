/** Results are handed on as they come. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asTheyCome } from '../../src/prometheus/as-they-come.ts';

test('what is there is told before the rest has come, and what came meanwhile is told together', async () => {
  const { promise: more, resolve: goOn } = Promise.withResolvers<undefined>();
  const pieces = asTheyCome<string, number>(async (put) => {
    put('a', 1);
    put('b', 2);
    await more;
    put('c', 3);
    await Promise.resolve();
    put('d', 4);
  });
  const { value: first } = await pieces.next();
  assert.deepEqual(
    first,
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
  goOn(undefined);
  await new Promise(setImmediate);
  assert.deepEqual(
    (await pieces.next()).value,
    new Map([
      ['c', 3],
      ['d', 4],
    ]),
  );
  assert.equal((await pieces.next()).done, true);
});

test('an error comes after all that was put before it', async () => {
  const pieces = asTheyCome<string, number>((put) => {
    put('a', 1);
    return Promise.reject(new Error('no more'));
  });
  assert.deepEqual((await pieces.next()).value, new Map([['a', 1]]));
  await assert.rejects(pieces.next(), /no more/);
});

test('nothing at all is an end, and an error that nobody waits for ends no process', async () => {
  assert.equal((await asTheyCome(() => Promise.resolve()).next()).done, true);
  const pieces = asTheyCome<string, number>(async (put) => {
    put('a', 1);
    await new Promise(setImmediate);
    throw new Error('nobody is there any more');
  });
  await pieces.next();
  await pieces.return();
  await new Promise(setImmediate);
});

test('who stops in the middle waits for the end of what goes on', async () => {
  const { promise: rest, resolve: goOn } = Promise.withResolvers<undefined>();
  let isOver = false;
  const pieces = asTheyCome<string, number>(async (put) => {
    put('a', 1);
    await rest;
    isOver = true;
  });
  const stopping = (async () => {
    for await (const piece of pieces) throw new Error(`cannot take ${piece.size}`);
  })();
  setImmediate(() => goOn(undefined));
  await assert.rejects(stopping, /cannot take 1/);
  assert.ok(isOver);
});
