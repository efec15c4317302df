import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { KubeClient, WatchOptions } from '../../src/kube/client.ts';
import { KubeError } from '../../src/kube/errors.ts';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { Cache } from '../../src/syncer/cache.ts';
import { eventually } from '../control-plane/eventually.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { service } from './objects.ts';

/**
 * The copies of two namespaces, and what the API server says to a list: `services in blog` has these objects, or this error. To a watch, of
 * `services in blog watched`, it says an error or nothing.
 */
function start(t: TestContext, answers: Record<string, KubeObject[] | KubeError> = {}) {
  const clock = new FakeClock();
  const scopeOf = ({ plural }: ResourceType, namespace: string | undefined) => `${plural} in ${namespace ?? ''}`;
  const client = {
    async *pages(type: ResourceType, { namespace }: { namespace?: string }) {
      const answer = await Promise.resolve(answers[scopeOf(type, namespace)] ?? []);
      if (answer instanceof KubeError) throw answer;
      yield { items: answer, resourceVersion: '100' };
    },
    async *watch(type: ResourceType, { namespace, onGranted }: WatchOptions, signal: AbortSignal) {
      const answer = answers[`${scopeOf(type, namespace)} watched`];
      if (answer instanceof KubeError) throw answer;
      onGranted?.();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* [];
    },
  } as unknown as KubeClient; // What reflectors use, and no more.
  const errors: unknown[] = [];
  const freed: number[] = [];
  const cache = new Cache({
    ...{ client, clock, namespaces: ['blog', 'shop'], selector: undefined },
    ...{ wake: () => undefined, portFreed: (port) => freed.push(port) },
    onError: (_kind, error) => errors.push(error),
  });
  const stop = new AbortController();
  const ended = cache.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await ended;
  });
  return {
    ...{ answers, cache, clock, errors, freed },
    until: (what: string, check: () => boolean) => eventually(check, { timeoutMs: 3_000, intervalMs: 1, what }),
  };
}

const refusal = (status: number, reason: string) =>
  new KubeError({ verb: 'LIST', target: 'x', status, reason, message: 'no' });
const forbidden = refusal(403, 'Forbidden');

test('how long a kind has been silent is told of the namespaces that were heard of', async (t) => {
  const { cache, clock, errors, until } = start(t, { 'services in blog': forbidden });
  await until('the refusal and the list', () => errors.length === 1 && cache.services.hasListed('shop'));
  await clock.untilWaiting(55_000, 55_000);
  clock.advance(200);
  assert.equal(cache.services.stats.silentForMs, 200);
});

test('nobody knows how long a kind has been silent that was never heard of', async (t) => {
  const { cache, errors, until } = start(t, { 'services in blog': forbidden, 'services in shop': forbidden });
  await until('both refusals', () => errors.length === 2);
  assert.equal(cache.services.stats.silentForMs, undefined);
});

test('what was ready once stays ready, whatever the next list of a refused namespace ends with', async (t) => {
  const { answers, cache, clock, errors, until } = start(t, { 'elasticwebs in blog': forbidden });
  await cache.synced();
  answers['elasticwebs in blog'] = refusal(503, 'ServiceUnavailable');
  clock.advance(await clock.untilWaiting(1, 1_000));
  await until('the next list', () => errors.length === 2);
  assert.equal(cache.hasSynced, true);
});

for (const plural of ['elasticwebs', 'deployments', 'services']) {
  test(`a namespace whose ${plural} may not be listed keeps no other from being served`, async (t) => {
    const { cache, errors, until } = start(t, { [`${plural} in blog`]: forbidden });
    await until('the refusal', () => errors.length === 1);
    await until('the other lists', () => cache.hasSynced);
    assert.equal(cache.servesOthers, true);
  });
}

test('where every namespace is refused something, none is served', async (t) => {
  const { cache, errors, until } = start(t, { 'services in blog': forbidden, 'deployments in shop': forbidden });
  await until('both refusals', () => errors.length === 2);
  assert.deepEqual([cache.hasSynced, cache.servesOthers], [false, false]);
});

test('a list that fails otherwise is waited for', async (t) => {
  const { answers, cache, clock, errors, until } = start(t, {
    'services in blog': refusal(503, 'ServiceUnavailable'),
  });
  await until('the failure and the other lists', () => errors.length === 1 && cache.services.hasListed('shop'));
  assert.deepEqual([cache.hasSynced, cache.servesOthers], [false, false]);
  delete answers['services in blog'];
  clock.advance(await clock.untilWaiting(1, 1_000));
  await cache.synced();
});

test('others are served while there is a namespace of which everything may be watched, and no longer', async (t) => {
  const { answers, cache, clock, errors, until } = start(t, {
    'services in blog watched': forbidden,
    'services in shop watched': forbidden,
  });
  await until('both refusals', () => errors.length === 2);
  assert.deepEqual([cache.hasSynced, cache.servesOthers], [true, false]);
  delete answers['services in shop watched'];
  clock.advance(1_000);
  await until('the watch that is granted', () => cache.servesOthers);
});

const holding = (version: number, ...nodePorts: number[]) =>
  service(
    nodePorts.map((nodePort, index) => ({ port: 80 + index, nodePort })),
    { metadata: { name: 'shop', namespace: 'shop', uid: 's', resourceVersion: `${version}` } },
  );

test('a node port that a Service loses by a write of our own is told once, and no port that it keeps', async (t) => {
  const { cache, freed } = start(t, { 'services in shop': [holding(90, 30_001, 30_002)] });
  await cache.synced();
  cache.services.observe(holding(101, 30_001, 30_003));
  assert.deepEqual(freed, [30_002]);
  cache.services.observe(holding(101, 30_001, 30_003));
  cache.services.observe(holding(90, 30_001, 30_002));
  cache.services.observe(holding(102, 30_001, 30_003));
  assert.deepEqual(freed, [30_002], 'what is known already, or is older, frees nothing');
});

test('the first Service of its name frees no port', async (t) => {
  const { cache, freed } = start(t);
  await cache.synced();
  cache.services.observe(holding(101, 30_001));
  assert.deepEqual(freed, []);
});
