/** ElasticWebs that are kept in Git: the syncer, kubectl and a tool that applies what Git says do not argue about anything. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import type { ElasticWebSpec } from '../../src/api/types.ts';
import type { KubeObject } from '../../src/kube/resource.ts';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { ARGO_CD, difference, FLUX, managersOf } from './installation.ts';
import { deploymentSpec } from './kinds.ts';
import { conditionOf, SMALL, useWorld } from './world.ts';

const world = await useWorld();
const sample = parse(readFileSync(join(import.meta.dirname, '../../dist/sample.k8s.yaml'), 'utf8')) as {
  spec: ElasticWebSpec;
};
/** Every field there is. The fixed node port is left out: there is only one of it in the cluster. */
const { nodePort, ...everything } = sample.spec;

/** What the tools write onto each object that they apply, and what users write there to steer them. */
const TRACKING = {
  labels: {
    'app.kubernetes.io/instance': 'some-application',
    'argocd.argoproj.io/instance': 'some-application',
    'kustomize.toolkit.fluxcd.io/name': 'shop',
    'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
  },
  annotations: {
    'argocd.argoproj.io/tracking-id': 'shop:elasticweb.example.com/ElasticWeb:shop/shop',
    'argocd.argoproj.io/sync-wave': '1',
    'argocd.argoproj.io/sync-options': 'Prune=false',
    'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
    'kustomize.toolkit.fluxcd.io/reconcile': 'disabled',
  },
};

suite('in Git:', { concurrency: 3 }, () => {
  test('no word of Argo CD, Flux or kubectl goes from an ElasticWeb to its Deployment, Services and pods', async () => {
    const git = inGit('tracked', { totalQPS: 500, mtargetPort: 9090 }, TRACKING);
    await bring(git); // Client-side, which leaves what was applied in an annotation.
    const web = await world.ready('tracked');
    assert.ok(web.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']);

    const deployment = await world.deployment('tracked');
    const { metadata: ofPods } = deploymentSpec(deployment).template as Labelled;
    const services = [await world.service('tracked'), await world.service('tracked-metrics')];
    for (const metadata of [deployment?.metadata, ofPods, ...services.map((service) => service?.metadata)]) {
      assert.equal(metadata?.labels?.['app.kubernetes.io/instance'], 'tracked');
      const words = JSON.stringify([metadata.labels, metadata.annotations]);
      assert.doesNotMatch(words, /some-application|argoproj|fluxcd|last-applied/);
    }
  });

  for (const way of [ARGO_CD, FLUX, { name: 'kubectl apply', diff: [] }]) {
    const name = `every-field-${way.diff.at(-1)?.split('=')[1] ?? 'client-side'}`;

    test(`${way.name}: once the syncer has worked, an ElasticWeb with every field is what Git says, and stays`, async () => {
      const git = inGit(name, everything);
      await bring(git, ...way.diff);
      await world.until(DEPLOYMENT, name, () => true);
      await world.until(ELASTIC_WEB, name, ({ status }) => status?.observedGeneration === 1);
      await world.settled();

      await noDifferenceTo(git, way.diff);
      const before = await world.web(name);
      await bring(git, ...way.diff);
      // The status may go on, and its going on is no write of Git's.
      const after = await world.web(name);
      assert.equal(after?.metadata.generation, before?.metadata.generation);
      assert.deepEqual(after?.spec, before?.spec);
      assert.deepEqual(lastWritesTo(after), lastWritesTo(before));
    });
  }

  test("what kubectl scale sets stays where Git has no number, and is in nobody's managed fields", async () => {
    const git = inGit('by-hand', { totalQPS: 500 });
    await bring(git, ...ARGO_CD.diff);
    await world.ready('by-hand');
    await world.kubectl('scale', 'deployment/by-hand', '--replicas=7');
    await world.until(DEPLOYMENT, 'by-hand', ({ spec }) => spec.replicas === 1);
    await noDifferenceTo(git, ARGO_CD.diff);

    await world.kubectl('scale', 'ew/by-hand', '--replicas=2');
    await world.until(DEPLOYMENT, 'by-hand', ({ spec }) => spec.replicas === 2);

    await noDifferenceTo(git, ARGO_CD.diff);
    await bring(git, ...ARGO_CD.diff);
    const web = await world.ready('by-hand');
    assert.equal(web.spec.replicas, 2);
    assert.equal(conditionOf(web, 'ScalingActive')?.reason, 'ManualOverride');
    // Flux takes over what kubectl holds. For the scale of a custom resource the API server notes down nobody; for edit and patch it does.
    assert.ok(!managersOf(web).some((manager) => manager.includes('kubectl')), managersOf(web).join());
    await world.kubectl('patch', 'ew/by-hand', '--type=merge', '-p', '{"spec":{"replicas":3}}');
    assert.ok(managersOf((await world.web('by-hand')) ?? assert.fail()).includes('Update kubectl-patch'));
  });

  test('a number that Git has is a difference when kubectl scale has set another, and is set back', async () => {
    const git = inGit('numbered', { replicas: 1 });
    await bring(git, ...ARGO_CD.diff);
    await world.ready('numbered');

    await world.kubectl('scale', 'ew/numbered', '--replicas=2');
    await world.until(DEPLOYMENT, 'numbered', ({ spec }) => spec.replicas === 2);

    assert.match(await differenceTo(git, ARGO_CD.diff), /^\+ {2}replicas: 1$/m);
    await bring(git, ...ARGO_CD.diff);
    await world.until(DEPLOYMENT, 'numbered', ({ spec }) => spec.replicas === 1);
    await noDifferenceTo(git, ARGO_CD.diff);
  });
});

/** An ElasticWeb as Git has it: what a user wrote, without defaults. */
function inGit(name: string, spec: Partial<ElasticWebSpec>, metadata: object = {}): string {
  const { apiVersion, kind } = ELASTIC_WEB;
  return JSON.stringify({ apiVersion, kind, metadata: { name, ...metadata }, spec: { ...SMALL, ...spec } });
}

async function bring(git: string, ...flags: readonly string[]): Promise<void> {
  const { code, stderr } = await world.tryKubectlWith(git, 'apply', ...flags, '-f', '-');
  assert.equal(code, 0, stderr);
}

/** That there is none. While a status is written, kubectl may see one in it; one in what Git says would stay. */
async function noDifferenceTo(git: string, flags: readonly string[]): Promise<void> {
  const none = async () => {
    assert.equal(await differenceTo(git, flags), '');
    return true;
  };
  await eventually(none, { timeoutMs: 20_000, intervalMs: 500, what: 'no difference to Git' });
}

function differenceTo(git: string, flags: readonly string[]): Promise<string> {
  const { kubectl } = useControlPlane();
  return difference((args) => kubectl([`--namespace=${world.namespace}`, ...args], { stdin: git }), flags, '-');
}

interface Labelled {
  readonly metadata: Pick<KubeObject['metadata'], 'labels' | 'annotations'>;
}

/** Who last wrote something to the object itself, and when. */
function lastWritesTo(object: KubeObject | undefined) {
  return object?.metadata.managedFields
    ?.filter(({ subresource }) => subresource === undefined)
    .map(({ manager, time }) => [manager, time]);
}
