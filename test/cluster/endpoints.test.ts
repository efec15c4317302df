/** What a syncer serves to Prometheus and to the kubelet, over its whole life. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { eventually } from '../control-plane/eventually.ts';
import { onFreePorts } from '../control-plane/ports.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { startPrometheus } from '../control-plane/prometheus.ts';
import { OWN_SYNCER_LABEL, startSyncer } from './syncer-process.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'endpoints' };
const { syncer, port } = await onFreePorts(1, async ([port = 0]) => {
  const flags = [`--selector=${OWN_SYNCER_LABEL}=endpoints`, `--listen=127.0.0.1:${port}`];
  return { syncer: await startSyncer(useControlPlane(), 'endpoints', ...flags), port };
});
after(() => syncer.stop({ graceMs: 0 }));

async function get(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

/** The value of one series, such as `a{b="c"}`; undefined if there is none. */
async function metric(series: string): Promise<number | undefined> {
  const { text } = await get('/metrics');
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

async function untilMetric(series: string, test: (value: number) => boolean): Promise<void> {
  await eventually(async () => test((await metric(series)) ?? Number.NaN), { timeoutMs: 30_000, what: series });
}

test('a syncer that has listed everything is alive and ready', async () => {
  assert.deepEqual(await get('/healthz'), { status: 200, text: 'ok\n' });
  assert.deepEqual(await get('/readyz'), { status: 200, text: 'ok\n' });
});

test('each ElasticWeb is told: how many pods, and whether it serves', async () => {
  await world.create('web', { totalQPS: 1_400, mtargetPort: 9090 }, labels);
  await world.create('bad', { podLabels: { team: 'no spaces' } }, labels);
  await world.ready('web');
  await world.notReady('bad', 'InvalidSpec');

  const of = (name: string) => `namespace="${world.namespace}",name="${name}"`;
  await untilMetric(`elasticweb_ready{${of('web')},reason="Available"}`, (value) => value === 1);
  assert.equal(await metric(`elasticweb_desired_replicas{${of('web')}}`), 3);
  assert.equal(await metric(`elasticweb_current_replicas{${of('web')}}`), 3);
  assert.equal(await metric(`elasticweb_ready_replicas{${of('web')}}`), 3);
  assert.equal(await metric(`elasticweb_ready{${of('bad')},reason="InvalidSpec"}`), 0);
  assert.equal(await metric(`elasticweb_stalled{${of('bad')},reason="InvalidSpec"}`), 1);
  assert.equal(await metric(`elasticweb_stalled{${of('web')},reason="Available"}`), undefined);
});

test('what was done is counted under the names of controller-runtime', async () => {
  assert.equal(await metric('elasticweb_apply_total{kind="Deployment",result="created"}'), 1);
  assert.equal(await metric('elasticweb_apply_total{kind="Service",result="created"}'), 3);
  const passes = (await metric('controller_runtime_reconcile_total{controller="elasticweb",result="success"}')) ?? 0;
  assert.ok(passes >= 2, `${passes} passes`);
  assert.ok(((await metric('controller_runtime_terminal_reconcile_errors_total{controller="elasticweb"}')) ?? 0) >= 1);
  assert.equal(await metric('workqueue_depth{controller="elasticweb",name="elasticweb"}'), 0);
  const host = new URL(useControlPlane().server).host;
  assert.ok(((await metric(`rest_client_requests_total{code="200",method="PATCH",host="${host}"}`)) ?? 0) >= 2);
  assert.equal(await metric('elasticweb_lists_total{kind="ElasticWeb"}'), 1);
  assert.equal(await metric('elasticweb_malformed_events_total{kind="Service"}'), 0);
});

test('whether scaling is at work is told of those that ask for it or set the number by hand, with the reason', async () => {
  await world.create('scaled', { autoscaling: { maxReplicas: 5 } }, labels);
  const active = (name: string) => `elasticweb_scaling_active{namespace="${world.namespace}",name="${name}"`;
  await untilMetric(`${active('scaled')},reason="NoMetricsSource"}`, (value) => value === 0);
  await world.create('by-hand', { replicas: 1 }, labels);
  await untilMetric(`${active('by-hand')},reason="ManualOverride"}`, (value) => value === 0);
  const { text } = await get('/metrics');
  assert.ok(!text.includes(active('web')), 'of one with a declared load, too');
});

test('an ElasticWeb that is gone is told no more', async () => {
  await world.kubectl('delete', 'ew', 'bad');
  const series = `elasticweb_ready{namespace="${world.namespace}",name="bad",reason="InvalidSpec"}`;
  await eventually(async () => (await metric(series)) === undefined, { timeoutMs: 30_000, what: 'its end' });
});

test('the real Prometheus takes all of it', async () => {
  await using prometheus = await startPrometheus({ targets: [`127.0.0.1:${port}`], scrapeIntervalSeconds: 1 });
  const query = new URLSearchParams({ query: `elasticweb_ready{namespace="${world.namespace}",name="web"}` });
  await eventually(
    async () => {
      const response = await fetch(new URL(`api/v1/query?${query.toString()}`, prometheus.url));
      return JSON.stringify(await response.json()).includes('"Available"');
    },
    { timeoutMs: 30_000, what: 'the sample in Prometheus' },
  );
});
