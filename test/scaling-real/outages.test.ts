/** Prometheus goes away, lies, or knows only a part, at peak load and with a scale-down that waits for nothing: no pod is lost. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventually } from '../control-plane/eventually.ts';
import type { Prometheus } from '../control-plane/prometheus.ts';
import { GARBAGE, HTML, type Misbehaviour } from '../traffic/misbehaviour.ts';
import { queryPrometheus } from '../traffic/query.ts';
import { SourceProxy } from '../traffic/source-proxy.ts';
import { passed, type Scaled, TIMES, useStage } from './stage.ts';

const stage = await useStage({ shards: 2 });
const prometheus = await stage.prometheus();
/** So many stories at a time, each with a syncer of its own. */
const AT_ONCE = 6;
/** Needs 6 pods of 5; one fewer would take a reading that is a sixth too low. */
const PEAK = 29.5;
const PODS = 6;
/** Longer than all that is averaged over, however it is averaged. */
const LONG = 2 * TIMES.window + 2;

/** Brings an ElasticWeb of its own to peak load, whose syncer asks this Prometheus. */
async function atPeak(name: string, url: string, ...flags: readonly string[]): Promise<Scaled> {
  await stage.syncer(name, url, ...flags);
  const web = await stage.scaled(name, name);
  await web.serves(PEAK, PODS);
  return web;
}

/** Checks that there were never fewer pods than the load needs; and then that the load that goes takes the pods with it. */
async function assertKeptThenFollows(web: Scaled, sinceMs: number): Promise<void> {
  const replicas = web.replicasSince(sinceMs);
  assert.ok(Math.min(...replicas) >= PODS, `pods were lost: ${replicas.join(', ')}`);
  web.load.set(0);
  await web.reaches(1, 1);
  await web.says('ScalingActive', 'True', 'ValidMetricFound');
}

const wrongAnswers: readonly { name: string; how: Misbehaviour; reason: string }[] = [
  { name: 'nothing-found', how: { kind: 'empty' }, reason: 'NoData' },
  { name: 'nan', how: { kind: 'values', value: 'NaN' }, reason: 'InvalidValue' },
  { name: 'status-401', how: { kind: 'status', status: 401 }, reason: 'SourceRefused' },
  { name: 'status-500', how: { kind: 'status', status: 500 }, reason: 'SourceFailed' },
  { name: 'slow', how: { kind: 'slow', ms: 30_000 }, reason: 'SourceUnreachable' },
  { name: 'garbage', how: GARBAGE, reason: 'InvalidAnswer' },
  { name: 'html', how: HTML, reason: 'InvalidAnswer' },
];

describe('at peak load no pod is lost', { concurrency: AT_ONCE }, () => {
  for (const { name, how, reason } of wrongAnswers) {
    test(`while Prometheus answers wrongly: ${name}`, async () => {
      const proxy = stage.use(await SourceProxy.start(prometheus.url));
      const web = await atPeak(name, proxy.url, '--prometheus-timeout=2');
      const sinceMs = performance.now();
      proxy.misbehave = how;
      await web.says('ScalingActive', 'False', reason);
      await passed(LONG, () => sinceMs);
      proxy.misbehave = undefined;
      await web.says('ScalingActive', 'True', 'ValidMetricFound');
      await passed(TIMES.window, () => sinceMs + LONG * 1_000);
      await assertKeptThenFollows(web, sinceMs);
    });
  }

  test('while Prometheus is stopped, nor when it is back with its data', async () => {
    const own = await stage.prometheus();
    const web = await atPeak('stopped', own.url);
    const sinceMs = performance.now();
    await own.kill();
    await web.says('ScalingActive', 'False', 'SourceUnreachable');
    await passed(LONG, () => sinceMs);
    await own.start({ empty: false });
    await backFor(LONG, web);
    await assertKeptThenFollows(web, sinceMs);
  });

  test('when Prometheus is restarted and has forgotten everything', async () => {
    const own = await stage.prometheus();
    const web = await atPeak('forgetful', own.url);
    const sinceMs = performance.now();
    await own.kill();
    await own.start({ empty: true });
    await backFor(LONG, web);
    await assertKeptThenFollows(web, sinceMs);
  });

  test('while the counters have another name', async () => {
    const web = await atPeak('renamed', prometheus.url);
    const sinceMs = performance.now();
    web.habits({ counters: 'http_requests_seconds' });
    await passed(LONG, () => sinceMs);
    web.habits({ counters: undefined });
    await backFor(LONG, web);
    await assertKeptThenFollows(web, sinceMs);
  });

  test('while one of two shards is gone', async () => {
    const shards = await Promise.all(stage.fleet.targetFiles.map((file) => stage.prometheus({ targets: { file } })));
    const above = await stage.prometheus({ targets: [], federate: shards.map(({ url }) => url) });
    const web = await atPeak('sharded', above.url);
    const [half] = shards as [Prometheus, Prometheus];
    const ours = `service="sharded"`;
    assert.ok((await queryPrometheus(half.url, `up{${ours}}`)).length < web.pods.length, 'each has a part');
    const sinceMs = performance.now();
    await half.kill();
    await eventually(async () => (await queryPrometheus(above.url, `up{job="federation"} == 0`)).length === 1, {
      timeoutMs: 20_000,
      what: 'the shard to be missed',
    });
    const goneMs = performance.now();
    await passed(LONG, () => goneMs);
    await half.start({ empty: true });
    await backFor(LONG, web);
    await assertKeptThenFollows(web, sinceMs);
  });
});

/** Waits until the load is known again, and for so long that a wrong reading would have shown. */
async function backFor(seconds: number, web: Scaled): Promise<void> {
  await web.says('ScalingActive', 'True', 'ValidMetricFound');
  const sinceMs = performance.now();
  await passed(seconds, () => sinceMs);
}
