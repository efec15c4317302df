/** What happens once around all test files: `node --test --test-global-setup=test/control-plane/setup.ts`. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { assertRightsNeeded, assertWithinRights, syncerRequests } from '../cluster/audit.ts';
import { recordAll } from '../cluster/recorded.ts';
import { endSyncer, OWN_SYNCER_LABEL, startSyncer } from '../cluster/syncer-process.ts';
import { ensureBinaries } from './binaries.ts';
import { startControlPlane } from './control-plane.ts';
import { shareControlPlane } from './shared-control-plane.ts';

const run = new AsyncDisposableStack();

/**
 * Builds every program that a test may want, starts a control plane with dist/ installed and one syncer, and hands it to the test files.
 * The syncer leaves those ElasticWebs alone whose label says that their test brings a syncer of its own.
 */
export async function globalSetup(): Promise<void> {
  const { kubernetes } = await ensureBinaries(['kubernetes', 'kwok', 'prometheus', 'lua']);
  // Installed before the controllers start: the garbage collector looks for new kinds only every 30 s.
  const manifests = [join(import.meta.dirname, '../../dist/install.k8s.yaml')];
  const controlPlane = run.use(await startControlPlane({ auditLog: true, manifests }));
  // What no single test file can see: all that the syncers of the whole run said of their ElasticWebs.
  run.use(await recordAll(controlPlane.kubeconfig));
  const syncer = await startSyncer(controlPlane, 'syncer', `--selector=!${OWN_SYNCER_LABEL}`);
  run.defer(async () => {
    assert.equal(await endSyncer(syncer), 'code 0', 'the syncer ended in another way than it should');
    // And all that they asked for.
    const requests = syncerRequests(controlPlane.directory);
    assertWithinRights(requests);
    // A few test files alone need not use every right.
    if (process.env.npm_lifecycle_event === 'test:cluster') assertRightsNeeded(requests);
  });
  shareControlPlane(controlPlane, kubernetes);
}

/** Stops what was started, the last first. */
export async function globalTeardown(): Promise<void> {
  try {
    await run.disposeAsync();
  } catch (error) {
    console.error(error); // The test runner fails then, but does not say why.
    throw error;
  }
}
