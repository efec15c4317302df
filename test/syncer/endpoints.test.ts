import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Endpoints } from '../../src/syncer/endpoints.ts';

async function start(t: TestContext, state: { isReady: boolean } = { isReady: true }) {
  async function* text() {
    yield 'a 1\n';
    await Promise.resolve();
    yield 'b 2\n';
  }
  const endpoints = await Endpoints.listen({
    ...{ host: '127.0.0.1', port: 0, isReady: () => state.isReady },
    metrics: { contentType: 'text/plain; version=0.0.4', text },
  });
  t.after(() => endpoints.close());
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${endpoints.port}${path}`, init);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  return { endpoints, ask };
}

test('/metrics is everything, with the type that Prometheus expects', async (t) => {
  const { ask } = await start(t);
  assert.deepEqual(await ask('/metrics?x=1'), { status: 200, type: 'text/plain; version=0.0.4', text: 'a 1\nb 2\n' });
});

test('/readyz says when the first lists are in, /healthz says ok all along', async (t) => {
  const state = { isReady: false };
  const { ask } = await start(t, state);
  assert.equal((await ask('/healthz')).status, 200);
  assert.equal((await ask('/readyz')).status, 503);
  state.isReady = true;
  assert.equal((await ask('/readyz')).status, 200);
});

test('other paths and other methods are refused', async (t) => {
  const { ask } = await start(t);
  assert.equal((await ask('/')).status, 404);
  assert.equal((await ask('/metrics', { method: 'POST', body: 'x' })).status, 405);
});

test('a port that is taken is an error', async (t) => {
  const { endpoints } = await start(t);
  const metrics = { contentType: '', text: () => assert.fail('nobody asks') };
  const again = Endpoints.listen({ host: '127.0.0.1', port: endpoints.port, metrics, isReady: () => true });
  await assert.rejects(again, { code: 'EADDRINUSE' });
});
