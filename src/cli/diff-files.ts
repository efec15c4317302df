/** What applying the ElasticWebs of some files would change in a cluster: asked, told, and nothing written. */

import { InvalidPropsError } from '../construct/invalid-props.ts';
import { metricsServiceName } from '../construct/names.ts';
import type { KubeClientOptions } from '../kube/client.ts';
import { isForbidden, KubeError } from '../kube/errors.ts';
import { keyOf, type KubeObject } from '../kube/resource.ts';
import { allValid, type ValidElasticWeb } from './all-valid.ts';
import { nextStep, withCluster } from './cluster.ts';
import { refuseCollisions } from './collisions.ts';
import type { DiffFlags } from './diff.ts';
import { type ChildrenOutcome, keepByDryRun, type Trouble } from './diff/children.ts';
import { DryRunClient } from './diff/dry-run-client.ts';
import { type Change, diffLines } from './diff/text.ts';
import { applyWeb, manifestOf } from './diff/web.ts';
import { bounded, EXIT, Failure } from './failure.ts';
import { type Io, writeLine } from './io.ts';
import { Progress } from './progress.ts';
import { hasColor } from './terminal.ts';

/** ElasticWebs asked about at a time. */
const AT_A_TIME = 8;
const AS_DIFF = { command: 'diff', makeClient: (options: KubeClientOptions) => new DryRunClient(options) };
const CONSEQUENCE = 'Nothing was compared.';

/**
 * Prints the differences of all ElasticWebs in the files.
 *
 * @throws Failure when something would change, and with another exit code when that could not be told or cannot be had
 */
export async function diffFiles(files: readonly string[], flags: DiffFlags, io: Io): Promise<void> {
  const tally = await compareAll(files, flags, io).catch((error: unknown) => {
    if (!(error instanceof Failure) || error.exitCode === EXIT.usage) throw error;
    throw new Failure(error.message, EXIT.trouble, { cause: error.cause });
  });
  writeLine(io.stderr, tally.summary);
  if (tally.troubles > 0) throw new Failure('', EXIT.trouble);
  if (tally.isDifferent) throw new Failure('', EXIT.different);
}

async function compareAll(files: readonly string[], flags: DiffFlags, io: Io): Promise<Tally> {
  const valid = await allValid(files, io, CONSEQUENCE);
  return withCluster(flags, io, AS_DIFF, async ({ client, namespace }) => {
    const manifests = inNamespaces(valid, flags.namespace, namespace);
    const progress = new Progress(io);
    const tally = new Tally();
    const color = hasColor(io.stdout, io.env);
    for (let from = 0; from < manifests.length; from += AT_A_TIME) {
      progress.tell(`comparing ${from} of ${manifests.length} ElasticWebs`);
      const compared = await Promise.all(
        manifests.slice(from, from + AT_A_TIME).map((manifest) => compare(client, manifest)),
      ).finally(() => progress.clear());
      for (const { changes, notes, failures, awaited } of compared) {
        for (const change of changes) {
          const lines = diffLines(change, { color });
          tally.count(change, lines.length > 0);
          if (lines.length > 0) io.stdout.write(`${lines.join('\n')}\n`);
        }
        tally.awaited += awaited;
        tally.troubles += failures.length;
        for (const note of notes) writeLine(io.stderr, note);
        for (const { message } of failures) writeLine(io.stderr, `error: ${bounded(message)}`);
      }
    }
    return tally;
  });
}

/** The manifests as they would be applied, each in its namespace. */
function inNamespaces(valid: readonly ValidElasticWeb[], asked: string | undefined, usual: string): KubeObject[] {
  const targets = valid.map(({ label, resource, written }) => {
    const { name, namespace: own = '' } = resource.metadata;
    // As to kubectl, an empty one is none.
    const namespace = own === '' ? (asked ?? usual) : own;
    // As kubectl: who names a namespace does not want to hear of another.
    if (asked !== undefined && namespace !== asked) {
      throw new Failure(`error: ${label}: is of namespace ${namespace}, and --namespace says ${asked}`, EXIT.usage);
    }
    const key = (child: string) => keyOf({ metadata: { namespace, name: child } });
    const children = [
      `Deployment ${key(name)}`,
      `Service ${key(name)}`,
      ...(resource.spec.mtargetPort === undefined ? [] : [`Service ${key(metricsServiceName(name))}`]),
    ];
    return { label, children, manifest: manifestOf(written, namespace) };
  });
  refuseCollisions(targets, CONSEQUENCE);
  return targets.map(({ manifest }) => manifest);
}

async function compare(client: DryRunClient, manifest: KubeObject): Promise<ChildrenOutcome> {
  const { namespace = '' } = manifest.metadata;
  let changes: Change[] = [];
  let notes: readonly string[] = [];
  try {
    const web = await applyWeb(client, manifest);
    changes = [{ object: `ElasticWeb ${keyOf(manifest)}`, before: web.before, after: web.after }];
    ({ notes } = web);
    const outcome = await keepByDryRun(client, web.after);
    return {
      ...outcome,
      changes: [...changes, ...outcome.changes],
      notes: [...notes, ...outcome.notes],
      failures: outcome.failures.map((trouble) => withRights(trouble, namespace)),
    };
  } catch (error) {
    return { changes, notes, awaited: 0, failures: [troubleOf(error, manifest)] };
  }
}

/** @throws Failure when nothing can be asked any more */
function troubleOf(error: unknown, manifest: KubeObject): Trouble {
  if (error instanceof InvalidPropsError) {
    return { message: `ElasticWeb ${keyOf(manifest)}: ${error.message}`, isForbidden: false };
  }
  if (!(error instanceof KubeError)) throw error;
  const forbidden = rightsFor(manifest.metadata.namespace ?? '');
  const message = `${error.target}: ${error.reason}: ${error.serverMessage}${nextStep(error, { forbidden })}`;
  if (error.status === undefined || error.status === 401) throw new Failure(message, EXIT.trouble, { cause: error });
  return { message, isForbidden: isForbidden(error) };
}

function withRights(trouble: Trouble, namespace: string): Trouble {
  return trouble.isForbidden ? { ...trouble, message: `${trouble.message}; ${rightsFor(namespace)}` } : trouble;
}

function rightsFor(namespace: string): string {
  return (
    'although nothing is written, a dry run takes the rights to get, create and patch elasticwebs, deployments and services: ' +
    `kubectl auth can-i --list -n ${namespace} tells which are missing`
  );
}

/** What was found so far. */
class Tally {
  awaited = 0;
  troubles = 0;
  #created = 0;
  #changed = 0;
  #removed = 0;
  #unchanged = 0;

  count({ before, after }: Change, isDifferent: boolean): void {
    if (!isDifferent) this.#unchanged += 1;
    else if (before === undefined) this.#created += 1;
    else if (after === undefined) this.#removed += 1;
    else this.#changed += 1;
  }

  get isDifferent(): boolean {
    return this.#created + this.#changed + this.#removed + this.awaited > 0;
  }

  /** `4 objects: 1 created, 1 changed, 2 unchanged` */
  get summary(): string {
    const parts: readonly (readonly [number, string])[] = [
      [this.#created, 'created'],
      [this.#changed, 'changed'],
      [this.#removed, 'removed'],
      [this.awaited, 'made anew later'],
      [this.troubles, 'in trouble'],
      [this.#unchanged, 'unchanged'],
    ];
    const all = parts.reduce((sum, [count]) => sum + count, 0);
    const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
    return `${all} object${all === 1 ? '' : 's'}: ${told.join(', ')}`;
  }
}
