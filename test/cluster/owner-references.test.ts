/** OpenShift's rule for owner references: whoever names an owner needs rights to it, and whoever changes owners may delete. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ElasticWebInstall } from '../../src/construct/install.ts';
import { asYaml, charted } from '../construct/rendered.ts';
import { ensureBinaries } from '../control-plane/binaries.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { shareControlPlane } from '../control-plane/shared-control-plane.ts';
import { SERVICE } from '../../src/syncer/kinds.ts';
import { requestsOf, SYNCER_USER } from './audit.ts';
import { endSyncer, startSyncer } from './syncer-process.ts';
import { conditionOf, useWorld } from './world.ts';

const { kubernetes } = await ensureBinaries(['kubernetes']);
const controlPlane = await startControlPlane({
  auditLog: true,
  admissionPlugins: ['OwnerReferencesPermissionEnforcement'],
  manifests: [join(import.meta.dirname, '../../dist/install.k8s.yaml')],
});
shareControlPlane(controlPlane, kubernetes);
after(() => controlPlane.stop());
const world = await useWorld();
const syncer = await startSyncer(controlPlane, 'syncer');

async function install(props: object): Promise<void> {
  const yaml = asYaml(charted((scope) => new ElasticWebInstall(scope, 'elasticweb', props)));
  const { code, stderr } = await controlPlane.kubectl(['apply', '--server-side', '-f', '-'], { stdin: yaml });
  assert.equal(code, 0, stderr);
}

test('without the rights that the rule demands, the ElasticWeb says so, and nothing is half done', async () => {
  await world.create('shop', { totalQPS: 700, mtargetPort: 9090 });

  const web = await world.notReady('shop', 'Forbidden');

  assert.match(conditionOf(web, 'Ready')?.message ?? '', /finalizers|blockOwnerDeletion/);
  assert.equal(await world.deployment('shop'), undefined);
});

test('with them, the ElasticWeb that waited is served', async () => {
  await install({ ownerReferencesPermissionEnforcement: true });

  const web = await world.ready('shop');

  const owner = (await world.deployment('shop'))?.metadata.ownerReferences?.[0];
  assert.partialDeepStrictEqual(owner, { uid: web.metadata.uid, controller: true, blockOwnerDeletion: true });
});

test('a stripped owner comes back, and a metrics Service that is no longer wanted goes', async () => {
  await world.patch(SERVICE, 'shop', { metadata: { ownerReferences: null } });
  await world.until(SERVICE, 'shop', ({ metadata }) => metadata.ownerReferences?.length === 1);

  await world.change('shop', { mtargetPort: null });

  await world.untilGone(SERVICE, 'shop-metrics');
  await world.ready('shop');
});

test('the syncer deletes nothing, though it may', async () => {
  assert.equal(await endSyncer(syncer), 'code 0');
  const verbs = new Set(requestsOf(SYNCER_USER).map(({ verb }) => verb));
  assert.deepEqual(
    [...verbs].filter((verb) => verb.startsWith('delete')),
    [],
  );
});
