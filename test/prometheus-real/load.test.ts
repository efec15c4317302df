/** The load as a real Prometheus sees it: scraped every second, over windows of eight and seven. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { groupTargets } from '../../src/prometheus/groups.ts';
import { loadQuery } from '../../src/prometheus/query.ts';
import { LoadSource, type LoadTarget } from '../../src/prometheus/source.ts';
import { checkedWindows } from '../../src/prometheus/windows.ts';
import type { Measured, Reading } from '../../src/scaling/reading.ts';
import { eventually } from '../control-plane/eventually.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { type Prometheus, startPrometheus } from '../control-plane/prometheus.ts';
import { gathered } from '../prometheus/gathered.ts';
import { target } from '../prometheus/targets.ts';
import { type Pod, Pods } from './pods.ts';

const windows = { scrapeIntervalSeconds: 1, stableWindowSeconds: 8, idleWindowSeconds: 8 };
/** Many windows. */
const timeoutMs = 60_000;
const signal = new AbortController().signal;

const run = new AsyncDisposableStack();
let prometheus: Prometheus;
let pods: Pods;

/** One for each test, because each asks one question at a time. */
function sourceOf({ url }: Prometheus): LoadSource {
  const source = new LoadSource({ url, ...windows });
  run.defer(() => source.close());
  return source;
}

async function read(one: LoadTarget, from = sourceOf(prometheus)): Promise<Reading> {
  const reading = (await gathered(from.read([one], signal))).get(one.key);
  assert.ok(reading);
  return reading;
}

/** Reads until a reading fits; returns all of them, the one that fits last. */
async function readUntil(
  one: LoadTarget,
  fits: (reading: Reading) => boolean,
  what: string,
  from = sourceOf(prometheus),
): Promise<Reading[]> {
  const readings: Reading[] = [];
  await eventually(
    async () => {
      const reading = await read(one, from);
      readings.push(reading);
      assert.ok(fits(reading), `now: ${JSON.stringify(reading)}`);
    },
    { timeoutMs, intervalMs: 50, what },
  );
  return readings;
}

/**
 * Whether a load is what it should be. The fast one rests on two samples: on a busy machine, where a pod counts some 100 ms after the time
 * that Prometheus notes down, that is a tenth of the second between them.
 */
const isNear = (qps: number | undefined, expected: number, tolerance: number) =>
  qps !== undefined && Math.abs(qps - expected) <= expected * tolerance;

/** Both windows show this load, and all of so many targets are covered. */
const settled = (qps: number, targets: number) => (reading: Reading) =>
  reading.kind === 'measured' &&
  isNear(reading.stableQps, qps, 0.04) &&
  isNear(reading.fastQps, qps, 0.2) &&
  reading.targets?.covered === targets &&
  reading.targets.seen === targets;

interface Sent {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Any query, past the source. */
async function ask(url: string, query: string): Promise<readonly Sent[]> {
  const answer = await fetch(new URL('api/v1/query', url), { method: 'POST', body: new URLSearchParams({ query }) });
  return ((await answer.json()) as { data: { result: Sent[] } }).data.result;
}

const measuredOnes = (readings: readonly Reading[]): Measured[] =>
  readings.filter((reading) => reading.kind === 'measured');

describe('on a real Prometheus', { concurrency: true }, () => {
  before(async () => {
    const directory = run.use(temporaryDirectory('elasticweb-pods-')).path;
    pods = run.use(new Pods(directory));
    prometheus = run.use(await startPrometheus({ targets: pods, scrapeIntervalSeconds: 1 }));
  });
  after(() => run.disposeAsync());

  test('the load of all pods is added up, without what Spring counts of its own pages', async () => {
    pods.set('sum', await pods.start(100), await pods.start(50));
    await readUntil(target('sum'), settled(150, 2), 'the whole load');
    await readUntil(target('sum', { matchLabels: { method: 'GET' } }), settled(150, 2), 'the whole load of GET');
    const post = await read(target('sum', { matchLabels: { method: 'POST' } }));
    assert.equal(post.kind === 'unknown' && post.reason, 'NoData');
  });

  test('a load of 0 is measured, and is not unknown', async () => {
    pods.set('zero', await pods.start(0));
    await readUntil(target('zero'), settled(0, 1), 'a load of 0');
  });

  test('a step shows whole in the fast reading while the stable one still rises', async () => {
    const pod = await pods.start(20);
    pods.set('step', pod);
    await readUntil(target('step'), settled(20, 1), 'the load before');
    pod.serve(200);
    const whole = (reading: Reading) => reading.kind === 'measured' && isNear(reading.fastQps, 200, 0.2);
    const last = measuredOnes(await readUntil(target('step'), whole, 'the whole step in the fast reading')).at(-1);
    assert.ok(last?.stableQps !== undefined && last.stableQps < 150, JSON.stringify(last));
  });

  test('a counter that starts anew neither ends the reading nor bends it', async () => {
    const pod = await pods.start(100);
    pods.set('reset', pod);
    await readUntil(target('reset'), settled(100, 1), 'the load before');
    pod.restart();
    const readings: Reading[] = [];
    const source = sourceOf(prometheus);
    await eventually(
      async () => {
        readings.push(await read(target('reset'), source));
        const [sent] = await ask(prometheus.url, 'http_server_requests_seconds_count{service="reset",uri="/cart"}[1m]');
        const after = sent?.values?.filter(([, count]) => Number(count) < 100_000) ?? [];
        return after.length > 8;
      },
      { timeoutMs, intervalMs: 50, what: 'a whole window after the restart' },
    );
    for (const reading of readings) {
      assert.equal(reading.kind, 'measured');
      const { stableQps = 100, fastQps = 100, targets } = reading;
      assert.ok(stableQps > 70 && stableQps < 130 && fastQps >= 0 && fastQps < 200, JSON.stringify(reading));
      assert.equal(targets?.covered, 1);
    }
  });

  test('a pod that was scraped once is seen, and its load is not known yet', async () => {
    pods.set('first', await pods.start(100, undefined, 1));
    const once = (reading: Reading) =>
      reading.kind === 'unknown' && reading.message.includes('not yet the two samples');
    const readings = await readUntil(target('first'), once, 'the first scrape');
    assert.deepEqual(measuredOnes(readings), []);
  });

  test('pods that were never asked count as covered beside one that was, and by themselves are not a load of 0', async () => {
    pods.set('idle', await pods.start(100), await pods.start(undefined), await pods.start(undefined));
    pods.set('unused', await pods.start(undefined));
    const readings = await readUntil(target('idle'), settled(100, 3), 'the idle pods among the covered');
    const before = measuredOnes(readings).filter(({ targets }) => targets !== undefined && targets.covered < 3);
    assert.ok(before.length > 0, 'they were counted before they had been scraped for a whole window');
    const unused = await read(target('unused'));
    assert.equal(unused.kind === 'unknown' && unused.reason, 'NoSeries');
  });

  test('a pod that is asked for the first time is no longer idle, and not covered until its window is full', async () => {
    const [busy, idle] = [await pods.start(100), await pods.start(undefined)];
    pods.set('woken', busy, idle);
    await readUntil(target('woken'), settled(100, 2), 'the idle pod among the covered');
    idle.serve(50);
    const uncovered = (reading: Reading) => reading.kind === 'measured' && reading.targets?.covered === 1;
    await readUntil(target('woken'), uncovered, 'the woken pod among those that are not covered');
    await readUntil(target('woken'), settled(150, 2), 'both');
  });

  test('a pod that missed a scrape no longer counts in the fast reading beside those that are left', async () => {
    // At longer intervals than the second of the other tests, Prometheus itself takes longer to say that a target is gone.
    const own = run.use(new Pods(run.use(temporaryDirectory('elasticweb-pods-')).path));
    const { url } = run.use(await startPrometheus({ targets: own, scrapeIntervalSeconds: 2 }));
    const slower = checkedWindows({ scrapeIntervalSeconds: 2, stableWindowSeconds: 8 });
    const labels = { namespace: 'namespace', name: 'service' };
    const [group] = groupTargets([target('rollout')], labels).groups;
    assert.ok(group);
    const query = loadQuery(group, { labels, windows: slower, idleWindowSeconds: 8 });
    const [gone, left] = [await own.start(100), await own.start(100)];
    const series = 'http_server_requests_seconds_count{service="rollout",uri="/cart"}';
    const samplesOf = async ({ address }: Pod) =>
      (await ask(url, `${series}[1m]`)).find(({ metric }) => metric.instance === address)?.values ?? [];
    const scraped = async (pod: Pod, times: number) => {
      const what = `${times} scrapes`;
      await eventually(async () => (await look(), (await samplesOf(pod)).length >= times), {
        timeoutMs,
        intervalMs: 50,
        what,
      });
    };
    const looks: { timeSeconds: number; fast: number; naive: number }[] = [];
    const look = async () => {
      const [load, [naive]] = await Promise.all([ask(url, query), ask(url, `sum(irate(${series}[9s]))`)]);
      const fast = load.find(({ metric }) => metric.service === 'rollout' && metric.elasticweb_reading === 'fast');
      const [timeSeconds = 0, qps] = fast?.value ?? [];
      looks.push({ timeSeconds, fast: Number(qps), naive: Number(naive?.value?.[1]) });
    };
    own.set('rollout', gone, left);
    await scraped(gone, 3);
    await scraped(left, 3);
    own.set('rollout', left);
    await scraped(left, 8);
    const missedSeconds = ((await samplesOf(gone)).at(-1)?.[0] ?? Infinity) + 3.2;
    const late = looks.filter(({ timeSeconds }) => timeSeconds > missedSeconds);
    assert.ok(
      late.some(({ naive }) => naive > 150),
      JSON.stringify(looks),
    );
    assert.deepEqual(
      late.filter(({ fast }) => fast > 150),
      [],
    );
  });

  test('when series vanish, what is left of the load is not covered, until it is unknown', async () => {
    pods.set('gone', await pods.start(100));
    await readUntil(target('gone'), settled(100, 1), 'the load before');
    pods.set('gone');
    const readings = await readUntil(target('gone'), ({ kind }) => kind === 'unknown', 'the load to become unknown');
    const low = measuredOnes(readings).filter(({ stableQps = 0 }) => stableQps < 70);
    assert.ok(low.length > 0, 'the window was never partly empty');
    for (const reading of low) assert.equal(reading.targets?.covered, 0, JSON.stringify(reading));
    const last = readings.at(-1);
    assert.equal(last?.kind === 'unknown' && last.reason, 'NoSeries');
  });

  test('when a scrape finds the series no more, what is left of the load is not covered from then on', async () => {
    const pod = await pods.start(100);
    pods.set('renamed', pod);
    await readUntil(target('renamed'), settled(100, 1), 'the load before');
    pod.rename();
    const readings = await readUntil(target('renamed'), ({ kind }) => kind === 'unknown', 'the load to become unknown');
    // Beyond the tolerance downwards, a tenth: covered, it would cost pods.
    const low = measuredOnes(readings).filter(({ stableQps = 0, fastQps = 0 }) => Math.max(stableQps, fastQps) < 90);
    assert.ok(low.length > 0, 'the window was never partly empty');
    for (const reading of low) assert.equal(reading.targets?.covered, 0, JSON.stringify(reading));
  });

  test('a Prometheus that came back without data has the load unknown, then low and not covered, then whole', async () => {
    pods.set('back', await pods.start(100), await pods.start(undefined));
    await readUntil(target('back'), settled(100, 2), 'the load before');
    const restarted = run.use(await startPrometheus({ targets: pods, scrapeIntervalSeconds: 1 }));
    const readings = await readUntil(target('back'), settled(100, 2), 'the load after', sourceOf(restarted));
    assert.equal(readings[0]?.kind, 'unknown');
    const low = measuredOnes(readings).filter(({ stableQps = 0 }) => stableQps < 70);
    assert.ok(low.length > 0, 'the window was never partly empty');
    for (const reading of low) assert.ok((reading.targets?.covered ?? 2) < 2, JSON.stringify(reading));
  });

  test('what is counted elsewhere is found by the namespace in the series', async () => {
    const gateway = await pods.start(80, 'gateway_requests_total{namespace="shop",ingress="web",code="200"}');
    pods.set('', gateway);
    const external = { type: 'External', name: 'gateway_requests_total' } as const;
    await readUntil(
      target('web', { ...external, matchLabels: { ingress: 'web' } }),
      settled(80, 1),
      'the load of the gateway',
    );
    const other = await read(target('web', { ...external, matchLabels: { ingress: 'web' } }, 'blog'));
    assert.equal(other.kind === 'unknown' && other.reason, 'NoData');
  });

  test('the load of another namespace is never read, whatever the metric and its labels', async () => {
    pods.set('secret-load', await pods.start(40));
    await readUntil(target('secret-load'), settled(40, 1), 'the load of its own namespace');
    for (const type of ['Pods', 'External'] as const) {
      const spy = target('secret-load', { type, matchLabels: { method: 'GET' } }, 'tenant');
      const reading = await read(spy);
      assert.equal(reading.kind, 'unknown', type);
    }
  });

  test('whether another namespace has a series, whatever its metric and labels, is not told', async () => {
    pods.set('payroll', await pods.start(40, 'payroll_requests_total{secret="db-password"}'));
    const ofPayroll = { name: 'payroll_requests_total', matchLabels: { secret: 'db-password' } };
    await readUntil(target('payroll', ofPayroll), settled(40, 1), 'the load of its own namespace');
    for (const type of ['Pods', 'External'] as const) {
      const told = async (secret: string) => {
        const spy = target('payroll', { ...ofPayroll, type, matchLabels: { secret } }, 'tenant');
        const reading = await read(spy);
        return reading.kind === 'unknown' && reading;
      };
      const guessed = await told('db-password');
      assert.equal(guessed && guessed.reason, 'NoData');
      assert.deepEqual(guessed, await told('no-such'));
    }
  });

  test('a metric that nobody has is no data', async () => {
    const reading = await read(target('sum', { name: 'misspelt_total' }));
    assert.equal(reading.kind === 'unknown' && reading.reason, 'NoData');
  });
});
