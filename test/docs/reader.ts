/** What the reader of a page has at hand, by the words of `<!-- run with: ... -->`. */

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startSyncer } from '../cluster/syncer-process.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { giveCluster } from './kubectl.ts';
import { ROOT, type Page } from './page.ts';
import { copyCheckout, makeReadersProject, readersEnvironment } from './place.ts';
import type { StoryOptions } from './story.ts';

/**
 * - `cluster`: a cluster of the page's own, with nothing in it.
 * - `syncer`: a cluster with dist/install.k8s.yaml applied and a syncer at work, in which the page has a namespace of its own.
 * - both: that, and the cluster is the page's own, too. KWOK plays the syncer's pods; it runs outside of them.
 * - `package`: the page is followed in a project of the reader's that has the package, not in a checkout.
 */
const NEEDS = ['cluster', 'syncer', 'package'];

/** What a page is run in, and all that is gone afterwards. */
export interface Reader extends AsyncDisposable, Omit<StoryOptions, 'timeoutMs'> {}

/** @throws Error if the page needs what nobody knows */
export async function makeReader({ path, needs }: Pick<Page, 'path' | 'needs'>): Promise<Reader> {
  const unknown = needs.find((need) => !NEEDS.includes(need));
  if (unknown !== undefined) throw new Error(`${path}: run with ${unknown}: there is only ${NEEDS.join(', ')}`);
  await using owned = new AsyncDisposableStack();
  const directory = owned.use(temporaryDirectory('elasticweb-docs-')).path;
  const [cwd, home, bin] = ['here', 'home', 'bin'].map((name) => join(directory, name)) as [string, string, string];
  await Promise.all([cwd, home, bin].map((folder) => mkdir(folder)));
  const makePlace = needs.includes('package') ? makeReadersProject : copyCheckout;
  const [cluster] = await Promise.all([clusterFor(owned, needs), makePlace(cwd)]);
  await giveCluster(cluster, { home, bin });
  const kept = owned.move();
  return { cwd, directory, env: readersEnvironment(home, bin), [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A cluster, and where in it the page is. */
export interface PageCluster {
  readonly kubeconfig: string;
  readonly namespace: string;
}

async function clusterFor(owned: AsyncDisposableStack, needs: readonly string[]): Promise<PageCluster | undefined> {
  const withSyncer = needs.includes('syncer');
  if (!needs.includes('cluster')) return withSyncer ? sharedCluster(owned) : undefined;
  // Installed before the controllers start: the garbage collector looks for new kinds only every 30 s.
  const manifests = withSyncer ? [join(ROOT, 'dist/install.k8s.yaml')] : [];
  const controlPlane = owned.use(await startControlPlane({ manifests }));
  if (withSyncer) {
    const syncer = await startSyncer(controlPlane, 'syncer', '--leader-elect');
    owned.defer(() => syncer.stop({ graceMs: 5_000 }));
  }
  return { kubeconfig: controlPlane.kubeconfig, namespace: 'default' };
}

/** The cluster of the test run, which has a syncer already. */
async function sharedCluster(owned: AsyncDisposableStack): Promise<PageCluster> {
  const { kubeconfig, kubectl } = useControlPlane();
  const namespace = `docs-${randomBytes(4).toString('hex')}`;
  const { code, stderr } = await kubectl(['create', 'namespace', namespace]);
  if (code !== 0) throw new Error(`no namespace for the page: ${stderr}`);
  owned.defer(async () => {
    await kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });
  return { kubeconfig, namespace };
}
