/** The proxy before Prometheus does what it is told, on a real Prometheus that watches itself. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../control-plane/eventually.ts';
import { startPrometheus } from '../control-plane/prometheus.ts';
import { GARBAGE, HTML, type Misbehaviour } from './misbehaviour.ts';
import { queryPrometheus } from './query.ts';
import { SourceProxy } from './source-proxy.ts';

const prometheus = await startPrometheus({ targets: [], scrapeIntervalSeconds: 1 });
const proxy = await SourceProxy.start(prometheus.url);
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await prometheus.stop();
});

function ask(query: string): Promise<Response> {
  const body = new URLSearchParams({ query });
  return fetch(new URL('api/v1/query', proxy.url), { method: 'POST', body });
}

async function asked(
  query: string,
  how: Misbehaviour | undefined,
): Promise<{ status: number; type: string; text: string }> {
  proxy.misbehave = how;
  const response = await ask(query);
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

interface Answer {
  readonly status: string;
  readonly data: { readonly resultType: string; readonly result: readonly { readonly value: readonly unknown[] }[] };
}
const parsed = ({ text }: { text: string }) => JSON.parse(text) as Answer;

test('without orders it passes queries and answers on, and remembers them', async () => {
  const answer = await asked('vector(7)', undefined);
  assert.equal(parsed(answer).data.result[0]?.value[1], '7');
  assert.deepEqual(await queryPrometheus(proxy.url, 'vector(7)'), [{ metric: {}, value: 7 }], 'by GET, too');
  const [{ method, path, body, status } = {}] = proxy.seen;
  assert.deepEqual(
    { method, path, body, status },
    { method: 'POST', path: '/api/v1/query', body: 'query=vector%287%29', status: 200 },
  );
});

for (const status of [401, 429, 500, 503]) {
  test(`it answers ${status}`, async () => {
    assert.equal((await asked('vector(7)', { kind: 'status', status })).status, status);
  });
}

for (const value of ['NaN', '+Inf', '-1']) {
  test(`it puts ${value} into every sample`, async () => {
    const { data } = parsed(
      await asked('vector(7) or label_replace(vector(8), "a", "b", "", "")', { kind: 'values', value }),
    );
    assert.equal(data.resultType, 'vector');
    assert.deepEqual(
      data.result.map((series) => series.value[1]),
      [value, value],
    );
  });
}

test('it finds nothing', async () => {
  const answer = parsed(await asked('vector(7)', { kind: 'empty' }));
  assert.equal(answer.status, 'success');
  assert.deepEqual(answer.data, { ...answer.data, resultType: 'vector', result: [] });
});

test('it answers with garbage, and with a page for people', async () => {
  for (const how of [GARBAGE, HTML]) {
    const answer = await asked('vector(7)', how);
    assert.equal(answer.status, 200);
    assert.throws(() => parsed(answer), SyntaxError);
  }
});

test('it hangs up', async () => {
  await assert.rejects(asked('vector(7)', { kind: 'hang up' }), /fetch failed/);
});

test('it is slow, until it is told to be quick', async () => {
  proxy.misbehave = { kind: 'slow', ms: 60_000 };
  const slow = ask('vector(7)').catch((error: unknown) => error); // Broken off at the end.
  const count = proxy.seen.length;
  await eventually(() => proxy.seen.length > count, { timeoutMs: 10_000 });
  assert.equal((await asked('vector(7)', undefined)).status, 200);
  assert.equal(proxy.seen.at(-2)?.status, undefined);
  void slow;
});

test('it wants a token when told to, and the newest', async () => {
  const get = async (token: string) =>
    (await fetch(new URL('-/ready', proxy.url), { headers: { authorization: `Bearer ${token}` } })).status;
  proxy.authorization = 'Bearer first';
  assert.deepEqual([await get('first'), await get('second')], [200, 401]);
  proxy.authorization = 'Bearer second';
  assert.deepEqual([await get('first'), await get('second')], [401, 200]);
  proxy.authorization = undefined;
});
