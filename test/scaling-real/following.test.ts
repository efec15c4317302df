/** The number of pods follows the load that Prometheus really measures: up, down, and not where nothing is to be followed. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { INGRESS_COUNTER } from '../traffic/ingress.ts';
import { noisy, steady } from '../traffic/rates.ts';
import { passed, SINGLE, type Scaled, TIMES, useStage } from './stage.ts';

const stage = await useStage();
const prometheus = await stage.prometheus();
const LABEL = 'following';
await stage.syncer(LABEL, prometheus.url);

/** For what must not move at all: a machine that is busy for a second looks like less load. */
const CALM = { scaleDown: { stabilizationWindowSeconds: 20 } };

/** No limit holds: a load that wavers has some pods wait for a while before they go. */
const WITHIN_RANGE = ['DesiredWithinRange', 'ScaleDownStabilized'];

const assertKept = (scaled: Scaled, sinceMs: number) => {
  const replicas = scaled.replicasSince(sinceMs);
  assert.ok(
    replicas.every((now, index) => now >= (replicas[index - 1] ?? 0)),
    `pods were lost: ${replicas.join(', ')}`,
  );
};

describe('the number of pods', { concurrency: true }, () => {
  test('goes up with a load that doubles and one that is five times as high, stops at maxReplicas, and comes down again', async () => {
    const web = await stage.scaled('steps', LABEL, { maxReplicas: 30, behavior: CALM }, { sent: true });
    await web.serves(23, 5);
    await web.serves(46, 10);
    // Well below maxReplicas: real requests on a busy machine come late and then together, which is more load for a moment.
    await web.serves(115, 23);
    await web.says('ScalingActive', 'True', 'ValidMetricFound');
    await web.says('ScalingLimited', 'False', ...WITHIN_RANGE);

    web.load.set(200);
    await web.reaches(30, 30);
    await web.says('ScalingLimited', 'True', 'TooManyReplicas');

    web.load.set(23);
    await web.reaches(5);
    await web.says('ScalingLimited', 'False', ...WITHIN_RANGE);
    const { status } = (await web.web) ?? {};
    assert.equal(status?.desiredReplicas, web.pods.length);
    await eventually(
      async () => {
        const events = await web.events('Scaled');
        assert.ok(
          events.some((message) => /from 1 to \d+ pods: \d\d(\.\d+)? QPS at 5 a pod/.test(message)),
          events.join('\n'),
        );
        assert.ok(
          events.some((message) => /to 30 pods: \d{3}(\.\d+)? QPS at 5 a pod/.test(message)),
          events.join('\n'),
        );
      },
      { timeoutMs: 30_000, what: 'Events with the numbers and the load behind them' },
    );
  });

  test('stays for a while where fewer pods would do, and kubectl describe says what they wait for', async () => {
    const web = await stage.scaled('waiting', LABEL, { behavior: { scaleDown: { stabilizationWindowSeconds: 300 } } });
    await web.serves(28, 6);
    web.load.set(8);
    const message = await web.says('ScalingLimited', 'False', 'ScaleDownStabilized');
    assert.match(message, /^fewer pods would do now and then; they go when fewer did for 300 s on end$/);
    assert.match(await stage.world.kubectl('describe', 'ew', 'waiting'), /fewer pods would do now and then/);
    const wide = await stage.world.kubectl('get', 'ew', 'waiting', '-o', 'wide');
    assert.match(wide, /^waiting .* [\d.]+ +ValidMetricFound +\S+ *$/m);
  });

  test('does not follow noise of 20 % up and down', async (t) => {
    const web = await stage.scaled('noise', LABEL, { behavior: CALM });
    const rate = noisy(steady(28), 0.2, 7);
    const startMs = performance.now();
    const changing = setInterval(() => web.load.set(rate((performance.now() - startMs) / 1000)), 1_000);
    t.after(() => clearInterval(changing));
    web.load.set(28);
    await web.reaches(6, 8);
    const sinceMs = performance.now();
    await passed(40, () => sinceMs);
    const replicas = web.replicasSince(sinceMs);
    assert.ok(replicas.length <= 4, `scaled ${replicas.length - 1} times: ${replicas.join(', ')}`);
    assert.ok(Math.min(...replicas) >= 6, replicas.join(', '));
  });

  test('stays when counters begin again at zero', async () => {
    const web = await stage.scaled('reset', LABEL, { behavior: CALM });
    const sinceMs = await web.serves(28, 6);
    for (const { counters } of web.pods) counters.reset();
    await passed(2 * TIMES.window + 2, () => sinceMs);
    assertKept(web, sinceMs);
    assert.ok(Math.max(...web.replicasSince(sinceMs)) <= 8, web.replicasSince(sinceMs).join(', '));
  });

  test('stays while new pods take load that is not measured yet', async () => {
    const web = await stage.scaled('unseen', LABEL);
    await web.serves(28, 6);
    web.habits({ unseen: true });
    web.load.set(56);
    // Perhaps not all that is needed: as soon as there is one that is not seen, less of the load is.
    await web.reaches(7, 14);
    // Until they are reported ready, nobody knows that there is something to be seen.
    await stage.world.until(DEPLOYMENT, 'unseen', ({ spec, status }) => status?.readyReplicas === spec.replicas);
    const sinceMs = performance.now();
    await passed(3 * TIMES.window, () => sinceMs);
    assertKept(web, sinceMs);
    web.habits({ unseen: false });
    await web.reaches(12, 16);
  });

  test('stays through a rollout with a surge of half', async () => {
    const strategy = { rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } };
    const web = await stage.scaled(
      'rollout',
      LABEL,
      { behavior: CALM },
      { strategy, mtargetPort: 8090, singlePodQPS: 20 },
    );
    await web.serves(104, 6);
    const sinceMs = performance.now();
    const before = new Set(web.pods.map(({ names }) => names.name));

    for (const value of ['one', 'two']) {
      await stage.world.change('rollout', { env: [{ name: 'RELEASE', value }] });
      const isDone = { timeoutMs: 60_000, what: 'new pods only' };
      await eventually(() => web.pods.length >= 6 && web.pods.every(({ names }) => !before.has(names.name)), isDone);
      await stage.world.until(DEPLOYMENT, 'rollout', ({ metadata, spec, status }) => {
        const { replicas } = spec;
        return (
          status?.observedGeneration === metadata.generation &&
          status?.updatedReplicas === replicas &&
          status?.replicas === replicas
        );
      });
      for (const { names } of web.pods) before.add(names.name);
      await passed(2 * TIMES.window, () => Math.max(sinceMs, stage.log.of('rollout').at(-1)?.atMs ?? 0));
    }
    assert.deepEqual(web.replicasSince(sinceMs).slice(1), [], 'changes of the number of pods');
  });

  test('goes to zero with the load at an ingress, and comes back with it', async () => {
    stage.ingress.announce(stage.world.namespace, 'zero');
    const metric = { type: 'External', name: INGRESS_COUNTER, matchLabels: { ingress: 'zero' } } as const;
    const web = await stage.scaled('zero', LABEL, { minReplicas: 0, metric });
    for (const qps of [18, 13]) {
      web.load.set(qps);
      await web.reaches(Math.ceil(qps / SINGLE));
      web.load.set(0);
      await web.reaches(0, 0);
    }
    await web.says('ScalingActive', 'True', 'ValidMetricFound');
  });
});
