/**
 * Each field, one change at a time, while the syncer works: what is not valid is refused and changes nothing; what is valid is observed;
 * and the good ElasticWeb afterwards has the same children as ever, whatever came in between.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { validate } from '../../src/api/validate.ts';
import { ELASTIC_WEB, type ElasticWebResource } from '../../src/syncer/kinds.ts';
import { EVERYTHING, type JsonObject, withValue } from '../api/objects.ts';
import { nameOfTrial, type Trial, trialsOf, tried } from '../api/trials.ts';
import { endSyncer, startSyncer } from '../cluster/syncer-process.ts';
import { type Verdict, verdictsOf } from '../cluster/verdicts.ts';
import { isCurrent, useWorld } from '../cluster/world.ts';
import { endState } from './end-state.ts';
import { ownControlPlane } from './own-control-plane.ts';

const controlPlane = await ownControlPlane({});
after(() => controlPlane.stop());
const world = await useWorld();
const syncer = await startSyncer(controlPlane, 'syncer');
const api = await verdictsOf(controlPlane);
after(() => api.close());

const { namespace } = world;
const path = `/apis/elasticweb.example.com/v1/namespaces/${namespace}/elasticwebs`;
/** A status is written at most once a second an object, so time passes for many at once. */
const LANES = 24;

/** Valid, with every field; no pods, which would be made anew at each change, and no node port, of which there is one for all. */
const good = ['nodePort'].reduce(
  (object, field) => withValue(object, ['spec', field], undefined),
  withValue(EVERYTHING, ['spec', 'replicas'], 0),
);
const trials = trialsOf(good);

const named = (object: JsonObject, name: string): JsonObject =>
  withValue(withValue(object, ['metadata', 'name'], name), ['metadata', 'namespace'], namespace);

test(`${trials.length} changes of one field: refused, or observed and taken back without a trace`, async () => {
  const lanes = Array.from({ length: LANES }, (_, lane) => trials.filter((_trial, index) => index % LANES === lane));
  const outcomes = (await Promise.all(lanes.map((share, lane) => runLane(`lane-${lane}`, share)))).flat();

  const accepted = outcomes.filter((outcome) => outcome.accepted).length;
  process.stdout.write(`# ${accepted} accepted, ${outcomes.length - accepted} refused\n`);
  assert.deepEqual(
    outcomes.filter(({ wrong }) => wrong !== undefined),
    [],
  );
  assert.ok(accepted > 100 && outcomes.length - accepted > 100);
});

test('the syncer went through it all without a mistake of its own, and is as quick to serve the next one', async () => {
  await world.create('bystander', { totalQPS: 700 });
  await world.ready('bystander');
  assert.equal(await endSyncer(syncer), 'code 0');
  assert.doesNotMatch(readFileSync(syncer.logFile, 'utf8'), /unexpected error|"stack":/);
});

interface Outcome {
  readonly trial: string;
  readonly accepted: boolean;
  readonly wrong?: string;
}

/** One ElasticWeb that goes through its share of the trials, and back to the good one after each. */
async function runLane(name: string, share: readonly Trial[]): Promise<Outcome[]> {
  const created = await api.post(path, JSON.stringify(named(good, name)), 'fieldValidation=Strict');
  assert.ok(created.accepted, created.message);
  await observed(name);
  const before = await childrenOf(name);
  const outcomes: Outcome[] = [];
  for (const trial of share) outcomes.push(await run(name, trial, before));
  return outcomes;
}

async function run(name: string, trial: Trial, before: unknown): Promise<Outcome> {
  const told = nameOfTrial(trial);
  const object = named(tried(good, trial), name);
  const { accepted, message } = await put(object, name);
  const isValid = validate(object).kind === 'valid';
  // What may not change is the API server's own matter: it knows what was before.
  if (accepted !== isValid && !message.includes('is immutable')) {
    return { trial: told, accepted, wrong: `valid offline: ${isValid}; the API server: ${message || 'takes it'}` };
  }
  if (!accepted) return { trial: told, accepted };
  await observed(name);
  const back = await put(named(good, name), name);
  if (!back.accepted) return { trial: told, accepted, wrong: `no way back: ${back.message}` };
  await observed(name);
  const children = await childrenOf(name);
  try {
    assert.deepEqual(children, before);
    return { trial: told, accepted };
  } catch (error) {
    return { trial: told, accepted, wrong: String(error) };
  }
}

/** Changes the ElasticWeb; again, when its status was written between look and change. */
async function put(object: JsonObject, name: string): Promise<Verdict> {
  const resourceVersion = (await world.web(name))?.metadata.resourceVersion ?? '';
  const text = JSON.stringify(withValue(object, ['metadata', 'resourceVersion'], resourceVersion));
  const verdict = await api.put(`${path}/${name}`, text);
  return verdict.isConflict ? put(object, name) : verdict;
}

/** Waits until the syncer has seen the newest generation, and done what it can. */
async function observed(name: string): Promise<ElasticWebResource> {
  return world.until(ELASTIC_WEB, name, isCurrent, 60_000);
}

/** Deployment and Services without what the API server gives them, such as node ports. */
async function childrenOf(name: string): Promise<unknown> {
  const children = await Promise.all([
    world.deployment(name),
    ...[name, `${name}-metrics`].map((service) => world.service(service)),
  ]);
  return withoutGiven(
    endState(
      children.filter((child) => child !== undefined),
      namespace,
    ),
  );
}

/**
 * Numbers that Kubernetes picks where the type of the Service wants some, which are kept once a port has changed, and what its controllers
 * count.
 */
function withoutGiven(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutGiven);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>)
      .filter(
        ([key]) =>
          !['nodePort', 'f:nodePort', 'healthCheckNodePort', 'status', 'deployment.kubernetes.io/revision'].includes(
            key,
          ),
      )
      .map(([key, child]) => [key, withoutGiven(child)]),
  );
}
