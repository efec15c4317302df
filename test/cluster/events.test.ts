/** What users read with `kubectl describe` and `kubectl get events`: what was done to an ElasticWeb, and what is wrong with it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useWorld } from './world.ts';

interface Event extends KubeObject {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly reportingController: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly series?: { readonly count: number };
}

const EVENT: ResourceType<Event> = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

const world = await useWorld();

/** The Events about one ElasticWeb, in the order in which they were written. */
async function eventsOf(name: string): Promise<Event[]> {
  const { items } = await world.client.listAll(EVENT, { namespace: world.namespace });
  const version = ({ metadata }: Event) => Number(metadata.resourceVersion);
  return items
    .filter(({ regarding }) => regarding.kind === 'ElasticWeb' && regarding.name === name)
    .sort((a, b) => version(a) - version(b));
}

/** Waits until an Event tells this about an ElasticWeb. */
function untilTold(name: string, reason: string, note: RegExp): Promise<Event> {
  return eventually(
    async () => (await eventsOf(name)).find((event) => event.reason === reason && note.test(event.note)) ?? false,
    { timeoutMs: 30_000, what: `an Event ${reason} of ${name} that says ${note.source}` },
  );
}

test('what was made, and that it serves, is told once', async () => {
  const web = await world.create('web', { totalQPS: 900, mtargetPort: 9090 });
  await world.ready('web');
  const served = await untilTold('web', 'Available', /^2 of 2 pods are available$/);
  assert.equal(served.type, 'Normal');
  assert.equal(served.reportingController, 'elasticweb.example.com/syncer');
  assert.equal(served.regarding.uid, web.metadata.uid);

  await world.settled();
  assert.deepEqual(
    (await eventsOf('web')).map(({ reason, note }) => `${reason}: ${note}`),
    ['Created: Deployment web, Service web, Service web-metrics', 'Available: 2 of 2 pods are available'],
  );
});

test('a new number of pods is told with the old one and the reason', async () => {
  await world.create('scaled', { totalQPS: 500 });
  await world.ready('scaled');
  await world.change('scaled', { totalQPS: 2_000 });
  await untilTold('scaled', 'Scaled', /^from 1 to 4 pods: totalQPS 2000 at 500 a pod$/);
  await world.change('scaled', { replicas: 2 });
  await untilTold('scaled', 'Scaled', /^from 4 to 2 pods: spec.replicas$/);
});

test('a change, and a repair, are told with the field', async () => {
  await world.create('changed', { totalQPS: 0 });
  await world.ready('changed');
  await world.change('changed', { image: 'nginx:1.30' });
  await untilTold(
    'changed',
    'Updated',
    /^Deployment changed: spec\.template\.spec\.containers\[web\]\.image from nginx:1\.29 to nginx:1\.30$/,
  );
  await world.ready('changed');
  await world.patch(DEPLOYMENT, 'changed', { metadata: { labels: { app: null } } });
  await untilTold('changed', 'Updated', /^Deployment changed: metadata\.labels\.app from none to changed$/);
});

test('a number of pods that somebody else changed is told as set back, and a change of much at once by its first fields', async () => {
  await world.create('much', { totalQPS: 500 });
  await world.ready('much');
  await world.patch(DEPLOYMENT, 'much', { spec: { replicas: 7 } });
  await untilTold('much', 'Scaled', /^set back from 7, which somebody made it, to 1 pods: totalQPS 500 at 500 a pod$/);
  const env = [{ name: 'PASSWORD', value: 'geheim' }];
  await world.change('much', { totalQPS: 1_000, image: 'nginx:1.30', env, imagePullPolicy: 'Always', port: 81 });
  await untilTold('much', 'Scaled', /^from 1 to 2 pods/);
  const told = await untilTold('much', 'Updated', /^Deployment much: .*image from nginx:1\.29 to nginx:1\.30/);
  assert.doesNotMatch(told.note, /geheim/);
  await untilTold('much', 'Updated', /^Service much: spec\.ports\[http-traffic\]\.port from 80 to 81$/);
});

test('trouble is a warning, with the words of the status, and kubectl describe shows it', async () => {
  await world.make(DEPLOYMENT, 'taken', {
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'other' } },
      template: { metadata: { labels: { app: 'other' } }, spec: { containers: [{ name: 'c', image: 'c:1' }] } },
    },
  });
  await world.create('taken');
  await world.notReady('taken', 'NameConflict');
  const told = await untilTold('taken', 'NameConflict', /Deployment .*taken is not ours/);
  assert.equal(told.type, 'Warning');
  assert.match(await world.kubectl('describe', 'ew', 'taken'), /Warning\s+NameConflict .*is not ours/);
});

test('trouble that stays is not told again and again', async () => {
  await world.create('stuck', { podLabels: { team: 'no spaces' } });
  await world.notReady('stuck', 'InvalidSpec');
  await untilTold('stuck', 'InvalidSpec', /no spaces/);
  for (let n = 0; n < 3; n += 1) await world.touch('stuck');
  await world.settled();
  assert.deepEqual(
    (await eventsOf('stuck')).map(({ reason, series }) => `${reason} ${series?.count ?? 1}`),
    ['Created 1', 'InvalidSpec 1'],
  );
});
