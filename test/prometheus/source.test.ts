import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { LoadSource } from '../../src/prometheus/source.ts';
import { gathered } from './gathered.ts';
import { healthy, startSource, startStub, TestClock } from './server.ts';
import { body, series, target } from './targets.ts';

const web = target('web');
const measured = { kind: 'measured', stableQps: 100, fastQps: 110, targets: { covered: 1, seen: 1, fast: 1 } };

test('a group is asked for with two POSTs of a form, whatever the number of its ElasticWebs', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read, reports } = startSource(t, { url: stub.url });
  stub.script = healthy(clock, 'web', 'shop');
  const readings = await read(web, target('shop'), target('gone'));
  assert.deepEqual([...readings.keys()].sort(), ['shop/gone', 'shop/shop', 'shop/web']);
  assert.deepEqual([readings.get('shop/web'), readings.get('shop/shop')], [measured, measured]);
  const gone = readings.get('shop/gone');
  assert.equal(gone?.kind === 'unknown' && gone.reason, 'NoSeries');
  assert.deepEqual(
    stub.asked.map(({ method, path, headers }) => [method, path, headers['content-type']]),
    Array(2).fill(['POST', '/api/v1/query', 'application/x-www-form-urlencoded']),
  );
  assert.deepEqual(stub.asked.map(({ kind }) => kind).sort(), ['coverage', 'load']);
  assert.match(String(stub.asked[0]?.headers['user-agent']), /^elasticweb-syncer\//);
  assert.deepEqual(reports.map(({ query, outcome, durationMs }) => [query, outcome, durationMs]).sort(), [
    ['coverage', 'ok', 0],
    ['load', 'ok', 0],
  ]);
});

test('connections are kept from tick to tick', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, { url: stub.url });
  stub.script = healthy(clock, 'web');
  for (let n = 0; n < 10; n += 1) assert.deepEqual(await readOne(web), measured);
  assert.equal(stub.asked.length, 20);
  // undici takes another one when the first is not quite done with an answer.
  assert.ok(stub.connections() <= 8, `${stub.connections()} connections`);
});

test('at most four groups are asked for at once, and fifty in a tick', async (t) => {
  let [running, most] = [0, 0];
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = async (asked, response) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    await answer(asked, response);
  };
  const targets = Array.from({ length: 60 }, (_, n) => ({
    ...target('web', { name: `m${String(n).padStart(2, '0')}` }),
    key: `${n}`,
  }));
  const readings = await read(...targets);
  assert.equal(stub.asked.length, 100);
  assert.ok(most <= 8, `${most} queries at once`);
  assert.deepEqual(readings.get('49'), measured);
  const left = readings.get('50');
  assert.equal(left?.kind === 'unknown' && left.reason, 'TooManyQueries');
});

test('a prefix of the path, query parameters and headers are sent with each query', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, {
    url: `${stub.url}/select/0/prometheus`,
    queryParameters: [['dedup', 'true']],
    headers: [['X-Scope-OrgID', 'team|a']],
  });
  stub.script = healthy(clock, 'web');
  assert.deepEqual(await readOne(web), measured);
  for (const { path, headers } of stub.asked) {
    assert.equal(path, '/select/0/prometheus/api/v1/query?dedup=true');
    assert.equal(headers['x-scope-orgid'], 'team|a');
  }
});

test('the labels of namespace and name are settings', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, { url: stub.url, namespaceLabel: 'k8s_ns', nameLabel: 'app' });
  stub.script = (_, response) => {
    const metric = { k8s_ns: 'shop', app: 'web', elasticweb_reading: 'stable' };
    response.end(body([{ metric, value: [clock.wallMs() / 1000, '3'] }]));
  };
  const reading = await readOne(web);
  assert.equal(reading.kind === 'measured' && reading.stableQps, 3);
  for (const { query } of stub.asked) assert.match(query, /count by \(k8s_ns, app|sum by \(k8s_ns, app\)/);
});

test('what must not be asked for is not asked for', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { readOne } = startSource(t, { url: stub.url });
  const reading = await readOne(target('web', { matchLabels: { namespace: 'other' } }));
  assert.equal(reading.kind === 'unknown' && reading.reason, 'NoSeries');
  assert.equal(stub.asked.length, 0);
});

test('without a single ElasticWeb nothing is asked', async (t) => {
  const stub = await startStub(t, () => undefined);
  assert.equal((await startSource(t, { url: stub.url }).read()).size, 0);
  assert.equal(stub.asked.length, 0);
});

test('when only the coverage fails, the load is measured with no target covered', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne, reports } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) =>
    asked.kind === 'load' ? answer(asked, response) : void response.writeHead(422).end();
  for (let n = 0; n < 3; n += 1) {
    assert.deepEqual(await readOne(web), { ...measured, targets: { covered: 0, seen: 0, fast: 0 } });
  }
  assert.equal(reports.filter(({ query, outcome }) => query === 'coverage' && outcome === 'SourceFailed').length, 3);
});

test('when the load fails, the coverage does not help', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web');
  stub.script = (asked, response) =>
    asked.kind === 'load' ? void response.writeHead(422).end() : answer(asked, response);
  const reading = await readOne(web);
  assert.equal(reading.kind === 'unknown' && reading.reason, 'SourceFailed');
});

test('one group that cannot be run leaves the others alone', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, read } = startSource(t, { url: stub.url });
  const answer = healthy(clock, 'web', 'big');
  stub.script = (asked, response) =>
    asked.query.includes('big_total') ? void response.writeHead(422).end() : answer(asked, response);
  for (let n = 0; n < 3; n += 1) {
    const readings = await read(target('big', { name: 'big_total' }), web);
    const big = readings.get('shop/big');
    assert.equal(big?.kind === 'unknown' && big.reason, 'SourceFailed');
    assert.deepEqual(readings.get('shop/web'), measured);
  }
});

test('an answer that warns is a lower bound, and is told', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne, reports } = startSource(t, { url: stub.url });
  stub.script = ({ kind }, response) => {
    const at = clock.wallMs() / 1000;
    response.end(
      kind === 'load' ? body([series('web', 'stable', '5', at)], { warnings: ['a store is away'] }) : body([]),
    );
  };
  const reading = await readOne(web);
  assert.deepEqual(reading, {
    kind: 'measured',
    stableQps: 5,
    fastQps: undefined,
    targets: { covered: 0, seen: 0, fast: 0 },
  });
  assert.deepEqual(
    reports.filter(({ query }) => query === 'load').map(({ outcome }) => outcome),
    ['PartialAnswer'],
  );
});

test('an answer of another time than now is stale', async (t) => {
  const stub = await startStub(t, () => undefined);
  const { clock, readOne, reports } = startSource(t, { url: stub.url });
  const other = new TestClock();
  stub.script = (asked, response) => healthy(other, 'web')(asked, response);
  for (const [aheadMs, reason] of [
    [-61_000, 'StaleAnswer'],
    [61_000, 'StaleAnswer'],
    [0, undefined],
    [-5_000, 'StaleAnswer'], // The same as before: five seconds have passed.
    [0, undefined],
  ] as const) {
    other.advance(clock.wallMs() + 5_000 + aheadMs - other.wallMs());
    const reading = await readOne(web);
    assert.equal(reading.kind === 'unknown' ? reading.reason : undefined, reason);
  }
  assert.ok(reports.some(({ outcome }) => outcome === 'StaleAnswer'));
});

test('an abort ends the tick at once, with a reading for everyone', { timeout: 20_000 }, async (t) => {
  const stub = await startStub(t, () => undefined);
  const { source, reports } = startSource(t, { url: stub.url });
  const controller = new AbortController();
  const asked = new EventTarget();
  stub.script = () => void asked.dispatchEvent(new Event('asked'));
  const seen = once(asked, 'asked');
  const reading = gathered(source.read([web], controller.signal));
  await seen;
  controller.abort(new Error('enough'));
  const { reason } = (await reading).get('shop/web') as { reason: string };
  assert.equal(reason, 'NotReadYet');
  assert.deepEqual(reports, []);
  const again = await gathered(source.read([web], controller.signal));
  assert.equal(again.get('shop/web')?.kind, 'unknown');
});

test('a source that was closed has no connection left', async (t) => {
  const stub = await startStub(t, () => undefined);
  const clock = new TestClock();
  stub.script = healthy(clock, 'web');
  const source = new LoadSource({ url: stub.url, scrapeIntervalSeconds: 15, stableWindowSeconds: 60, clock });
  await gathered(source.read([web], new AbortController().signal));
  await source.close();
  await source.close();
});
