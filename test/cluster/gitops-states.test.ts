/**
 * Each state as those see it who wait for it: kstatus (Flux), Argo CD and kubectl, over everything that an ElasticWeb ever said on its way
 * there. Each story gives one object of docs/argocd its place, as the API server stored it.
 */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { format } from 'prettier';
import { parse, stringify } from 'yaml';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import { DEPLOYMENT, ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { argoHealthOf, CUSTOMIZATION } from './argo-cd.ts';
import { History } from './history.ts';
import { kstatusOf, type Verdict } from './kstatus.ts';
import { type Health, type State, stateOf } from './states.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { conditionOf, SMALL, useWorld, type World } from './world.ts';

const world = await useWorld();
/** No node has this label, so that pods stay where they are: waiting. */
const NOWHERE = { nodeSelector: { 'example.com/nowhere': 'yes' } };

const TESTDATA = join(CUSTOMIZATION, 'testdata');
const updating = process.env.UPDATE_GOLDEN === '1';

/** What a story asserts of the way. Repetitions are left out. */
interface Way {
  readonly kstatus: readonly Verdict[];
  readonly argo: readonly Health[];
}

/** One ElasticWeb called `shop` in a namespace of its own, and all that it was. */
class Story {
  readonly world: World;
  readonly #history: History;

  constructor(world: World, history: History) {
    this.world = world;
    this.#history = history;
  }

  create(spec: Partial<ElasticWebSpec> = {}) {
    return this.world.create('shop', spec);
  }

  versions(): Promise<readonly ElasticWebResource[]> {
    return this.#history.of('shop');
  }

  /** Asserts the whole way, from the first version to the last. */
  async went({ kstatus, argo }: Way): Promise<void> {
    const versions = await this.versions();
    const health = await argoHealthOf(versions);
    const told = versions.map((version) => `${stateOf(version)}: ${JSON.stringify(version.status)}`).join('\n');
    assert.deepEqual(withoutRepetitions(versions.map(kstatusOf)), kstatus, told);
    assert.deepEqual(withoutRepetitions(health.map(({ status }) => status)), argo, told);
  }
}

const withoutRepetitions = <T>(list: readonly T[]): T[] => list.filter((one, index) => one !== list[index - 1]);

/** A story; its end is the state that it is about, of which docs/argocd has an example of that name. */
function story(file: string, title: string, tell: (story: Story) => Promise<ElasticWebResource>): void {
  test(title, async () => {
    const own = await world.another();
    await using history = await History.start(own);
    const web = await tell(new Story(own, history));
    await assertExample(file, anonymous(web, own.namespace));
  });
}

/** The object without what differs from one run to the next: times, uid, and the name of the namespace. */
function anonymous({ apiVersion, kind, metadata, ...web }: ElasticWebResource, namespace: string): unknown {
  const { uid, resourceVersion, managedFields, labels, ...kept } = metadata;
  const text = JSON.stringify({ apiVersion, kind, metadata: kept, ...web })
    .replaceAll(namespace, 'default')
    .replaceAll(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"2026-01-02T03:04:05Z"');
  return JSON.parse(text);
}

/** Compares with the example; `UPDATE_GOLDEN=1` writes it. */
async function assertExample(file: string, object: unknown): Promise<void> {
  const path = join(TESTDATA, `${file}.yaml`);
  if (updating) writeFileSync(path, await format(stringify(object, { lineWidth: 0 }), { parser: 'yaml' }));
  assert.deepEqual(object, parse(readFileSync(path, 'utf8')), `${path}; if it should differ: UPDATE_GOLDEN=1`);
}

/** The first version in a state. */
async function firstIn(story: Story, state: State): Promise<ElasticWebResource> {
  const found = (await story.versions()).find((version) => stateOf(version) === state);
  return found ?? assert.fail(`it was never ${state}`);
}

suite('from outside,', { concurrency: 4 }, () => {
  test('one that no syncer has looked at is in progress, not done', async () => {
    const own = await world.another();
    const metadata = { ...own.named('shop'), labels: { [OWN_SYNCER_LABEL]: 'nobody' } };
    const web = await own.make(ELASTIC_WEB, 'shop', { metadata, spec: SMALL });

    assert.equal(kstatusOf(web), 'InProgress');
    await assertExample('created', anonymous(web, own.namespace));
  });

  story('progressing', 'one that rolls out is in progress until its pods serve, and then done', async (story) => {
    await story.create({ ...NOWHERE, replicas: 2 });
    const waiting = await story.world.until(ELASTIC_WEB, 'shop', ({ status }) => status?.replicas === 2);
    await story.went({ kstatus: ['InProgress'], argo: ['Progressing'] });

    await story.world.change('shop', { nodeSelector: null });
    await story.world.ready('shop');
    await story.went({ kstatus: ['InProgress', 'Current'], argo: ['Progressing', 'Healthy'] });
    return waiting;
  });

  story('healthy', 'one that serves stays done while its pods are counted', async (story) => {
    await story.create({ totalQPS: 700 });
    const web = await story.world.until(ELASTIC_WEB, 'shop', ({ status }) => status?.readyReplicas === 2);
    await story.went({ kstatus: ['InProgress', 'Current'], argo: ['Progressing', 'Healthy'] });
    return web;
  });

  story(
    'changed',
    'a new version is in progress from its first moment, and done when its own pods serve',
    async (story) => {
      await story.create();
      await story.world.ready('shop');
      await story.world.change('shop', { image: 'nginx:1.30', ...NOWHERE });
      await story.world.notReady('shop', 'Progressing');
      await story.went({
        kstatus: ['InProgress', 'Current', 'InProgress'],
        argo: ['Progressing', 'Healthy', 'Progressing'],
      });

      await story.world.change('shop', { nodeSelector: null });
      await story.world.ready('shop');
      const deployment = await story.world.deployment('shop');
      assert.equal(deployment && kstatusOf(deployment), 'Current', 'by the rules for Deployments, too');
      await story.went({
        kstatus: ['InProgress', 'Current', 'InProgress', 'Current'],
        argo: ['Progressing', 'Healthy', 'Progressing', 'Healthy'],
      });
      return firstIn(story, 'changed');
    },
  );

  story('node-port-conflict', 'trouble that may pass is in progress, never failed', async (story) => {
    await story.world.create('holder', { serviceType: 'NodePort', nodePort: 30_020, totalQPS: 0 });
    await story.world.ready('holder');
    await story.create({ serviceType: 'NodePort', nodePort: 30_020 });
    const web = await story.world.until(
      ELASTIC_WEB,
      'shop',
      (shop) => conditionOf(shop, 'Ready')?.reason === 'NodePortConflict' && shop.status?.readyReplicas === 1,
    );

    await story.world.change('holder', { nodePort: 30_021 });
    await story.world.ready('shop');
    await story.went({ kstatus: ['InProgress', 'Current'], argo: ['Progressing', 'Healthy'] });
    return web;
  });

  story(
    'invalid-spec',
    'one that must change has failed, so that nobody waits, and goes on when it has changed',
    async (story) => {
      await story.create({ podLabels: { team: 'no spaces' } });
      const web = await story.world.notReady('shop', 'InvalidSpec');
      await story.went({ kstatus: ['InProgress', 'Failed'], argo: ['Progressing', 'Degraded'] });

      await story.world.change('shop', { podLabels: null });
      await story.world.ready('shop');
      await story.went({
        kstatus: ['InProgress', 'Failed', 'InProgress', 'Current'],
        argo: ['Progressing', 'Degraded', 'Progressing', 'Healthy'],
      });
      return web;
    },
  );

  story('name-conflict', 'one whose name is taken has failed, until it is free', async (story) => {
    const labels = { app: 'other' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'c:1' }] } };
    await story.world.make(DEPLOYMENT, 'shop', { spec: { replicas: 0, selector: { matchLabels: labels }, template } });
    await story.create();
    const web = await story.world.notReady('shop', 'NameConflict');
    await story.went({ kstatus: ['InProgress', 'Failed'], argo: ['Progressing', 'Degraded'] });
    return web;
  });

  story('deadline-exceeded', 'a rollout past its deadline has failed', async (story) => {
    // Long enough that it is told to be under way before: on a busy machine a second is over by then.
    await story.create({ ...NOWHERE, progressDeadlineSeconds: 5 });
    const web = await story.world.notReady('shop', 'ProgressDeadlineExceeded');
    await story.went({ kstatus: ['InProgress', 'Failed'], argo: ['Progressing', 'Degraded'] });
    return web;
  });

  story('suspended', 'one that is suspended is done, and Argo CD shows that it is', async (story) => {
    await story.create();
    await story.world.ready('shop');
    await story.world.change('shop', { suspend: true });
    const web = await story.world.until(ELASTIC_WEB, 'shop', (shop) => stateOf(shop) === 'suspended');
    await story.went({
      kstatus: ['InProgress', 'Current', 'InProgress', 'Current'],
      argo: ['Progressing', 'Healthy', 'Progressing', 'Suspended'],
    });
    return web;
  });

  story('suspended-from-the-beginning', 'one that is suspended before anything was made is not done', async (story) => {
    await story.create({ suspend: true });
    const web = await story.world.notReady('shop', 'Suspended');
    await story.went({ kstatus: ['InProgress'], argo: ['Progressing', 'Suspended'] });
    return web;
  });

  story(
    'metrics-missing',
    'one whose load is unknown is done all the same, and Argo CD says why it is not followed',
    async (story) => {
      await story.create({ autoscaling: { maxReplicas: 20 } });
      const web = await story.world.until(ELASTIC_WEB, 'shop', ({ status }) => status?.readyReplicas === 1);
      await story.went({ kstatus: ['InProgress', 'Current'], argo: ['Progressing', 'Healthy'] });
      const [health] = await argoHealthOf([web]);
      assert.match(health?.message ?? '', /^1 of 1 pods are available; NoMetricsSource: the syncer runs without/);
      return web;
    },
  );

  story(
    'manual-replicas',
    'one whose number is set by hand is done, and Argo CD says how to hand it back',
    async (story) => {
      await story.create();
      await story.world.kubectl('scale', 'ew/shop', '--replicas=3');
      const web = await story.world.until(ELASTIC_WEB, 'shop', ({ status }) => status?.readyReplicas === 3);
      const [health] = await argoHealthOf([web]);
      assert.equal(health?.status, 'Healthy');
      assert.match(health.message, /; ManualOverride: spec\.replicas sets 3 by hand; remove it/);
      return web;
    },
  );

  story('terminating', 'one that is being deleted is terminating to its end', async (story) => {
    await story.create();
    await story.world.ready('shop');
    await story.world.kubectl('delete', 'elasticweb', 'shop', '--cascade=foreground', '--timeout=30s');
    // The last version is known: it is gone.
    assert.equal(await story.world.web('shop'), undefined);
    await story.went({
      kstatus: ['InProgress', 'Current', 'Terminating'],
      argo: ['Progressing', 'Healthy', 'Progressing'],
    });
    return firstIn(story, 'deleted');
  });
});

test('every example of docs/argocd has its story', () => {
  const told = readFileSync(import.meta.filename, 'utf8');
  for (const file of readdirSync(TESTDATA)) assert.ok(told.includes(`'${file.replace('.yaml', '')}'`), file);
});
