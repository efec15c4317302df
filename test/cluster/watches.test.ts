/** Watches that lie, lag, break off or say nothing: the syncer ends up where it should all the same. */

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { DEPLOYMENT, ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { always, type Fault, type Interference, nothing } from '../faults/fault.ts';
import { SyncerBehindProxy } from '../faults/syncer.ts';
import * as lines from '../faults/watch-lines.ts';
import { OWN_SYNCER_LABEL } from './syncer-process.ts';
import { useWorld } from './world.ts';

const world = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'watches' };
const selector = `--selector=${OWN_SYNCER_LABEL}=watches`;
const syncer = await SyncerBehindProxy.prepare(useControlPlane(), world.namespace, selector);
const { proxy } = syncer;
await syncer.start();
await syncer.watching();
after(() => syncer[Symbol.asyncDispose]());
afterEach(() => {
  proxy.interfere = nothing;
  proxy.rewrite = lines.passOn;
});

/** An ElasticWeb that serves. */
async function serving(name: string, totalQPS = 500): Promise<void> {
  await world.create(name, { totalQPS }, labels);
  await world.ready(name);
}

/** Waits until the Deployment asks for so many pods. */
function replicas(name: string, count: number) {
  return world.until(DEPLOYMENT, name, ({ spec }) => spec.replicas === count);
}

/** How many calls of that kind there were so far. */
function countOf(verb: string, resource: string): number {
  return proxy.calls.filter((call) => call.verb === verb && call.resource === resource).length;
}

/** Does it to the next call that is meant, and to no other. */
function next(isMeant: (call: { verb: string; resource: string }) => boolean, fault: Fault): Interference {
  let done = false;
  return always((call) => {
    if (done || !isMeant(call)) return false;
    done = true;
    return true;
  }, fault);
}

const isChange = (line: string): boolean => line.includes('"type":"MODIFIED"');

const spoilt = {
  'breaks off': lines.truncated,
  'is of a type that nobody knows': lines.ofUnknownType,
  'is no JSON at all': () => ['<html>502 Bad Gateway</html>'],
};
for (const [how, rewrite] of Object.entries(spoilt)) {
  test(`a change whose event ${how} is learnt from a list`, async () => {
    const name = `spoilt-${how.length}`;
    await serving(name);
    const lists = countOf('LIST', 'elasticwebs');
    proxy.rewrite = lines.inWatchesOf('elasticwebs', lines.once(isChange, rewrite));
    await world.change(name, { totalQPS: 1_500 });
    await replicas(name, 3);
    assert.equal(countOf('LIST', 'elasticwebs'), lists + 1);
  });
}

test('an event of 1.5 MB is taken like any other', async () => {
  await serving('long');
  proxy.rewrite = lines.inWatchesOf('elasticwebs', lines.once(isChange, lines.longest));
  const lists = countOf('LIST', 'elasticwebs');
  await world.change('long', { totalQPS: 1_500 });
  await replicas('long', 3);
  assert.equal(countOf('LIST', 'elasticwebs'), lists);
});

test('with all old events told again after each new one, nothing goes back', async () => {
  await serving('replayed');
  const before = await world.deployment('replayed');
  proxy.rewrite = lines.replayed();
  for (const [index, totalQPS] of [1_500, 500, 2_000].entries()) {
    await world.change('replayed', { totalQPS });
    await world.until(
      ELASTIC_WEB,
      'replayed',
      ({ metadata, status }) =>
        status?.observedGeneration === metadata.generation && status?.readyReplicas === totalQPS / 500,
    );
    const generation = (before?.metadata.generation ?? 0) + index + 1;
    assert.equal((await replicas('replayed', totalQPS / 500)).metadata.generation, generation, 'changed once for each');
  }
});

test('what was never seen, because it is over, does not matter: the end does', async () => {
  for (const name of ['there-and-back', 'recreated', 'unlabelled', 'changed', 'gone']) await serving(name);
  const before = {
    generation: (await world.deployment('there-and-back'))?.metadata.generation,
    uid: (await world.web('recreated'))?.metadata.uid,
  };
  proxy.rewrite = lines.inWatchesOf('elasticwebs', lines.dropped);
  await world.change('there-and-back', { totalQPS: 1_500 });
  await world.change('there-and-back', { totalQPS: 500 });
  await world.kubectl('delete', 'elasticweb', 'recreated');
  await world.create('recreated', { totalQPS: 1_000 }, labels);
  await world.patch(ELASTIC_WEB, 'unlabelled', { metadata: { labels: { [OWN_SYNCER_LABEL]: null } } });
  await world.patch(ELASTIC_WEB, 'unlabelled', { metadata: { labels }, spec: { totalQPS: 1_000 } });
  await world.change('changed', { totalQPS: 1_500 });
  await world.kubectl('delete', 'elasticweb', 'gone');
  await world.untilGone(DEPLOYMENT, 'gone');
  // From here on the server has no memory of it either: the next that happens is answered by a list.
  proxy.rewrite = lines.inWatchesOf(
    'elasticwebs',
    lines.once(() => true, lines.expired),
  );
  await world.create('next', { totalQPS: 0 }, labels);

  await replicas('changed', 3);
  await replicas('unlabelled', 2);
  await world.ready('next');
  await world.ready('recreated');
  const [web, deployment, service] = [
    await world.web('recreated'),
    await replicas('recreated', 2),
    await world.service('recreated'),
  ];
  assert.notEqual(web?.metadata.uid, before.uid);
  for (const child of [deployment, service]) {
    assert.deepEqual(
      child?.metadata.ownerReferences?.map(({ uid }) => uid),
      [web?.metadata.uid],
    );
  }
  assert.equal((await world.deployment('there-and-back'))?.metadata.generation, before.generation, 'never touched');
  assert.equal(await world.deployment('gone'), undefined);
});

const refusals = [410, 401, 403, 500, 503] as const;
for (const status of refusals) {
  test(`a watch that is answered ${status} is begun again, and nothing is missed`, async () => {
    const name = `answered-${status}`;
    await syncer.kill(); // The pauses of one that has failed before would be long.
    await serving(name);
    const refused = (call: { verb: string; resource: string }) =>
      call.verb === 'WATCH' && call.resource === 'elasticwebs';
    proxy.interfere = next(refused, { kind: 'answer', status });
    proxy.cut();
    await world.change(name, { totalQPS: 1_500 });
    await replicas(name, 3);
    await eventually(() => proxy.calls.some(({ fault }) => fault?.kind === 'answer' && fault.status === status), {
      timeoutMs: 10_000,
      what: 'the refusal',
    });
  });
}

test('watches that the server ends at once are begun again, with pauses, and nothing is missed', async () => {
  await syncer.kill();
  await serving('ended');
  const watches = countOf('WATCH', 'elasticwebs');
  proxy.interfere = always(({ verb }) => verb === 'WATCH', { kind: 'end' });
  proxy.cut();
  await eventually(() => countOf('WATCH', 'elasticwebs') >= watches + 4, { timeoutMs: 30_000, what: 'four watches' });
  proxy.interfere = nothing;
  await world.change('ended', { totalQPS: 1_500 });
  await replicas('ended', 3);
});

test('an API server that is not there is waited for, and nothing is missed', async () => {
  await syncer.kill();
  await serving('waiting');
  await proxy.refuse();
  await world.change('waiting', { totalQPS: 1_500 });
  await proxy.accept();
  await replicas('waiting', 3);
});

test('through all of this the syncer met no error that it did not foresee, and ends as it should', async () => {
  assert.equal(await syncer.end(), 'code 0');
  assert.doesNotMatch(syncer.log, /unexpected error|"stack":/);
  assert.ok(!proxy.calls.some(({ verb }) => verb === 'DELETE'));
});
