/** What the two answers of a group say about the load of each of its ElasticWebs. */

import { setImmediate as otherWork } from 'node:timers/promises';
import { type Reading, type Targets, unknown, type Unknown } from '../scaling/reading.ts';
import { parseValue, type Series, type Vector } from './answer.ts';
import type { Group, LoadTarget } from './groups.ts';
import { READING_LABEL } from './query.ts';
import type { IdentityLabels } from './selector.ts';

/** What the readings of a group are made of. */
export interface Answers {
  readonly group: Group;
  readonly labels: IdentityLabels;
  /** How messages call the server: `Prometheus at prometheus:9090`. */
  readonly server: string;
  readonly load: Vector;
  /** Undefined: it could not be read. */
  readonly coverage: Vector | undefined;
}

/** So many targets or series at a time, and the rest of the program may go on. */
const AT_ONCE = 1_000;

/** A reading for each target of the group, given to `tell`. */
export async function tellReadings(answers: Answers, tell: (target: LoadTarget, reading: Reading) => void) {
  const { group, load } = answers;
  const loads = await byIdentity(load.series, answers);
  const counts = await byIdentity(answers.coverage?.series ?? [], answers);
  // A part of the load is still a lower bound, and so is one of which nobody knows how much was seen: without a target that is known to be
  // covered it counts upwards only.
  // Of the namespaces of others not even that they have series is told: it may be a secret that they have some.
  const seenIn = new Set(load.series.map(({ labels }) => labels[answers.labels.namespace]));
  const isWhole = !load.partial && answers.coverage?.partial === false && counts !== undefined;
  await inParts(group.targets, (target) => {
    const identity = identityOf(group, target.namespace, target.name);
    const targets = targetsOf(counts?.get(identity), group);
    const sent = loads === undefined ? FOREIGN : (loads.get(identity) ?? ABSENT);
    const known = isWhole ? targets : { ...targets, covered: 0 };
    tell(target, sent === ABSENT ? missing(answers, target, known, seenIn) : reading(sent, known, answers));
  });
}

/** What was sent for one ElasticWeb, by reading. `TWICE` stands for two series where one was expected. */
type Sent = ReadonlyMap<string, Series | typeof TWICE>;
const TWICE = Symbol('two series');

function reading(sent: Sent, targets: Targets, { server }: Answers): Reading {
  const stableQps = qpsOf(sent, 'stable', server);
  const fastQps = qpsOf(sent, 'fast', server);
  if (typeof stableQps === 'object') return stableQps;
  if (typeof fastQps === 'object') return fastQps;
  if (stableQps === undefined && fastQps === undefined) {
    return unknown('InvalidAnswer', `${server} answered with series that were not asked for`);
  }
  return { kind: 'measured', stableQps, fastQps, targets };
}

/** Nothing was sent for this one. */
const ABSENT: Sent = new Map();
/** The answer is not one to our query. */
const FOREIGN: Sent = new Map();

/** Why there is nothing of this ElasticWeb in the answer. */
function missing(
  { group, labels, server, load }: Answers,
  { namespace, name }: LoadTarget,
  { seen }: Targets,
  seenIn: ReadonlySet<unknown>,
): Unknown {
  const metric = `${group.metric}${group.matchLabels.length === 0 ? '' : ' with these matchLabels'}`;
  if (load.partial) {
    return unknown('PartialAnswer', `${server} warns that its answer may be incomplete, and has no ${metric} for this`);
  }
  if (seen > 0) {
    return unknown('NoSeries', `${server} has ${metric} of this, but not yet the two samples that a rate takes`);
  }
  const ofNamespace = `${labels.namespace}=${JSON.stringify(namespace)}`;
  if (!seenIn.has(namespace)) {
    const why = "is the metric's name right, and is it scraped?";
    // Of a metric of pods, what has no such label is not asked for.
    const asked = group.type === 'Pods' ? `${ofNamespace} and a label ${labels.name}` : ofNamespace;
    return unknown('NoData', `${server} has no ${metric} with ${asked}; ${why}`);
  }
  const whose = group.type === 'Pods' ? `${ofNamespace} and ${labels.name}=${JSON.stringify(name)}` : ofNamespace;
  return unknown('NoSeries', `${server} has ${metric} of others there, but none with ${whose}`);
}

/** Requests per second; undefined if they were not sent. */
function qpsOf(load: Sent, which: string, server: string): number | undefined | Unknown {
  const sent = load.get(which);
  if (sent === undefined) return undefined;
  if (sent === TWICE)
    return unknown('InvalidAnswer', `${server} answered with two ${which} loads where one was expected`);
  if (sent.timeMs === undefined)
    return unknown('InvalidAnswer', `${server} answered with a ${which} load without a time`);
  const qps = parseValue(sent.value);
  if (qps !== undefined) return qps;
  return unknown('InvalidValue', `the ${which} load that ${server} gives is not a finite number of at least 0`);
}

/** Counts that are missing are 0: there was nothing to count. So are those that are no counts, which makes them count least. */
function targetsOf(counts: Sent | undefined, { type }: Group): Targets {
  const count = (which: string) => {
    const sent = counts?.get(which);
    const value = sent === undefined || sent === TWICE ? 0 : parseValue(sent.value);
    return value !== undefined && Number.isSafeInteger(value) ? value : 0;
  };
  // They have no sample in the window, and there was nothing to have: they are covered.
  const idle = type === 'Pods' ? count('idle') : 0;
  return { covered: count('covered') + idle, seen: count('seen') + idle, fast: count('fast') };
}

/** @returns undefined if a series does not say whose it is and what: then it is no answer to our query */
async function byIdentity(series: readonly Series[], answers: Answers): Promise<ReadonlyMap<string, Sent> | undefined> {
  const { group, labels } = answers;
  const found = new Map<string, Map<string, Series | typeof TWICE>>();
  const strangers: Series[] = [];
  await inParts(series, (one) => {
    const { [labels.namespace]: namespace, [READING_LABEL]: which } = one.labels;
    const name = group.type === 'Pods' ? one.labels[labels.name] : '';
    if (typeof namespace !== 'string' || typeof name !== 'string' || typeof which !== 'string') {
      strangers.push(one);
      return;
    }
    const identity = identityOf(group, namespace, name);
    const sent = found.get(identity) ?? new Map<string, Series | typeof TWICE>();
    sent.set(which, sent.has(which) ? TWICE : one);
    found.set(identity, sent);
  });
  return strangers.length === 0 ? found : undefined;
}

/** No name in Kubernetes has a slash, so no other pair of labels reads the same as that of an ElasticWeb. */
function identityOf({ type }: Group, namespace: string, name: string): string {
  return type === 'Pods' ? `${namespace}/${name}` : namespace;
}

async function inParts<T>(all: readonly T[], each: (one: T) => void): Promise<void> {
  for (let start = 0; start < all.length; start += AT_ONCE) {
    if (start > 0) await otherWork();
    for (const one of all.slice(start, start + AT_ONCE)) each(one);
  }
}
