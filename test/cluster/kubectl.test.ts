/** What people type: kubectl knows ElasticWebs as it knows its own kinds. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { conditionOf, SMALL, useWorld } from './world.ts';

const world = await useWorld();
const TIME = '2026-01-02T03:04:05Z';

test('kubectl wait ends when the ElasticWeb is ready', async () => {
  await world.create('shop', { totalQPS: 700 });

  const said = await world.kubectl('wait', '--for=condition=Ready', 'elasticweb/shop', '--timeout=30s');

  assert.match(said, /elasticweb\.elasticweb\.example\.com\/shop condition met/);
  assert.equal((await world.deployment('shop'))?.status?.readyReplicas, 2);
});

test('kubectl rollout status of the Deployment ends when it is rolled out', async () => {
  const said = await world.kubectl('rollout', 'status', 'deployment/shop', '--timeout=30s');

  assert.match(said, /deployment "shop" successfully rolled out/);
});

test('kubectl get shows what matters, by the short name too', async () => {
  const [header = '', row = ''] = (await world.kubectl('get', 'ew', 'shop')).trim().split('\n');

  assert.deepEqual(header.split(/\s+/), ['NAME', 'READY', 'REASON', 'DESIRED', 'REPLICAS', 'REALQPS', 'TYPE', 'AGE']);
  assert.deepEqual(row.split(/\s+/).slice(0, -1), ['shop', 'True', 'Available', '2', '2', '1000', 'ClusterIP']);
  const wide = await world.kubectl('get', 'elasticwebs', '-o', 'wide');
  assert.match(wide, /^NAME .* AGE +QPS +RECOMMENDED +SCALING +IMAGE/);
  assert.match(wide, /^shop +True +Available .* nginx:1\.29 *$/m);
});

test('kubectl get -o wide shows the load, what mode Auto would do, and whether the load is known', async () => {
  await world.make(ELASTIC_WEB, 'measured', {
    metadata: { ...world.named('measured'), labels: { [OWN_SYNCER_LABEL]: 'none' } },
    spec: SMALL,
  });
  const status = {
    ...{ observedQPS: '1234.5', recommendedReplicas: 3 },
    conditions: [
      { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: '', lastTransitionTime: TIME },
    ],
  };
  const options = { fieldManager: 'test', subresource: 'status' };
  await world.client.mergePatch(ELASTIC_WEB, world.named('measured'), { status }, options);

  const wide = await world.kubectl('get', 'ew', 'measured', '-o', 'wide');
  assert.match(wide, /^measured .* 1234\.5 +3 +ValidMetricFound +nginx:1\.29 *$/m);
  assert.doesNotMatch(await world.kubectl('get', 'ew', 'measured'), /1234\.5|ValidMetricFound|nginx/);
});

test('kubectl scale sets the number of pods by hand, and says so until it is handed back', async () => {
  await world.kubectl('scale', 'ew/shop', '--replicas=3');

  const scaled = await world.until(ELASTIC_WEB, 'shop', ({ status }) => status?.readyReplicas === 3);
  assert.equal(scaled.spec.replicas, 3);
  const active = conditionOf(scaled, 'ScalingActive');
  assert.equal(active?.status, 'False');
  assert.equal(active.reason, 'ManualOverride');
  assert.equal(scaled.status?.desiredReplicas, 3);

  // The message says how to hand the number back, in a command that works as it stands.
  const command = /kubectl (patch ew .*)$/.exec(active.message)?.[1] ?? assert.fail(active.message);
  await world.kubectl(...words(command));

  await world.until(DEPLOYMENT, 'shop', ({ status }) => status?.replicas === 2);
  const back = await world.ready('shop');
  assert.equal(back.spec.replicas, undefined);
  assert.equal(conditionOf(back, 'ScalingActive'), undefined);
});

test('kubectl scale to 0 leaves no pods, and the ElasticWeb is ready so', async () => {
  await world.create('idle');
  await world.ready('idle');

  await world.kubectl('scale', 'ew/idle', '--replicas=0');

  const web = await world.until(
    ELASTIC_WEB,
    'idle',
    (idle) => idle.status?.desiredReplicas === 0 && idle.status.replicas === 0,
  );
  assert.equal(conditionOf(web, 'Ready')?.status, 'True');
  assert.equal(web.status?.realQPS, 0);
});

test('kubectl explain describes the fields, down to the last', async () => {
  const autoscaling = await world.kubectl('explain', 'ew.spec.autoscaling');
  assert.match(autoscaling, /KIND:\s+ElasticWeb/);
  assert.match(autoscaling, /maxReplicas\s+<integer> -required-/);
  assert.match(autoscaling, /DESCRIPTION:\n\s+\S/);

  const spec = await world.kubectl('explain', 'ew', '--recursive');
  assert.match(spec, /singlePodQPS\s+<integer> -required-/);
  assert.match(spec, /stabilizationWindowSeconds/);
});

test('kubectl describe tells the conditions with their reasons', async () => {
  const told = await world.kubectl('describe', 'ew', 'shop');

  assert.match(told, /Reason:\s+Available/);
  assert.match(told, /Message:\s+2 of 2 pods are available/);
});

/** The words of a command line in which only single quotes are used. */
function words(line: string): string[] {
  return (line.match(/(?:'[^']*'|[^\s'])+/g) ?? []).map((word) => word.replaceAll("'", ''));
}
