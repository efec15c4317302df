import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeError } from '../../src/kube/errors.ts';
import type { Failure } from '../../src/syncer/failure.ts';
import type { ElasticWebResource } from '../../src/syncer/kinds.ts';
import { Pace } from '../../src/syncer/pace.ts';
import type { PassContext } from '../../src/syncer/pass.ts';
import { fail, say } from '../../src/syncer/tell.ts';
import { FakeClock } from '../kube/fake-clock.ts';
import { web } from './objects.ts';

/** A pass of which only the end is played. `live` is what the API server has, `hasListed`, whether there are copies of Deployments. */
function start(live: ElasticWebResource | undefined = web(), hasListed = true) {
  const clock = new FakeClock();
  const written: unknown[] = [];
  const forgotten: string[] = [];
  const refusals: KubeError[] = [];
  const unsaid: string[] = [];
  const context = {
    client: {
      mergePatch: (_type: unknown, _name: unknown, patch: unknown) => {
        const refusal = refusals.shift();
        if (refusal !== undefined) return Promise.reject(refusal);
        written.push(patch);
        return Promise.resolve(web());
      },
      get: () => Promise.resolve(live),
    },
    cache: {
      webs: { observe: () => undefined, forget: ({ metadata }: ElasticWebResource) => forgotten.push(metadata.name) },
      deployments: { get: () => undefined, hasListed: () => hasListed },
    },
    report: {
      ...{ state: () => undefined, scaling: () => undefined, stale: () => undefined },
      unsaid: ({ metadata }: ElasticWebResource) => unsaid.push(metadata.name),
    },
    pace: new Pace(clock),
    ...{ allowedServiceTypes: ['LoadBalancer', 'NodePort', 'ClusterIP'], reservedLabels: [] },
    now: () => new Date('2026-01-02T03:04:05Z'),
  } as unknown as PassContext; // What the end of a pass uses, and no more.
  return { clock, context, written, forgotten, refusals, unsaid };
}

const trouble = (more: object = {}): Failure => ({
  ...{ kind: 'transient', reason: 'NodePortConflict', message: 'taken' },
  ...more,
});
const suspended = { outcome: { kind: 'suspended' } } as const;
const done = { kind: 'done' } as const;

test('a status is written at once, and the next one a second later, by a pass that is asked for', async () => {
  const { clock, context, written } = start();
  assert.deepEqual(await say(context, web(), suspended, done), { kind: 'done' });
  clock.advance(300);
  assert.deepEqual(await say(context, web(), suspended, done), { kind: 'again', afterMs: 700 });
  assert.equal(written.length, 1);
  clock.advance(700);
  assert.deepEqual(await say(context, web(), suspended, done), { kind: 'done' });
  assert.equal(written.length, 2);
});

test('what a failed pass has to tell waits a second, too, and not for the next attempt', async () => {
  const { clock, context, written } = start();
  await fail(context, web(), trouble());
  clock.advance(400);
  const next = await fail(context, web(), trouble({ message: 'taken, and more pods are ready' }));
  assert.deepEqual(next, { kind: 'retry', reason: 'NodePortConflict', tellAfterMs: 600 });
  assert.equal(written.length, 1);
});

test('what has to wait because the API server asks for it is told at once', async () => {
  const { context, written } = start();
  await fail(context, web(), trouble());
  const next = await fail(context, web(), trouble({ message: 'busy', retryAfterMs: 30_000 }));
  assert.deepEqual(next, { kind: 'retry', reason: 'NodePortConflict', afterMs: 30_000 });
  assert.equal(written.length, 2);
});

test('that pods were added is told at once: no later pass would know when', async () => {
  const { context, written } = start();
  await say(context, web(), suspended, done);
  await say(context, web(), { ...suspended, scaleTime: new Date('2026-01-02T03:04:05Z') }, done);
  assert.equal(written.length, 2);
});

for (const [hasListed, replicas] of [
  [true, 0],
  [false, 2],
] as const) {
  test(`pods of which there is no copy are ${hasListed ? 'none' : 'what was told, where none may be listed'}`, async () => {
    const { context, written } = start(web(), hasListed);
    await fail(context, web({ replicas: 2 }), trouble());
    assert.equal((written as { status: { replicas: number } }[])[0]?.status.replicas, replicas);
  });
}

const refused = (status: number, reason: string, message = 'no') =>
  new KubeError({ verb: 'PATCH', target: 'ElasticWeb blog/shop status', status, reason, message });

const invalid: Failure = { kind: 'terminal', reason: 'InvalidSpec', message: 'spec.port: is required' };

test('of what is so wrong that the API server takes no status of it, that is told, and not tried again', async () => {
  const { context, refusals, unsaid } = start();
  refusals.push(refused(422, 'Invalid'));
  assert.deepEqual(await fail(context, web(), invalid), { kind: 'done', stalled: true });
  assert.deepEqual(unsaid, ['shop']);
});

test('of what is suspended and so wrong, that is told once, too', async () => {
  const { context, refusals, unsaid } = start();
  refusals.push(refused(422, 'Invalid'));
  const wrong = { ...web(), spec: { suspend: true } as ElasticWebResource['spec'] };
  assert.deepEqual(await say(context, wrong, suspended, done), { kind: 'done' });
  assert.deepEqual(unsaid, ['shop']);
});

const denied = 'admission webhook "policy.example.com" denied the request: no';
for (const [name, refusal, end] of [
  ['a webhook, with 400', refused(400, 'BadRequest', denied), (context: PassContext) => fail(context, web(), invalid)],
  ['a webhook, with 422', refused(422, 'Invalid', denied), (context: PassContext) => fail(context, web(), invalid)],
  [
    'an older CRD, of a spec that is valid',
    refused(422, 'Invalid'),
    (context: PassContext) => say(context, web(), suspended, done),
  ],
] as const) {
  test(`a status that is refused by ${name} is an error, which is tried again ever more rarely`, async () => {
    const { context, refusals, unsaid } = start();
    refusals.push(refusal);
    await assert.rejects(end(context), refusal);
    assert.deepEqual(unsaid, []);
  });
}

for (const [status, reason] of [
  [409, 'Conflict'],
  [404, 'NotFound'],
] as const) {
  test(`a status refused with ${status} is tried again while the ElasticWeb is there, which is looked up`, async () => {
    const { context, forgotten, refusals } = start();
    refusals.push(refused(status, reason));
    assert.deepEqual(await say(context, web(), suspended, done), { kind: 'retry' });
    assert.deepEqual(forgotten, []);
  });

  test(`a status refused with ${status} is nothing more to do when the ElasticWeb is gone`, async () => {
    const { context, forgotten, refusals } = start();
    context.client.get = () => Promise.resolve(undefined);
    refusals.push(refused(status, reason));
    assert.deepEqual(await say(context, web(), suspended, done), { kind: 'done' });
    assert.equal(forgotten.length, 1);
  });
}
