/** All that the syncers of a test run said of their ElasticWebs, held against the rules of those who read it. */

import assert from 'node:assert/strict';
import { KubeClient } from '../../src/kube/client.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';
import { argoHealthOf } from './argo-cd.ts';
import { assertHistories, isSyncersWord } from './conventions.ts';
import { History } from './history.ts';
import { STATES, stateOf } from './states.ts';

/** Records the ElasticWebs of all namespaces; at its end it fails if one of them ever looked from outside like another state. */
export async function recordAll(kubeconfig: string): Promise<AsyncDisposable> {
  await using owned = new AsyncDisposableStack();
  const identity = await loadIdentity({ env: {}, kubeconfig, context: 'admin' });
  const transport = new Transport({ identity, userAgent: 'elasticweb-test' });
  owned.defer(() => transport.close());
  const history = owned.use(await History.start({ client: new KubeClient({ transport }), namespace: undefined }));
  owned.defer(async () => {
    const histories = history.all();
    assertHistories(histories);
    await assertArgoAgrees(histories.flat().filter(isSyncersWord));
  });
  return owned.move();
}

/** Asserts that Argo CD shows of each version what the table says of its state. */
export async function assertArgoAgrees(versions: readonly ElasticWebResource[]): Promise<void> {
  // Thousands of versions say the same.
  const kinds = new Map(versions.map((version) => [JSON.stringify(essence(version)), version]));
  const different = [...kinds.values()];
  for (const [index, { status, message }] of (await argoHealthOf(different)).entries()) {
    const version = different[index] ?? assert.fail('more answers than questions');
    const told = `${version.metadata.name}: ${JSON.stringify(version.status)}`;
    assert.equal(status, STATES[stateOf(version)].argo, `what Argo CD shows of ${stateOf(version)}: ${told}`);
    assert.ok(message.length > 0, `and why: ${told}`);
  }
}

function essence({ metadata, status }: ElasticWebResource) {
  const conditions = status?.conditions?.map(({ type, status, reason }) => [type, status, reason]);
  return [stateOf({ metadata, status } as ElasticWebResource), conditions];
}
