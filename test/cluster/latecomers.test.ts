/** An object of somebody else that is there when a child is made, although it was not when the syncer looked: it is not touched either. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { eventually } from '../control-plane/eventually.ts';
import { FAULTS, type Fault } from '../faults/fault.ts';
import { SyncerBehindProxy } from '../faults/syncer.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { useWorld } from './world.ts';

const home = await useWorld();

/** Nothing in these contradicts a child of that name, so that an apply would join the two. */
const foreigners: readonly { readonly type: ResourceType; readonly spec: object }[] = [
  { type: SERVICE, spec: { ports: [{ name: 'theirs', port: 7000, protocol: 'TCP' }] } },
  {
    type: DEPLOYMENT,
    spec: {
      selector: { matchLabels: selector() },
      template: { metadata: { labels: selector() }, spec: { containers: [{ name: 'theirs', image: 'theirs:1' }] } },
    },
  },
];

function selector() {
  return { 'app.kubernetes.io/name': 'elasticweb', 'app.kubernetes.io/instance': 'web' };
}

/** Which call of the syncer it is about, and what happens to the first of them. */
const ways: readonly { readonly what: string; readonly verb: 'GET' | 'APPLY'; readonly fault: Fault }[] = [
  { what: 'is hidden by an answer that is old', verb: 'GET', fault: { kind: 'answer', status: 404 } },
  { what: 'comes between the look and the write', verb: 'APPLY', fault: FAULTS['delayed by 5 s'] },
];

suite('it is left as it was,', { concurrency: 4 }, () => {
  for (const { type, spec } of foreigners) {
    for (const { what, verb, fault } of ways) {
      test(`a ${type.kind} that ${what}`, async () => {
        const world = await home.another();
        await using syncer = await SyncerBehindProxy.prepare(useControlPlane(), world.namespace);
        const isMeant = `${verb} ${type.plural} ${world.namespace}/web`;
        syncer.proxy.interfere = ({ signature, occurrence }) =>
          signature === isMeant && occurrence === 1 ? fault : undefined;
        const makeForeign = () => world.make(type, 'web', { spec });
        let foreign: KubeObject | undefined;
        if (verb === 'GET') foreign = await makeForeign();
        await syncer.start();
        await syncer.watching();
        await world.create('web', {}, { [OWN_SYNCER_LABEL]: 'latecomers' });
        if (foreign === undefined) {
          const isUnderWay = () => syncer.proxy.calls.some(({ signature }) => signature === isMeant);
          await eventually(isUnderWay, { timeoutMs: 30_000, what: isMeant });
          foreign = await makeForeign();
        }

        await world.notReady('web', 'NameConflict');

        assert.ok(
          syncer.proxy.calls.some(({ signature }) => signature === `APPLY ${type.plural} ${world.namespace}/web`),
        );
        const now = (await world.get(type, 'web')) ?? assert.fail('it is gone');
        assert.equal(now.metadata.uid, foreign.metadata.uid);
        assert.deepEqual(now.metadata.ownerReferences, undefined);
        assert.deepEqual(now.metadata.labels, undefined);
        assert.deepEqual((now as unknown as { spec: unknown }).spec, (foreign as unknown as { spec: unknown }).spec);
        const managers = now.metadata.managedFields?.map(({ manager }) => manager) ?? [];
        assert.ok(!managers.includes('elasticweb-syncer'), managers.join());
        assert.equal(await syncer.end(), 'code 0');
      });
    }
  }
});
