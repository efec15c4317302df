/** Admission webhooks in the way: one that refuses, one that is away, one that knows better. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, afterEach, test } from 'node:test';
import type { KubeObject, ResourceType } from '../../src/kube/resource.ts';
import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { syncerRequests } from './audit.ts';
import { containerOf } from './kinds.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();
const directory = join(useControlPlane().directory, 'certificates');
const [cert = '', key = ''] = ['crt', 'key'].map((type) => readFileSync(join(directory, `apiserver.${type}`), 'utf8'));

type Verdict =
  { readonly allowed: false; readonly status: object } | { readonly allowed: true; readonly patch?: object[] };
interface Review {
  readonly request: { readonly uid: string; readonly operation: string; readonly object: KubeObject };
}

let verdict: (review: Review) => Verdict = () => ({ allowed: true });
const server = createServer({ cert, key }, (request, response) => {
  void json(request).then((body) => {
    const review = body as Review;
    const answer = verdict(review);
    const patch =
      answer.allowed && answer.patch !== undefined
        ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(answer.patch)).toString('base64') }
        : {};
    const { uid } = review.request;
    const said = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { ...answer, uid, ...patch } };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(said));
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
after(() => {
  server.close();
  server.closeAllConnections();
});

type Hook = 'Validating' | 'Mutating';
const typeOf = (hook: Hook): ResourceType => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: `${hook}WebhookConfiguration`,
  plural: `${hook.toLowerCase()}webhookconfigurations`,
  namespaced: false,
});

/** Puts a webhook before the Deployments of this test's namespace. */
async function install(hook: Hook, url = `https://127.0.0.1:${port}/`): Promise<void> {
  const { apiVersion, kind } = typeOf(hook);
  const webhook = {
    name: 'test.example.com',
    ...{ admissionReviewVersions: ['v1'], sideEffects: 'None', failurePolicy: 'Fail', timeoutSeconds: 2 },
    clientConfig: { url, caBundle: Buffer.from(cert).toString('base64') },
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': world.namespace } },
    rules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }],
  };
  const configuration = { apiVersion, kind, metadata: { name: world.namespace }, webhooks: [webhook] };
  await world.client.create(typeOf(hook), configuration, { fieldManager: 'test' });
  // It counts a moment later.
  await eventually(async () => (await probe()) !== 'untouched', { timeoutMs: 30_000, what: 'the webhook' });
}

/** What becomes of a Deployment now: nothing is made. */
async function probe(): Promise<string> {
  const metadata = { name: 'probe', namespace: world.namespace };
  const spec = {
    selector: { matchLabels: { app: 'probe' } },
    template: { metadata: { labels: { app: 'probe' } }, spec: { containers: [{ name: 'web', image: 'probe:1' }] } },
  };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec };
  try {
    const made = await world.client.create(DEPLOYMENT, object, { fieldManager: 'test', dryRun: true });
    return containerOf(made).image === 'probe:1' ? 'untouched' : 'changed';
  } catch {
    return 'refused';
  }
}

async function remove(hook: Hook): Promise<void> {
  await world.kubectl('delete', typeOf(hook).plural, world.namespace, '--ignore-not-found');
}

afterEach(async () => {
  await remove('Validating');
  await remove('Mutating');
  await eventually(async () => (await probe()) === 'untouched', { timeoutMs: 30_000, what: 'the end of the webhook' });
});

test('a webhook that refuses is told in its own words, and the ElasticWeb is made when it no longer does', async () => {
  verdict = () => ({ allowed: false, status: { code: 403, message: 'images come from our registry' } });
  await install('Validating');
  await world.create('refused', { totalQPS: 0 });

  const web = await world.notReady('refused', 'AdmissionDenied');

  assert.match(conditionOf(web, 'Ready')?.message ?? '', /images come from our registry/);
  assert.ok(await world.service('refused'), 'its Service is made all the same');
  await remove('Validating');
  await world.ready('refused');
});

test('a webhook that is away is told, and waited for', async () => {
  await install('Validating', 'https://127.0.0.1:9/');
  await world.create('away', { totalQPS: 0 });

  const web = await world.notReady('away', 'ApplyFailed');

  assert.match(conditionOf(web, 'Ready')?.message ?? '', /failed calling webhook "test.example.com"/);
  await remove('Validating');
  await world.ready('away');
});

test('with a webhook that changes a field each time, the syncer does not fight', async () => {
  verdict = ({ request: { object } }) => {
    const { image } = containerOf(object);
    if (object.metadata.name !== 'mirrored' && object.metadata.name !== 'probe') return { allowed: true };
    const path = '/spec/template/spec/containers/0/image';
    return image.startsWith('mirror/')
      ? { allowed: true }
      : { allowed: true, patch: [{ op: 'replace', path, value: `mirror/${image}` }] };
  };
  await install('Mutating');
  await world.create('mirrored', { totalQPS: 0 });
  await world.until(DEPLOYMENT, 'mirrored', (deployment) => containerOf(deployment).image === 'mirror/nginx:1.29');
  for (let n = 0; n < 8; n += 1) await world.touch('mirrored');

  const web = await world.notReady('mirrored', 'Contended');

  assert.match(conditionOf(web, 'Ready')?.message ?? '', /Deployment .*image was set 3 times within a minute/);
  for (let n = 0; n < 8; n += 1) await world.touch('mirrored');
  await world.settled();
  const applies = syncerRequests().filter(
    ({ namespace, name, verb, resource }) =>
      namespace === world.namespace && name === 'mirrored' && verb === 'patch' && resource === 'deployments',
  );
  assert.equal(applies.length, 4, 'one to make it, three to set it right');
});
