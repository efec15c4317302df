/** Pods of KWOK under real load, seen by a real Prometheus. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import { useWorld } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { type Prometheus, startPrometheus } from '../control-plane/prometheus.ts';
import { Fleet } from './fleet.ts';
import { Ingress, INGRESS_COUNTER } from './ingress.ts';
import { Load } from './load.ts';
import { queryNumber, queryPrometheus } from './query.ts';

const world = await useWorld();
const { namespace, client } = world;
const owned = new AsyncDisposableStack();
const { path: directory } = owned.use(temporaryDirectory('elasticweb-test-'));
const ingress = owned.use(await Ingress.start());
let fleet: Fleet;
let prometheus: Prometheus;

before(async () => {
  ingress.announce(namespace, 'web');
  fleet = owned.use(await Fleet.start({ client, namespace, directory, shards: 2, others: [ingress.target] }));
  ingress.leadTo(fleet);
  prometheus = owned.use(await startPrometheus({ targets: { file: fleet.targetFiles }, scrapeIntervalSeconds: 1 }));
});
after(() => owned.disposeAsync());

const labels = { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': 'web' };
const LOAD = 'sum(rate(http_server_requests_seconds_count{service="web",uri!~"/actuator.*"}[5s]))';
const soon = { timeoutMs: 30_000 };

async function scale(replicas: number): Promise<void> {
  await world.patch(DEPLOYMENT, 'web', { spec: { replicas } });
  await eventually(() => fleet.pods(namespace, 'web').length === replicas, { ...soon, what: `${replicas} Ready pods` });
}

/** Waits until Prometheus answers with a number for which this holds. */
async function until(query: string, test: (value: number) => boolean): Promise<void> {
  let value = NaN;
  await eventually(
    async () => {
      value = await queryNumber(prometheus.url, query);
      if (!test(value)) throw new Error(`it is ${value}`);
    },
    { ...soon, intervalMs: 200, what: query },
  );
}

const near = (expected: number) => (value: number) => Math.abs(value / expected - 1) < 0.2;

test('Ready pods are scraped, requests are spread over them, and their counters show the load', async () => {
  await world.make(DEPLOYMENT, 'web', {
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image: 'nginx:1.29', ports: [{ name: 'http', containerPort: 8080 }] }] },
      },
    },
  });
  await scale(4);
  await using load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(namespace, 'web') });
  await until('count(up{service="web"} == 1)', (pods) => pods === 4);
  assert.deepEqual(await queryPrometheus(prometheus.url, 'http_server_requests_seconds_count{uri!~"/actuator.*"}'), []);

  load.set(60);
  await until(LOAD, near(60));
  const totals = fleet.pods(namespace, 'web').map(({ counters }) => counters.total);
  assert.ok(Math.max(...totals) - Math.min(...totals) <= 1, `each its turn: ${totals.join(', ')}`);
  const { served, ...others } = load.sent;
  assert.ok(served > 60);
  assert.deepEqual(others, { refused: 0, failed: 0, unsent: 0 });
});

test('pods that are full refuse, and their counters show what they can, not what is wanted', async () => {
  await scale(0);
  fleet.change(namespace, 'web', { capacity: 5 });
  await scale(4);
  await using load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(namespace, 'web') });
  load.set(60);
  await until(LOAD, near(20));
  const { served, refused } = load.sent;
  assert.ok(refused > served, `${served} served, ${refused} refused`);
  fleet.change(namespace, 'web', { capacity: undefined });
});

test('counters of a restarted process begin again, which rate() takes for no loss', async () => {
  await scale(0);
  await scale(2);
  await using load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(namespace, 'web') });
  load.set(40);
  await until(LOAD, near(40));
  const before = fleet.pods(namespace, 'web').map(({ counters }) => counters.total);
  for (const { counters } of fleet.pods(namespace, 'web')) counters.reset();
  await until(
    'sum(resets(http_server_requests_seconds_count{service="web",uri!~"/actuator.*"}[30s]))',
    (count) => count > 0,
  );
  assert.ok(fleet.pods(namespace, 'web').every(({ counters }, index) => counters.total < (before[index] ?? 0)));
  await until(LOAD, near(40));
});

test('counters under another name are gone under the old one', async () => {
  const other = 'http_requests_seconds';
  fleet.change(namespace, 'web', { counters: other });
  await using load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(namespace, 'web') });
  load.set(20);
  await until(`count(${other}_count)`, (series) => series > 0);
  await eventually(
    async () =>
      (await queryPrometheus(prometheus.url, 'http_server_requests_seconds_count{service="web"}')).length === 0,
    { ...soon, what: 'the old series to be stale' },
  );
  fleet.change(namespace, 'web', { counters: undefined });
});

test('pods of which Prometheus is not told yet serve and are not seen', async () => {
  await scale(2);
  fleet.change(namespace, 'web', { unseen: true });
  await scale(5);
  await using load = new Load({ origin: fleet.origin, nextPath: () => fleet.nextPath(namespace, 'web') });
  load.set(50);
  await until(LOAD, near(20));
  await until('count(up{service="web"} == 1)', (pods) => pods === 2);
  fleet.change(namespace, 'web', { unseen: false });
  await until('count(up{service="web"} == 1)', (pods) => pods === 5);
  await until(LOAD, near(50));
});

test('a load that nobody sends is counted by the clock, by the pods that are Ready', async () => {
  await scale(0);
  await scale(3);
  fleet.serve(namespace, 'web', 70.5);
  await until(LOAD, near(70.5));
  await scale(2);
  await until(LOAD, near(70.5));
  fleet.serve(namespace, 'web', 0);
  await until(LOAD, (rate) => rate === 0);
});

test('an ingress counts what comes when there are no pods', async () => {
  await scale(0);
  await eventually(async () => (await queryPrometheus(prometheus.url, 'up{service="web"}')).length === 0, soon);
  const query = `sum(rate(${INGRESS_COUNTER}{namespace="${namespace}",ingress="web"}[5s]))`;
  await until(query, (rate) => rate === 0);
  await using load = new Load({ origin: ingress.origin, nextPath: () => `/${namespace}/web` });
  load.set(30);
  await until(query, near(30));
  assert.equal(load.sent.served, 0);
  await scale(1);
  await until(LOAD, near(30));
});
