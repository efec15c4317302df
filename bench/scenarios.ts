/** What each contender goes through on a cluster of its own, and what is seen of it from outside. */

import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from './clock.ts';
import { startCluster } from './cluster.ts';
import type { Contender } from './contenders.ts';
import { AT_FIRST, CHANGED, changeElasticWebs, makeElasticWebs, namesOf, reportPodsRunning } from './elastic-webs.ts';
import type { Measured, ScenarioName } from './figures.ts';
import { Observer } from './observer.ts';
import type { SeenRequest } from './requests.ts';
import { Trial } from './trial.ts';

export interface ScenarioOptions {
  readonly count: number;
  /** `create` always runs: the others begin where it ends. So does `rollout` before `change`. */
  readonly scenarios: ReadonlySet<ScenarioName>;
  readonly quietSeconds: number;
  readonly onProgress: (line: string) => void;
}

/** Runs the scenarios for one contender. */
export async function runScenarios(contender: Contender, options: ScenarioOptions): Promise<Measured> {
  const { count, scenarios, quietSeconds } = options;
  const onProgress = (line: string) => options.onProgress(`${contender.name}: ${line}`);
  onProgress(`starting etcd and kube-apiserver, making ${count} ElasticWebs`);
  await using cluster = await startCluster();
  const names = namesOf(count);
  await makeElasticWebs(cluster, names);
  await using observer = new Observer(cluster, names, AT_FIRST);
  await using trial = new Trial(contender, cluster, count);
  // What a machine takes that has other work, too.
  const timeoutMs = 60_000 + count * 200;

  onProgress('create');
  await trial.measure('create', async () => {
    const startedMs = await trial.start();
    const { atMs, ...counts } = await observer.converged(timeoutMs);
    return (seen) => ({
      ...counts,
      seconds: seconds(startedMs, atMs),
      secondsFromFirstList: seconds(firstLook(seen), atMs),
    });
  });

  if (scenarios.has('rollout') || scenarios.has('change')) {
    onProgress('rollout');
    await trial.measure('rollout', async () => {
      await reportPodsRunning(cluster);
      return () => ({});
    });
  }

  if (scenarios.has('change')) {
    onProgress('change');
    await trial.measure('change', async () => {
      observer.expect(CHANGED);
      const startMs = nowMs();
      const changing = changeElasticWebs(cluster, names, CHANGED).then(nowMs);
      const [{ atMs, ...counts }, changedMs] = await Promise.all([observer.converged(timeoutMs), changing]);
      return () => ({ ...counts, seconds: seconds(startMs, atMs), secondsToChange: seconds(startMs, changedMs) });
    });
  }

  if (scenarios.has('quiet')) {
    onProgress('quiet');
    await trial.measure('quiet', async () => {
      await sleep(quietSeconds * 1000);
      return (seen) => ({ quietSeconds, unexpectedRequests: seen.filter((request) => !isExpected(request)).length });
    });
  }

  if (scenarios.has('restart')) {
    onProgress('restart');
    await trial.stop();
    await trial.measure('restart', async () => {
      const startedMs = await trial.start();
      await trial.settled();
      return (seen) => ({
        seconds: seconds(startedMs, watching(seen)),
        secondsFromFirstList: seconds(firstLook(seen), watching(seen)),
      });
    });
  }
  return trial.measured;
}

const KINDS: readonly string[] = ['elasticwebs', 'deployments', 'services'];

/** When it first asked for ElasticWebs, by a list or by a watch that begins with one. */
function firstLook(seen: readonly SeenRequest[]): number | undefined {
  const looks = seen.filter(
    ({ verb, resource }) => resource === 'elasticwebs' && (verb === 'list' || verb === 'watch'),
  );
  return looks.length === 0 ? undefined : Math.min(...looks.map(({ receivedMs }) => receivedMs));
}

/**
 * When it had begun to watch every kind that it watches. With lists as the first step, that is when those were done; one whose watches
 * begin with what is there is told to be quicker than it is.
 */
function watching(seen: readonly SeenRequest[]): number | undefined {
  const firsts = KINDS.flatMap((kind) => {
    const first = seen.find(({ verb, resource }) => verb === 'watch' && resource === kind);
    return first === undefined ? [] : [first.receivedMs];
  });
  return firsts.length === 0 ? undefined : Math.max(...firsts);
}

/** What a controller that has nothing to do may still ask: to go on watching, and for its lease. */
function isExpected({ verb, resource }: SeenRequest): boolean {
  return verb === 'watch' || resource === 'leases';
}

function seconds(fromMs: number | undefined, toMs: number | undefined): number | undefined {
  return fromMs === undefined || toMs === undefined ? undefined : (toMs - fromMs) / 1000;
}
