/** Which manifests the ElasticWebs in files give. */

import type { Manifest } from '../construct/manifest.ts';
import { manifestsOf, render } from '../construct/render.ts';
import { keyOf } from '../kube/resource.ts';
import { DEFAULT_MAX_REPLICAS, initialReplicas } from '../scaling/initial.ts';
import { allValid, type ValidElasticWeb } from './all-valid.ts';
import { refuseCollisions } from './collisions.ts';
import { Failure } from './failure.ts';
import { writeLine, type Io } from './io.ts';
import { stringifyManifests } from './manifest-text.ts';
import type { RenderFlags } from './render.ts';

/**
 * Prints the manifests of all ElasticWebs in the files, or of none.
 *
 * @throws Failure when there is no ElasticWeb, when one is invalid or cannot be rendered, or when a document cannot be read
 */
export async function renderFiles(files: readonly string[], flags: RenderFlags, io: Io): Promise<void> {
  const valid = await allValid(files, io, 'Nothing was printed.');
  const children = valid.map(({ label, resource }) => {
    const options = { replicas: flags.replicas ?? initialReplicas(resource.spec) };
    return { label, manifests: rendered(label, () => manifestsOf(render(resource, options))) };
  });
  refuseCollisions(
    children.map(({ label, manifests }) => ({ label, children: manifests.map(nameOf) })),
    'Nothing was printed.',
  );
  for (const note of valid.flatMap((finding) => notesOn(finding, flags))) writeLine(io.stderr, note);
  io.stdout.write(
    stringifyManifests(
      children.flatMap(({ manifests }) => manifests),
      flags.output,
    ),
  );
}

/** What the syncer would do differently, or what the manifests do not show. */
function notesOn({ label, resource: { spec } }: ValidElasticWeb, flags: RenderFlags): string[] {
  const wanted = initialReplicas(spec, Infinity);
  const isLimited = flags.replicas === undefined && wanted > DEFAULT_MAX_REPLICAS;
  return [
    ...(spec.suspend === true ? [`${label}: is suspended: the syncer would leave its children as they are`] : []),
    ...(isLimited ? [`${label}: asks for ${wanted} pods; the syncer's default limit is ${DEFAULT_MAX_REPLICAS}`] : []),
  ];
}

const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${keyOf({ metadata })}`;

/** What is valid for the API server can still be no manifest, such as a label called `constructor`, which cdk8s refuses. */
function rendered<T>(label: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Failure(`Nothing was printed. ${label}: could not be rendered: ${message}`, undefined, { cause: error });
  }
}
