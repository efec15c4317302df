import assert from 'node:assert/strict';
import { setImmediate as settled } from 'node:timers/promises';
import { test } from 'node:test';
import { sleep } from '../../src/kube/clock.ts';
import { KubeError } from '../../src/kube/errors.ts';
import { type Lease, LeaseElection, type LeaseElectionOptions } from '../../src/kube/lease.ts';
import { FakeClock } from './fake-clock.ts';

/** The Lease of an API server, with its rule that a write names the version that it changes. */
class LeaseServer {
  lease: Lease | undefined;
  /** Set while no request gets through. */
  down = false;
  /** Called before the next write is looked at. */
  beforeWrite: (() => void) | undefined;
  readonly log: string[] = [];
  #version = 100;

  readonly client: LeaseElectionOptions['client'] = {
    get: async () => {
      await this.#request('get');
      return this.lease as never;
    },
    create: async (_type, object) => {
      await this.#request('create');
      if (this.lease !== undefined) throw error(409, 'AlreadyExists');
      return this.set((object as Lease).spec) as never;
    },
    mergePatch: async (_type, _name, patch) => {
      await this.#request('patch');
      const { metadata, spec } = patch as Lease;
      if (this.lease === undefined) throw error(404, 'NotFound');
      if (metadata.resourceVersion !== this.lease.metadata.resourceVersion) throw error(409, 'Conflict');
      return this.set({ ...this.lease.spec, ...spec }) as never;
    },
  };

  set(spec: Lease['spec']): Lease {
    this.#version += 1;
    const metadata = { namespace: 'ops', name: 'syncer', uid: 'u1', resourceVersion: String(this.#version) };
    this.lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, ...(spec && { spec }) };
    return this.lease;
  }

  get holder(): string | null | undefined {
    return this.lease?.spec?.holderIdentity;
  }

  async #request(verb: string): Promise<void> {
    await settled();
    if (this.down) throw new KubeError({ verb, target: 'Lease ops/syncer', reason: 'Unreachable', message: 'down' });
    this.log.push(verb);
    if (verb === 'get') return;
    this.beforeWrite?.();
    this.beforeWrite = undefined;
  }
}

function error(status: number, reason: string): KubeError {
  return new KubeError({ verb: 'PATCH', target: 'Lease ops/syncer', status, reason, message: 'the stub says so' });
}

/** A candidate that works by holding on until it is told to stop. */
function candidate(server: LeaseServer, identity: string, clock: FakeClock, finishSeconds = 0) {
  const errors: unknown[] = [];
  const others: string[] = [];
  const stop = new AbortController();
  const election = new LeaseElection({
    ...{ client: server.client, namespace: 'ops', name: 'syncer', identity, fieldManager: 'test', clock },
    random: () => 1,
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    onError: (cause) => errors.push(cause),
    onOtherLeads: (holder) => others.push(holder),
  });
  const state = { led: 0, isWorking: false };
  const lead = async (signal: AbortSignal): Promise<void> => {
    state.led += 1;
    state.isWorking = true;
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await sleep(clock, finishSeconds * 1_000);
    state.isWorking = false;
  };
  const ended = election.run(lead, stop.signal);
  return { election, errors, others, state, ended, stop: () => stop.abort() };
}

/** Lets seconds pass, one after the other, with time for what happens in each. */
async function pass(clock: FakeClock, seconds: number): Promise<void> {
  await rest();
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    await rest();
  }
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await settled();
}

test('the first to come makes the Lease and leads', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();

  assert.deepEqual(server.lease?.spec, {
    holderIdentity: 'a',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-02T03:04:05.678000Z',
    renewTime: '2026-01-02T03:04:05.678000Z',
    leaseTransitions: 0,
  });
  assert.ok(a.election.isLeading);
  assert.ok(a.state.isWorking);
  a.stop();
  assert.equal(await a.ended, 'stopped');
});

test('while one leads the others wait, and renewing costs one request', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  server.log.length = 0;
  await pass(clock, 20);
  assert.deepEqual(new Set(server.log), new Set(['patch']));
  assert.equal(server.log.length, 10, 'every two seconds');

  const b = candidate(server, 'b', clock);
  await pass(clock, 60);
  assert.equal(b.state.led, 0);
  assert.equal(b.election.isLeading, false);
  assert.equal(b.election.holder, 'a');
  assert.deepEqual(b.others, ['a'], 'it says whom it waits for, once');
  assert.ok(a.election.isLeading);
  for (const { stop, ended } of [b, a]) {
    stop();
    assert.equal(await ended, 'stopped');
  }
});

test('one that ends gives the Lease back after its work is done, and another leads within two seconds', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  const b = candidate(server, 'b', clock);
  await rest();

  a.stop();
  assert.equal(await a.ended, 'stopped');
  assert.equal(a.state.isWorking, false);
  assert.equal(server.holder, null);
  await pass(clock, 2);

  assert.ok(b.election.isLeading);
  assert.equal(server.lease?.spec?.leaseTransitions, 1);
  b.stop();
  await b.ended;
});

test('one that dies is followed 15 s after its last sign of life was seen, and not before', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  server.set({ holderIdentity: 'dead', leaseDurationSeconds: 15, leaseTransitions: 4 });
  const b = candidate(server, 'b', clock);
  await pass(clock, 14);
  assert.equal(b.election.isLeading, false);
  await pass(clock, 1);
  assert.ok(b.election.isLeading);
  assert.equal(server.lease?.spec?.leaseTransitions, 5);
  b.stop();
  await b.ended;
});

test('what the Lease says about times is of no account: a wrong clock elsewhere does no harm', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const renew = (time: string) => server.set({ holderIdentity: 'other', leaseDurationSeconds: 15, renewTime: time });
  renew('2001-01-01T00:00:00.000000Z');
  const b = candidate(server, 'b', clock);
  for (let n = 0; n < 6; n += 1) {
    await pass(clock, 10);
    renew(n % 2 === 0 ? '2099-01-01T00:00:00.000000Z' : '2001-01-01T00:00:00.000000Z');
  }
  assert.equal(b.state.led, 0, 'the other renews');
  await pass(clock, 18);
  assert.ok(b.election.isLeading, 'the other has stopped, whatever it said last');
  b.stop();
  await b.ended;
});

test('one that cannot renew stops by the deadline, and that before another may begin', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  server.down = true;
  await pass(clock, 9);
  assert.ok(a.election.isLeading, 'a short outage is nothing');
  await pass(clock, 2);

  assert.equal(await a.ended, 'lost');
  assert.equal(a.state.isWorking, false);
  assert.ok(a.errors.length > 0);
});

test('an outage shorter than the deadline costs nothing', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  server.down = true;
  await pass(clock, 7);
  server.down = false;
  await pass(clock, 30);
  assert.ok(a.election.isLeading);
  assert.equal(a.state.led, 1);
  a.stop();
  await a.ended;
});

test('one that was frozen past its deadline does not lead any more, before any timer of its runs', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const frozen = new FakeClock();
  const a = candidate(server, 'a', frozen);
  await rest();
  const b = candidate(server, 'b', clock);
  await pass(clock, 17);
  assert.ok(b.election.isLeading);

  // Its clock has gone on while it was frozen; its timers come late.
  const asked = a.election.isLeading;
  frozen.advance(40_000);
  assert.equal(asked, true);
  assert.equal(a.election.isLeading, false);
  assert.equal(await a.ended, 'lost');
  assert.equal(server.holder, 'b', 'and it leaves the Lease alone');
  b.stop();
  await b.ended;
});

test('of two who want the Lease at the same moment one gets it', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  server.set({ holderIdentity: '', leaseDurationSeconds: 1 });
  server.beforeWrite = () => server.set({ holderIdentity: 'quicker', leaseDurationSeconds: 15 });
  const a = candidate(server, 'a', clock);
  await rest();

  assert.equal(server.holder, 'quicker');
  assert.equal(a.election.isLeading, false);
  assert.deepEqual(a.errors, [], 'that is no error');
  a.stop();
  assert.equal(await a.ended, 'stopped');
});

test('a Lease that was deleted is made anew by the one who led', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  server.lease = undefined;
  await pass(clock, 2);
  assert.equal(server.holder, 'a');
  assert.ok(a.election.isLeading);
  assert.equal(a.state.led, 1);
  a.stop();
  await a.ended;
});

test('when a person gives the Lease to another, the one who led stops at once', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  server.set({ holderIdentity: 'somebody', leaseDurationSeconds: 15 });
  await pass(clock, 2);
  assert.equal(await a.ended, 'lost');
  assert.equal(server.holder, 'somebody');
});

test('told to stop while it waits, it stops', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  server.set({ holderIdentity: 'other', leaseDurationSeconds: 15 });
  const a = candidate(server, 'a', clock);
  await rest();
  a.stop();
  assert.equal(await a.ended, 'stopped');
  assert.equal(a.state.led, 0);
  assert.equal(server.holder, 'other');
});

test('told to stop while a renewal is under way, it waits for that and gives the Lease back', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock);
  await rest();
  server.beforeWrite = () => a.stop(); // In the middle of the renewal.
  clock.advance(2_000);
  assert.equal(await a.ended, 'stopped');
  assert.equal(server.holder, null);
});

test('told to stop while it can no longer renew, it has stopped and not lost', async () => {
  const [server, clock] = [new LeaseServer(), new FakeClock()];
  const a = candidate(server, 'a', clock, 20);
  await rest();
  server.down = true;
  a.stop();
  await pass(clock, 21);
  assert.equal(await a.ended, 'stopped');
});

test('times that would let two lead are refused', () => {
  const options = {
    ...{ client: new LeaseServer().client, namespace: 'ops', name: 'syncer', identity: 'a', fieldManager: 'test' },
    onError: () => undefined,
  };
  assert.throws(
    () => new LeaseElection({ ...options, renewDeadlineMs: 15_000 }),
    /expected retry < renew deadline < duration/,
  );
  assert.throws(() => new LeaseElection({ ...options, retryMs: 10_000 }), RangeError);
});
