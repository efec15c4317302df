/** Which ElasticWeb of some files is simulated, and what has to be said about it. */

import { allValid, type ValidElasticWeb } from '../all-valid.ts';
import { EXIT, Failure } from '../failure.ts';
import { type Io, writeLine } from '../io.ts';
import type { ScaledSpec } from './autoscalers.ts';

/** An ElasticWeb that scales with its load. */
export interface Candidate {
  /** `shop`, or `blog/shop`. */
  readonly name: string;
  /** As kubectl names it: `shop -n blog`. */
  readonly object: string;
  readonly spec: ScaledSpec;
}

/**
 * The ElasticWeb of that name, or the only one.
 *
 * @throws Failure when there is none, when there are several, when a document is invalid or unreadable, and when it does not scale with
 * its load
 */
export async function findCandidate(files: readonly string[], name: string | undefined, io: Io): Promise<Candidate> {
  const { label, resource } = theOne(await allValid(files, io, 'Nothing was simulated.'), name);
  const { spec } = resource;
  const { autoscaling } = spec;
  if (autoscaling === undefined) {
    throw new Failure(
      `${label}: has no spec.autoscaling, so its number of pods does not follow the load; add at least: autoscaling: { maxReplicas: 10 }`,
    );
  }
  for (const note of notesOn(resource.spec)) writeLine(io.stderr, `${label}: ${note}`);
  const { namespace } = resource.metadata;
  return {
    name: nameOf({ resource }),
    object: `${resource.metadata.name}${namespace === undefined ? '' : ` -n ${namespace}`}`,
    spec: { ...spec, autoscaling: { ...autoscaling, mode: 'Auto' } },
  };
}

function theOne(valid: readonly ValidElasticWeb[], name: string | undefined): ValidElasticWeb {
  const matching =
    name === undefined ? valid : valid.filter((web) => [nameOf(web), web.resource.metadata.name].includes(name));
  const [one, ...others] = matching;
  if (one !== undefined && others.length === 0) return one;
  const names = listed((one === undefined ? valid : matching).map(nameOf));
  if (one === undefined) throw new Failure(`there is no ElasticWeb ${name ?? ''}; there are ${names}`);
  throw new Failure(`error: there are several ElasticWebs, and --name must say which: ${names}`, EXIT.usage);
}

function nameOf({ resource: { metadata } }: Pick<ValidElasticWeb, 'resource'>): string {
  return [metadata.namespace, metadata.name].filter(Boolean).join('/');
}

const MOST_LISTED = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Where the simulation is not what the syncer would do now. */
function notesOn({ suspend, replicas, autoscaling }: ValidElasticWeb['resource']['spec']): string[] {
  return [
    ...(suspend === true ? ['is suspended; simulated as if it were not'] : []),
    ...(replicas === undefined ? [] : [`spec.replicas sets ${replicas} by hand, so the load changes nothing`]),
    ...(autoscaling?.mode === 'Observe' ? ['mode Observe changes nothing; simulated as mode Auto'] : []),
  ];
}
