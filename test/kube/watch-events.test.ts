import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { parseEvent, readEvents } from '../../src/kube/watch-events.ts';
import { statusOf } from './api-stub.ts';

const things: ResourceType = { apiVersion: 'example.com/v1', kind: 'Thing', plural: 'things', namespaced: true };
const metadata = { namespace: 'shop', name: 'web', uid: 'u', resourceVersion: '7' };
const line = (type: unknown, object: unknown) => JSON.stringify({ type, object });

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) {
    await Promise.resolve();
    yield typeof part === 'string' ? Buffer.from(part) : part;
  }
}

async function read(...parts: (string | Uint8Array)[]) {
  const events = [];
  for await (const event of readEvents<KubeObject>(chunks(...parts), things, 'all things')) events.push(event);
  return events;
}

test('objects get the apiVersion and kind of their type when they come without', () => {
  assert.deepEqual(parseEvent(line('ADDED', { metadata }), things, 'all things'), {
    type: 'ADDED',
    object: { apiVersion: 'example.com/v1', kind: 'Thing', metadata },
  });
});

test('a bookmark is its resource version', () => {
  const bookmark = { kind: 'Thing', metadata: { resourceVersion: '12' } };
  assert.deepEqual(parseEvent(line('BOOKMARK', bookmark), things, 'all things'), {
    type: 'BOOKMARK',
    resourceVersion: '12',
  });
});

test('an error event is an error that names the watch', () => {
  const event = parseEvent(line('ERROR', statusOf(410, 'Expired')), things, 'all things');
  assert.ok(event.type === 'ERROR');
  assert.equal(event.error.message, 'WATCH all things: 410 Expired: the stub says Expired');
});

for (const text of [
  '{"type":"ADDED","object":{"meta',
  'null',
  '[]',
  '"text"',
  line('ADDED', null),
  line('ADDED', {}),
  line('ADDED', { metadata: { name: 'web' } }),
  line('MODIFIED', { metadata: { resourceVersion: '1' } }),
  line('BOOKMARK', { metadata: {} }),
  line('RENAMED', { metadata }),
  line(undefined, { metadata }),
]) {
  test(`malformed, but no exception: ${text}`, () => {
    assert.equal(parseEvent(text, things, 'all things').type, 'MALFORMED');
  });
}

test('events are found whatever pieces their bytes come in', async () => {
  const names = ['a', 'ä', '漢字', '😀'];
  const text = names.map((name) => `${line('ADDED', { metadata: { ...metadata, name } })}\n`).join('');
  const bytes = Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const parts = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      const events = await read(...parts);
      assert.deepEqual(
        events.map((event) => (event.type === 'ADDED' ? event.object.metadata.name : event)),
        names,
      );
    }),
  );
});

test('empty lines are nothing, and a last line without its end is left out', async () => {
  const whole = line('ADDED', { metadata });
  assert.equal((await read(`\n${whole}\r\n\n`, whole)).length, 1);
});

test('a line that does not end is given up', async () => {
  const mebibyte = new Uint8Array(1024 * 1024).fill(0x20);
  await assert.rejects(read(...Array.from({ length: 17 }, () => mebibyte)), /expected lines of at most 16777216 bytes/);
});
