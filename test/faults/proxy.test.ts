/** What a client behind the fault proxy sees, and what the API server hears of it. */

import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeClient } from '../../src/kube/client.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { loadIdentity } from '../../src/kube/identity.ts';
import type { KubeObject } from '../../src/kube/resource.ts';
import { Transport } from '../../src/kube/transport.ts';
import type { WatchEvent } from '../../src/kube/watch-events.ts';
import { CONFIG_MAP } from '../cluster/kinds.ts';
import { startControlPlane } from '../control-plane/control-plane.ts';
import { eventually } from '../control-plane/eventually.ts';
import { always, type Fault, nothing } from './fault.ts';
import { FaultProxy, type RecordedCall } from './proxy.ts';
import {
  dropped,
  expired,
  HeldLines,
  longest,
  ofUnknownType,
  once,
  passOn,
  replayed,
  type Rewrite,
  truncated,
} from './watch-lines.ts';

const controlPlane = await startControlPlane({ scheduler: false, kwok: false });
after(() => controlPlane.stop());
let kills = 0;
const proxy = await FaultProxy.start({
  controlPlane,
  kill: async () => {
    kills += 1;
    await Promise.resolve();
  },
});
after(() => proxy[Symbol.asyncDispose]());
const client = await clientOf(proxy.kubeconfig);
const direct = await clientOf(controlPlane.kubeconfig);
const namespace = 'default';

beforeEach(() => {
  proxy.interfere = nothing;
  proxy.rewrite = passOn;
});

async function clientOf(kubeconfig: string): Promise<KubeClient> {
  const identity = await loadIdentity({ env: {}, kubeconfig, context: 'admin' });
  const transport = new Transport({ identity, userAgent: 'fault-proxy-test' });
  after(() => transport.close());
  return new KubeClient({ transport });
}

function make(by: KubeClient, name: string): Promise<KubeObject> {
  const { apiVersion, kind } = CONFIG_MAP;
  const object = { apiVersion, kind, metadata: { namespace, name }, data: { value: 'one' } };
  return by.create(CONFIG_MAP, object, { fieldManager: 'test' });
}

function change(by: KubeClient, name: string, value: string): Promise<KubeObject> {
  return by.mergePatch(CONFIG_MAP, { namespace, name }, { data: { value } }, { fieldManager: 'test' });
}

/** The calls that were made since then. */
function since(count: number): readonly RecordedCall[] {
  return proxy.calls.slice(count);
}

/** What is done to every call about ConfigMaps. */
function eachCall(fault: Fault): void {
  proxy.interfere = always(({ resource }) => resource === 'configmaps', fault);
}

test('calls are passed on, named, counted and recorded', async () => {
  const begin = proxy.calls.length;
  const created = await make(client, 'recorded');
  const changed = await change(client, 'recorded', 'two');
  await client.get(CONFIG_MAP, { namespace, name: 'recorded' });
  await client.get(CONFIG_MAP, { namespace, name: 'recorded' });

  const calls = since(begin);
  assert.deepEqual(
    calls.map(({ signature, occurrence, status }) => `${signature} #${occurrence} ${status ?? ''}`),
    [
      'POST configmaps default #1 201',
      'PATCH configmaps default/recorded #1 200',
      'GET configmaps default/recorded #1 200',
      'GET configmaps default/recorded #2 200',
    ],
  );
  assert.deepEqual([calls[0]?.before, calls[0]?.after], [undefined, created]);
  assert.deepEqual([calls[1]?.before, calls[1]?.after], [created, changed]);
});

test('a lost response: the API server has done it, the client has no answer', async () => {
  eachCall({ kind: 'lose' });

  await assert.rejects(make(client, 'lost'), { reason: 'Unreachable' });

  assert.ok(await direct.get(CONFIG_MAP, { namespace, name: 'lost' }));
});

for (const [when, isThere] of [
  ['before', false],
  ['after', true],
] as const) {
  test(`killed ${when} the API server did it`, async () => {
    const before = kills;
    eachCall({ kind: 'kill', when });

    await assert.rejects(make(client, `killed-${when}`), { reason: 'Unreachable' });

    assert.equal(kills, before + 1);
    assert.equal((await direct.get(CONFIG_MAP, { namespace, name: `killed-${when}` })) !== undefined, isThere);
  });
}

for (const status of [409, 500, 503] as const) {
  test(`answered ${status} in the place of the API server, which hears nothing`, async () => {
    const begin = proxy.calls.length;
    eachCall({ kind: 'answer', status });

    await assert.rejects(make(client, `answered-${status}`), { status });

    assert.equal(since(begin)[0]?.forwarded, false);
    assert.equal(await direct.get(CONFIG_MAP, { namespace, name: `answered-${status}` }), undefined);
  });
}

test('answered 429, it says for how long to stay away', async () => {
  eachCall({ kind: 'answer', status: 429, retryAfterSeconds: 60 });

  await assert.rejects(make(client, 'too-many'), { status: 429, retryAfterMs: 60_000 });
});

test('a reset connection is one: not closed, but reset', async () => {
  eachCall({ kind: 'reset' });

  await assert.rejects(make(client, 'reset'), (error: unknown) => {
    assert.ok(error instanceof KubeError);
    assert.match(String(error.cause), /ECONNRESET/);
    return true;
  });
});

test('in a black hole, a call gets no answer, and others do', async () => {
  proxy.interfere = always(({ name }) => name === 'swallowed', { kind: 'blackhole' });
  const stop = new AbortController();
  const swallowed = client.get(CONFIG_MAP, { namespace, name: 'swallowed' }, stop.signal);
  const outcome = swallowed.catch((error: unknown) => error);

  await client.listAll(CONFIG_MAP, { namespace });
  assert.equal(await Promise.race([outcome, sleep(0, 'none')]), 'none');

  stop.abort(new Error('enough'));
  assert.equal(String(await outcome), 'Error: enough');
});

test('while the proxy refuses, nobody is there; when it accepts again, on the same port', async () => {
  await proxy.refuse();
  await assert.rejects(client.get(CONFIG_MAP, { namespace, name: 'any' }), /ECONNREFUSED/);

  await proxy.accept();
  assert.equal(await client.get(CONFIG_MAP, { namespace, name: 'any' }), undefined);
});

test('a watch that ends at once begins with success and brings nothing', async () => {
  eachCall({ kind: 'end' });

  const { signal } = new AbortController();
  for await (const event of client.watch(CONFIG_MAP, { namespace, resourceVersion: '0' }, signal)) {
    assert.fail(`an event came: ${tell(event)}`);
  }
  assert.equal(proxy.calls.at(-1)?.verb, 'WATCH');
});

/** The events of a watch whose lines about this ConfigMap are rewritten, until it has three values, and the last of them came. */
async function watched(name: string, rewrite: Rewrite): Promise<WatchEvent<KubeObject>[]> {
  const { resourceVersion = '' } = (await make(direct, name)).metadata;
  proxy.rewrite = rewrite;
  const stop = new AbortController();
  const events: WatchEvent<KubeObject>[] = [];
  for (const value of ['two', 'three', 'end']) await change(direct, name, value);
  for await (const event of client.watch(CONFIG_MAP, { namespace, resourceVersion }, stop.signal)) {
    events.push(event);
    if (tell(event) === 'MODIFIED end') break;
  }
  return events;
}

/** `MODIFIED two`, or what else the event is. */
function tell(event: WatchEvent<KubeObject>): string {
  if (!('object' in event)) return event.type;
  return `${event.type} ${(event.object as KubeObject & { data: { value: string } }).data.value}`;
}

const isTwo = (line: string) => line.includes('"value":"two"');
const rewrites = [
  { name: 'passed on', rewrite: passOn, events: ['MODIFIED two', 'MODIFIED three', 'MODIFIED end'] },
  { name: 'dropped', rewrite: once(isTwo, dropped), events: ['MODIFIED three', 'MODIFIED end'] },
  { name: 'truncated', rewrite: once(isTwo, truncated), events: ['MALFORMED', 'MODIFIED three', 'MODIFIED end'] },
  {
    name: 'of unknown type',
    rewrite: once(isTwo, ofUnknownType),
    events: ['MALFORMED', 'MODIFIED three', 'MODIFIED end'],
  },
  { name: 'expired', rewrite: once(isTwo, expired), events: ['ERROR', 'MODIFIED three', 'MODIFIED end'] },
  { name: 'longest', rewrite: once(isTwo, longest), events: ['MODIFIED two', 'MODIFIED three', 'MODIFIED end'] },
  { name: 'replayed', rewrite: replayed(), events: ['MODIFIED two', 'MODIFIED three', 'MODIFIED two', 'MODIFIED end'] },
] as const;

for (const { name, rewrite, events } of rewrites) {
  test(`a line of a watch is ${name}`, async () => {
    const got = await watched(name.replaceAll(' ', '-'), rewrite);

    assert.deepEqual(got.map(tell), events);
    if (name === 'longest') assert.ok(JSON.stringify(got[0]).length > 1_500_000);
  });
}

test('held lines of a watch come when they are released, in their order', async () => {
  const held = new HeldLines();
  const events = watched('held', held.rewrite);
  await eventually(() => proxy.calls.at(-1)?.verb === 'WATCH' && proxy.calls.at(-1)?.status === 200, {
    timeoutMs: 10_000,
  });
  assert.equal(await Promise.race([events, sleep(0, 'none')]), 'none');

  held.release();

  assert.deepEqual((await events).map(tell), ['MODIFIED two', 'MODIFIED three', 'MODIFIED end']);
});
